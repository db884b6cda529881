import type { LoadLimit } from '../model/load.ts';
import type { K6End } from './k6-exit.ts';
import type { K6Summary } from './k6-summary.ts';

export interface K6Ended {
  readonly end: K6End;
  readonly exitCode?: number;
}

/**
 * Judges the thresholds of a run by its summary (undefined where none can be read), its exit code, and what the scenario
 * declares by metric. What contradicts itself or is not told is open: a run that failed, or of which k6 says that a
 * threshold was crossed (exit code 99), always has a limit that is not held.
 */
export function limitsOf(
  written: K6Summary | undefined,
  ended: K6Ended,
  declared: Readonly<Record<string, readonly string[]>>,
): readonly LoadLimit[] {
  const { end, exitCode } = ended;
  if (written !== undefined && written.thresholds === undefined) return [wholeLimit(ended)];
  const thresholds = written?.thresholds ?? [];
  const isUnshown = exitCode === 99 && !thresholds.some(({ isCrossed }) => isCrossed);
  const doubt =
    end.kind === 'failed'
      ? `Not to be relied on: ${end.reason}.`
      : isUnshown
        ? 'k6 says that a threshold was crossed (exit code 99), and its summary shows none that was.'
        : undefined;
  const told = thresholds.map(({ metric, threshold, isCrossed }): LoadLimit => {
    const limit = { metric, limit: threshold };
    if (doubt !== undefined) return { ...limit, verdict: 'inconclusive', reason: doubt };
    if (isCrossed) return { ...limit, verdict: 'breached', reason: `${metric} crossed its threshold ${threshold}.` };
    return { ...limit, verdict: 'held', reason: `${metric} stayed within ${threshold}.` };
  });
  const known = new Set(told.map(keyOf));
  const untold = Object.entries(declared)
    .flatMap(([metric, limits]) => limits.map((limit) => ({ metric, limit })))
    .filter((one) => !known.has(keyOf(one)))
    .map((one): LoadLimit => {
      const reason = doubt ?? 'The summary of k6 does not tell of it.';
      return { ...one, verdict: 'inconclusive', reason };
    });
  const all = [...told, ...untold];
  const isOpen = written === undefined || doubt !== undefined;
  if (all.length > 0 || !isOpen) return all;
  return [{ ...whole, verdict: 'inconclusive', reason: doubt ?? 'k6 left no summary that can be read.' }];
}

const whole = { metric: 'k6', limit: 'all thresholds' } as const;

/** The machine-readable summary has no thresholds: only the exit code speaks of them, and only of a run that went to its end. */
function wholeLimit({ end, exitCode }: K6Ended): LoadLimit {
  if (end.kind === 'failed')
    return { ...whole, verdict: 'inconclusive', reason: `Not to be relied on: ${end.reason}.` };
  if (exitCode === 99)
    return { ...whole, verdict: 'breached', reason: 'k6 says that thresholds were crossed, not which.' };
  if (exitCode === 0) return { ...whole, verdict: 'held', reason: 'k6 says that no threshold was crossed.' };
  return { ...whole, verdict: 'inconclusive', reason: `Its summary tells no thresholds: ${end.reason}.` };
}

/** k6 keeps spaces as they were written. */
function keyOf({ metric, limit }: Pick<LoadLimit, 'metric' | 'limit'>): string {
  return `${metric} ${limit}`.replaceAll(/\s/g, '');
}
