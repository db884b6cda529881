import type { BlindnessResult } from '../../../model/scorecard.ts';
import type { ScenarioStory } from '../story.ts';
import { faultNamed, type TrialFacts } from './facts.ts';
import { type Allowed, hold, type Judged } from './finding.ts';

/** Says what may be said of a `blind:` expectation: by the canaries that were raised before, during and after. */
export function judgeBlindness(
  facts: TrialFacts,
  expectation: ScenarioStory['blind'][number],
  said: BlindnessResult,
): Judged {
  const about = `blindness ${facts.about} ${said.id}`;
  const { acts, arrivals } = facts.played.world.ledger;
  const fault = faultNamed(facts, undefined);
  const spans = fault.presence.filter(({ toMs }) => toMs >= (fault.t0Ms ?? Number.POSITIVE_INFINITY));
  const [span] = spans;
  const raised = acts.filter(
    (act) =>
      act.run === facts.run.run &&
      act.phase === 'canary' &&
      act.resource === expectation.detector &&
      act.op === (expectation.canary === 'rule' ? 'canary' : 'test') &&
      act.sentMs >= facts.startedMs &&
      act.sentMs <= facts.endedMs,
  );
  const cameMs = (act: (typeof raised)[number]) =>
    arrivals.find(({ run, alert }) => run === facts.run.run && alert.cause.kind === 'canary' && alert.cause.act === act)
      ?.untilMs;
  const t0Ms = fault.t0Ms ?? Number.POSITIVE_INFINITY;
  const passes = (act: (typeof raised)[number], factor: number) =>
    (cameMs(act) ?? Number.POSITIVE_INFINITY) <= Math.min(act.sentMs + factor * expectation.withinMs, facts.endedMs);
  // A path that is slower than the SLO would lose every canary until then, blind or not.
  const before = raised.some((act) => act.sentMs < t0Ms && passes(act, 1));
  const during = raised.filter((act) => spans.some(({ fromMs, toMs }) => act.sentMs >= fromMs && act.sentMs <= toMs));
  const surely = during.filter((act) => (act.answeredMs ?? Number.POSITIVE_INFINITY) <= (span?.toMs ?? 0));
  const passed = during.some((act) => passes(act, 1));
  const lost = during.some((act) => !passes(act, 1));
  const after = raised.some((act) => act.sentMs >= facts.verifyToldMs && passes(act, 3));
  const allowed: Allowed[] = [];
  if (before && lost && after) allowed.push({ verdict: 'blind', rule: '§3 blindness' });
  if (before && passed) allowed.push({ verdict: 'not-blind', rule: '§3 blindness' });
  const settleMs = facts.played.story.environment.settleMs ?? fault.story.settleMs;
  const isRead = facts.acts.some(
    (act) =>
      act.op === 'read' &&
      act.phase === 'observe' &&
      surely.some(({ answeredMs }) => act.sentMs >= (answeredMs ?? 0) + settleMs) &&
      (act.answeredMs ?? Number.POSITIVE_INFINITY) <= facts.revertToldMs,
  );
  const isSeenIn = span !== undefined && facts.revertToldMs <= span.toMs && surely.length > 0 && isRead;
  // Where one canary was lost and another passed, it depends on which of them it was raised for.
  const isAgreed = raised.every(
    (act) => (act.sentMs >= t0Ms || passes(act, 1)) && (act.sentMs < facts.verifyToldMs || passes(act, 3)),
  );
  const isSure = before && isAgreed && isSeenIn && fault.outcome === 'in' && facts.cutMs === undefined;
  if (!isSure || !(lost && after) || facts.result.verdict === 'errored')
    if (!(isSure && passed && !lost)) allowed.push({ verdict: 'inconclusive', rule: '§3 blindness' });
  const truth = span === undefined ? 'not in' : lost && after ? 'blind' : passed ? 'seeing' : 'not known';
  const findings = hold({ verdict: said.verdict, reasonCode: said.reasonCode, about }, allowed, truth);
  return { cell: { of: 'blindness', truth, verdict: said.verdict }, findings };
}
