import type { ControlResult } from '../../../model/scorecard.ts';
import type { Alert, Arrival } from '../ledger.ts';
import type { DetectorStory } from '../story.ts';
import { deafnessAt } from './deafness.ts';
import type { TrialFacts } from './facts.ts';
import { type Allowed, hold, type Judged } from './finding.ts';
import { pathOf } from './paths.ts';
import { ruleFits } from './rules.ts';
import { mayBeHereSinceMs, mayBeLostHere, stoodStillMs } from './standstill.ts';
import { unseenIn } from './unseen.ts';

/** Says what may be said of a control, by J2, J6, J7 and J10. */
export function judgeControl(facts: TrialFacts, said: ControlResult | undefined): Judged | undefined {
  if (facts.controls.length === 0 || said === undefined) return undefined;
  const about = `control ${facts.about}`;
  const { truth, allowed } = consider(facts);
  const findings = hold({ verdict: said.verdict, reasonCode: said.reasonCode, about }, allowed, truth);
  return { cell: { of: 'control', truth, verdict: said.verdict }, findings };
}

function consider(facts: TrialFacts): { readonly truth: string; readonly allowed: readonly Allowed[] } {
  const [control] = facts.controls;
  const t0Ms = control?.t0Ms;
  const allowed: Allowed[] = [];
  const windowMs = Math.max(
    ...facts.scenario.detections.map((e) => e.withinMs),
    ...facts.scenario.blind.map((e) => e.withinMs),
  );
  const isCut =
    facts.result.verdict === 'errored' ||
    (facts.cutMs !== undefined && (t0Ms === undefined || facts.cutMs < t0Ms + windowMs + 1000));
  if (isCut) allowed.push({ verdict: 'inconclusive', rule: '§2' });
  if (control === undefined || t0Ms === undefined) {
    allowed.push({ verdict: 'inconclusive', codes: ['control-failed'], rule: '§2' });
    return { truth: 'not injected', allowed };
  }
  if (control.outcome === 'refused') {
    allowed.push({ verdict: 'blocked', rule: '§3' });
    return { truth: 'refused', allowed };
  }
  const untilMs = t0Ms + windowMs;
  const alerts = alertsOnControl(facts, { t0Ms, untilMs });
  if (alerts.may)
    allowed.push({ verdict: 'noisy', rule: 'J10' }, { verdict: 'inconclusive', codes: ['time-ambiguous'], rule: 'J7' });
  const stalledMs = stoodStillMs(facts.run, { fromMs: t0Ms, untilMs: facts.endedMs });
  const takenBack = control.presence.some(
    ({ toMs, endedBy }) => toMs >= t0Ms && endedBy?.run === undefined && toMs <= untilMs + 2500 + stalledMs,
  );
  // Without an acknowledgement nobody knows that there is something to listen to.
  if (alerts.must && control.isAcknowledged) return { truth: 'alerted on', allowed };
  if (takenBack) allowed.push({ verdict: 'blocked', rule: '§3' });
  const isIn = control.outcome === 'in';
  const hasFailure =
    !isIn || !control.isAcknowledged || facts.acts.some((act) => act.phase === 'observe' && act.answer !== 'ok');
  const needsTwoReads = facts.played.story.environment.settleMs === undefined && control.story.settleMs > 0;
  if (hasFailure || takenBack || needsTwoReads || facts.result.rollback.verdict !== 'clean')
    allowed.push({ verdict: 'inconclusive', codes: ['control-failed'], rule: 'J12' });
  const used = detectorsOf(facts);
  const unproven = used.filter((detector) => {
    const path = pathOf(facts, detector, { fromMs: t0Ms, untilMs });
    return (!path.rule && !path.tool) || path.isAtEdge;
  });
  const deaf = used.map(({ name }) => deafnessAt(facts, name, untilMs));
  if (unproven.length > 0 || facts.isClockSet || deaf.some((one) => one !== 'no'))
    allowed.push({ verdict: 'inconclusive', codes: ['channel-unproven'], rule: 'J2' });
  const lost = used.map((detector) => mayBeLostHere(facts.run, detector, { fromMs: t0Ms, untilMs }));
  if (lost.some((one) => one !== 'no'))
    allowed.push({ verdict: 'inconclusive', codes: ['harness-frozen'], rule: 'J2' });
  const unseen = used.map((detector) => unseenIn(facts, detector, { fromMs: t0Ms, untilMs }));
  if (unseen.some((one) => one !== 'no'))
    allowed.push({ verdict: 'inconclusive', codes: ['channel-unproven', 'harness-frozen'], rule: 'J2' });
  const isSilenceWorth =
    !unseen.includes('surely') &&
    !deaf.includes('surely') &&
    !lost.includes('surely') &&
    unproven.every((detector) => {
      const path = pathOf(facts, detector, { fromMs: t0Ms, untilMs });
      return detector.assumeAlive || path.isAtEdge;
    });
  const wasHeardOut = facts.cutMs === undefined || facts.cutMs >= untilMs;
  // Where nobody listens there is no silence.
  const verdict = used.length === 0 ? 'unheard' : 'quiet';
  if (isSilenceWorth && isIn && wasHeardOut) allowed.push({ verdict, rule: 'J2' });
  const truth = takenBack ? 'taken back' : !isIn ? 'took no effect' : isSilenceWorth ? verdict : 'unheard';
  return { truth, allowed };
}

function detectorsOf(facts: TrialFacts): readonly DetectorStory[] {
  const names = new Set([...facts.scenario.detections, ...facts.scenario.blind].map((e) => e.detector));
  return facts.played.story.detectors.filter(({ name }) => names.has(name));
}

/** J10: its own marker by any rule; without marker on its subject, in its window, by a rule that is expected. */
function alertsOnControl(
  facts: TrialFacts,
  { t0Ms, untilMs }: { readonly t0Ms: number; readonly untilMs: number },
): { readonly must: boolean; readonly may: boolean } {
  let must = false;
  let may = false;
  for (const detector of detectorsOf(facts)) {
    const rules = facts.scenario.detections.filter((e) => e.detector === detector.name).map((e) => e.rule);
    const seen = new Set<Alert>();
    for (const arrival of facts.played.world.ledger.arrivals) {
      const { alert } = arrival;
      if (alert.detector !== detector.name || arrival.run !== facts.run.run || seen.has(alert)) continue;
      seen.add(alert);
      if (arrival.untilMs > facts.endedMs || arrival.untilMs < t0Ms || alert.sample) continue;
      if (!facts.controls.some(({ story }) => story.resource === alert.resource)) continue;
      const taken = weigh(facts, detector, { arrival, rules, untilMs });
      must ||= taken === 'must';
      may ||= taken !== 'not';
    }
  }
  return { must, may };
}

function weigh(
  facts: TrialFacts,
  detector: DetectorStory,
  {
    arrival,
    rules,
    untilMs,
  }: { readonly arrival: Arrival; readonly rules: readonly string[]; readonly untilMs: number },
): 'must' | 'may' | 'not' {
  const { alert } = arrival;
  const isItsOwn =
    'act' in alert.cause && alert.cause.act?.marker === facts.result.marker && alert.cause.act.phase === 'control';
  const marks = [...alert.agents.join(' ').matchAll(/\b(ws[a-z2-7]{12})\.([icork])/g)];
  const mine = new Set(marks.filter(([, one]) => one === facts.result.marker).map(([, , phase]) => phase));
  if (mine.size === 1)
    return mine.has('c') && alert.status === 'open' ? (alert.isUpdate ? 'may' : 'must') : mine.has('c') ? 'may' : 'not';
  if (mine.size > 1 && !mine.has('i')) return 'not';
  if (mine.size === 0 && (marks.length > 0 || (detector.carriesMarker && detector.sees === 'event'))) return 'not';
  if (!rules.some((rule) => ruleFits(rule, alert.rule))) return 'not';
  // §3: nothing may alert on a control, and a resolution alerts on nothing.
  if (alert.status !== 'open') return 'not';
  if (mayBeHereSinceMs(facts.run, arrival) > untilMs) return 'not';
  if (detector.sees === 'event' && alert.actor !== undefined && alert.actor !== 'role/tester') return 'not';
  // A clock that is worse than declared may date it before the control.
  const isDated = Math.abs(detector.skewMs) <= detector.errorMs;
  const isClear = isItsOwn && isDated && alert.status === 'open' && !alert.isUpdate && arrival.untilMs <= untilMs;
  const t0Ms = facts.faults.find((fault) => fault.t0Ms !== undefined)?.t0Ms;
  if (isClear && (t0Ms === undefined || arrival.untilMs < t0Ms)) return 'must';
  return 'may';
}
