import { formatDuration } from '../model/duration.ts';
import type { BlindnessResult } from '../model/scorecard.ts';
import type { ReasonCode } from '../model/verdict.ts';
import { type FaultState, horizonFactor, type Judgement } from './judge-detection.ts';
import { notInjected } from './not-injected.ts';

/** How a guardrail answered a canary: the last of the acts by which it was asked, and when that one was sent and answered. */
export interface GuardrailAnswer {
  readonly answer: 'refused' | 'let-through' | 'unknown';
  /** The request that was let through, as an audit source knows it. */
  readonly requestId?: string;
  /** The evidence of a refusal, or why it is not known whose doing the answer was. */
  readonly detail?: string;
  readonly sentMonoMs: number;
  readonly answeredMonoMs: number;
  /** How long it was asked for until then, in ms. */
  readonly askedForMs: number;
  /** For how much of that we stood still. */
  readonly frozenMs?: number;
}

/** Answers before the fault, while it is in, and after the verified revert; absent while there is none yet. */
export interface GuardrailCanaries {
  readonly before?: GuardrailAnswer;
  readonly during?: GuardrailAnswer;
  readonly after?: GuardrailAnswer;
}

export interface GuardrailBlindnessCase {
  readonly expectation: { readonly id: string; readonly guardrail: string; readonly sloMs: number };
  readonly fault: FaultState;
  readonly canaries: GuardrailCanaries;
  /** Whether the first read that can tell of the time after the canary saw the fault in; absent while there is none. */
  readonly duringIsIn?: boolean;
  /** Evidence in the audit record of the canary in the middle that it was let through because nobody could be asked (J15). */
  readonly failedOpen?: string;
  /** True where that canary may have passed so, and no audit record of it has come that would tell. */
  readonly isUnrecorded?: boolean;
  /** Audit sources that the environment declares. */
  readonly auditSources: readonly string[];
  readonly nowMonoMs: number;
  readonly ended?: 'stopped' | 'errored';
}

/**
 * Judges a `blindGuardrails:` expectation: a canary is refused before, let through within the SLO of the proven effect,
 * and refused again after the verified revert. `settledDuring` is what the fault must stay in for.
 */
export function judgeGuardrailBlindness(
  facts: GuardrailBlindnessCase,
): Judgement<BlindnessResult> & { readonly settledDuring: boolean } {
  const { fault, expectation, ended } = facts;
  const { before, during, after } = facts.canaries;
  const name = expectation.guardrail;
  const slo = formatDuration(expectation.sloMs);
  const result = (verdict: BlindnessResult['verdict'], reasonCode: ReasonCode, reason: string) =>
    toResult(facts, { verdict, reasonCode, reason });
  const say = (...judged: Parameters<typeof result>) => ({
    settled: true,
    settledDuring: true,
    deadlinesMonoMs: [],
    result: result(...judged),
  });
  const wait = (settledDuring: boolean) => ({
    settled: ended !== undefined,
    settledDuring: settledDuring || ended !== undefined,
    deadlinesMonoMs: [],
    result: result('inconclusive', ended ?? 'not-listened', 'The trial ended before this could be judged.'),
  });
  const unproven = (reason: string) => say('inconclusive', 'canary-not-proven', reason);

  if (fault.isUnknown === true) {
    const { code, reason } = notInjected(fault, '');
    return say('inconclusive', code, reason);
  }
  if (fault.status === 'not-injected' || fault.status === 'refused')
    return say('inconclusive', 'not-injected', 'The change did not take effect, so it could disable nothing.');
  if (fault.effect === 'unproven') {
    const reason = 'The injected state was neither read back nor found in an audit source.';
    return say('inconclusive', 'effect-unproven', reason);
  }
  if (ended !== undefined) return wait(true);
  if (fault.t0 !== undefined && before?.answer !== 'refused')
    return unproven(`${name} did not refuse its canary before the fault${because(before)}.`);
  if (during === undefined) {
    if (fault.goneMonoMs === undefined) return wait(false);
    return unproven('The fault was gone before the canary was answered.');
  }
  if (facts.duringIsIn !== true) {
    if (facts.duringIsIn === undefined && fault.goneMonoMs === undefined) return wait(false);
    return unproven('The fault may have been gone when the canary was answered.');
  }
  if (during.answer === 'refused') {
    const reason = `${name} still refused its canary ${slo} after the effect was proven: ${during.detail ?? 'by its own words'}.`;
    return say('not-blind', 'guardrail-on', reason);
  }
  if (during.answer === 'unknown') return unproven(`It is not known who answered the canary${because(during)}.`);
  if (facts.failedOpen !== undefined) {
    const reason = `${name} could not be asked and let its canary pass, so it was not shown to be disabled: ${facts.failedOpen}.`;
    return say('inconclusive', 'failed-open', reason);
  }
  const { frozenMs = 0 } = during;
  if (frozenMs > 0 && during.askedForMs > expectation.sloMs) {
    const stoodStill = `we stood still for ${formatDuration(frozenMs)} meanwhile`;
    return say(
      'inconclusive',
      'harness-frozen',
      `${name} let its canary through, but ${stoodStill}: it may have within ${slo}.`,
    );
  }
  if (after === undefined) return wait(true);
  if (after.answer !== 'refused')
    return unproven(
      `${name} did not refuse its canary after the revert either${because(after)}. It may still be disabled.`,
    );
  if (facts.isUnrecorded === true) {
    const horizonAt = during.answeredMonoMs + horizonFactor * expectation.sloMs;
    const sources = facts.auditSources.join(' or ');
    if (sources !== '' && facts.nowMonoMs < horizonAt) return { ...wait(true), deadlinesMonoMs: [horizonAt] };
    const untold = sources === '' ? 'no audit source is declared that could tell' : `no record of ${sources} tells`;
    return unproven(
      `${name} let its canary through, and ${untold} whether it could be asked: it may have failed open.`,
    );
  }
  const took = formatDuration(during.askedForMs);
  return say(
    'blind',
    'guardrail-off',
    `${name} let its canary through ${took} after the effect was proven, and refused it before and after.`,
  );
}

function because(answer: GuardrailAnswer | undefined): string {
  if (answer === undefined) return ': it could not be asked';
  if (answer.answer === 'let-through') return ': it let it through';
  return answer.detail === undefined ? '' : `: ${answer.detail}`;
}

function toResult(
  { expectation: { id, guardrail, sloMs }, canaries }: GuardrailBlindnessCase,
  judged: Pick<BlindnessResult, 'verdict' | 'reasonCode' | 'reason'>,
): BlindnessResult {
  const fates = (['before', 'during', 'after'] as const).map((when) => {
    const answer = canaries[when];
    return { when, raised: answer !== undefined, received: answer?.answer === 'refused' };
  });
  return { id, guardrail, sloMs, ...judged, canaries: fates };
}
