import type { Observation } from '../model/fault.ts';
import type { NewJournalEntry } from '../model/journal.ts';
import { failureText } from './failure-text.ts';
import { beginBudget } from './own-budget.ts';
import { tryRevert } from './revert-attempts.ts';
import type { FaultRollback, Look, RevertAttempts, RevertRequest, RevertRounds } from './revert-request.ts';
import { creditingNobody, judgeRollback } from './rollback-verdict.ts';
import { lookForLateEffect, lookUntilSettled } from './settled-look.ts';
import { pause } from './time-limit.ts';

export interface RevertOutcome {
  readonly result: FaultRollback;
  /** The last read; `before` and its `state` are the two images of something that someone altered. */
  readonly observation?: Observation;
  /** Just before the first request of the revert left, after the revert answered, after the last read. */
  readonly requestedMonoMs?: number;
  readonly revertedMonoMs?: number;
  readonly verifiedMonoMs?: number;
  /** True where a request of the revert got no answer and may still be on its way. */
  readonly mayStillAct?: true;
  /** True where the revert found it in. */
  readonly foundIn?: true;
  /** The revert's error, or an AggregateError where the injection had failed too. */
  readonly error?: Error;
  /** Why the journal does not know of all this; the revert went on regardless. */
  readonly journalError?: unknown;
}

/**
 * Takes back a fault's delta and proves it: reverts with back-off within its own budget, reads back until the state
 * has settled, reverts again where the delta is still in, and journals each step. Never rejects: whatever goes wrong
 * becomes a `dirty` or `unverified` result.
 */
export async function revertFault(request: RevertRequest): Promise<RevertOutcome> {
  const record = newRecorder(request);
  const attempts = request.definition.kind === 'act' ? undefined : await revertAndLook(request, record);
  const judged = judgeRollback(request, attempts);
  const isByOther = judged.verdict === 'by-guardrail' && (await request.otherRecovery?.()) === true;
  const result = isByOther ? creditingNobody(judged) : judged;
  const isClosed = await record.append({
    kind: 'verified',
    of: request.of,
    verdict: result.verdict,
    reason: result.reason,
  });
  if (isClosed && isClosingVerdict(result.verdict)) await forget(request);
  return outcome(request, { result, attempts, journalError: record.error() });
}

/** Says whether nothing of an intent is left to do. */
export function isClosingVerdict(verdict: string): boolean {
  return verdict === 'clean' || verdict === 'by-guardrail' || verdict === 'none';
}

const noAttempts: RevertAttempts = { tries: 0, tookMs: 0, mayHaveActed: false };

async function revertAndLook(request: RevertRequest, record: Recorder): Promise<RevertRounds> {
  const { clock, abandon, budgetMs } = request;
  if (request.injection === 'unknown') await lookForLateEffect(request);
  if (request.injection === 'denied') {
    const look = await lookUntilSettled(request);
    if (look.observation?.status === 'before' || abandon.aborted) {
      const nowMs = clock.monoMs();
      const seen = { look, abandoned: abandon.aborted, requestedMonoMs: nowMs, verifiedMonoMs: nowMs };
      return { ...noAttempts, ...seen, sent: false };
    }
  }

  await record.append({ kind: 'reverting', of: request.of });
  const requestedMonoMs = clock.monoMs();
  const endMonoMs = beginBudget(request, budgetMs);
  for (let attempts = noAttempts; ; ) {
    attempts = await tryRevert(request, { fromMonoMs: requestedMonoMs, endMonoMs }, attempts);
    await recordAttempts(request, attempts, record);
    const look = await lookUntilSettled(request);
    const seen = { look, abandoned: abandon.aborted, requestedMonoMs, verifiedMonoMs: clock.monoMs() };
    const rounds: RevertRounds = { ...attempts, ...seen, sent: true };
    if (!isStillIn(look) || attempts.report === undefined || attempts.report.outcome === 'left') return rounds;
    // Answered as reverted, and yet in: a late effect, a stale write, or somebody who puts it in again.
    const pauseMs = Math.min(100 * 2 ** Math.min(attempts.tries, 6), 5000);
    if (clock.monoMs() + pauseMs >= endMonoMs()) return rounds;
    if (!(await pause(clock, pauseMs, abandon))) return { ...rounds, abandoned: true };
  }
}

function isStillIn(look: Look): boolean {
  const status = look.observation?.status;
  return status === 'ours' || status === 'ours-partial' || status === 'ours-plus-others';
}

async function recordAttempts(request: RevertRequest, attempts: RevertAttempts, record: Recorder): Promise<void> {
  const { of } = request;
  if (attempts.report !== undefined) await record.append({ kind: 'reverted', of, outcome: attempts.report.outcome });
  else await record.append({ kind: 'revert-failed', of, message: failureText(attempts.error) });
}

async function forget(request: RevertRequest): Promise<void> {
  try {
    await request.forget?.();
  } catch (error) {
    request.log?.(`The pre-image of a verified rollback could not be removed: ${failureText(error)}`);
  }
}

interface Recorder {
  /** Says whether the entry is on disk. */
  readonly append: (entry: NewJournalEntry) => Promise<boolean>;
  readonly error: () => unknown;
}

/** A journal that cannot be written never keeps a revert from being made. */
function newRecorder(request: RevertRequest): Recorder {
  let first: unknown;
  return {
    async append(entry) {
      try {
        await request.journal.append(entry);
        return true;
      } catch (error) {
        if (first === undefined) request.log?.(`The revert goes on without the journal: ${failureText(error)}`);
        first ??= error;
        return false;
      }
    },
    error: () => first,
  };
}

function outcome(
  request: RevertRequest,
  ended: {
    readonly result: FaultRollback;
    readonly attempts: RevertRounds | undefined;
    readonly journalError: unknown;
  },
): RevertOutcome {
  const { result, attempts, journalError } = ended;
  const error = isClosingVerdict(result.verdict) ? undefined : keepBoth(request, result, attempts);
  return {
    result,
    ...(attempts?.look.observation !== undefined && { observation: attempts.look.observation }),
    ...(attempts?.mayHaveActed === true && { mayStillAct: true }),
    ...(attempts?.foundIn === true && { foundIn: true }),
    ...(attempts?.sent === true && { requestedMonoMs: attempts.requestedMonoMs }),
    ...(attempts?.revertedMonoMs !== undefined && { revertedMonoMs: attempts.revertedMonoMs }),
    ...(attempts !== undefined && { verifiedMonoMs: attempts.verifiedMonoMs }),
    ...(error !== undefined && { error }),
    ...(journalError !== undefined && { journalError }),
  };
}

function keepBoth(request: RevertRequest, result: FaultRollback, attempts: RevertRounds | undefined): Error {
  const cause = attempts?.error ?? attempts?.look.error;
  if (request.injectError === undefined) return new Error(result.reason, { cause });
  return new AggregateError([request.injectError, cause ?? new Error(result.reason)], result.reason);
}
