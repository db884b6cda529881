import type { Clock } from '../model/clock.ts';

/** Tells the harness's own time from that of targets, SLOs and windows. */
export interface Meter {
  /** Runs something whose time is not ours. Only the trial's main line is metered, so the spans never overlap. */
  readonly outside: <T>(work: () => Promise<T>) => Promise<T>;
  readonly outsideMs: () => number;
}

export function newMeter(clock: Clock): Meter {
  let outsideMs = 0;
  return {
    async outside(work) {
      const began = clock.monoMs();
      try {
        return await work();
      } finally {
        outsideMs += clock.monoMs() - began;
      }
    },
    outsideMs: () => outsideMs,
  };
}
