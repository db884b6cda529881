import type { BlindnessResult, ControlResult, DetectionResult, GuardrailResult } from '../model/scorecard.ts';
import { comebackAt, isUnasked } from './asked.ts';
import { belongingsOf, sourceClockOf } from './belongings.ts';
import { type Belonging, isAbout } from './correlate.ts';
import type { DetectorPost } from './detector-post.ts';
import { detectorsOf } from './detectors-of.ts';
import { faultState } from './fault-state.ts';
import { guardOf, passageOf } from './guard-of.ts';
import type { HeardSignal } from './heard.ts';
import { heardUntil } from './heard-until.ts';
import { type CanaryFate, judgeBlindness } from './judge-blindness.ts';
import { type ControlCase, judgeControl } from './judge-control.ts';
import {
  type DetectionCase,
  type FaultState,
  horizonFactor,
  type Judgement,
  judgeDetection,
  ruleMatches,
} from './judge-detection.ts';
import { judgeGuardrailBlindness } from './judge-guardrail-blindness.ts';
import { judgeTrialGuardrail } from './judge-trial-guardrail.ts';
import type { Listener } from './listener.ts';
import type { LiveFault } from './live-fault.ts';
import { endOf, expectationsOf, faultFor, stallsOf, subjectsAll, type Trial, viewOf } from './trial-state.ts';
import { wasInAt } from './was-in-at.ts';

export interface TrialJudgements {
  readonly detections: readonly (Judgement<DetectionResult> & { readonly seesState: boolean })[];
  readonly guardrails: readonly Judgement<GuardrailResult>[];
  readonly blindness: readonly (Judgement<BlindnessResult> & { readonly settledDuring: boolean })[];
}

/** Judges every expectation on the facts so far. */
export function judgeAll(trial: Trial): TrialJudgements {
  const expectations = expectationsOf(trial.bound);
  const byDetector = new Map<string, readonly Belonging[]>();
  const view = viewOf(trial);
  const belongings = (detector: string) => {
    const known = byDetector.get(detector) ?? belongingsOf(trial, detector, view);
    byDetector.set(detector, known);
    return known;
  };
  return {
    detections: expectations.detections.map((expectation) =>
      detection(trial, expectation, {
        belonging: belongings(expectation.detector),
        isToldOf: (fault) =>
          detectorsOf(trial.bound).some((name) => tellsOfFault(aboutAlone(trial, fault, belongings(name)))),
      }),
    ),
    guardrails: expectations.guardrails.map((expectation) => judgeTrialGuardrail(trial, expectation)),
    blindness: [
      ...expectations.blind.map((expectation) => blindness(trial, expectation)),
      ...expectations.blindGuardrails.map((expectation) => guardrailBlindness(trial, expectation)),
    ],
  };
}

type Expectations = ReturnType<typeof expectationsOf>;

function askedOf(listener: Listener | undefined): Pick<DetectionCase, 'asked'> {
  const asked = listener?.asked();
  return asked === undefined ? {} : { asked };
}

interface Told {
  readonly belonging: readonly Belonging[];
  /** Whether any detector of the scenario tells of a fault. */
  readonly isToldOf: (fault: LiveFault) => boolean;
}

function tellsOfFault(belonging: readonly Belonging[]): boolean {
  return belonging.some(({ whose, heard }) => whose === 'fault' && heard.signal.status === 'open');
}

/** Of several faults, what is about another of them alone tells nothing of this one. */
function aboutAlone(trial: Trial, fault: LiveFault, belonging: readonly Belonging[]): readonly Belonging[] {
  const others = trial.faults.filter((one) => one !== fault);
  if (others.length === 0) return belonging;
  const [ofOthers, ofThis] = [subjectsAll(others), subjectsAll([fault])];
  return belonging.map((one) =>
    isAbout(one.heard.signal, ofOthers) && !isAbout(one.heard.signal, ofThis) ? { ...one, whose: 'other' } : one,
  );
}

/** J12: of a fault that is taken on trust only a signal about it proves that it was done. */
function shownState(fault: LiveFault, isToldOf: Told['isToldOf']): FaultState {
  const state = faultState(fault);
  return fault.definition.onTrust !== true || isToldOf(fault) ? state : { ...state, effect: 'pending' };
}

function detection(trial: Trial, expectation: Expectations['detections'][number], { belonging, isToldOf }: Told) {
  const post = trial.deps.posts.get(expectation.detector);
  const fault = faultFor(trial, expectation.fault);
  const isOfOne = expectation.fault !== undefined || fault.definition.onTrust === true;
  const t0 = fault.t0?.monoMs ?? 0;
  const openBefore = trial.openBefore.get(fault)?.get(expectation.detector) ?? [];
  const none = { raised: false, received: false };
  const judgement = judgeDetection({
    expectation,
    detector: {
      sees: post?.config.sees ?? 'event',
      showsOpen: post?.listener?.showsOpen ?? false,
      groups: (post?.config.rearm ?? 'none') !== 'none',
      recurrence: post?.recurrence ?? 'none',
      marginMs: sourceClockOf(trial, expectation.detector).marginMs,
      assumeAlive: post?.config.assumeAlive ?? false,
      offersRuleCanary: post?.keeper.offers('rule') ?? false,
    },
    fault: shownState(fault, isToldOf),
    belonging: isOfOne ? aboutAlone(trial, fault, belonging) : belonging,
    openBefore,
    isUnarmed: isUnarmed(post, fault, { openBefore, rule: expectation.rule }),
    proof: post?.keeper.proof(t0, t0 + horizonFactor * expectation.sloMs, t0 + expectation.sloMs) ?? {
      rule: none,
      tool: none,
    },
    overloaded: post?.listener?.overloadedBetween(t0, t0 + horizonFactor * expectation.sloMs) ?? false,
    frozenMs: post?.listener?.frozenMs(t0, t0 + horizonFactor * expectation.sloMs) ?? 0,
    frozenBySloMs: post?.listener?.frozenMs(t0, t0 + expectation.sloMs) ?? 0,
    ...stallsOf(trial),
    ...askedOf(post?.listener),
    unseen: post?.listener?.unseenBetween(t0, t0 + horizonFactor * expectation.sloMs) ?? [],
    nowMonoMs: heardUntil(trial),
    ...endOf(trial),
  });
  return { ...judgement, seesState: post?.config.sees === 'state' };
}

/**
 * J9: whether it raises no other alert before its time is over, of whatever rule, or before that one is resolved; where it
 * is declared how a recurrence shows, that tells (J8).
 */
function isUnarmed(
  post: DetectorPost | undefined,
  fault: LiveFault,
  { openBefore, rule }: { readonly openBefore: readonly HeardSignal[]; readonly rule: string },
): boolean {
  const { rearm, recurrence = 'none' } = post?.config ?? {};
  if (rearm === 'resolved') return recurrence === 'none' && openBefore.some((heard) => ruleMatches(heard, rule));
  const t0MonoMs = fault.t0?.monoMs;
  if (typeof rearm !== 'number' || t0MonoMs === undefined) return false;
  const subjects = subjectsAll([fault]);
  return openBefore.some(
    ({ signal, arrivedMonoMs }) => arrivedMonoMs[1] + rearm > t0MonoMs && isAbout(signal, subjects),
  );
}

function blindness(trial: Trial, expectation: Expectations['blind'][number]) {
  const canaries = trial.canaries.get(expectation.detector);
  const fault = faultFor(trial, undefined);
  const { raisedMonoMs, outMonoMs } = canaries?.during ?? {};
  const duringIsIn =
    raisedMonoMs === undefined || outMonoMs === undefined
      ? undefined
      : wasInAt(trial, fault, { sentMonoMs: raisedMonoMs, outMonoMs });
  return judgeBlindness({
    expectation,
    fault: faultState(fault),
    ...(duringIsIn === undefined ? {} : { duringIsIn }),
    ...lossesOf(trial, expectation, canaries?.during),
    nowMonoMs: heardUntil(trial),
    ...canaries,
    ...stallsOf(trial),
    ...endOf(trial),
  });
}

function guardrailBlindness(trial: Trial, expectation: Expectations['blindGuardrails'][number]) {
  const canaries = trial.guardrailCanaries.get(expectation.guardrail) ?? {};
  const fault = faultFor(trial, undefined);
  const { during } = canaries;
  const duringIsIn =
    during === undefined
      ? undefined
      : wasInAt(trial, fault, { sentMonoMs: during.sentMonoMs, outMonoMs: during.answeredMonoMs });
  const guard = guardOf(trial, expectation.guardrail);
  const { isRecorded, failedOpen } = passageOf(trial, guard, during?.requestId === undefined ? [] : [during.requestId]);
  const mayFailOpen = guard.definition?.canary?.(guard.params)?.mayFailOpen === true;
  return judgeGuardrailBlindness({
    expectation,
    fault: faultState(fault),
    canaries,
    ...(failedOpen === undefined ? {} : { failedOpen }),
    isUnrecorded: mayFailOpen && !isRecorded,
    auditSources: Object.keys(trial.deps.request.environment.audit),
    nowMonoMs: heardUntil(trial),
    ...(duringIsIn === undefined ? {} : { duringIsIn }),
    ...(trial.ended === undefined ? {} : { ended: trial.ended }),
  });
}

/** Whether a canary may have been lost here, and not because of the fault. */
function lossesOf(trial: Trial, { detector, sloMs }: Expectations['blind'][number], during: CanaryFate = {}) {
  const { raisedMonoMs, leftByMonoMs } = during;
  const listener = trial.deps.posts.get(detector)?.listener;
  if (raisedMonoMs === undefined || listener === undefined) return {};
  const until = (leftByMonoMs ?? raisedMonoMs) + sloMs;
  return {
    overloaded: listener.overloadedBetween(raisedMonoMs, until),
    frozenMs: listener.frozenMs(raisedMonoMs, until),
    unseen: listener.unseenBetween(raisedMonoMs, until),
  };
}

/** Judges the control on the facts so far. */
export function judgeTrialControl(trial: Trial, status: ControlCase['status'], detail?: string): ControlResult {
  const { detections } = expectationsOf(trial.bound);
  const view = viewOf(trial);
  const names = detectorsOf(trial.bound);
  const t0 = trial.controls[0]?.t0?.monoMs ?? 0;
  const windowEnd = trial.controlWindowEnd ?? t0;
  return judgeControl({
    status,
    ...(detail === undefined ? {} : { detail }),
    t0MonoMs: t0,
    windowEndMonoMs: windowEnd,
    belonging: names.flatMap((name) => belongingsOf(trial, name, view)),
    detectors: names.map((name) => {
      const post = trial.deps.posts.get(name);
      const config = post?.config;
      const proof = trial.controlProof.get(name) ?? post?.keeper.proof(t0, windowEnd);
      return {
        name,
        rules: detections.filter((e) => e.detector === name).map((e) => e.rule),
        carriesMarker: config?.sees !== 'state' && config?.carries.includes('marker') === true,
        proven: proof?.rule.received === true || proof?.tool.received === true,
        assumeAlive: config?.assumeAlive ?? false,
        overloaded: post?.listener?.overloadedBetween(t0, windowEnd) ?? false,
        isDeaf: isUnasked(post?.listener?.asked(), windowEnd),
        unseen: post?.listener?.unseenBetween(t0, windowEnd) ?? [],
        frozenMs: post?.listener?.frozenMs(t0, windowEnd) ?? 0,
      };
    }),
  });
}

/** The end of the control's window, for each detector that was not asked since and may still tell what came in it. */
export function awaitedByControl(trial: Trial): readonly { readonly detector: string; readonly endMonoMs: number }[] {
  const { controlWindowEnd: endMonoMs } = trial;
  if (endMonoMs === undefined) return [];
  const now = trial.deps.request.clock.monoMs();
  return detectorsOf(trial.bound).flatMap((detector) => {
    const asked = trial.deps.posts.get(detector)?.listener?.asked();
    if (!isUnasked(asked, endMonoMs) || now >= comebackAt(asked, stallsOf(trial), [endMonoMs, now])) return [];
    return [{ detector, endMonoMs }];
  });
}

/** Detections by detectors that nobody expected (J10), each rule once. */
export function alsoSeenBy(trial: Trial): { detector: string; rule: string; ttdMs: number; matchedBy: string[] }[] {
  const expected = new Set(detectorsOf(trial.bound));
  const view = viewOf(trial);
  const { t0 } = view;
  if (t0 === undefined) return [];
  const found = new Map<string, { detector: string; rule: string; ttdMs: number; matchedBy: string[] }>();
  for (const detector of trial.deps.posts.keys()) {
    if (expected.has(detector)) continue;
    for (const { heard, whose, matchedBy } of belongingsOf(trial, detector, view)) {
      const key = `${detector}/${heard.signal.rule}`;
      if (whose !== 'fault' || heard.signal.status !== 'open' || found.has(key)) continue;
      found.set(key, {
        detector,
        rule: heard.signal.rule,
        ttdMs: heard.arrivedMonoMs[1] - t0.monoMs,
        matchedBy: [...matchedBy],
      });
    }
  }
  return [...found.values()];
}
