import type { Clock } from '../../model/clock.ts';

/** Says that something took longer than it was given. */
export class DeadlineError extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = 'DeadlineError';
  }
}

/** Runs a task with a signal that is aborted when the outer one is, or when `ms` have passed on the clock. */
export async function withDeadline<Result>(
  { clock, signal, ms }: { readonly clock: Clock; readonly signal: AbortSignal; readonly ms: number },
  task: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = new AbortController();
  const done = new AbortController();
  const timer = clock.sleep(ms, done.signal).then(
    () => late.abort(new DeadlineError(ms)),
    () => undefined,
  );
  try {
    return await task(AbortSignal.any([signal, late.signal]));
  } finally {
    done.abort();
    await timer;
  }
}
