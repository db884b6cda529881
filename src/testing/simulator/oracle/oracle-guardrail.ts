import type { GuardrailResult } from '../../../model/scorecard.ts';
import type { GuardrailStory } from '../story.ts';
import { effectProof } from './effect.ts';
import { type FaultFacts, faultNamed, type Presence, type TrialFacts } from './facts.ts';
import { type Allowed, type Finding, hold, type Judged } from './finding.ts';
import { stoodStillMs } from './standstill.ts';

const inconclusive = (rule: string, ...codes: string[]): Allowed => ({ verdict: 'inconclusive', codes, rule });

/** Says what may be said of a guardrail, by J12 and J15 to J17. */
export function judgeGuardrail(facts: TrialFacts, expectation: GuardrailStory, said: GuardrailResult): Judged {
  const about = `guardrail ${facts.about} ${said.id}`;
  const fault = faultNamed(facts, undefined);
  const { truth, allowed } = consider(facts, expectation, fault);
  const findings: Finding[] = [...hold({ verdict: said.verdict, reasonCode: said.reasonCode, about }, allowed, truth)];
  if (said.sloMs !== expectation.withinMs)
    findings.push({
      rule: 'J16',
      about,
      what: `was judged on an SLO of ${said.sloMs} ms instead of ${expectation.withinMs} ms`,
    });
  return { cell: { of: 'guardrail', truth, verdict: said.verdict }, findings };
}

function consider(
  facts: TrialFacts,
  expectation: GuardrailStory,
  fault: FaultFacts,
): { readonly truth: string; readonly allowed: readonly Allowed[] } {
  const t0Ms = fault.t0Ms;
  const isCut = facts.cutMs !== undefined || facts.result.verdict === 'errored';
  const ended = isCut ? [inconclusive('§2', 'stopped', 'errored', 'not-listened')] : [];
  if (t0Ms === undefined) return { truth: 'not injected', allowed: [inconclusive('§2', 'not-injected'), ...ended] };
  if (fault.outcome === 'refused')
    return { truth: 'refused', allowed: [...refused(facts, expectation, fault), ...ended] };
  if (fault.outcome !== 'in')
    return {
      truth: 'took no full effect',
      allowed: [inconclusive('J12', 'not-injected', 'effect-unproven', 'not-attributed'), ...ended],
    };
  const proof = effectProof(facts, fault);
  const unproven = proof === 'yes' ? [] : [inconclusive('J12', 'effect-unproven', 'not-injected')];
  if (expectation.outcome === 'prevented') {
    const allowed: Allowed[] = [{ verdict: 'absent', codes: ['not-prevented'], rule: 'J15' }];
    if (!fault.isAcknowledged) allowed.push(inconclusive('J12', 'not-injected', 'effect-unproven'));
    return { truth: 'not prevented', allowed: [...allowed, ...ended] };
  }
  if (proof === 'no') return { truth: 'effect cannot be proven', allowed: [...unproven, ...ended] };
  const { truth, allowed } = considerRevert(facts, expectation, fault);
  return { truth, allowed: [...allowed, ...unproven, ...ended] };
}

/** J15: only who refused is credited. */
function refused(facts: TrialFacts, expectation: GuardrailStory, fault: FaultFacts): Allowed[] {
  const by = fault.acts.find((act) => act.answer === 'denied')?.deniedBy ?? 'AccessDenied';
  if (expectation.guardrail !== 'guard') return [inconclusive('J15', 'not-attributed', 'pre-empted')];
  if (by === 'Guard') {
    // An answer that waits in a stall is read when it is over.
    const stalledMs = stoodStillMs(facts.run, { fromMs: fault.t0Ms ?? 0, untilMs: facts.endedMs });
    const isSpoilt = stalledMs > 0 && stalledMs + 4 * facts.played.story.environment.latencyMs > expectation.withinMs;
    return [{ verdict: 'prevented', rule: 'J15' }, ...(isSpoilt ? [inconclusive('J15', 'harness-frozen')] : [])];
  }
  if (by === 'AccessDenied') return [inconclusive('J15', 'own-rights')];
  return by === 'GuardDown' ? [inconclusive('J15', 'guardrail-down')] : [inconclusive('J15', 'pre-empted')];
}

/** J16: who took it back, when the last stable period began, and whether that can be shown. */
function considerRevert(
  facts: TrialFacts,
  expectation: GuardrailStory,
  fault: FaultFacts,
): { readonly truth: string; readonly allowed: readonly Allowed[] } {
  const t0Ms = fault.t0Ms ?? 0;
  const sloMs = t0Ms + expectation.withinMs;
  const horizonMs = t0Ms + 3 * expectation.withinMs;
  const { environment } = facts.played.story;
  const stableMs = Math.max(environment.stabilityMs, environment.settleMs ?? fault.story.settleMs);
  // Between two reads lies a poll, the latency, what the store lags, and the time-outs of failed reads.
  const awakeSlackMs =
    environment.pollMs +
    4 * environment.latencyMs +
    (environment.settleMs === undefined ? 2 * fault.story.settleMs : 0) +
    failedReadsMs(facts);
  const stalledMs = stoodStillMs(facts.run, { fromMs: t0Ms, untilMs: facts.endedMs });
  const slackMs = awakeSlackMs + stalledMs;
  // A period is as long as its first and last read tell: a poll less at both ends.
  const stableSlackMs = slackMs + environment.pollMs;
  const spans = fault.standing.filter(({ toMs, fromMs }) => toMs >= t0Ms && fromMs <= facts.endedMs);
  if (spans.length === 0)
    return {
      truth: 'never wholly in',
      allowed: [
        { verdict: 'reverted', rule: 'J16' },
        { verdict: 'inconclusive', rule: 'J16' },
        { verdict: 'absent', rule: 'J16' },
      ],
    };
  const ends = spans.filter(({ endedBy }) => endedBy !== undefined && endedBy.run === undefined);
  const allowed: Allowed[] = [];
  const isFixer = (span: Presence) => span.endedBy?.actor === 'role/fixer';
  for (const [index, span] of spans.entries()) {
    if (!ends.includes(span)) continue;
    // What came again for less than the time between two reads may go unseen.
    const next = spans.slice(index + 1).find((one) => one.toMs - one.fromMs >= slackMs);
    // What came after our own revert began was read no more.
    const nextMs = next === undefined || next.fromMs > facts.revertToldMs ? Number.POSITIVE_INFINITY : next.fromMs;
    const lastsMs = nextMs - span.toMs;
    if (lastsMs + slackMs < stableMs) continue;
    if ((spans[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY) - span.toMs < stableMs + stableSlackMs)
      allowed.push({ verdict: 'absent', codes: ['not-stable'], rule: 'J16' });
    // What goes right before our own revert is not seen to go.
    if (facts.revertToldMs - span.toMs < slackMs && span.toMs >= sloMs - slackMs)
      allowed.push({ verdict: 'absent', codes: ['late-unknown'], rule: 'J14' });
    if (stalledMs > 0 && Math.abs(span.toMs - horizonMs) <= slackMs)
      allowed.push(inconclusive('J16', 'harness-frozen'));
    // Our own revert may come before the period was long enough to be called stable.
    if (facts.revertToldMs - span.toMs < stableMs + stableSlackMs) allowed.push(inconclusive('J16', 'not-listened'));
    const isMine = isFixer(span);
    allowed.push(...creditFor(facts, expectation, { span, isFixer: isMine, sloMs, horizonMs, slackMs, awakeSlackMs }));
  }
  const last = spans.at(-1);
  const wasInAtHorizon = spans.some(
    ({ fromMs, toMs }) => fromMs <= horizonMs + awakeSlackMs && toMs >= horizonMs - awakeSlackMs,
  );
  const isSeenThen = wasSeenSince(facts, fault, horizonMs);
  const isOurs = (span: Presence | undefined) =>
    span !== undefined && (span.endedBy?.run !== undefined || span.toMs >= facts.revertToldMs);
  if (wasInAtHorizon && isSeenThen) allowed.push({ verdict: 'absent', codes: ['still-in', 'not-stable'], rule: 'J16' });
  if (!isSeenThen && stalledMs > 0) allowed.push(inconclusive('J16', 'harness-frozen', 'not-measured', 'not-listened'));
  // Whether something else is as good as what was before, nobody can tell.
  const isAltered = last?.altered.some(
    ({ fromMs, toMs }) => fromMs <= horizonMs + slackMs && toMs >= horizonMs - slackMs,
  );
  if (wasInAtHorizon && isAltered === true) allowed.push(inconclusive('J16', 'altered'));
  const surely = allowed.length > 0;
  // We took it back ourselves before the guardrail's time was over.
  if (isOurs(last) && Math.min(last?.toMs ?? 0, facts.revertToldMs) < horizonMs + slackMs) {
    allowed.push(inconclusive('J14', 'gone-before-slo', 'not-listened', 'stopped', 'reverter-unknown', 'late-unknown'));
    if ((last?.toMs ?? 0) >= sloMs - slackMs) allowed.push({ verdict: 'absent', rule: 'J16' });
  }
  if (!surely && ends.length > 0)
    allowed.push(inconclusive('J16', 'reverter-unknown', 'reverted-by-other', 'not-listened', 'effect-unproven'), {
      verdict: 'absent',
      codes: ['not-stable'],
      rule: 'J16',
    });
  const truth =
    ends.length === 0
      ? 'nobody put it back'
      : `put back by ${isFixer(ends.at(-1) ?? (ends[0] as Presence)) ? 'it' : 'another'}${ends.length > 1 ? ', and again' : ''}`;
  return { truth, allowed };
}

interface Credit {
  readonly span: Presence;
  readonly isFixer: boolean;
  readonly sloMs: number;
  readonly horizonMs: number;
  /** What may lie between two looks. */
  readonly slackMs: number;
  /** The same, while we did not stand still. */
  readonly awakeSlackMs: number;
}

/** Whether a look from an instant on, or our own revert's, found something of the fault still in. */
function wasSeenSince(facts: TrialFacts, fault: FaultFacts, atMs: number): boolean {
  return facts.acts.some(
    (act) =>
      act.op === 'read' &&
      (act.phase === 'observe' || act.phase === 'revert') &&
      act.resource === fault.story.resource &&
      act.sentMs >= atMs &&
      act.answer === 'ok' &&
      Object.entries(fault.story.set).some(([field, value]) => act.saw?.[field] === value),
  );
}

function creditFor(facts: TrialFacts, expectation: GuardrailStory, one: Credit): Allowed[] {
  const { span, isFixer, sloMs, horizonMs, slackMs, awakeSlackMs } = one;
  const isSole = expectation.guardrail === 'sole-fixer';
  const heard = facts.played.world.ledger.audited.get(span.endedBy as NonNullable<Presence['endedBy']>) ?? [];
  const heardMs = heard.find(({ run }) => run === facts.run.run)?.atMs;
  const isHeard = heardMs !== undefined && heardMs <= facts.endedMs;
  const others = facts.played.world.ledger.acts.some(
    (act) => act.actor === 'role/human' && act.resource === span.endedBy?.resource && act.actedMs !== undefined,
  );
  const fixers = facts.played.world.ledger.acts.some(
    (act) => act.actor === 'role/fixer' && act.resource === span.endedBy?.resource && act.actedMs !== undefined,
  );
  const credited = isSole || ((isFixer || fixers) && isHeard) || (isFixer && isToldOfAnother(facts, one));
  const allowed: Allowed[] = [];
  if (credited) {
    if (span.toMs <= sloMs)
      allowed.push({ verdict: 'reverted', codes: ['in-time', 'better-than-expected'], rule: 'J16' });
    if (span.toMs > sloMs - awakeSlackMs && span.toMs <= horizonMs + slackMs)
      allowed.push({ verdict: 'late', codes: ['after-slo'], rule: 'J16' });
    const isStill = slackMs > awakeSlackMs;
    if (Math.abs(span.toMs - sloMs) <= slackMs)
      allowed.push(inconclusive('J20', 'poll-too-coarse', ...(isStill ? ['harness-frozen'] : [])));
  }
  if (!isSole && (!isFixer || others)) allowed.push(inconclusive('J16', 'reverted-by-other'));
  if (!isSole && (!isHeard || facts.isClockSet || heardMs > horizonMs - slackMs))
    allowed.push(inconclusive('J16', 'reverter-unknown'));
  if (span.toMs > horizonMs - awakeSlackMs) allowed.push({ verdict: 'absent', rule: 'J16' });
  return allowed;
}

/** J16 asks who it was: what he wrote to the resource beside it, about then as far as clocks tell, says so too. */
function isToldOfAnother(facts: TrialFacts, { span, slackMs }: Credit): boolean {
  const { acts, audited } = facts.played.world.ledger;
  const aboutMs = slackMs + 2 * (facts.played.story.environment.audit?.errorMs ?? 0);
  return acts
    .filter((act) => act.actor === span.endedBy?.actor && act.resource === span.endedBy?.resource)
    .filter(({ actedMs }) => actedMs !== undefined && Math.abs(actedMs - span.toMs) <= aboutMs)
    .some((act) => (audited.get(act) ?? []).some(({ run, atMs }) => run === facts.run.run && atMs <= facts.endedMs));
}

function failedReadsMs(facts: TrialFacts): number {
  const failed = facts.acts.filter((act) => act.phase === 'observe' && act.op === 'read' && act.answer !== 'ok');
  const pollMs = facts.played.story.environment.pollMs;
  return failed.reduce((sum, act) => sum + Math.max(pollMs, (act.answeredMs ?? act.sentMs) - act.sentMs), 0);
}
