import { CallError } from '../model/call.ts';
import { beginBudget } from './own-budget.ts';
import { faultContext, type Look, type RevertRequest } from './revert-request.ts';
import { pause, withTimeLimit } from './time-limit.ts';

/** A request whose sender died or gave up may still be on its way; so long at least is its effect waited for. */
const lateEffectMs = 250;
/** A request that was given up young, for a stop, may take this long from its sending. */
const onItsWayMs = 1500;
const firstPauseMs = 100;
const longestPauseMs = 2000;

/**
 * Reads the live state until it can be believed: two reads more than `settle` apart agree, or one where the store is
 * strongly consistent (J13). Failed reads are repeated within their own budget.
 */
export async function lookUntilSettled(request: RevertRequest): Promise<Look> {
  const { clock, settleMs } = request;
  const endMonoMs = beginBudget(request, request.budgetMs + 2 * settleMs);
  let last = await look(request, endMonoMs);
  if (settleMs === 0) return last;
  while (last.observation !== undefined && clock.monoMs() + settleMs < endMonoMs()) {
    if (!(await pause(clock, settleMs + 1, request.abandon))) break;
    const next = await look(request, endMonoMs);
    if (next.observation?.status === last.observation.status) return next;
    last = next;
  }
  return { error: last.error ?? new Error(`no two reads more than ${settleMs} ms apart agreed`) };
}

/** Waits until an injection without an answer shows, at most until `settle` has passed; then it is judged as it is. */
export async function lookForLateEffect(request: RevertRequest): Promise<void> {
  const { clock } = request;
  const untilMonoMs = Math.max(
    clock.monoMs() + Math.max(request.settleMs, lateEffectMs),
    (request.sentMonoMs ?? Number.NEGATIVE_INFINITY) + onItsWayMs,
  );
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const found = await lookOnce(request, untilMonoMs);
    const leftMs = untilMonoMs - clock.monoMs();
    const status = found.observation?.status;
    // Where a part of it is in, the rest may still be on its way.
    if (leftMs <= 0 || status === 'ours' || status === 'ours-plus-others') return;
    if (!(await pause(clock, Math.min(pauseMs, leftMs), request.abandon))) return;
  }
}

async function look(request: RevertRequest, endMonoMs: () => number): Promise<Look> {
  const { clock } = request;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const found = await lookOnce(request, endMonoMs());
    const askedMs = found.error instanceof CallError ? (found.error.retryAfterMs ?? 0) : 0;
    const waitMs = Math.max(pauseMs, askedMs);
    const isOver = clock.monoMs() + waitMs >= endMonoMs();
    if (found.observation !== undefined || isOver || request.abandon.aborted) return found;
    if (!(await pause(clock, waitMs, request.abandon))) return found;
  }
}

async function lookOnce(request: RevertRequest, deadlineMonoMs: number): Promise<Look> {
  const { clock, definition } = request;
  try {
    const limit = { clock, limitMs: Math.max(1, deadlineMonoMs - clock.monoMs()), outer: request.abandon };
    const observation = await withTimeLimit(limit, async (signal) => {
      const { clients } = await request.session('observe', signal);
      const ctx = faultContext(request, 'observe', { clients, signal });
      return definition.observe(ctx, request.params as never, request.before, request.after);
    });
    return { observation };
  } catch (error) {
    return { error };
  }
}
