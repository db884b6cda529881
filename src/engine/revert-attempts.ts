import { CallError, type CallErrorKind } from '../model/call.ts';
import { faultContext, type RevertAttempts, type RevertRequest, type RevertSession } from './revert-request.ts';
import { pause, withTimeLimit } from './time-limit.ts';

/** Kinds that may pass with time; they are tried again until the budget is spent. */
const passing: ReadonlySet<CallErrorKind> = new Set(['throttled', 'unanswered', 'failed', 'conflict']);
/** Tries that may fail with everything else: a right that is still spreading, say. */
const stubbornTries = 3;
const firstPauseMs = 100;
const longestPauseMs = 5000;

/** Asks the fault to revert until it answers, its tries or its time are used up, or the revert is abandoned. */
export async function tryRevert(
  request: RevertRequest,
  { fromMonoMs, endMonoMs }: { readonly fromMonoMs: number; readonly endMonoMs: () => number },
  earlier: RevertAttempts,
): Promise<RevertAttempts> {
  const { clock, definition } = request;
  let { mayHaveActed } = earlier;
  let stubborn = 0;
  const soFar = (tries: number) => ({
    tries: earlier.tries + tries,
    tookMs: clock.monoMs() - fromMonoMs,
    mayHaveActed,
    ...(earlier.foundIn === true && { foundIn: true as const }),
  });
  for (let tries = 1; ; tries++) {
    let hasSent = () => false;
    try {
      const limit = { clock, limitMs: Math.max(1, endMonoMs() - clock.monoMs()), outer: request.abandon };
      const report = await withTimeLimit(limit, async (signal) => {
        const session = await request.session('revert', signal);
        hasSent = changesFrom(session);
        const ctx = faultContext(request, 'revert', { clients: session.clients, signal });
        return definition.revert(ctx, request.params as never, request.before, request.after);
      });
      // What an earlier round removed stays ours, though this one found nothing.
      if (earlier.report?.outcome === 'removed') mayHaveActed = true;
      const foundIn = report.outcome === 'removed' && { foundIn: true as const };
      return { ...soFar(tries), ...foundIn, report, revertedMonoMs: clock.monoMs() };
    } catch (error) {
      mayHaveActed ||= couldHaveActed(error) && hasSent();
      if (!isPassing(error)) stubborn++;
      const pauseMs = pauseBefore(tries + 1, error);
      const isOver = clock.monoMs() + pauseMs >= endMonoMs();
      if (request.abandon.aborted || isOver || stubborn >= stubbornTries) return { ...soFar(tries), error };
      if (!(await pause(clock, pauseMs, request.abandon))) return { ...soFar(tries), error };
    }
  }
}

function couldHaveActed(error: unknown): boolean {
  return !(error instanceof CallError) || error.kind === 'unanswered' || error.kind === 'failed';
}

/** Tells whether a session has sent anything since that changes something: what only looked cannot have acted. */
function changesFrom({ calls }: RevertSession): () => boolean {
  if (calls === undefined) return () => true;
  const before = calls().length;
  return () =>
    calls()
      .slice(before)
      .some(({ mutating }) => mutating);
}

function isPassing(error: unknown): boolean {
  return error instanceof CallError && passing.has(error.kind);
}

function pauseBefore(nextTry: number, error: unknown): number {
  const backOffMs = Math.min(firstPauseMs * 2 ** Math.min(nextTry - 2, 10), longestPauseMs);
  return error instanceof CallError ? Math.max(backOffMs, error.retryAfterMs ?? 0) : backOffMs;
}
