import type { BlindnessResult } from '../../../model/scorecard.ts';
import type { Act } from '../ledger.ts';
import type { ScenarioStory } from '../story.ts';
import { type FaultFacts, faultNamed, type TrialFacts } from './facts.ts';
import { type Allowed, hold, type Judged } from './finding.ts';
import { isAroundByStall, mayBeLostHere, stoodStillMs } from './standstill.ts';
import { unseenIn } from './unseen.ts';

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
  const arrivalOf = (act: Act) =>
    arrivals.find(
      ({ run, alert }) => run === facts.run.run && alert.cause.kind === 'canary' && alert.cause.act === act,
    );
  const detector = facts.played.story.detectors.find(({ name }) => name === expectation.detector);
  const t0Ms = fault.t0Ms ?? Number.POSITIVE_INFINITY;
  const passes = (act: (typeof raised)[number], factor: number) =>
    (arrivalOf(act)?.untilMs ?? Number.POSITIVE_INFINITY) <=
    Math.min(act.sentMs + factor * expectation.withinMs, facts.endedMs);
  // A path that is slower than the SLO would lose every canary until then, blind or not.
  const before = raised.some((act) => act.sentMs < t0Ms && passes(act, 1));
  const during = raised.filter((act) => spans.some(({ fromMs, toMs }) => act.sentMs >= fromMs && act.sentMs <= toMs));
  const surely = during.filter((act) => (act.answeredMs ?? Number.POSITIVE_INFINITY) <= (span?.toMs ?? 0));
  const passed = during.some((act) => passes(act, 1));
  // What came while nobody read it, or may have been given up by its sender then, shows nothing of the detector.
  const isUnsure = (act: Act) => {
    const times = { fromMs: act.sentMs, untilMs: act.sentMs + expectation.withinMs };
    const arrival = arrivalOf(act);
    if (passes(act, 1)) return false;
    if (arrival !== undefined && isAroundByStall(facts.run, arrival, times.untilMs)) return true;
    if (detector === undefined) return false;
    return mayBeLostHere(facts.run, detector, times) === 'surely' || unseenIn(facts, detector, times) === 'surely';
  };
  const lost = during.some((act) => !passes(act, 1) && !isUnsure(act));
  const after = raised.some((act) => act.sentMs >= facts.verifyToldMs && passes(act, 3));
  const allowed: Allowed[] = [];
  if (before && lost && after) allowed.push({ verdict: 'blind', rule: '§3 blindness' });
  if (before && passed) allowed.push({ verdict: 'not-blind', rule: '§3 blindness' });
  const settleMs = facts.played.story.environment.settleMs ?? fault.story.settleMs;
  const isRead = facts.acts.some(
    (act) =>
      act.op === 'read' &&
      act.phase === 'observe' &&
      act.answer === 'ok' &&
      surely.some(({ answeredMs }) => act.sentMs >= (answeredMs ?? 0) + settleMs) &&
      (act.answeredMs ?? Number.POSITIVE_INFINITY) <= facts.revertToldMs,
  );
  const isSeenIn = span !== undefined && facts.revertToldMs <= span.toMs && surely.length > 0 && isRead;
  // Where one canary was lost and another passed, it depends on which of them it was raised for.
  const isAgreed = raised.every(
    (act) => (act.sentMs >= t0Ms || passes(act, 1)) && (act.sentMs < facts.verifyToldMs || passes(act, 3)),
  );
  // What comes and goes between two looks is known to none but the audit source.
  const unseen = raised.filter((act) => act.sentMs >= t0Ms && !during.includes(act) && looksIn(facts, fault, act));
  if (before && unseen.some((act) => passes(act, 1))) allowed.push({ verdict: 'not-blind', rule: '§3 blindness' });
  if (before && after && unseen.some((act) => !passes(act, 1) && !isUnsure(act)))
    allowed.push({ verdict: 'blind', rule: '§3 blindness' });
  const isWritten = raised.some((act) => act.sentMs >= t0Ms && (facts.isClockSet || othersWrite(facts, fault, act)));
  const isAwake = stoodStillMs(facts.run, { fromMs: facts.startedMs, untilMs: facts.endedMs }) === 0;
  const isSure =
    isAwake && before && isAgreed && isSeenIn && !isWritten && fault.outcome === 'in' && facts.cutMs === undefined;
  if (!isSure || !(lost && after) || facts.result.verdict === 'errored')
    if (!(isSure && passed && !lost)) allowed.push({ verdict: 'inconclusive', rule: '§3 blindness' });
  const truth = span === undefined ? 'not in' : lost && after ? 'blind' : passed ? 'seeing' : 'not known';
  const findings = hold({ verdict: said.verdict, reasonCode: said.reasonCode, about }, allowed, truth);
  return { cell: { of: 'blindness', truth, verdict: said.verdict }, findings };
}

/** Whether every look before a canary and the first after it showed the fault in, and nothing told of the time between. */
function looksIn(facts: TrialFacts, fault: FaultFacts, canary: Act): boolean {
  const outMs = canary.answeredMs ?? canary.sentMs;
  const { resource, set } = fault.story;
  const looks = facts.acts.filter(
    (act) =>
      act.op === 'read' &&
      act.phase === 'observe' &&
      act.resource === resource &&
      act.answer === 'ok' &&
      act.sentMs >= (fault.t0Ms ?? 0) &&
      act.sentMs <= facts.revertToldMs,
  );
  const next = looks.findIndex((act) => act.sentMs >= outMs);
  const isIn = ({ saw }: Act) => Object.entries(set).every(([field, value]) => saw?.[field] === value);
  if (next <= 0 || !looks.slice(0, next + 1).every(isIn)) return false;
  const { audited } = facts.played.world.ledger;
  const sinceMs = looks.findLast((act) => (act.answeredMs ?? act.sentMs) <= canary.sentMs)?.sentMs ?? 0;
  return !writesBetween(facts, fault, { fromMs: sinceMs, untilMs: outMs }).some((write) =>
    (audited.get(write) ?? []).some(({ run, atMs }) => run === facts.run.run && atMs <= facts.endedMs),
  );
}

/** Whether somebody else wrote to the fault's resource about when a canary was raised, as far as clocks and looks tell. */
function othersWrite(facts: TrialFacts, fault: FaultFacts, { sentMs, answeredMs = sentMs }: Act): boolean {
  const { pollMs, settleMs = fault.story.settleMs, audit } = facts.played.story.environment;
  const slackMs = pollMs + settleMs + 2 * (audit?.errorMs ?? 0);
  const fromMs = Math.max(sentMs - slackMs, (fault.t0Ms ?? 0) - 2 * (audit?.errorMs ?? 0));
  return writesBetween(facts, fault, { fromMs, untilMs: answeredMs + slackMs }).length > 0;
}

function writesBetween(
  facts: TrialFacts,
  fault: FaultFacts,
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
): readonly Act[] {
  return facts.played.world.ledger.acts.filter(
    (act) =>
      act.op === 'write' &&
      act.run === undefined &&
      act.deniedBy === undefined &&
      act.resource === fault.story.resource &&
      act.sentMs >= fromMs &&
      act.sentMs <= untilMs,
  );
}
