/** When this process itself did not run: it was stopped, starved, or on a machine that was paused. */
export interface Stalls {
  /** Since when that which is read at an instant may have waited for us, where a stall ended at it or just before. */
  readonly sinceMonoMs: (atMonoMs: number) => number | undefined;
  /** How long it did not run within a time. */
  readonly frozenMs: (fromMonoMs: number, untilMonoMs: number) => number;
  /** How long the stalls lasted, before and after it too, that reach into a time: what came in one waited to its end. */
  readonly lastedMs: (fromMonoMs: number, untilMonoMs: number) => number;
}

/** From this long on a sender may have given up on us: what did not come meanwhile may have been lost here. */
export const losesFromMs = 1000;
