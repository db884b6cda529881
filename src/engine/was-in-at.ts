import { eventEpochMs, subjectsFrom } from './correlate.ts';
import { tellingReads } from './fault-state.ts';
import type { LiveFault } from './live-fault.ts';
import { auditMarginMs, subjectsOf, type Trial } from './trial-state.ts';
import { writesOfOthers } from './who-reverted.ts';

/** When a canary was sent, and when that was over. */
export interface CanaryTimes {
  readonly sentMonoMs: number;
  readonly outMonoMs: number;
}

/**
 * Says whether a fault was in while a canary was raised: by the first read that cannot lag behind that (J13), and by
 * all before it, as long as nobody else is known to have written in between; undefined while there is no such read.
 */
export function wasInAt(trial: Trial, fault: LiveFault, canary: CanaryTimes): boolean | undefined {
  const reads = tellingReads(fault);
  const index = reads.findIndex((read) => read.sentMonoMs >= canary.outMonoMs + fault.settleMs);
  if (index === -1) return undefined;
  // Where it was seen gone and came again, it may have been gone at the canary too.
  return reads.slice(0, index + 1).every(({ present }) => present) && !wasWrittenTo(trial, fault, canary);
}

/** Whether the audit source tells of somebody else's write between the last look before a canary and its end. */
function wasWrittenTo(trial: Trial, fault: LiveFault, { sentMonoMs, outMonoMs }: CanaryTimes): boolean {
  const { audit, marker, earlier } = trial;
  const { t0, settleMs } = fault;
  if (t0 === undefined) return false;
  const lookMonoMs = tellingReads(fault).findLast((read) => read.receivedMonoMs <= sentMonoMs)?.sentMonoMs;
  const epochOf = (monoMs: number) => t0.epochMs + (monoMs - t0.monoMs);
  const fromMs = Math.max(t0.epochMs, epochOf((lookMonoMs ?? t0.monoMs) - settleMs));
  const untilMs = epochOf(outMonoMs);
  const isSteady = trial.deps.wall.isSteady();
  // What earlier trials of the run did here is over, unless a revert of theirs got no answer.
  const past = earlier?.mayStillBeReverted === true ? [] : (earlier?.markers ?? []);
  const subjects = subjectsFrom(subjectsOf(fault));
  return writesOfOthers({ audit, markers: [marker, ...past], subjects }).some((signal) => {
    if (!isSteady) return true;
    const eventMs = eventEpochMs(signal);
    const marginMs = auditMarginMs(trial, signal.detector ?? '');
    return eventMs !== undefined && eventMs >= fromMs - marginMs && eventMs <= untilMs + marginMs;
  });
}
