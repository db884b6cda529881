import type { RefusedError, WindshearError } from '../model/errors.ts';
import type { Phase } from '../model/marker.ts';
import { type Marker, newMarker } from '../model/marker.ts';
import type { BoundFault, BoundScenario, RunRequest, TrialPhase } from '../model/run.ts';
import { expectationId } from '../model/scenario.ts';
import { severityByName } from '../model/severity.ts';
import type { TargetSession } from '../model/target.ts';
import { type Subjects, subjectsFrom, type TrialView } from './correlate.ts';
import type { DetectorPost } from './detector-post.ts';
import type { HeardSignal, Instant } from './heard.ts';
import type { Interests } from './interests.ts';
import type { Journal } from './journal.ts';
import type { CanaryFate } from './judge-blindness.ts';
import type { PathProof } from './judge-detection.ts';
import type { GuardrailCanaries } from './judge-guardrail-blindness.ts';
import { type InjectionDeps, type LiveFault, newLiveFault } from './live-fault.ts';
import { type Meter, newMeter } from './meter.ts';
import type { PastAct, PastActs } from './past-acts.ts';
import type { PreImages } from './pre-images.ts';
import { newPulse, type Pulse } from './pulse.ts';
import type { StateRead } from './state-reads.ts';
import type { OwnStalls } from './stood-still.ts';
import { StopConditionFired } from './stop-condition-fired.ts';
import { newTrialLoad, type TrialLoad } from './trial-load.ts';
import type { WallClock } from './wall-clock.ts';
import { checkWindowsOfIntent } from './windows.ts';

/** What all trials of a run share. */
export interface RunDeps {
  readonly request: RunRequest;
  readonly journal: Journal;
  readonly preImages: PreImages;
  readonly interests: Interests;
  /** Detectors in use by name. */
  readonly posts: ReadonlyMap<string, DetectorPost>;
  readonly log: (line: string) => void;
  readonly wall: WallClock;
  /** Under whom this run acted, without session names; filled as sessions are obtained. */
  readonly identities: Set<string>;
  readonly past: PastActs;
  /** Ends the whole run: the environment is beyond a limit, or not the one that was proven. */
  readonly halt: (why: WindshearError) => void;
  /** Safety rules that a trial met when it was under way. */
  readonly refusals: RefusedError[];
  /** How often a target answered, and what it answered kept a change from being sent. */
  readonly keptOut: { count: number };
}

/** One trial while it goes on: facts only; the judges read them. */
export interface Trial {
  readonly deps: RunDeps;
  readonly bound: BoundScenario;
  readonly n: number;
  readonly marker: Marker;
  readonly startedAt: Instant;
  readonly pulse: Pulse;
  readonly meter: Meter;
  readonly faults: readonly LiveFault[];
  readonly controls: readonly LiveFault[];
  readonly heard: HeardSignal[];
  readonly audit: HeardSignal[];
  /** Alerts on the trial's subjects that were open when a fault was injected, by fault and detector. */
  readonly openBefore: Map<LiveFault, ReadonlyMap<string, readonly HeardSignal[]>>;
  /** Readings of probes that show a mitigation, by expectation; `present` where out of tolerance. */
  readonly mitigation: Map<string, StateRead[]>;
  readonly canaries: Map<string, { before?: CanaryFate; during?: CanaryFate; after?: CanaryFate }>;
  /** Answers to the canaries of guardrails, by guardrail. */
  readonly guardrailCanaries: Map<string, GuardrailCanaries>;
  readonly load: TrialLoad;
  readonly injection: InjectionDeps;
  /** Under whom we inject and revert; known once sessions are there. */
  identities: { readonly tester: readonly string[]; readonly revert: readonly string[] };
  controlWindowEnd?: number;
  /** What was proven of each path when the control's window ended. */
  readonly controlProof: Map<string, PathProof>;
  /** What the control left behind, once it was taken back. */
  controlLastAct?: PastAct | undefined;
  /** What earlier trials of this run had done to the trial's subjects. */
  readonly earlier?: PastAct | undefined;
  ended?: 'stopped' | 'errored';
  /** Aborted with the run, or by a stop condition of this trial. */
  readonly stop: AbortSignal;
  /** Ends it, or the whole run. */
  readonly halt: (why: WindshearError) => void;
  /** When somebody stopped it or it failed, or until when it had been heard by then. */
  endedMonoMs?: number;
  /** Until when all that had come was read, as far as is known. */
  heardUntilMonoMs?: number;
  readonly tell: (phase: TrialPhase, detail?: string) => void;
}

export function newTrial(deps: RunDeps, bound: BoundScenario, n: number): Trial {
  const { request } = deps;
  const { clock } = request;
  const marker = newMarker(request.random);
  const meter = newMeter(clock);
  const settle = request.environment.settle;
  const touches = [...bound.faults, ...bound.control].flatMap(({ definition, params }) =>
    definition.touches(params as never),
  );
  const load = newTrialLoad(request, bound, marker);
  const halted = new AbortController();
  const stop = AbortSignal.any([request.stop, halted.signal]);
  const session = (fault: BoundFault, phase: Phase): Promise<TargetSession> =>
    sessionOf({ ...request, stop }, fault, { phase, marker });
  return {
    deps,
    bound,
    n,
    marker,
    meter,
    startedAt: instant(request),
    earlier: deps.past.on(touches),
    pulse: newPulse(clock),
    faults: bound.faults.map((fault, index) => newLiveFault(fault, 'fault', index, settle)),
    controls: n === 1 ? bound.control.map((fault, index) => newLiveFault(fault, 'control', index, settle)) : [],
    heard: [],
    audit: [],
    openBefore: new Map(),
    canaries: new Map(),
    guardrailCanaries: new Map(),
    mitigation: new Map(),
    controlProof: new Map(),
    load,
    stop,
    halt: (why) => {
      if (why instanceof StopConditionFired && why.endsRun) deps.halt(why);
      else halted.abort(why);
    },
    injection: {
      onKeptOut: () => {
        deps.keptOut.count++;
      },
      clock,
      journal: deps.journal,
      preImages: deps.preImages,
      marker,
      scenario: bound.scenario.id,
      n,
      session,
      beforeIntent: (fault) => checkWindowsOfIntent(request, bound, fault),
      aboutToInject: ({ role }) => {
        if (role === 'fault') load.injecting();
      },
      log: deps.log,
    },
    identities: { tester: [], revert: [] },
    tell: (phase, detail) =>
      request.onEvent({
        kind: 'phase',
        scenario: bound.scenario.id,
        n,
        phase,
        ...(detail === undefined ? {} : { detail }),
      }),
  };
}

function sessionOf(
  request: RunRequest,
  fault: BoundFault,
  { phase, marker }: { phase: Phase; marker: Marker },
): Promise<TargetSession> {
  const target = request.targets.get(fault.definition.target);
  if (target === undefined) throw new Error(`No target of kind '${fault.definition.target}' in this environment.`);
  // Reverts must not end with the injections: only abandoning ends them.
  const signal = phase === 'inject' || phase === 'control' ? request.stop : request.abandon;
  return target.session(phase, marker, signal);
}

export function instant(request: Pick<RunRequest, 'clock'>): Instant {
  return { monoMs: request.clock.monoMs(), epochMs: request.clock.epochMs() };
}

/** Most signals on its subjects that a trial listens to: each is looked at again whenever something happens. */
const mostHeard = 10_000;

/** Takes a signal for a trial; one too many is counted as lost, so that silence proves nothing. */
export function keepHeard(trial: Trial, heard: HeardSignal): void {
  if (trial.heard.length < mostHeard) trial.heard.push(heard);
  else
    trial.deps.posts
      .get(heard.detector)
      ?.listener?.overload(`more than ${mostHeard} signals on the subjects of ${trial.bound.scenario.id}`);
}

/** What signals about these injections may name. */
export function subjectsAll(faults: readonly LiveFault[]): Subjects {
  return subjectsFrom(faults.flatMap(subjectsOf));
}

export function subjectsOf(fault: LiveFault): readonly string[] {
  const { definition, bound, acknowledged } = fault;
  if (definition.subjects !== undefined) return definition.subjects(bound.params, acknowledged);
  return [...definition.touches(bound.params), ...Object.values(acknowledged?.ids ?? {})];
}

/** When we stood still ourselves, for judges that tell that from polls that are too far apart. */
export function stallsOf({ deps }: Trial): OwnStalls {
  const { stalls } = deps.request;
  return stalls === undefined ? {} : { stoodStillMs: stalls.frozenMs };
}

/** How it ended, for judges of what was still open then. */
export function endOf({ ended, endedMonoMs }: Trial): Pick<Trial, 'ended' | 'endedMonoMs'> {
  return { ...(ended === undefined ? {} : { ended }), ...(endedMonoMs === undefined ? {} : { endedMonoMs }) };
}

/** How correlation sees the trial at this moment. */
export function viewOf(trial: Trial): TrialView {
  const t0 = firstOf(trial.faults.map((fault) => fault.t0));
  const controlT0 = trial.controls[0]?.t0;
  const revertRequested =
    firstOf(trial.faults.map((fault) => fault.revertSent)) ??
    firstOf(trial.faults.map((fault) => fault.revertRequested));
  const reverted = allReverted(trial.faults);
  const { tester, revert } = trial.identities;
  return {
    marker: trial.marker,
    faultSubjects: subjectsAll(trial.faults),
    controlSubjects: subjectsAll(trial.controls),
    ourActors: tester,
    ...(trial.faults.every(({ definition }) => definition.onTrust === true) ? { isByOthers: true } : {}),
    revertsAsOther: revert.length > 0 && !revert.some((one) => tester.includes(one)),
    ...(t0 === undefined ? {} : { t0 }),
    ...(controlT0 === undefined ? {} : { control: { t0: controlT0, lastAct: trial.controlLastAct?.at ?? controlT0 } }),
    ...(trial.earlier === undefined ? {} : { earlier: trial.earlier.at }),
    ...(revertRequested === undefined ? {} : { revertRequested }),
    ...(reverted === undefined ? {} : { reverted }),
  };
}

/** When the last of the faults was out; undefined while one of them may be in. */
function allReverted(faults: readonly LiveFault[]): Instant | undefined {
  const toRevert = faults.filter(({ intent, rollback }) => intent !== undefined && rollback?.verdict !== 'none');
  const done = toRevert.flatMap(({ reverted }) => reverted ?? []);
  return done.length < toRevert.length ? undefined : done.toSorted((a, b) => b.monoMs - a.monoMs)[0];
}

function firstOf(instants: readonly (Instant | undefined)[]): Instant | undefined {
  return instants.filter((one) => one !== undefined).toSorted((a, b) => a.monoMs - b.monoMs)[0];
}

/** Error and resolution of the clock of an audit source. */
export function auditMarginMs(trial: Trial, source: string): number {
  const clock = trial.deps.request.environment.audit[source]?.clock;
  return clock === undefined ? 0 : clock.error + clock.resolution;
}

/** The fault whose first mutating request is t0 of an expectation: the one named, else the last. */
export function faultFor(trial: Trial, name: string | undefined): LiveFault {
  const named = name === undefined ? undefined : trial.faults.find((fault) => fault.bound.use.as === name);
  const fault = named ?? trial.faults.at(-1);
  if (fault === undefined) throw new Error(`Scenario '${trial.bound.scenario.id}' has no fault.`);
  return fault;
}

type Expectations = ReturnType<typeof readExpectations>;

const expectationsRead = new WeakMap<BoundScenario, Expectations>();

/** The scenario's expectations with ids and milliseconds, as the judges take them; they are asked for at each wake-up. */
export function expectationsOf(bound: BoundScenario): Expectations {
  const known = expectationsRead.get(bound) ?? readExpectations(bound);
  expectationsRead.set(bound, known);
  return known;
}

function readExpectations(bound: BoundScenario) {
  const { detections, guardrails, blind, blindGuardrails } = bound.scenario.expect;
  return {
    detections: detections.map((e) => {
      const severity = e.severity === undefined ? undefined : (severityByName(e.severity) ?? undefined);
      return {
        id: expectationId.detection(e),
        detector: e.detector,
        rule: e.rule,
        sloMs: e.within,
        of: e.of,
        fault: e.fault,
        ...(severity === undefined ? {} : { severity }),
      };
    }),
    guardrails: guardrails.map((e) => ({
      id: expectationId.guardrail(e),
      guardrail: e.guardrail,
      outcome: e.outcome,
      sloMs: e.within,
      fault: e.fault,
    })),
    blind: blind.map((e) => ({ id: expectationId.blind(e), detector: e.detector, canary: e.canary, sloMs: e.within })),
    blindGuardrails: blindGuardrails.map((e) => ({
      id: expectationId.blindGuardrail(e),
      guardrail: e.guardrail,
      sloMs: e.within,
    })),
  };
}
