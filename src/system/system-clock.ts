import type { Clock } from '../model/clock.ts';

const longestTimerMs = 2 ** 31 - 1;

/** Tells this machine's time: wall clock for *when*, the process's monotonic clock for *how long*. */
export const systemClock: Clock = {
  epochMs: () => Date.now(),
  monoMs: () => performance.now(),
  sleep: async (ms, signal) => {
    const untilMs = performance.now() + ms;
    let leftMs = ms;
    do {
      // A timer of Node counts whole milliseconds of a coarse clock, and may end up to two of them early.
      await timer(Math.min(Math.max(leftMs, 0), longestTimerMs), signal);
      leftMs = untilMs - performance.now();
    } while (leftMs > 0);
  },
};

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal?.aborted === true) {
    reject(signal.reason);
    return promise;
  }
  const handle = setTimeout(() => {
    signal?.removeEventListener('abort', onAbort);
    resolve();
  }, ms);
  function onAbort(): void {
    clearTimeout(handle);
    reject(signal?.reason);
  }
  signal?.addEventListener('abort', onAbort, { once: true });
  return promise;
}
