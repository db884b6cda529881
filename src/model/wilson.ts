/** The 97.5 % point of the standard normal distribution. */
const z = 1.959963984540054;

/**
 * Answers the Wilson score interval (95 %) of `hits` out of `judged`, or null where nothing was judged.
 * It stays inside 0 to 1 and is honest for few trials, where the usual ± is not
 * (https://doi.org/10.1080/01621459.1927.10502953).
 */
export function wilson95(hits: number, judged: number): [number, number] | null {
  if (judged === 0) return null;
  const share = hits / judged;
  const scale = 1 + (z * z) / judged;
  const centre = share + (z * z) / (2 * judged);
  const spread = z * Math.sqrt((share * (1 - share) + (z * z) / (4 * judged)) / judged);
  const low = hits === 0 ? 0 : (centre - spread) / scale;
  const high = hits === judged ? 1 : (centre + spread) / scale;
  return [Math.max(0, low), Math.min(1, high)];
}
