import type { Clock } from '../model/clock.ts';

/** Wakes whoever waits for something to happen, or for a deadline, whichever comes first. */
export interface Pulse {
  readonly beat: () => void;
  /** Resolves at the next beat or at `untilMonoMs`; rejects only when `signal` is aborted. */
  readonly wait: (untilMonoMs: number, signal: AbortSignal) => Promise<void>;
}

/** Makes a pulse on a clock; a beat that comes while nobody waits is kept for the next waiter. */
export function newPulse(clock: Clock): Pulse {
  let missed = false;
  const waiting = new Set<AbortController>();
  return {
    beat() {
      if (waiting.size === 0) missed = true;
      for (const controller of waiting) controller.abort();
      waiting.clear();
    },
    async wait(untilMonoMs, signal) {
      signal.throwIfAborted();
      if (missed) {
        missed = false;
        return;
      }
      const woken = new AbortController();
      waiting.add(woken);
      try {
        await clock.sleep(Math.max(0, untilMonoMs - clock.monoMs()), AbortSignal.any([woken.signal, signal]));
      } catch (error) {
        signal.throwIfAborted();
        if (!woken.signal.aborted) throw error;
      } finally {
        waiting.delete(woken);
      }
    },
  };
}
