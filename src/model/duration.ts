const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a duration with its unit (`500ms`, `4s`, `1.5m`, `2h`) as milliseconds, or answers undefined.
 * A bare number has no unit and is refused.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const factor = units[match?.[2] ?? ''];
  return match === null || factor === undefined ? undefined : Math.round(Number(match[1]) * factor);
}

/** Writes milliseconds in the largest unit that keeps them readable: `850 ms`, `4.2 s`, `2 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${trim(ms / 1000)} s`;
  return ms < 7_200_000 ? `${trim(ms / 60_000)} min` : `${trim(ms / 3_600_000)} h`;
}

function trim(value: number): string {
  return (Math.round(value * 10) / 10).toString();
}
