import { formatDuration } from './duration.ts';

/**
 * Picks the quantile of times to detect by nearest rank, in milliseconds. A miss is `beyond`: it ranks after every
 * time, and a quantile that falls on one reads `> 90 s`, the horizon. Throws RangeError where there is no time at all.
 */
export function ttdQuantile(times: readonly (number | 'beyond')[], share: number, horizonMs: number): number | string {
  const rank = (time: number | 'beyond') => (time === 'beyond' ? Number.POSITIVE_INFINITY : time);
  const sorted = times.map(rank).sort((a, b) => (a === b ? 0 : a - b));
  const picked = sorted[Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length))) - 1];
  if (picked === undefined) throw new RangeError('A quantile needs at least one time, got none.');
  return Number.isFinite(picked) ? picked : `> ${formatDuration(horizonMs)}`;
}
