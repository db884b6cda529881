import type { Clock } from '../model/clock.ts';

/** Runs work whose signal is aborted when `limitMs` are over or `outer` is aborted; work that ignores it is left behind. */
export async function withTimeLimit<T>(
  limit: { readonly clock: Clock; readonly limitMs: number; readonly outer: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const done = new AbortController();
  const signal = AbortSignal.any([over.signal, limit.outer]);
  void expire(limit, over, done.signal);
  try {
    return await untilAborted(work(signal), signal);
  } finally {
    done.abort(isDone);
  }
}

/** Given, so that no stack is taken for each call that is answered in time. */
const isDone = new Error('Done within its time limit.');

/** Waits, and says whether the whole pause went by; false where it was abandoned. */
export async function pause(clock: Clock, ms: number, abandon: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, abandon);
    return true;
  } catch (error) {
    if (abandon.aborted) return false;
    throw error;
  }
}

/** Is the reason of a signal whose time limit is over. */
export class TimeLimitError extends Error {
  constructor(limitMs: number) {
    super(`No answer within ${limitMs} ms.`);
    this.name = 'TimeLimitError';
  }
}

async function expire(
  limit: { readonly clock: Clock; readonly limitMs: number },
  over: AbortController,
  done: AbortSignal,
): Promise<void> {
  try {
    await limit.clock.sleep(limit.limitMs, done);
    over.abort(new TimeLimitError(limit.limitMs));
  } catch (error) {
    if (!done.aborted) over.abort(error);
  }
}

/** Settles as the work does, or rejects with the signal's reason as soon as it is aborted. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
