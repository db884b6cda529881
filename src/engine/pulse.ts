import type { Clock } from '../model/clock.ts';

/** Wakes whoever waits for something to happen, or for a deadline, whichever comes first. */
export interface Pulse {
  readonly beat: () => void;
  /** Resolves at the next beat or at `untilMonoMs`; rejects only when `signal` is aborted. */
  readonly wait: (untilMonoMs: number, signal: AbortSignal) => Promise<void>;
}

/** Is what ends a sleep early; given, so that no stack is taken for each beat. */
const woken = new Error('Woken by a beat.');

/** Makes a pulse on a clock; a beat that comes while nobody waits is kept for the next waiter. */
export function newPulse(clock: Clock): Pulse {
  let missed = false;
  const waiting = new Set<AbortController>();
  return {
    beat() {
      if (waiting.size === 0) missed = true;
      for (const controller of waiting) controller.abort(woken);
      waiting.clear();
    },
    async wait(untilMonoMs, signal) {
      signal.throwIfAborted();
      if (missed) {
        missed = false;
        return;
      }
      const sleeping = new AbortController();
      // A combined signal would be kept alive by `signal` for each of the thousands of waits of a run.
      const onAbort = () => sleeping.abort(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.add(sleeping);
      try {
        await clock.sleep(Math.max(0, untilMonoMs - clock.monoMs()), sleeping.signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error !== woken) throw error;
      } finally {
        waiting.delete(sleeping);
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}
