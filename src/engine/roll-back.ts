import type { AnyFault } from '../model/fault.ts';
import type { RollbackResult } from '../model/scorecard.ts';
import { worstRollback } from '../model/summary.ts';
import type { TargetSession } from '../model/target.ts';
import { failureText } from './failure-text.ts';
import type { Instant } from './heard.ts';
import type { LiveFault } from './live-fault.ts';
import { afterOf } from './live-fault.ts';
import { isClosingVerdict, revertFault } from './revert.ts';
import type { Injection } from './revert-request.ts';
import { instant, type Trial } from './trial-state.ts';

/** Takes back every injection that may be in, newest first, each on its own time budget; one that fails does not stop the next. */
export async function rollBack(trial: Trial, faults: readonly LiveFault[]): Promise<void> {
  for (const fault of faults.toReversed()) {
    if (fault.rollback === undefined && fault.intent !== undefined) await rollBackOne(trial, fault, fault.intent);
  }
}

/**
 * Joins the rollbacks of a trial: that of its faults speaks, unless a control's is worse than clean. What never began
 * needs none.
 */
export function rollbackOf(trial: Pick<Trial, 'faults' | 'controls'>): RollbackResult {
  const entries = (faults: readonly LiveFault[]) =>
    faults.flatMap(({ rollback, role }) => (rollback === undefined ? [] : [{ ...rollback, role }]));
  const ofControls = entries(trial.controls);
  const ofFaults = entries(trial.faults);
  const unsound = ofControls.filter(({ verdict }) => verdict === 'dirty' || verdict === 'unverified');
  const verdict = worstRollback([...ofFaults, ...unsound].map((entry) => entry.verdict));
  return { verdict, faults: [...ofControls, ...ofFaults] };
}

async function rollBackOne(trial: Trial, fault: LiveFault, of: number): Promise<void> {
  const { request, journal, preImages, log } = trial.deps;
  if (fault.t0 === undefined && fault.definition.kind === 'change' && fault.status === 'not-injected') {
    const reason = `No request that changes anything was sent: ${fault.failure ?? 'it was stopped before'}`;
    fault.rollback = { fault: fault.definition.type, verdict: 'none', reasonCode: 'nothing-to-revert', reason };
    try {
      await journal.append({ kind: 'verified', of, verdict: 'none', reason });
      await preImages.remove(fault.files);
    } catch (error) {
      log(`Nothing was changed, but the journal does not know it: ${failureText(error)}`);
    }
    return;
  }
  const began = instant(request);
  fault.revertRequested = began;
  const sessions = new Set<TargetSession>();
  const revert = ({ before, files: [preImage] }: LiveFault) =>
    revertFault({
      definition: fault.definition as unknown as AnyFault,
      params: fault.bound.params,
      marker: trial.marker,
      before: before ?? null,
      ...(preImage === undefined ? {} : { beforePlace: preImages.placeOf(preImage) }),
      after: afterOf(fault),
      injection: injectionOf(fault),
      neverProven: fault.effect !== 'proven' && fault.readBack === undefined,
      settleMs: fault.settleMs,
      ...(fault.lastSentMonoMs === undefined ? {} : { sentMonoMs: fault.lastSentMonoMs }),
      budgetMs: request.environment.revertBudget,
      clock: request.clock,
      ...(request.stalls === undefined ? {} : { stalls: request.stalls }),
      abandon: request.abandon,
      session: async (phase) => {
        const session = await trial.injection.session(fault.bound, phase);
        if (phase === 'revert') sessions.add(session);
        return session;
      },
      journal,
      of,
      // What is taken back above it may bring it in again, and then it is to be put back once more.
      forget: async () => {
        if (!faultsAbove(trial, fault).some(isStillOpen)) await preImages.remove(fault.files);
      },
      log,
      ...(fault.failure === undefined ? {} : { injectError: new Error(fault.failure) }),
    });
  let outcome = await revert(fault);
  for (const older of stackedOn(fault, besides(trial, fault).slice(0, fault.index).toReversed())) {
    if (outcome.result.reasonCode !== 'left-altered') break;
    outcome = await revert(older);
  }
  fault.revertSent = firstChange(began, sessions);
  fault.rollback = outcome.result;
  if (outcome.result.verdict === 'clean' && outcome.foundIn !== true) fault.mayBeGoneBefore = true;
  const { revertedMonoMs } = outcome;
  if (revertedMonoMs !== undefined && isClosingVerdict(outcome.result.verdict))
    fault.reverted = { monoMs: revertedMonoMs, epochMs: began.epochMs + (revertedMonoMs - began.monoMs) };
  if (outcome.mayStillAct === true) fault.mayStillBeReverted = true;
  if (outcome.verifiedMonoMs !== undefined) fault.restoredMonoMs = outcome.verifiedMonoMs;
}

/** When the first request left that takes something back; what only looks causes no alert on a clean-up. */
function firstChange(began: Instant, sessions: ReadonlySet<TargetSession>): Instant | undefined {
  const sent = [...sessions].flatMap((session) =>
    session.calls().filter(({ mutating, sentMonoMs }) => mutating && sentMonoMs >= began.monoMs),
  );
  if (sent.length === 0) return undefined;
  const monoMs = Math.min(...sent.map(({ sentMonoMs }) => sentMonoMs));
  return { monoMs, epochMs: began.epochMs + (monoMs - began.monoMs) };
}

function besides(trial: Trial, { role }: LiveFault): readonly LiveFault[] {
  return role === 'fault' ? trial.faults : trial.controls;
}

/**
 * Older faults of the trial whose change a fault was made on top of, newest first. Where somebody took the whole stack
 * out at once, the state is that before the oldest, and the newest's own pre-image must never be written again.
 */
function stackedOn(fault: LiveFault, older: readonly LiveFault[]): readonly LiveFault[] {
  const touched = fault.definition.touches(fault.bound.params);
  return older.filter(
    ({ definition, bound, intent }) =>
      intent !== undefined &&
      definition.type === fault.definition.type &&
      definition.touches(bound.params).some((one) => touched.includes(one)),
  );
}

function faultsAbove(trial: Trial, fault: LiveFault): readonly LiveFault[] {
  return besides(trial, fault)
    .slice(fault.index + 1)
    .filter((newer) => newer.intent !== undefined && stackedOn(newer, [fault]).length > 0);
}

function isStillOpen({ rollback }: LiveFault): boolean {
  return rollback === undefined || !isClosingVerdict(rollback.verdict);
}

function injectionOf(fault: LiveFault): Injection {
  if (fault.status === 'refused') return 'denied';
  return fault.acknowledged === undefined ? 'unknown' : 'acknowledged';
}
