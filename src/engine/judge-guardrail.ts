import type { Denial } from '../model/call.ts';
import { formatDuration } from '../model/duration.ts';
import type { Attribution, GuardrailOutcome } from '../model/guardrail.ts';
import type { GuardrailResult } from '../model/scorecard.ts';
import type { ReasonCode } from '../model/verdict.ts';
import { comebackMs } from './asked.ts';
import { type FaultState, horizonFactor, type Judgement } from './judge-detection.ts';
import { notInjected } from './not-injected.ts';
import { isBack, lastStablePeriod, type StateRead } from './state-reads.ts';
import { type OwnStalls, stoodStillBetween } from './stood-still.ts';

/** What is known of the state of one change of the trial. */
export interface ChangeReads {
  /** Reads that can tell of the time after the injection, oldest first, up to our own revert. */
  readonly reads: readonly StateRead[];
  /** When we began to take it back ourselves; the state was read no more from then on. */
  readonly revertMonoMs?: number;
  /** True where our own revert did not find it in for sure, so that somebody may have taken it out since the last read. */
  readonly mayBeGoneBefore?: boolean;
}

/** A change of the trial that an expectation is not about. */
export interface OtherChange extends ChangeReads {
  /** `'app.region-outage' on 'region/eu-west-1'` */
  readonly what: string;
}

export interface GuardrailCase extends OwnStalls, ChangeReads {
  readonly expectation: {
    readonly id: string;
    readonly guardrail: string;
    readonly outcome: GuardrailOutcome;
    readonly sloMs: number;
  };
  readonly fault: FaultState;
  readonly denial?: { readonly denial: Denial; readonly atMonoMs: number };
  /** What the guardrail's plugin makes of the denial. */
  readonly denialBy?: Attribution;
  /** The other changes of the trial: what users feel comes of them too (J17). */
  readonly alongside?: readonly OtherChange[];
  /** How far a read may lag behind (J13). */
  readonly settleMs: number;
  /** What the guardrail's plugin makes of the audit records of others on the fault's subjects, so far. */
  readonly revertBy?: Attribution;
  /** Readings of the probe that shows a mitigation; `present` where it was out of tolerance (J17). */
  readonly mitigation?: { readonly reads: readonly StateRead[]; readonly overMs: number };
  /** Evidence in the audit records of our own request that the guardrail was down and let it pass (J15). */
  readonly failedOpen?: string;
  /** Audit sources that the environment declares. */
  readonly auditSources: readonly string[];
  /** The environment declares that nobody else writes these resources (J16). */
  readonly onlyWriter: boolean;
  readonly stabilityMs: number;
  readonly nowMonoMs: number;
  readonly ended?: 'stopped' | 'errored';
  /** When it was stopped or failed; what was due before was heard out. */
  readonly endedMonoMs?: number;
}

/** Judges one guardrail by J12 and J15 to J17. Pure. */
export function judgeGuardrail(facts: GuardrailCase): Judgement<GuardrailResult> {
  const { fault, expectation } = facts;
  if (fault.status === 'pending') return open(facts);
  if (fault.status === 'not-injected' || fault.t0 === undefined) {
    const { code, reason } = notInjected(fault, 'so the guardrail had nothing to act on');
    return settled(facts, 'inconclusive', code, reason);
  }
  if (fault.status === 'refused') return judgeDenial(facts, fault.t0.monoMs);
  if (facts.failedOpen !== undefined) {
    const why = `${expectation.guardrail} could not be asked and let the change pass.`;
    return settled(facts, 'absent', 'failed-open', why, { evidence: facts.failedOpen });
  }
  if (expectation.outcome === 'prevented') {
    if (fault.unasked !== undefined) {
      const why = `The change went through, but ${fault.unasked}, so ${expectation.guardrail} need not have been asked.`;
      return settled(facts, 'inconclusive', 'not-asked', why);
    }
    const why = `The change went through; ${expectation.guardrail} did not prevent it.`;
    return settled(facts, 'absent', 'not-prevented', why);
  }
  if (facts.mitigation !== undefined && !facts.reads.slice(-1).some(isBack)) {
    return judgeMitigation(facts, facts.mitigation, fault.t0.monoMs);
  }
  return judgeRevert(facts, fault.t0.monoMs);
}

/** J15: a refusal is this guardrail's only where type, policy or webhook say so. */
function judgeDenial(facts: GuardrailCase, t0MonoMs: number): Judgement<GuardrailResult> {
  const { denial, denialBy, expectation } = facts;
  if (denial === undefined || denialBy === undefined) {
    return settled(
      facts,
      'inconclusive',
      'not-attributed',
      'The change was refused, but the answer does not say by whom.',
    );
  }
  switch (denialBy.whose) {
    case 'mine': {
      const ttrMs = denial.atMonoMs - t0MonoMs;
      const extra = { ttrMs, evidence: denialBy.evidence };
      if (facts.fault.doneBefore !== undefined) {
        const changes = facts.fault.doneBefore === 1 ? 'one change' : `${facts.fault.doneBefore} changes`;
        const why = `${expectation.guardrail} refused only what came after ${changes} of the fault had gone through.`;
        return settled(facts, 'absent', 'not-prevented', why, { evidence: denialBy.evidence });
      }
      const took = `after ${formatDuration(ttrMs)} (SLO ${formatDuration(expectation.sloMs)})`;
      if (ttrMs > expectation.sloMs) {
        const stoodMs = facts.stoodStillMs?.(t0MonoMs, denial.atMonoMs) ?? 0;
        if (ttrMs - stoodMs <= expectation.sloMs) return frozen(facts, `Refused ${took}`, { stoodMs, extra });
        return settled(facts, 'late', 'after-slo', `Refused ${took}.`, extra);
      }
      if (denialBy.mutated === true)
        return settled(facts, 'prevented', 'mutated', `Let through and neutralised ${took}.`, extra);
      return expectation.outcome === 'prevented'
        ? settled(facts, 'prevented', 'in-time', `Refused ${took}.`, extra)
        : settled(
            facts,
            'prevented',
            'better-than-expected',
            `Refused ${took}; expected was '${expectation.outcome}'.`,
            extra,
          );
    }
    case 'other':
      return settled(
        facts,
        'inconclusive',
        'pre-empted',
        `Pre-empted by ${denialBy.by}: it refused the change before ${expectation.guardrail} could.`,
      );
    case 'own-rights':
      return settled(
        facts,
        'inconclusive',
        'own-rights',
        `The tester lacks the right to ${denial.denial.action}; no guardrail was tested. Grant it: windshear plan prints the policy.`,
      );
    case 'down':
      return settled(
        facts,
        'inconclusive',
        'guardrail-down',
        `${expectation.guardrail} could not be reached and failed closed.`,
      );
    case 'unknown':
      return settled(
        facts,
        'inconclusive',
        'not-attributed',
        `The change was refused, but not provably by ${expectation.guardrail}: ${denialBy.why}`,
      );
  }
}

/** J17: the fault is still in, and the probe that users feel left its tolerance, is back in it, and stays there. */
function judgeMitigation(
  facts: GuardrailCase,
  { reads, overMs }: NonNullable<GuardrailCase['mitigation']>,
  t0MonoMs: number,
): Judgement<GuardrailResult> {
  const { expectation, fault, ended, nowMonoMs } = facts;
  const horizonAt = t0MonoMs + horizonFactor * expectation.sloMs;
  const isFelt = reads.some((read) => read.present);
  const back = isFelt ? lastStablePeriod(reads) : undefined;
  if (fault.effect === 'unproven') {
    return settled(facts, 'inconclusive', 'effect-unproven', 'The injected state was never proven to be in.');
  }
  const stableAt = back === undefined ? undefined : back[1] + overMs;
  const isStable = stableAt !== undefined && (reads.at(-1)?.sentMonoMs ?? 0) >= stableAt;
  const isInTime = back !== undefined && back[0] <= horizonAt;
  if (!isInTime || !isStable || fault.effect !== 'proven') {
    if (ended !== undefined) return settled(facts, 'inconclusive', ended, 'The trial ended before this was settled.');
    const until = Math.max(horizonAt, isInTime && stableAt !== undefined ? stableAt : 0);
    if (nowMonoMs < until) return open(facts, [t0MonoMs + expectation.sloMs, until]);
    if (fault.effect !== 'proven') {
      return settled(facts, 'inconclusive', 'effect-unproven', 'The injected state was never proven to be in.');
    }
    if (reads.length === 0) {
      return settled(facts, 'inconclusive', 'not-measured', 'The probe that shows a mitigation gave no reading.');
    }
    if (!isFelt) {
      const why = `None of ${reads.length} readings was out of tolerance, so users felt nothing that ${expectation.guardrail} could mitigate.`;
      return settled(facts, 'inconclusive', 'not-felt', why);
    }
    const feltMonoMs = reads.findLast((read) => read.present)?.sentMonoMs ?? t0MonoMs;
    if (feltMonoMs >= horizonAt && facts.reads.at(-1)?.instead === 'other') {
      const why = 'Users still felt it, but somebody had altered what was injected, so what they felt is not known.';
      return settled(facts, 'inconclusive', 'altered', why);
    }
    if (feltMonoMs >= horizonAt)
      return settled(facts, 'absent', 'still-in', `Users still felt it after ${formatDuration(horizonAt - t0MonoMs)}.`);
    if (isLookDue(facts, until)) return open(facts, [until + comebackMs]);
    return unmeasured(facts, { t0MonoMs, feltMonoMs, untilMonoMs: until });
  }
  const changes: readonly OtherChange[] = [{ ...facts, what: 'the fault' }, ...(facts.alongside ?? [])];
  const spoilt = changes.find((change) => !wasWholeUntil(change, stableAt));
  if (spoilt !== undefined) return notAsInjected(facts, spoilt);
  const untold = changes.find((change) => !isSeenAt(change, stableAt));
  if (untold !== undefined) {
    if (ended !== undefined) return settled(facts, 'inconclusive', ended, 'The trial ended before this was settled.');
    if (isLookDue(facts, stableAt)) return open(facts, [stableAt + comebackMs]);
    return unseen({ ...facts, ...untold }, [t0MonoMs, stableAt]);
  }
  const interval: readonly [number, number] = [Math.max(0, back[0] - t0MonoMs), back[1] - t0MonoMs];
  const felt = reads.filter((read) => read.present).length;
  const evidence = `in tolerance for ${formatDuration(overMs)} while the fault was in; ${felt} of ${reads.length} readings out of it`;
  const extra = { ttrMs: interval[1], evidence };
  const took = `after ${formatDuration(interval[1])} (SLO ${formatDuration(expectation.sloMs)})`;
  if (interval[1] <= expectation.sloMs) return settled(facts, 'mitigated', 'in-time', `Mitigated ${took}.`, extra);
  if (interval[0] > expectation.sloMs) return settled(facts, 'late', 'after-slo', `Mitigated ${took}.`, extra);
  const between = `Mitigated between ${formatDuration(interval[0])} and ${formatDuration(interval[1])}`;
  const stoodMs = stoodStillBetween(facts, back);
  if (stoodMs !== undefined) return frozen(facts, between, { stoodMs, extra });
  const why = `${between}; the SLO lies between two readings.`;
  return settled(facts, 'inconclusive', 'poll-too-coarse', why, extra);
}

/** What users feel of a change is told only by what was felt while it was in as injected. */
function wasWholeUntil({ reads }: ChangeReads, atMonoMs: number): boolean {
  const told = reads.findIndex(({ sentMonoMs }) => sentMonoMs >= atMonoMs);
  return reads.slice(0, told === -1 ? reads.length : told + 1).every(({ present }) => present);
}

/** J17: somebody else did something about the fault before users had been well for long enough. */
function notAsInjected(facts: GuardrailCase, { what, reads }: OtherChange): Judgement<GuardrailResult> {
  const isAltered = reads.some(({ instead }) => instead !== undefined);
  const done = isAltered ? 'somebody had altered' : 'somebody had taken out';
  const why = `Users were well again, but ${done} ${what} by then, so whether ${facts.expectation.guardrail} mitigated is not known.`;
  return settled(facts, 'inconclusive', isAltered ? 'altered' : 'gone-before-slo', why);
}

/** No reading shows that users still felt it at the horizon, nor for long enough that they felt it no more. */
function unmeasured(
  facts: GuardrailCase,
  {
    t0MonoMs,
    feltMonoMs,
    untilMonoMs,
  }: { readonly t0MonoMs: number; readonly feltMonoMs: number; readonly untilMonoMs: number },
): Judgement<GuardrailResult> {
  const felt = `Users last felt it after ${formatDuration(Math.max(0, feltMonoMs - t0MonoMs))}`;
  if (facts.revertMonoMs !== undefined && feltMonoMs > t0MonoMs + facts.expectation.sloMs) {
    const why = `${felt}, past the SLO; then we took the fault back.`;
    return settled(facts, 'absent', 'late-unknown', why);
  }
  const stoodMs = stoodStillBetween(facts, [feltMonoMs, untilMonoMs]);
  if (stoodMs !== undefined) {
    const why = `${felt}, and we stood still for ${formatDuration(stoodMs)} since, so whether it was mitigated is not known.`;
    return settled(facts, 'inconclusive', 'harness-frozen', why);
  }
  const why = `${felt}; the probe gave too few readings since to say whether it was mitigated.`;
  return settled(facts, 'inconclusive', 'not-measured', why);
}

/** J16: gone, stable, and by whom. */
function judgeRevert(facts: GuardrailCase, t0MonoMs: number): Judgement<GuardrailResult> {
  const { expectation, nowMonoMs, stabilityMs } = facts;
  const sloAt = t0MonoMs + expectation.sloMs;
  const horizonAt = t0MonoMs + horizonFactor * expectation.sloMs;
  const gone = lastStablePeriod(facts.reads, facts.settleMs);
  const deadlines = [sloAt, horizonAt];

  if (facts.fault.effect === 'unproven') {
    return settled(
      facts,
      'inconclusive',
      'effect-unproven',
      'The injected state was never proven to be in, so nothing shows that a guardrail took it back.',
    );
  }
  if (gone === undefined || gone[0] > horizonAt) {
    if (facts.ended !== undefined && (facts.endedMonoMs ?? 0) < horizonAt)
      return settled(facts, 'inconclusive', facts.ended, 'The trial ended before the horizon of this expectation.');
    if (gone === undefined && facts.revertMonoMs !== undefined && facts.revertMonoMs < horizonAt)
      return takenBackByUs(facts, { t0MonoMs, revertMonoMs: facts.revertMonoMs });
    if (nowMonoMs < horizonAt) return open(facts, deadlines);
    const isSeen = gone !== undefined || isSeenAt(facts, horizonAt);
    if (!isSeen && isLookDue(facts, horizonAt)) return open(facts, [horizonAt + comebackMs]);
    const code = facts.fault.effect === 'proven' ? 'still-in' : 'effect-unproven';
    if (code === 'effect-unproven')
      return settled(facts, 'inconclusive', code, 'The injected state was never proven to be in.');
    if (!isSeen) return unseen(facts, [t0MonoMs, horizonAt]);
    const after = formatDuration(horizonAt - t0MonoMs);
    const reads = facts.reads.filter(({ sentMonoMs }) => sentMonoMs <= horizonAt);
    if (reads.some((read, n) => isBack(read) && n > 0)) {
      const reason = `The fault was taken back and came again; it was in at the horizon of ${after}.`;
      return settled(facts, 'absent', 'not-stable', reason);
    }
    const instead = reads.at(-1)?.instead;
    if (instead === 'other') {
      const reason = `Somebody altered what was injected; after ${after} it was neither that nor what had been before.`;
      return settled(facts, 'inconclusive', 'altered', reason);
    }
    const what = instead === 'part' ? 'A part of the fault' : 'The fault';
    return settled(facts, 'absent', 'still-in', `${what} was still in after ${after}.`);
  }
  const stableAt = gone[1] + stabilityMs;
  const lastReadMs = facts.reads.at(-1)?.sentMonoMs ?? 0;
  if (lastReadMs < stableAt) {
    if (facts.ended !== undefined)
      return settled(facts, 'inconclusive', facts.ended, 'The trial ended inside the stability window.');
    if (facts.revertMonoMs !== undefined && facts.fault.effect !== 'proven')
      return settled(facts, 'inconclusive', 'effect-unproven', 'The injected state was never proven to be in.');
    if (facts.revertMonoMs !== undefined)
      return settled(facts, 'inconclusive', 'not-listened', 'Our own revert came inside the stability window.');
    if (nowMonoMs < stableAt + comebackMs) return open(facts, [...deadlines, stableAt, stableAt + comebackMs]);
    const seenMonoMs = facts.reads.at(-1)?.sentMonoMs ?? t0MonoMs;
    return unread(facts, { was: 'out', t0MonoMs, seenMonoMs, untilMonoMs: stableAt });
  }
  if (facts.fault.effect !== 'proven') {
    if (facts.ended === undefined && nowMonoMs < horizonAt) return open(facts, [horizonAt]);
    return settled(facts, 'inconclusive', 'effect-unproven', 'The injected state was never proven to be in.');
  }
  return attributeRevert(facts, gone, { t0MonoMs, horizonAt: Math.max(horizonAt, stableAt) });
}

/** Whether it is known to have been in at an instant: a look since then showed it, or our own revert found it in. */
function isSeenAt({ reads, revertMonoMs, mayBeGoneBefore }: ChangeReads, atMonoMs: number): boolean {
  if (revertMonoMs !== undefined && revertMonoMs >= atMonoMs && mayBeGoneBefore !== true) return true;
  return reads.some((read) => !isBack(read) && read.sentMonoMs >= atMonoMs);
}

/** Whether a look at the time since an instant may still come. */
function isLookDue({ ended, revertMonoMs, nowMonoMs }: GuardrailCase, atMonoMs: number): boolean {
  return ended === undefined && revertMonoMs === undefined && nowMonoMs < atMonoMs + comebackMs;
}

/** Nobody looked, or got an answer, from the last look that saw it in on: it may have been taken back in time. */
function unseen(facts: GuardrailCase, [t0MonoMs, untilMonoMs]: readonly [number, number]): Judgement<GuardrailResult> {
  const seenMonoMs = facts.reads.findLast((read) => !isBack(read))?.sentMonoMs ?? t0MonoMs;
  if (facts.mayBeGoneBefore === true && stoodStillBetween(facts, [seenMonoMs, untilMonoMs]) === undefined) {
    const [seen, reverted] = [seenMonoMs, facts.revertMonoMs ?? untilMonoMs].map((at) => since(t0MonoMs, at));
    const why = `The fault was last seen in after ${seen}; somebody may have taken it back before our own revert came after ${reverted}, and whether that would have stayed is not known.`;
    return settled(facts, 'inconclusive', 'not-listened', why);
  }
  return unread(facts, { was: 'in', t0MonoMs, seenMonoMs, untilMonoMs });
}

interface Unread {
  readonly was: 'in' | 'out';
  readonly t0MonoMs: number;
  readonly seenMonoMs: number;
  readonly untilMonoMs: number;
}

/** It could not be read for long enough to say that it stayed as it was last seen. */
function unread(facts: GuardrailCase, { was, t0MonoMs, seenMonoMs, untilMonoMs }: Unread): Judgement<GuardrailResult> {
  const stoodMs = stoodStillBetween(facts, [seenMonoMs, untilMonoMs]);
  const unknown = `so whether it was still ${was} after ${since(t0MonoMs, untilMonoMs)} is not known.`;
  const seen = `The fault was last seen ${was} after ${since(t0MonoMs, seenMonoMs)}`;
  return stoodMs === undefined
    ? settled(facts, 'inconclusive', 'not-measured', `${seen} and could not be read since, ${unknown}`)
    : settled(
        facts,
        'inconclusive',
        'harness-frozen',
        `${seen}, and we stood still for ${formatDuration(stoodMs)} since, ${unknown}`,
      );
}

function since(t0MonoMs: number, atMonoMs: number): string {
  return formatDuration(Math.max(0, atMonoMs - t0MonoMs));
}

/** J14: the fault had to come out (its longest exposure, say) before the guardrail's time was over. */
function takenBackByUs(
  facts: GuardrailCase,
  { t0MonoMs, revertMonoMs }: { readonly t0MonoMs: number; readonly revertMonoMs: number },
): Judgement<GuardrailResult> {
  const { expectation, fault } = facts;
  if (fault.effect !== 'proven')
    return settled(facts, 'inconclusive', 'effect-unproven', 'The injected state was never proven to be in.');
  if (facts.mayBeGoneBefore === true) return unseen(facts, [t0MonoMs, revertMonoMs]);
  const after = formatDuration(revertMonoMs - t0MonoMs);
  if (revertMonoMs < t0MonoMs + expectation.sloMs)
    return settled(facts, 'inconclusive', 'gone-before-slo', `We took the fault back after ${after}, before the SLO.`);
  return settled(
    facts,
    'absent',
    'late-unknown',
    `The fault was in past the SLO, until we took it back after ${after}.`,
  );
}

function attributeRevert(
  facts: GuardrailCase,
  gone: readonly [number, number],
  { t0MonoMs, horizonAt }: { readonly t0MonoMs: number; readonly horizonAt: number },
): Judgement<GuardrailResult> {
  const { expectation, revertBy, onlyWriter } = facts;
  const by =
    revertBy?.whose === 'mine'
      ? revertBy.evidence
      : onlyWriter
        ? `${expectation.guardrail} is declared the only writer`
        : undefined;
  const interval: readonly [number, number] = [Math.max(0, gone[0] - t0MonoMs), gone[1] - t0MonoMs];
  if (by === undefined) {
    if (facts.ended === undefined && facts.nowMonoMs < horizonAt && revertBy?.whose !== 'other')
      return open(facts, [horizonAt]);
    if (revertBy?.whose === 'other') {
      return settled(
        facts,
        'inconclusive',
        'reverted-by-other',
        `Taken back by ${revertBy.by}, not by ${expectation.guardrail}.`,
        { ttrMs: interval[1] },
      );
    }
    const why = revertBy?.whose === 'unknown' ? ` (${revertBy.why})` : '';
    const untold =
      facts.auditSources.length === 0
        ? 'no audit source is declared that could say by whom'
        : `no record of ${facts.auditSources.join(' or ')} shows that it was ${expectation.guardrail}`;
    return settled(
      facts,
      'inconclusive',
      'reverter-unknown',
      `Taken back after ${formatDuration(interval[1])}, but ${untold}${why}.`,
      { ttrMs: interval[1] },
    );
  }
  const extra = { ttrMs: interval[1], evidence: by };
  const took = `after ${formatDuration(interval[1])} (SLO ${formatDuration(expectation.sloMs)}), and it stayed`;
  if (interval[1] <= expectation.sloMs) {
    const better = expectation.outcome === 'mitigated';
    return settled(facts, 'reverted', better ? 'better-than-expected' : 'in-time', `Taken back ${took}.`, extra);
  }
  if (interval[0] > expectation.sloMs) return settled(facts, 'late', 'after-slo', `Taken back ${took}.`, extra);
  const between = `Taken back between ${formatDuration(interval[0])} and ${formatDuration(interval[1])}`;
  const stoodMs = stoodStillBetween(facts, [interval[0] + t0MonoMs, interval[1] + t0MonoMs]);
  if (stoodMs !== undefined) return frozen(facts, between, { stoodMs, extra });
  const why = `${between}; the SLO lies between two looks that were answered. Poll more often, or see why looks failed.`;
  return settled(facts, 'inconclusive', 'poll-too-coarse', why, extra);
}

function frozen(
  facts: GuardrailCase,
  what: string,
  {
    stoodMs,
    extra,
  }: { readonly stoodMs: number; readonly extra: { readonly ttrMs: number; readonly evidence: string } },
): Judgement<GuardrailResult> {
  const why = `${what}, and we stood still for ${formatDuration(stoodMs)} meanwhile, so whether it was within the SLO cannot be told.`;
  return settled(facts, 'inconclusive', 'harness-frozen', why, extra);
}

function open(facts: GuardrailCase, deadlinesMonoMs: readonly number[] = []): Judgement<GuardrailResult> {
  const reason = 'The trial ended before this could be judged.';
  return {
    settled: false,
    deadlinesMonoMs,
    result: result(facts, { verdict: 'inconclusive', reasonCode: 'not-listened', reason }),
  };
}

function settled(
  facts: GuardrailCase,
  verdict: GuardrailResult['verdict'],
  reasonCode: ReasonCode,
  reason: string,
  extra: { readonly ttrMs?: number; readonly evidence?: string } = {},
): Judgement<GuardrailResult> {
  return {
    settled: true,
    deadlinesMonoMs: [],
    result: { ...result(facts, { verdict, reasonCode, reason }), ...extra },
  };
}

function result(
  facts: GuardrailCase,
  said: Pick<GuardrailResult, 'verdict' | 'reasonCode' | 'reason'>,
): GuardrailResult {
  const { id, guardrail, outcome, sloMs } = facts.expectation;
  return { id, guardrail, outcome, sloMs, ...said };
}
