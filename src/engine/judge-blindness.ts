import { formatDuration } from '../model/duration.ts';
import type { BlindnessResult } from '../model/scorecard.ts';
import { losesFromMs } from '../model/stalls.ts';
import type { ReasonCode } from '../model/verdict.ts';
import type { FaultState, Judgement } from './judge-detection.ts';
import { notInjected } from './not-injected.ts';
import { type PollGap, unseenReason } from './poll-gaps.ts';
import { type OwnStalls, stoodStillBetween } from './stood-still.ts';

/** What became of one canary: when it was raised, and when it was received, if ever. */
export interface CanaryFate {
  readonly raisedMonoMs?: number;
  /** When raising it was over; it took place in between. */
  readonly outMonoMs?: number;
  /** By when it had left, where we stood still as it was raised. */
  readonly leftByMonoMs?: number;
  readonly receivedMonoMs?: number;
  /** Since when it may have been here, where that is not known to the moment: polled, or while we stood still (J19). */
  readonly earliestMonoMs?: number;
}

export interface BlindnessCase extends OwnStalls {
  readonly expectation: { readonly id: string; readonly detector: string; readonly sloMs: number };
  readonly fault: FaultState;
  readonly before?: CanaryFate;
  /** Raised after the effect was proven. */
  readonly during?: CanaryFate;
  /** Whether the first read that can tell of the time after the canary saw the fault in; absent while there is none. */
  readonly duringIsIn?: boolean;
  /** Whether signals were lost here while the canary in the middle was waited for. */
  readonly overloaded?: boolean;
  /** How long we stood still meanwhile, where it is pushed. */
  readonly frozenMs?: number;
  /** When its store was not seen meanwhile, so that its alert may have come and gone. */
  readonly unseen?: readonly PollGap[];
  /** Raised after the verified revert. */
  readonly after?: CanaryFate;
  readonly nowMonoMs: number;
  readonly ended?: 'stopped' | 'errored';
}

/**
 * Judges a `blind:` expectation: a canary passes before, one raised after the effect is proven is lost until the SLO,
 * one raised after the verified revert passes. `settledDuring` is what the fault must stay in for.
 */
export function judgeBlindness(facts: BlindnessCase): Judgement<BlindnessResult> & { readonly settledDuring: boolean } {
  const { fault, expectation, before, during, after, nowMonoMs, ended } = facts;
  const say = (verdict: BlindnessResult['verdict'], reasonCode: ReasonCode, reason: string) => ({
    settled: true,
    settledDuring: true,
    deadlinesMonoMs: [],
    result: toResult(facts, verdict, reasonCode, reason),
  });
  const wait = (settledDuring: boolean, ...deadlinesMonoMs: number[]) => ({
    settled: false,
    settledDuring,
    deadlinesMonoMs,
    result: toResult(facts, 'inconclusive', ended ?? 'not-listened', 'The trial ended before this could be judged.'),
  });

  if (fault.isUnknown === true) {
    const { code, reason } = notInjected(fault, '');
    return say('inconclusive', code, reason);
  }
  if (fault.status === 'not-injected' || fault.status === 'refused') {
    return say('inconclusive', 'not-injected', 'The change did not take effect, so it could blind nothing.');
  }
  if (fault.effect === 'unproven')
    return say(
      'inconclusive',
      'effect-unproven',
      'The injected state was neither read back nor found in an audit source.',
    );
  if (ended !== undefined) return { ...wait(true), settled: true };
  if (fault.t0 !== undefined && !passedInTime(before, expectation.sloMs)) {
    return say(
      'inconclusive',
      'canary-not-proven',
      `No canary passed ${expectation.detector} within ${formatDuration(expectation.sloMs)} before the fault, so a lost one proves nothing.`,
    );
  }
  if (during?.raisedMonoMs === undefined) {
    if (fault.goneMonoMs === undefined) return wait(false);
    return fault.effect === 'proven'
      ? say('inconclusive', 'canary-not-proven', 'No canary could be raised while the fault was in.')
      : say('inconclusive', 'effect-unproven', 'The injected state was never proven to be in.');
  }
  const deadline = during.raisedMonoMs + expectation.sloMs;
  const lastDeadline = Math.max(deadline, (during.leftByMonoMs ?? 0) + expectation.sloMs);
  const frozenMs = facts.frozenMs ?? 0;
  const stoodStill = `We stood still for ${formatDuration(frozenMs)} while the canary was out`;
  if (facts.duringIsIn !== true) {
    if (facts.duringIsIn === undefined && fault.goneMonoMs === undefined) return wait(false, deadline);
    return say('inconclusive', 'canary-not-proven', 'The fault may have been gone when the canary was raised.');
  }
  if (during.receivedMonoMs !== undefined && during.receivedMonoMs <= deadline) {
    const took = formatDuration(during.receivedMonoMs - during.raisedMonoMs);
    return say('not-blind', 'canary-passed', `A canary raised while the fault was in still arrived, after ${took}.`);
  }
  if (during.receivedMonoMs !== undefined && (during.earliestMonoMs ?? during.receivedMonoMs) <= lastDeadline) {
    const slo = `so whether that was within ${formatDuration(expectation.sloMs)} cannot be told.`;
    if (frozenMs > 0) return say('inconclusive', 'harness-frozen', `${stoodStill}, and it arrived, ${slo}`);
    const between = [during.earliestMonoMs ?? during.receivedMonoMs, during.receivedMonoMs] as const;
    const stoodMs = stoodStillBetween(facts, between);
    if (stoodMs !== undefined)
      return say(
        'inconclusive',
        'harness-frozen',
        `The canary arrived while we stood still for ${formatDuration(stoodMs)}, ${slo}`,
      );
    return say('inconclusive', 'poll-too-coarse', `The canary arrived between two polls, ${slo} Poll more often.`);
  }
  if (nowMonoMs < lastDeadline) return wait(false, lastDeadline);
  if (facts.overloaded === true)
    return say('inconclusive', 'overload', `Signals of ${expectation.detector} were dropped under overload.`);
  if (frozenMs >= losesFromMs)
    return say('inconclusive', 'harness-frozen', `${stoodStill}, so it may have been lost here.`);
  const unseen = facts.unseen?.at(0);
  if (unseen !== undefined) {
    const { code, reason } = unseenReason(unseen, expectation.detector, [during.raisedMonoMs, 'the canary']);
    return say('inconclusive', code, reason);
  }
  if (after === undefined) return wait(true);
  if (after.raisedMonoMs === undefined)
    return say('inconclusive', 'canary-not-proven', 'No canary could be raised after the revert.');
  const afterDeadline = after.raisedMonoMs + 3 * expectation.sloMs;
  if (after.receivedMonoMs !== undefined && after.receivedMonoMs <= afterDeadline) {
    return say(
      'blind',
      'canary-lost',
      `A canary raised while the fault was in was lost for ${formatDuration(expectation.sloMs)}; those before and after it passed.`,
    );
  }
  if (nowMonoMs < afterDeadline) return wait(true, afterDeadline);
  return say(
    'inconclusive',
    'canary-not-proven',
    `The canary raised after the revert did not arrive in time either, so the loss is not the fault's alone. ${expectation.detector} may still be blind.`,
  );
}

/** A path that is slower than the SLO would lose every canary, whether blind or not. */
function passedInTime(canary: CanaryFate | undefined, sloMs: number): boolean {
  if (canary?.raisedMonoMs === undefined || canary.receivedMonoMs === undefined) return false;
  return canary.receivedMonoMs - canary.raisedMonoMs <= sloMs;
}

function toResult(
  facts: BlindnessCase,
  verdict: BlindnessResult['verdict'],
  reasonCode: ReasonCode,
  reason: string,
): BlindnessResult {
  const { id, detector, sloMs } = facts.expectation;
  const fate = (when: 'before' | 'during' | 'after', canary: CanaryFate | undefined) => ({
    when,
    raised: canary?.raisedMonoMs !== undefined,
    received: canary?.receivedMonoMs !== undefined,
  });
  const canaries = [fate('before', facts.before), fate('during', facts.during), fate('after', facts.after)];
  return { id, detector, sloMs, verdict, reasonCode, reason, canaries };
}
