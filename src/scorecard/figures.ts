import { formatDuration } from '../model/duration.ts';
import type { ResultLine } from './results.ts';

/** Writes a line's time as reports show it: `1.2 s`, `> 12 s`, or nothing. */
export function shownTime(time: number | string | undefined | null): string {
  if (time === undefined || time === null) return '';
  return typeof time === 'string' ? time : formatDuration(time);
}

/** Writes how often an expectation was met: `18/20 (70–97 %)`, inconclusive ones apart. */
export function shownRate(rate: NonNullable<ResultLine['rate']>): string {
  const percent = (ratio: number) => Math.round(ratio * 100);
  const [low, high] = rate.wilson95 ?? [0, 1];
  const interval = rate.wilson95 === null ? '' : ` (${percent(low)}–${percent(high)} %)`;
  return `${rate.hits}/${rate.judged}${interval}${rate.inconclusive === 0 ? '' : `, ${rate.inconclusive} inconclusive`}`;
}

/** Writes a count with its noun: `1 scenario`, `2 scenarios`. */
export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** How long a run took, where it has ended. */
export function runDurationMs(run: {
  readonly startedAt: string;
  readonly finishedAt?: string | undefined;
}): number | undefined {
  return run.finishedAt === undefined ? undefined : Date.parse(run.finishedAt) - Date.parse(run.startedAt);
}
