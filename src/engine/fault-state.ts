import { lacksOwnRight } from '../model/own-rights.ts';
import type { FaultState } from './judge-detection.ts';
import type { LiveFault } from './live-fault.ts';
import { lastStablePeriod, type StateRead } from './state-reads.ts';

/**
 * Reads that can tell of the time after the injection. An eventually consistent store may answer for `settle` as if
 * nothing had been injected, even after it showed the change once, so that an absence is believed only after that (J13).
 */
export function tellingReads({
  reads,
  settleMs,
  acknowledgedMonoMs = Number.POSITIVE_INFINITY,
}: Pick<LiveFault, 'reads' | 'settleMs' | 'acknowledgedMonoMs'>): readonly StateRead[] {
  const seenMonoMs = reads.find((read) => read.present)?.receivedMonoMs ?? Number.POSITIVE_INFINITY;
  const inMonoMs = Math.min(acknowledgedMonoMs, seenMonoMs);
  return reads.filter(
    ({ present, sentMonoMs }) =>
      present || (settleMs === 0 ? sentMonoMs >= inMonoMs : sentMonoMs > inMonoMs + settleMs),
  );
}

/** How the judges see a fault. */
export function faultState(fault: LiveFault): FaultState {
  // Whether a detector should still see what somebody altered, nobody can tell: for it, it is gone (J14).
  const reads = tellingReads(fault).map(({ instead: _instead, ...read }) => read);
  const gone = fault.effect === 'proven' ? lastStablePeriod(reads, fault.settleMs) : undefined;
  const goneMonoMs = gone ?? goneByRevert(fault);
  const lacked = lacksOwnRight(fault.denied?.denial) ? fault.denied?.denial.action : undefined;
  return {
    status: fault.status,
    effect: fault.effect,
    ...(fault.t0 === undefined ? {} : { t0: fault.t0 }),
    ...(goneMonoMs === undefined ? {} : { goneMonoMs }),
    ...(fault.denied?.denial.behind === undefined ? {} : { refusedBehind: fault.denied.denial.behind }),
    ...(fault.acknowledged?.unasked === undefined ? {} : { unasked: fault.acknowledged.unasked }),
    ...(fault.doneBefore === 0 ? {} : { doneBefore: fault.doneBefore }),
    ...(fault.failure === undefined ? {} : { failure: fault.failure }),
    ...(isUnknown(fault) ? { isUnknown: true } : {}),
    ...(fault.definition.onTrust === true ? { isOnTrust: true } : {}),
    ...(lacked === undefined ? {} : { ownRights: lacked }),
  };
}

/** What a program or a call of a scenario did before it failed shows only as far as the scenario reads it. */
function isUnknown({ status, t0, mayHaveActed, definition }: LiveFault): boolean {
  return status === 'not-injected' && t0 !== undefined && mayHaveActed === true && definition.selfDeclared === true;
}

/** Our own revert took it out, unless it failed, or found it gone: then somebody did since it was last seen. */
function goneByRevert({
  revertRequested,
  rollback,
  reads,
  settleMs,
  t0,
  mayBeGoneBefore,
}: LiveFault): FaultState['goneMonoMs'] {
  if (revertRequested === undefined || rollback?.reasonCode === 'revert-failed') return undefined;
  const reverted = revertRequested.monoMs;
  if (rollback === undefined || (rollback.verdict === 'clean' && mayBeGoneBefore !== true)) return [reverted, reverted];
  const seen = reads.findLast((read) => read.present);
  const sinceMs = seen === undefined ? (t0?.monoMs ?? reverted) : seen.sentMonoMs - settleMs;
  return [Math.min(sinceMs, reverted), reverted];
}
