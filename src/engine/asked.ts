import type { OwnStalls } from './stood-still.ts';

/** How far it is known what a polled detector had to say. */
export interface Asked {
  /** When the last poll left that was answered well: what came after it may be in what was not read. */
  readonly untilMonoMs: number;
  /** How long a poll may wait at the other end for something to come, by itself. */
  readonly waitsMs: number;
}

/** How long an answer to a poll that is sent at an instant is waited for: a store or a queue has kept what came. */
export const comebackMs = 3000;

/** Whether what came until an instant is not known: a poll that left before shows nothing of what came after it. */
export function isUnasked(asked: Asked | undefined, monoMs: number): asked is Asked {
  return asked !== undefined && asked.untilMonoMs < monoMs;
}

/** Until when it is waited for. One poll may be under way at the instant, and stand before the one that counts. */
export function comebackAt(
  { waitsMs }: Asked,
  { stoodStillMs }: OwnStalls,
  [atMonoMs, nowMonoMs]: readonly [number, number],
): number {
  return atMonoMs + comebackMs + 2 * waitsMs + (stoodStillMs?.(atMonoMs, nowMonoMs) ?? 0);
}
