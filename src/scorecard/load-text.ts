import { formatDuration } from '../model/duration.ts';
import { impairedSlotMs } from '../model/load.ts';
import type { LoadResult } from '../model/scorecard.ts';

/** Says what users felt: a sentence for each phase, then when they were hurt, then what the figures are worth. */
export function loadFacts(load: LoadResult): readonly string[] {
  return [
    ...load.figures.map(
      ({ phase, requests, errorRatio, latencyMs }) =>
        `${phase}: ${requests} requests, ${errors(errorRatio)}${percentiles(latencyMs)}`,
    ),
    ...load.impaired.map(({ fromMs, untilMs }) =>
      untilMs === undefined
        ? `users were hurt from ${sinceT0(fromMs)} to the end`
        : `users were hurt from ${sinceT0(fromMs)} to ${sinceT0(untilMs)}`,
    ),
    ...(load.endedMs === undefined ? [] : [`it ended by itself ${sinceFault(load.endedMs)}`]),
    ...(load.unsound === undefined ? [] : [`not to be relied on: ${load.unsound}`]),
  ];
}

function errors(ratio: number | undefined): string {
  return ratio === undefined ? 'errors not told' : `${Math.round(ratio * 10_000) / 100} % errors`;
}

function percentiles(latencyMs: LoadResult['figures'][number]['latencyMs']): string {
  const known = (['p50', 'p95', 'p99'] as const).flatMap((name) => {
    const value = latencyMs[name];
    return value === undefined ? [] : [`${name} ${formatDuration(value)}`];
  });
  return known.length === 0 ? '' : `, ${known.join(', ')}`;
}

function sinceFault(ms: number): string {
  return `${formatDuration(Math.abs(ms))} ${ms < 0 ? 'before' : 'after'} the fault`;
}

/** Users are counted in slots: one that holds the fault may begin before it. */
function sinceT0(ms: number): string {
  if (ms < 0 && ms > -impairedSlotMs) return '0 ms after it';
  return ms < 0 ? `${formatDuration(-ms)} before the fault` : `${formatDuration(ms)} after it`;
}
