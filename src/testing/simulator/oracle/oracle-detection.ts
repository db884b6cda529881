import type { DetectionResult } from '../../../model/scorecard.ts';
import type { Alert, Arrival } from '../ledger.ts';
import type { DetectionStory } from '../story.ts';
import { type Claim, causeText, claimsOf } from './claims.ts';
import { deafnessAt } from './deafness.ts';
import { effectProof } from './effect.ts';
import { faultNamed, type TrialFacts } from './facts.ts';
import { type Allowed, type Finding, hold, type Judged } from './finding.ts';
import { type DetectionCase, hasRepeat, wasClosedBefore, wasOpenBefore, wasUnarmed } from './heard-before.ts';
import { pathOf } from './paths.ts';
import { goneMs, wasReadIn } from './presence.ts';
import { ruleFits } from './rules.ts';
import { isAroundByStall, mayBeHereSinceMs, mayBeLostHere, stoodStillMs, wasLostHere } from './standstill.ts';
import { unseenOf, wasShownUnseen } from './unseen.ts';

const horizonFactor = 3;
const inconclusive = (rule: string, ...codes: string[]): Allowed => ({
  verdict: 'inconclusive',
  rule,
  ...(codes.length > 0 ? { codes } : {}),
});

/** Says what may be said of one detection, by J2, J3, J5 to J8, J11, J12, J14, J18 and J20, and holds the verdict to it. */
export function judgeDetection(facts: TrialFacts, expectation: DetectionStory, said: DetectionResult): Judged {
  const detector = facts.played.story.detectors.find(({ name }) => name === expectation.detector);
  if (detector === undefined) throw new Error(`No detector '${expectation.detector}'.`);
  const fault = faultNamed(facts, expectation.fault);
  const about = `detection ${facts.about} ${expectation.id}`;
  const { truth, allowed, claims } = consider(facts, { expectation, detector, fault });
  const findings = [
    ...hold({ verdict: said.verdict, reasonCode: said.reasonCode, about }, allowed, truth),
    ...holdCounted(said, claims, { about, t0Ms: fault.t0Ms ?? 0 }),
    ...(said.sloMs === expectation.withinMs
      ? []
      : [
          {
            rule: 'J20',
            about,
            what: `was judged on an SLO of ${said.sloMs} ms instead of ${expectation.withinMs} ms`,
          },
        ]),
  ];
  return { cell: { of: 'detection', truth, verdict: said.verdict }, findings };
}

interface Considered {
  readonly truth: string;
  readonly allowed: readonly Allowed[];
  readonly claims: readonly Claim[];
}

function consider(facts: TrialFacts, one: DetectionCase): Considered {
  const { fault, expectation } = one;
  const ended = [inconclusive('§2', 'stopped', 'errored')].filter(() => isCut(facts));
  if (fault.t0Ms === undefined) {
    const allowed = [inconclusive('§2', 'not-injected'), ...ended];
    return { truth: 'not injected', allowed, claims: [] };
  }
  if (fault.outcome === 'refused' && expectation.of === 'effect') {
    const allowed = [inconclusive('J18', 'prevented-first')];
    return { truth: 'refused', allowed, claims: [] };
  }
  const wentIn = fault.outcome === 'in';
  const proof = effectProof(facts, fault);
  if (expectation.of === 'attempt' && fault.outcome !== 'refused') {
    const allowed = [inconclusive('J18', 'not-prevented', 'not-injected'), ...ended];
    return { truth: 'went through', allowed, claims: [] };
  }
  if (expectation.of === 'effect' && !wentIn) {
    const allowed = [inconclusive('J12', 'not-injected', 'effect-unproven'), ...ended];
    return { truth: `took ${fault.outcome === 'none' ? 'no' : 'half its'} effect`, allowed, claims: [] };
  }
  if (expectation.of === 'effect' && proof === 'no') {
    const allowed = [inconclusive('J12', 'not-injected', 'effect-unproven'), ...ended];
    return { truth: 'effect cannot be proven', allowed, claims: [] };
  }
  return considerAlerts(facts, one, proof === 'maybe' && expectation.of === 'effect');
}

function considerAlerts(facts: TrialFacts, one: DetectionCase, isEffectUnsure: boolean): Considered {
  const { expectation, detector, fault } = one;
  const t0Ms = fault.t0Ms ?? 0;
  const sloMs = t0Ms + expectation.withinMs;
  const horizonMs = t0Ms + horizonFactor * expectation.withinMs;
  const all = claimsOf(facts, detector);
  const ruled = all.filter(({ arrival }) => ruleFits(expectation.rule, arrival.alert.rule));
  const strong = ruled.filter(({ arrival }) => severityFits(expectation, arrival.alert.severity) === 'yes');
  // The alert on a chain's first step may come before the t0 of its last one; whether it counts is not said.
  const must = strong.filter(({ takes, arrival }) => takes === 'must' && arrival.untilMs >= t0Ms);
  const counted = strong.filter(({ takes, arrival }) => takes !== 'not' && arrival.untilMs >= t0Ms);
  // J8: after an earlier step's, that was told to be over or would show it, the next one has to be alerted on anew.
  const isOver = (arrival: Arrival) =>
    arrival.untilMs < t0Ms && (detector.recurrence !== 'none' || wasClosedBefore(facts, arrival, t0Ms));
  const isEarly = strong.some(({ takes, arrival }) => takes !== 'not' && arrival.untilMs < t0Ms && !isOver(arrival));
  const mustInTime = must.some(({ arrival }) => arrival.untilMs <= sloMs);
  // What comes at the very instant of the horizon may be taken after it was judged.
  const mustByHorizon = must.some(({ arrival }) => arrival.untilMs < horizonMs);
  const faultsByHorizon = strong.some(
    ({ isFaults, isBeyondKnowing, takes, arrival }) =>
      isFaults && takes === 'may' && !isBeyondKnowing && arrival.untilMs <= horizonMs && !isOver(arrival),
  );
  const allowed: Allowed[] = [];
  const good = expectation.of === 'attempt' ? 'attempt' : 'detected';
  if (counted.some(({ arrival }) => arrival.untilMs <= sloMs))
    allowed.push({ verdict: good, codes: ['in-time'], rule: 'J5 to J8' });
  if (!mustInTime) {
    const lateOnes = counted.filter(
      ({ arrival }) => arrival.fromMs > sloMs && mayBeHereSinceMs(facts.run, arrival) <= horizonMs,
    );
    // One that came in time may have been lost here.
    const lost = mayBeLostHere(facts.run, detector, { fromMs: t0Ms, untilMs: sloMs });
    const unseen = unseenOf(facts, one, { fromMs: t0Ms, untilMs: sloMs });
    const isShown = wasShownUnseen(facts, one, { fromMs: t0Ms, untilMs: sloMs });
    if (lateOnes.length > 0 && unseen !== 'no') allowed.push(inconclusive('J2', 'channel-unproven', 'harness-frozen'));
    if (lateOnes.length > 0 && lost !== 'surely' && unseen !== 'surely' && !isShown)
      allowed.push({ verdict: 'late', codes: ['after-slo'], rule: 'J20' });
    if (lateOnes.length > 0 && wasUnarmed(facts, one)) allowed.push(inconclusive('J9', 'already-firing'));
    if (lateOnes.length > 0 && lost !== 'no') allowed.push(inconclusive('J2', 'harness-frozen'));
    if (counted.some(({ arrival }) => isAroundByStall(facts.run, arrival, sloMs)))
      allowed.push(inconclusive('J20', 'harness-frozen'));
    const isPolled = detector.delivery !== 'push';
    if (isPolled && counted.some(({ arrival }) => arrival.fromMs <= sloMs && arrival.untilMs > sloMs))
      allowed.push(inconclusive('J20', 'poll-too-coarse'));
    // What may have been the fault's and in time leaves it open whether a later one is late.
    if (ruled.some(({ isAmbiguous, arrival }) => isAmbiguous && arrival.untilMs >= t0Ms && arrival.fromMs <= sloMs))
      allowed.push(inconclusive('J7', 'time-ambiguous'));
    if (hasRepeat(facts, one, sloMs)) allowed.push(inconclusive('J8', 'time-ambiguous'));
  }
  const cutMs = facts.cutMs ?? (facts.result.verdict === 'errored' ? facts.startedMs : undefined);
  if (cutMs !== undefined && (isEffectUnsure || !must.some(({ arrival }) => arrival.untilMs <= cutMs)))
    allowed.push(inconclusive('§2', 'stopped', 'errored'));
  if (isEffectUnsure) allowed.push(inconclusive('J12', 'effect-unproven', 'not-injected'));
  if (!mustByHorizon) allowed.push(...silence(facts, one, { ruled, strong, faultsByHorizon, sloMs, horizonMs }));
  const isAround = (atMs: number) => must.some(({ arrival }) => isAroundByStall(facts.run, arrival, atMs));
  const truth = mustInTime
    ? 'in time'
    : isAround(sloMs)
      ? 'came while we stood still'
      : mustByHorizon
        ? 'late'
        : faultsByHorizon || isEarly || isAround(horizonMs)
          ? 'seen, but not surely'
          : wasLostHere(facts, one, horizonMs)
            ? 'lost while we stood still'
            : wasShownUnseen(facts, one, { fromMs: t0Ms, untilMs: horizonMs })
              ? 'shown while it could not be asked'
              : 'not seen';
  return { truth, allowed, claims: counted };
}

interface Silence {
  readonly ruled: readonly Claim[];
  readonly strong: readonly Claim[];
  /** Something of the fault came, and the rules cannot be sure of it: `missed` would be wrong. */
  readonly faultsByHorizon: boolean;
  readonly sloMs: number;
  readonly horizonMs: number;
}

/** What may be said where nothing came that must count. */
function silence(facts: TrialFacts, one: DetectionCase, heard: Silence): Allowed[] {
  const { expectation, detector, fault } = one;
  const { ruled, faultsByHorizon, sloMs, horizonMs } = heard;
  const t0Ms = fault.t0Ms ?? 0;
  const allowed: Allowed[] = [];
  const path = pathOf(facts, detector, { fromMs: t0Ms, untilMs: horizonMs, deadlineMs: sloMs });
  const isProven = path.rule || path.tool;
  const noSeverity = ruled.some(
    ({ takes, arrival }) => takes !== 'not' && severityFits(expectation, arrival.alert.severity) === 'unknown',
  );
  const mustBeUnsure = ruled.some(
    ({ takes, isFaults, arrival }) =>
      takes === 'must' &&
      isFaults &&
      arrival.untilMs <= horizonMs &&
      severityFits(expectation, arrival.alert.severity) === 'unknown',
  );
  if (noSeverity) allowed.push(inconclusive('J11', 'no-severity'));
  if (ruled.some(({ isAmbiguous }) => isAmbiguous)) allowed.push(inconclusive('J7', 'time-ambiguous'));
  const wasOpen = wasOpenBefore(facts, one);
  if (wasUnarmed(facts, one)) allowed.push(inconclusive('J9', 'already-firing'));
  const staleOne = ruled.some(
    ({ isStale, isFaults, isBeyondKnowing, arrival }) =>
      isStale &&
      isFaults &&
      !isBeyondKnowing &&
      arrival.untilMs <= horizonMs &&
      severityFits(expectation, arrival.alert.severity) !== 'no',
  );
  const hasOlder = ruled.some(
    ({ arrival: { alert, untilMs } }) =>
      untilMs >= t0Ms && (alert.isUpdate || alert.trueMs < t0Ms || saysMs(facts, alert) < t0Ms),
  );
  const isBeyond = ruled.some(({ isBeyondKnowing }) => isBeyondKnowing);
  const isTimeless = facts.isClockSet && ruled.length > 0;
  if (wasOpen || hasOlder || isBeyond || isTimeless || ruled.some(({ isStale }) => isStale) || faultsByHorizon)
    allowed.push(inconclusive('J8', 'already-firing', 'time-ambiguous'));
  const gone = detector.sees === 'state' ? goneMs(facts, fault) : undefined;
  const slackMs = facts.played.story.environment.pollMs + 2200;
  const stalledMs = stoodStillMs(facts.run, { fromMs: t0Ms, untilMs: facts.endedMs });
  const isUnread = detector.sees === 'state' && !wasReadIn(facts, fault, sloMs);
  const isGoneBefore = gone !== undefined && gone.firstMs < sloMs + slackMs + stalledMs;
  const isSurelyGone = gone !== undefined && gone.lastMs < sloMs - slackMs;
  if (isGoneBefore || isUnread) allowed.push(inconclusive('J14', 'gone-before-slo'));
  const deaf = deafnessAt(facts, detector.name, horizonMs);
  if (!isProven || path.isAtEdge || deaf !== 'no' || facts.isClockSet)
    allowed.push(inconclusive('J2', 'channel-unproven'));
  const lost = mayBeLostHere(facts.run, detector, { fromMs: t0Ms, untilMs: horizonMs });
  if (lost !== 'no') allowed.push(inconclusive('J2', 'harness-frozen'));
  // What waited in a stall is read before anything is called silent.
  const waited = heard.strong.some(
    ({ takes, arrival }) => takes === 'must' && isAroundByStall(facts.run, arrival, horizonMs),
  );
  const unseen = unseenOf(facts, one, { fromMs: t0Ms, untilMs: horizonMs });
  if (unseen !== 'no') allowed.push(inconclusive('J2', 'channel-unproven', 'harness-frozen'));
  if (unseen === 'surely' || wasShownUnseen(facts, one, { fromMs: t0Ms, untilMs: horizonMs })) return allowed;
  if (lost === 'surely' || (waited && detector.delivery === 'push')) return allowed;
  if (facts.cutMs !== undefined && facts.cutMs < horizonMs) return allowed;
  if (facts.result.verdict === 'errored') return allowed;
  if (faultsByHorizon || mustBeUnsure || isSurelyGone || staleOne || deaf === 'surely') return allowed;
  const isWeak = ruled.some(({ arrival }) => severityFits(expectation, arrival.alert.severity) === 'no');
  if (path.rule || (detector.ruleCanary === 'none' && path.tool) || path.isAtEdge)
    allowed.push({
      verdict: 'missed',
      codes: ['no-alert', 'late-unknown', ...(isWeak ? ['severity-too-low'] : [])],
      rule: 'J2',
    });
  if (path.tool && path.ruleRaised && (!path.rule || path.isAtEdge))
    allowed.push({ verdict: 'missed', codes: ['detector-down'], rule: 'J3' });
  // Heartbeats and polls prove by the time they tell, which counts for nothing once the wall clock was set.
  const isTimed = detector.ruleCanary === 'heartbeat' || detector.toolCanary === 'poll';
  if (detector.assumeAlive && (!isProven || path.isAtEdge || (isTimed && facts.isClockSet)))
    allowed.push({ verdict: 'missed', codes: ['assumed-alive'], rule: 'J3' });
  return allowed;
}

/** What an alert says of when it was, on the world's monotonic clock. */
function saysMs(facts: TrialFacts, { eventEpochMs, saysTime }: Alert): number {
  const { clock } = facts.played.world;
  if (!saysTime) return Number.NEGATIVE_INFINITY;
  return eventEpochMs - (clock.epochMs() - clock.monoMs());
}

/** What was counted must be one of those that may count, and its time must be true (J19). */
function holdCounted(
  said: DetectionResult,
  claims: readonly Claim[],
  { about, t0Ms }: { readonly about: string; readonly t0Ms: number },
): Finding[] {
  if (said.signal === undefined) return [];
  const { id, count, lastSeen } = said.signal;
  const mine = claims.filter(({ arrival: { alert } }) => {
    const sameTime = lastSeen === undefined || alert.lastSeenEpochMs === Date.parse(lastSeen);
    return alert.id === id && alert.count === count && sameTime;
  });
  if (mine.length === 0) return [{ rule: 'J5 to J8', about, what: `counted '${id}', which is not the fault's` }];
  const [fromMs = 0, untilMs = 0] = said.ttdIntervalMs ?? [];
  const isTrue = mine.some(
    ({ arrival }) => Math.abs(arrival.untilMs - t0Ms - untilMs) < 1 && fromMs <= Math.max(0, arrival.fromMs - t0Ms) + 1,
  );
  if (isTrue) return [];
  const times = mine.map(({ arrival }) => `${arrival.fromMs - t0Ms} to ${arrival.untilMs - t0Ms}`).join('; ');
  const cause = mine[0] === undefined ? '' : causeText(mine[0].arrival.alert);
  return [{ rule: 'J19', about, what: `said it came after ${fromMs} to ${untilMs} ms; truth: ${times} (${cause})` }];
}

function isCut(facts: TrialFacts): boolean {
  return facts.cutMs !== undefined || facts.result.verdict === 'errored';
}

const ranks = { low: 2, medium: 3, high: 4, critical: 5 } as const;

/** J11. */
function severityFits(expectation: DetectionStory, severity: number | null): 'yes' | 'no' | 'unknown' {
  if (expectation.severity === undefined) return 'yes';
  if (severity === null) return 'unknown';
  return severity >= ranks[expectation.severity] ? 'yes' : 'no';
}
