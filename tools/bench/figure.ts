import type { GameDay } from './game-day.ts';

/** One figure of the project: measured, or skipped with the reason why it cannot be had. */
export interface Figure {
  readonly name: string;
  readonly unit: 'ms' | 's' | 'MB' | '×';
  /** What the project aims at; shown beside the median, never asserted. */
  readonly goal?: string;
  readonly measure: (bench: Bench) => Promise<Measured>;
}

export interface Bench {
  readonly runs: number;
  /** The embedded game day, run several times, once for all figures that are read from it. */
  readonly gameDays: () => Promise<readonly GameDay[]>;
}

export type Measured =
  | { readonly status: 'measured'; readonly values: readonly number[]; readonly note?: string }
  | { readonly status: 'skipped'; readonly reason: string };

/** Answers the middle value, and of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

export function measured(values: readonly number[], note?: string): Measured {
  if (values.length === 0) return { status: 'skipped', reason: 'nothing was measured' };
  return { status: 'measured', values, ...(note === undefined ? {} : { note }) };
}

export function skipped(reason: string): Measured {
  return { status: 'skipped', reason };
}
