import type { Scorecard } from '../../src/model/scorecard.ts';
import { type Figure, measured, median, skipped } from './figure.ts';

/** The suite's wall clock beside the least that any schedule could need for the conflicts that were seen. */
export const suiteBound: Figure = {
  name: 'suite against its lower bound',
  unit: '×',
  measure: async ({ gameDays }) => {
    const days = (await gameDays()).flatMap(({ scorecard }) => bound(scorecard) ?? []);
    if (days.length === 0) return skipped('no run has an end');
    const [suite, longest, clique] = (['suiteMs', 'longestMs', 'cliqueMs'] as const).map(
      (field) => `${(median(days.map((day) => day[field])) / 1000).toFixed(1)} s`,
    );
    const note = `suite ${suite}, longest trial ${longest}, heaviest clique of trials that waited ${clique}`;
    return measured(
      days.map(({ suiteMs, longestMs, cliqueMs }) => suiteMs / Math.max(longestMs, cliqueMs)),
      note,
    );
  },
};

interface Bound {
  readonly suiteMs: number;
  readonly longestMs: number;
  readonly cliqueMs: number;
}

/** Answers undefined for a run that never finished. */
export function bound({ run, scenarios }: Pick<Scorecard, 'run' | 'scenarios'>): Bound | undefined {
  if (run.finishedAt === undefined) return undefined;
  const weights = scenarios.map(({ trials }) => trials.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const conflicts = scenarios.map(
    (one) =>
      new Set(
        scenarios.flatMap((other, n) => {
          const waited = one.waitedFor.some(({ scenario }) => scenario === other.id);
          return waited || other.waitedFor.some(({ scenario }) => scenario === one.id) ? [n] : [];
        }),
      ),
  );
  return {
    suiteMs: Date.parse(run.finishedAt) - Date.parse(run.startedAt),
    longestMs: Math.max(0, ...scenarios.flatMap(({ trials }) => trials.map(({ durationMs }) => durationMs))),
    cliqueMs: heaviestClique(weights, conflicts),
  };
}

function heaviestClique(weights: readonly number[], conflicts: readonly ReadonlySet<number>[]): number {
  const grow = (sum: number, candidates: readonly number[]): number =>
    candidates.reduce((best, n, at) => {
      const rest = candidates.slice(at + 1).filter((other) => conflicts[n]?.has(other));
      return Math.max(best, grow(sum + (weights[n] ?? 0), rest));
    }, sum);
  return grow(
    0,
    weights.map((_, n) => n),
  );
}
