import { formatDuration } from '../model/duration.ts';
import { matchesGlob } from '../model/glob.ts';
import type { DetectionResult } from '../model/scorecard.ts';
import { severityName } from '../model/severity.ts';
import { type Severity, severitySchema } from '../model/signal.ts';
import { losesFromMs } from '../model/stalls.ts';
import type { ReasonCode } from '../model/verdict.ts';
import { type Asked, comebackAt, isUnasked } from './asked.ts';
import { type Belonging, eventEpochMs } from './correlate.ts';
import type { HeardSignal, Instant } from './heard.ts';
import { notInjected } from './not-injected.ts';
import { type PollGap, unseenReason } from './poll-gaps.ts';
import { type OwnStalls, stoodStillBetween } from './stood-still.ts';

/** What is proven of a detector's path by canaries that were raised after an instant and received in time (J1 to J3). */
export interface PathProof {
  readonly rule: { readonly raised: boolean; readonly received: boolean };
  readonly tool: { readonly raised: boolean; readonly received: boolean };
}

export interface DetectionCase extends OwnStalls {
  readonly expectation: {
    readonly id: string;
    readonly detector: string;
    readonly rule: string;
    readonly sloMs: number;
    readonly severity?: Severity;
    readonly of: 'effect' | 'attempt';
  };
  readonly detector: {
    readonly sees: 'state' | 'event';
    /** True where an alert is shown for as long as it is open, and a new event may hide in it: in a store, or of a state. */
    readonly showsOpen: boolean;
    /** True where one alert may stand for several events, as its `rearm` says (J9). */
    readonly groups: boolean;
    readonly recurrence: 'none' | 'count' | 'last-seen';
    /** Error and resolution of its clock. */
    readonly marginMs: number;
    readonly assumeAlive: boolean;
    readonly offersRuleCanary: boolean;
  };
  readonly fault: FaultState;
  /** Signals of this detector, oldest first. */
  readonly belonging: readonly Belonging[];
  /** Alerts on the trial's subjects that were open when this fault was injected (J8). */
  readonly openBefore: readonly HeardSignal[];
  /** True where it had not re-armed when this fault was injected, so that it may have told nobody (J9). */
  readonly isUnarmed?: boolean;
  readonly proof: PathProof;
  /** Whether signals of this detector were lost, or held back, between t0 and the horizon. */
  readonly overloaded: boolean;
  /** How long the stalls of ours lasted that reach into the time from t0 to the horizon, where its signals are pushed. */
  readonly frozenMs?: number;
  /** The same, from t0 to the SLO. */
  readonly frozenBySloMs?: number;
  /** Absent where its signals are pushed. */
  readonly asked?: Asked;
  /** When its store was not seen, so that an alert may have come and gone between t0 and the horizon. */
  readonly unseen?: readonly PollGap[];
  readonly nowMonoMs: number;
  /** Set once nobody listens any more: why the trial ended early. */
  readonly ended?: 'stopped' | 'errored';
  /** When it was stopped or failed; what was due before was heard out. */
  readonly endedMonoMs?: number;
}

/** What became of the fault whose first mutating request is t0. */
export interface FaultState {
  readonly status: 'pending' | 'injected' | 'refused' | 'not-injected';
  readonly t0?: Instant;
  /** `pending` while the effect may still be proven. */
  readonly effect: 'pending' | 'proven' | 'unproven';
  /** When it was found gone, as an interval between two reads, t0-relative clocks apart: monotonic. */
  readonly goneMonoMs?: readonly [number, number];
  /** Why it was not injected, or may be in only by half. */
  readonly failure?: string;
  /** True where it failed so that nobody can tell what it did before. */
  readonly isUnknown?: boolean;
  /** True where somebody else is to act, and nobody can read whether they have. */
  readonly isOnTrust?: boolean;
  /** What was refused for want of the tester's own right, by no guardrail. */
  readonly ownRights?: string;
  /** How many of its changes had gone through when another of them was refused. */
  readonly doneBefore?: number;
  /** Why nothing has come of it that a guardrail may want to refuse. */
  readonly unasked?: string;
  /** Whose controller was refused, where our own request was not. */
  readonly refusedBehind?: string;
}

/** A verdict, or what is still waited for. */
export interface Judgement<Result> {
  readonly settled: boolean;
  readonly result: Result;
  /** Deadlines at which it changes by itself; polls get denser near them (J20). */
  readonly deadlinesMonoMs: readonly number[];
}

/** How often its SLO an expectation is listened for. */
export const horizonFactor = 3;

/** Judges one detection by J2, J3, J5 to J8, J11, J12, J14, J18 and J20. Pure: the same facts give the same verdict. */
export function judgeDetection(facts: DetectionCase): Judgement<DetectionResult> {
  const { expectation, fault } = facts;
  const judge = new Verdict(facts);
  if (fault.status === 'pending') return judge.open();
  if (fault.status === 'not-injected' || fault.t0 === undefined) {
    const { code, reason } = notInjected(fault, 'so there was nothing to detect');
    return judge.inconclusive(code, reason);
  }
  if (fault.status === 'refused' && expectation.of === 'effect') {
    if (fault.ownRights === undefined)
      return judge.inconclusive('prevented-first', 'The change was refused, so its effect could not be detected.');
    const right = `The tester lacked the right to make the change (${fault.ownRights})`;
    return judge.inconclusive('own-rights', `${right}, so nobody could see it.`);
  }
  if (fault.status === 'injected' && expectation.of === 'attempt') {
    return judge.inconclusive('not-prevented', 'The change went through, so there was no refused attempt to detect.');
  }

  const t0 = fault.t0;
  const horizonAt = t0.monoMs + horizonFactor * expectation.sloMs;
  const match = firstMatch(facts, t0, horizonAt);
  const effectDue = expectation.of === 'effect' && fault.effect !== 'proven';
  if (match !== undefined && !effectDue) {
    const isLate = match.heard.arrivedMonoMs[0] > t0.monoMs + expectation.sloMs;
    if (isLate && facts.isUnarmed === true) return judge.unarmed();
    return isLate && mayHaveBeenInTime(facts, t0) ? judge.ambiguous() : judge.matched(match, t0);
  }
  if (match !== undefined && fault.effect === 'unproven') return judge.effectUnproven();
  const ended = (facts.endedMonoMs ?? 0) < horizonAt ? facts.ended : undefined;
  if (ended === undefined && facts.nowMonoMs < horizonAt) {
    return judge.open([t0.monoMs + expectation.sloMs, horizonAt]);
  }
  if (facts.ended === undefined && isUnasked(facts.asked, horizonAt)) {
    const waitedUntil = comebackAt(facts.asked, facts, [horizonAt, facts.nowMonoMs]);
    if (facts.nowMonoMs < waitedUntil) return judge.open([horizonAt, waitedUntil]);
  }
  if (ended !== undefined) {
    return judge.inconclusive(ended, 'The trial ended before the horizon of this expectation.');
  }
  return effectDue ? judge.effectUnproven() : silence(facts, judge, t0);
}

/** The earliest signal that is the fault's, matches rule and severity, and is no mere re-send of an open alert. */
function firstMatch(facts: DetectionCase, t0: Instant, horizonAt: number): Belonging | undefined {
  return facts.belonging
    .filter(({ heard, whose }) => whose === 'fault' && heard.signal.status === 'open')
    .filter(({ heard }) => heard.arrivedMonoMs[1] >= t0.monoMs && heard.arrivedMonoMs[0] <= horizonAt)
    .filter(({ heard }) => ruleMatches(heard, facts.expectation.rule))
    .filter(({ heard }) => severityFits(heard, facts.expectation.severity) === 'yes')
    .filter(({ heard }) => isNew(heard, facts, t0))
    .toSorted((a, b) => a.heard.arrivedMonoMs[1] - b.heard.arrivedMonoMs[1])[0];
}

/** Whether a new signal came within the SLO that may be the fault's as well as another's: then a later one proves no lateness (J7). */
function mayHaveBeenInTime(facts: DetectionCase, t0: Instant): boolean {
  const { rule, severity, sloMs } = facts.expectation;
  return facts.belonging.some(
    ({ heard, whose }) =>
      whose === 'ambiguous' &&
      heard.signal.status === 'open' &&
      heard.arrivedMonoMs[1] >= t0.monoMs &&
      heard.arrivedMonoMs[0] <= t0.monoMs + sloMs &&
      ruleMatches(heard, rule) &&
      severityFits(heard, severity) !== 'no' &&
      isNew(heard, facts, t0),
  );
}

/** Nothing matched until the horizon: says why, from the most particular reason to plain silence. */
function silence(facts: DetectionCase, judge: Verdict, t0: Instant): Judgement<DetectionResult> {
  const { expectation, detector, fault, proof } = facts;
  const named = facts.belonging.filter(
    ({ heard }) =>
      heard.signal.status === 'open' &&
      heard.arrivedMonoMs[1] >= t0.monoMs &&
      heard.arrivedMonoMs[0] <= t0.monoMs + horizonFactor * expectation.sloMs &&
      ruleMatches(heard, expectation.rule),
  );
  const ruled = named.filter(({ heard }) => severityFits(heard, expectation.severity) !== 'no');
  const ours = ruled.filter(({ whose, heard }) => whose === 'fault' && isNew(heard, facts, t0));
  if (ours.some(({ heard }) => severityFits(heard, expectation.severity) === 'unknown')) {
    return judge.inconclusive('no-severity', `A signal matched, but ${expectation.detector} states no severity.`);
  }
  if (isFiringAlready(facts, ruled, t0)) {
    return judge.inconclusive(
      'already-firing',
      'The alert was open before the injection, and nothing in it shows that it happened again.',
    );
  }
  if (facts.isUnarmed === true) return judge.unarmed();
  if (ruled.some(({ whose }) => whose === 'ambiguous')) {
    return judge.ambiguous();
  }
  if (facts.overloaded)
    return judge.inconclusive('overload', `Signals of ${expectation.detector} were dropped under overload.`);

  const { frozenMs = 0 } = facts;
  if (frozenMs >= losesFromMs) {
    const reason = `We stood still for ${formatDuration(frozenMs)} while signals of ${expectation.detector} were waited for, so one may have been lost here.`;
    return judge.inconclusive('harness-frozen', reason);
  }

  const sloAt = t0.monoMs + expectation.sloMs;
  const horizonAt = t0.monoMs + horizonFactor * expectation.sloMs;
  if (expectation.of === 'attempt' && fault.refusedBehind !== undefined)
    return judge.inconclusive(
      'not-attributed',
      `The controller of ${fault.refusedBehind} was refused, not our own request, and no alert that names what we made came: one that names the controller alone may be about anything.`,
    );
  if (isUnasked(facts.asked, horizonAt)) {
    const after = formatDuration(Math.max(0, facts.asked.untilMonoMs - t0.monoMs));
    return judge.inconclusive(
      'channel-unproven',
      `${expectation.detector} answered the poll that was sent ${after} after the injection and none since, so what came until the horizon is not known.`,
    );
  }
  const unseen = unseenOf(facts).at(0);
  if (unseen !== undefined) {
    const { code, reason } = unseenReason(unseen, expectation.detector, [t0.monoMs, 'the injection']);
    return judge.inconclusive(code, reason);
  }
  const gone = detector.sees === 'state' && fault.status === 'injected' ? fault.goneMonoMs : undefined;
  if (gone !== undefined && gone[0] < sloAt) {
    return judge.inconclusive(
      'gone-before-slo',
      `The fault was gone ${goneText(gone, t0.monoMs, sloAt)} the SLO of a detector that sees state.`,
    );
  }
  const code = gone === undefined || gone[0] > horizonAt ? 'no-alert' : 'late-unknown';
  const heardUntil = `within ${formatDuration(horizonFactor * expectation.sloMs)}`;
  if (proof.rule.received || (!detector.offersRuleCanary && proof.tool.received)) {
    const low = named.find(
      (one) => one.whose === 'fault' && !ruled.includes(one) && isNew(one.heard, facts, t0),
    )?.heard;
    const got = low?.signal.severity ?? undefined;
    if (low !== undefined && got !== undefined && expectation.severity !== undefined) {
      const came = `came after ${formatDuration(low.arrivedMonoMs[1] - t0.monoMs)}`;
      return judge.missed(
        'severity-too-low',
        `'${low.signal.rule}' ${came} with severity ${severityName(got)}, and at least ${severityName(expectation.severity)} is expected.`,
      );
    }
    return judge.missed(
      code,
      `No signal of '${expectation.rule}' came ${heardUntil}; the path was proven alive after the injection.`,
    );
  }
  if (proof.tool.received && proof.rule.raised) {
    return judge.missed(
      'detector-down',
      `No signal came ${heardUntil}: delivery works, but the canary rule stayed silent too, so the rules of ${expectation.detector} are not evaluated.`,
    );
  }
  if (detector.assumeAlive) {
    return judge.missed(
      'assumed-alive',
      `No signal came ${heardUntil}; the environment declares ${expectation.detector} alive without proof.`,
    );
  }
  return judge.inconclusive(
    'channel-unproven',
    `No signal came ${heardUntil}, nor did a canary raised after the injection, so silence proves nothing. Check the path from ${expectation.detector} to here.`,
  );
}

/** What is shown for as long as a state lasts is seen after a gap that the fault outlasts. */
function unseenOf({ detector, fault, unseen = [] }: DetectionCase): readonly PollGap[] {
  const isShownUntil = detector.sees === 'state' ? (fault.goneMonoMs?.[0] ?? Number.POSITIVE_INFINITY) : 0;
  return unseen.filter(({ untilMonoMs }) => untilMonoMs > isShownUntil);
}

/** J8: whether an alert on the subject was open before t0, so that what came after it, or hid in it, proves nothing. */
function isFiringAlready(facts: DetectionCase, ruled: readonly Belonging[], t0: Instant): boolean {
  const { recurrence, showsOpen, groups } = facts.detector;
  // An alert from before t0 that now says something of the fault, without what its source declares as recurrence.
  const isKnownOnly = ({ heard }: Belonging) => isKnownBefore(heard, t0) && !isNew(heard, facts, t0);
  if (ruled.some((one) => one.whose === 'fault' && isKnownOnly(one))) return true;
  const mayHide = (heard: HeardSignal) => recurrence === 'none' || isTooCoarse(heard, facts, t0);
  if (facts.openBefore.some((heard) => ruleMatches(heard, facts.expectation.rule) && mayHide(heard))) return true;
  if (recurrence !== 'none') return false;
  return ruled.some((one) => {
    const { heard, whose, matchedBy } = one;
    if (whose === 'ambiguous') return isKnownOnly(one);
    // Opened before t0, as its own time says, and heard of after it: as one that is shown while it lasts, is added to (J9), or once more.
    const isOther = matchedBy.includes('subject') && whose !== 'ours' && whose !== 'fault';
    return isOther && isOlder(heard, t0) && (showsOpen || groups || heard.previous !== undefined);
  });
}

/** A last-seen that lies so near the injection that the next event need not move it. */
function isTooCoarse({ signal }: HeardSignal, { detector }: DetectionCase, t0: Instant): boolean {
  if (detector.recurrence !== 'last-seen' || signal.lastSeen === undefined) return false;
  return Date.parse(signal.lastSeen) >= t0.epochMs - detector.marginMs;
}

function isOlder({ signal }: HeardSignal, t0: Instant): boolean {
  const eventMs = eventEpochMs(signal);
  return eventMs === undefined || eventMs < t0.epochMs;
}

function isKnownBefore({ previous }: HeardSignal, t0: Instant): boolean {
  return previous !== undefined && previous.firstMonoMs < t0.monoMs;
}

/** Whether a matching rule name or rule id is the expected one. */
export function ruleMatches(heard: HeardSignal, glob: string): boolean {
  return (
    matchesGlob(glob, heard.signal.rule) ||
    (heard.signal.ruleId !== undefined && matchesGlob(glob, heard.signal.ruleId))
  );
}

const severityOrNull = severitySchema.nullable();

function severityFits(heard: HeardSignal, atLeast: Severity | undefined): 'yes' | 'no' | 'unknown' {
  if (atLeast === undefined) return 'yes';
  const severity = severityOrNull.parse(heard.signal.severity);
  if (severity === null) return 'unknown';
  return severity >= atLeast ? 'yes' : 'no';
}

/** J8: an alert that was known before counts only if its declared recurrence rose past the injection. */
function isNew(heard: HeardSignal, facts: DetectionCase, t0: Instant): boolean {
  const { previous, signal } = heard;
  if (heard.isRepeat === true) return false;
  if (previous === undefined || previous.firstMonoMs >= t0.monoMs) return true;
  if (facts.detector.recurrence === 'count')
    return signal.count !== undefined && signal.count > (previous.count ?? Number.POSITIVE_INFINITY);
  // That it was seen after t0 is what marker or time already told (J6, J7), with the clock's error allowed for.
  if (facts.detector.recurrence === 'last-seen')
    return signal.lastSeen !== undefined && signal.lastSeen > (previous.lastSeen ?? '');
  return false;
}

/** Writes results for one case. */
class Verdict {
  readonly #facts: DetectionCase;
  constructor(facts: DetectionCase) {
    this.#facts = facts;
  }

  open(deadlinesMonoMs: readonly number[] = []): Judgement<DetectionResult> {
    return {
      settled: false,
      deadlinesMonoMs,
      result: this.#result('inconclusive', 'not-listened', 'The trial ended before this could be judged.'),
    };
  }

  inconclusive(code: ReasonCode, reason: string): Judgement<DetectionResult> {
    return this.#settled(this.#result('inconclusive', code, reason));
  }

  ambiguous(): Judgement<DetectionResult> {
    return this.inconclusive(
      'time-ambiguous',
      "By its source's clock a matching signal without marker is too near the injection or the revert to say whose it is.",
    );
  }

  unarmed(): Judgement<DetectionResult> {
    return this.inconclusive(
      'already-firing',
      `${this.#facts.expectation.detector} had alerted on the subject before the injection, and had not re-armed by then as its rearm declares, so it may have held back what it saw.`,
    );
  }

  effectUnproven(): Judgement<DetectionResult> {
    if (this.#facts.fault.isOnTrust === true)
      return this.inconclusive(
        'nobody-acted',
        'Nobody told of what somebody else was to do, so whether it was done at all is not known.',
      );
    return this.inconclusive(
      'effect-unproven',
      'The injected state was neither read back nor found in an audit source.',
    );
  }

  missed(code: ReasonCode, reason: string): Judgement<DetectionResult> {
    return this.#settled(this.#result('missed', code, reason));
  }

  matched({ heard, matchedBy }: Belonging, t0: Instant): Judgement<DetectionResult> {
    const { sloMs, of } = this.#facts.expectation;
    const lower = Math.max(0, heard.arrivedMonoMs[0] - t0.monoMs);
    const upper = heard.arrivedMonoMs[1] - t0.monoMs;
    const extra: Partial<DetectionResult> = {
      rule: heard.signal.rule,
      severity: heard.signal.severity,
      ttdMs: upper,
      ttdIntervalMs: [lower, upper],
      matchedBy: [...matchedBy, 'rule'],
      signal: heard.signal,
    };
    const took = `${formatDuration(upper)} after the injection (SLO ${formatDuration(sloMs)})`;
    if (upper <= sloMs) {
      return this.#settled(
        this.#result(
          of === 'attempt' ? 'attempt' : 'detected',
          'in-time',
          `'${heard.signal.rule}' reached us ${took}.`,
          extra,
        ),
      );
    }
    if (lower > sloMs && this.#facts.overloaded) {
      const reason = `'${heard.signal.rule}' reached us ${took}, but signals of ${heard.detector} were dropped under overload before.`;
      return this.#settled(this.#result('inconclusive', 'overload', reason, extra));
    }
    const { frozenMs: sofar = 0, frozenBySloMs = 0 } = this.#facts;
    const frozenMs = lower <= sloMs ? sofar : frozenBySloMs;
    if (frozenMs >= (lower <= sloMs ? 1 : losesFromMs)) {
      const reason = `'${heard.signal.rule}' reached us ${took}, but we stood still for ${formatDuration(frozenMs)} meanwhile.`;
      return this.#settled(this.#result('inconclusive', 'harness-frozen', reason, extra));
    }
    const unseen = unseenOf(this.#facts).find(({ fromMonoMs }) => fromMonoMs < t0.monoMs + sloMs);
    if (lower > sloMs && unseen !== undefined) {
      const { code, reason } = unseenReason(unseen, heard.detector, [t0.monoMs, 'the injection']);
      return this.#settled(
        this.#result('inconclusive', code, `'${heard.signal.rule}' reached us ${took}, but ${reason}`, extra),
      );
    }
    if (lower > sloMs)
      return this.#settled(this.#result('late', 'after-slo', `'${heard.signal.rule}' reached us ${took}.`, extra));
    const stoodMs = stoodStillBetween(this.#facts, heard.arrivedMonoMs);
    if (stoodMs !== undefined) {
      const reason = `'${heard.signal.rule}' reached us ${took}, but we stood still for ${formatDuration(stoodMs)} meanwhile.`;
      return this.#settled(this.#result('inconclusive', 'harness-frozen', reason, extra));
    }
    const reason = `'${heard.signal.rule}' arrived between ${formatDuration(lower)} and ${formatDuration(upper)} after the injection, and the SLO of ${formatDuration(sloMs)} lies between. Poll more often.`;
    return this.#settled(this.#result('inconclusive', 'poll-too-coarse', reason, extra));
  }

  #settled(result: DetectionResult): Judgement<DetectionResult> {
    return { settled: true, result, deadlinesMonoMs: [] };
  }

  #result(
    verdict: DetectionResult['verdict'],
    reasonCode: ReasonCode,
    reason: string,
    extra: Partial<DetectionResult> = {},
  ): DetectionResult {
    const { id, detector, sloMs, of } = this.#facts.expectation;
    const rejected = this.#rejected();
    return {
      id,
      detector,
      of,
      verdict,
      reasonCode,
      reason,
      sloMs,
      matchedBy: [],
      ...extra,
      ...(rejected.length > 0 ? { rejected } : {}),
    };
  }

  /** Near misses by rule, so that a reader sees why they did not count. */
  #rejected(): { rule: string; why: ReasonCode; id: string }[] {
    const { belonging, expectation } = this.#facts;
    return belonging
      .filter(
        ({ heard, whose }) => (whose === 'fault' || whose === 'ambiguous') && ruleMatches(heard, expectation.rule),
      )
      .flatMap(({ heard, whose }) => {
        const why: ReasonCode | undefined =
          whose === 'ambiguous'
            ? 'time-ambiguous'
            : severityFits(heard, expectation.severity) === 'no'
              ? 'severity-too-low'
              : undefined;
        return why === undefined ? [] : [{ rule: heard.signal.rule, why, id: heard.signal.id }];
      })
      .slice(0, 10);
  }
}

/** When it went is known to within two looks at it; the earlier one decides. */
function goneText(gone: readonly [number, number], t0MonoMs: number, sloAt: number): string {
  const [from, to] = gone.map((at) => formatDuration(Math.max(0, at - t0MonoMs)));
  return gone[1] <= sloAt ? `after ${to}, before` : `between ${from} and ${to} after the injection, so perhaps before`;
}
