import type { DetectorConfig } from '../model/environment.ts';
import { sourceClockOf } from './belongings.ts';
import { apartMs, isAbout } from './correlate.ts';
import { detectorsOf } from './detectors-of.ts';
import type { HeardSignal } from './heard.ts';
import { ruleMatches } from './judge-detection.ts';
import type { InjectionDeps, LiveFault } from './live-fault.ts';
import type { PastAct } from './past-acts.ts';
import { expectationsOf, instant, subjectsAll, type Trial } from './trial-state.ts';
import { checkWindowsOfTrial } from './windows.ts';

/** Slack after a detector's clock margin, so that no rounding brings an earlier event up to the fault's. */
const slackMs = 20;

/** How long after its last look a revert that got no answer may still take effect. */
const strayMs = 500;

/**
 * Waits until nothing of an earlier act on the trial's subjects can be taken for what comes next: until the clock
 * margin of every detector without marker has passed (J7), and every expected alert that keeps firing has re-armed (J9).
 * A revert that got no answer is waited for too.
 */
export async function untilTellable(trial: Trial, past: PastAct, signal: AbortSignal): Promise<void> {
  const { clock, environment } = trial.deps.request;
  const clocks = detectorsOf(trial.bound).filter(
    (name) => environment.detectors[name]?.carries.includes('marker') !== true,
  );
  const margins = clocks.map((name) => apartMs(sourceClockOf(trial, name)));
  if (past.wasPutBack)
    margins.push(...Object.values(environment.audit).map((audit) => 2 * audit.clock.error + audit.clock.resolution));
  if (past.mayStillBeReverted) margins.push(strayMs);
  if (margins.length > 0) {
    const untilMs = past.at.monoMs + Math.max(...margins) + slackMs;
    checkWait(trial, untilMs);
    while (clock.monoMs() <= untilMs) await trial.pulse.wait(untilMs + 1, signal);
  }
  await untilRearmed(trial, past, signal);
}

/** Notes, once they are taken back, what these injections of a trial leave behind; undefined where none began. */
export function notePast(trial: Trial, faults: readonly LiveFault[]): PastAct | undefined {
  const begun = faults.filter((fault) => fault.intent !== undefined);
  if (begun.length === 0) return undefined;
  const act: PastAct = {
    touches: begun.flatMap((fault) => fault.definition.touches(fault.bound.params)),
    markers: [trial.marker],
    at: instant(trial.deps.request),
    mayStillBeReverted: begun.some((fault) => fault.mayStillBeReverted === true),
    isLeftIn: begun.some(({ rollback }) => rollback?.verdict === 'dirty' || rollback?.verdict === 'unverified'),
    wasPutBack: begun.some(mayHaveBeenPutBack),
    lastHeard: (detector) => trial.heard.findLast((one) => one.detector === detector),
  };
  trial.deps.past.note(act);
  return act;
}

/** What was acknowledged and never seen in may have been in between two looks. */
function mayHaveBeenPutBack({ acknowledged, definition, rollback }: LiveFault): boolean {
  if (rollback?.verdict === 'by-guardrail') return true;
  return rollback?.verdict === 'none' && acknowledged !== undefined && definition.kind === 'change';
}

/** J8: notes what is open right before each change, since an alert may still come while the state before is captured. */
export function notingOpen(trial: Trial): InjectionDeps {
  return {
    ...trial.injection,
    aboutToInject(fault) {
      const open = detectorsOf(trial.bound).map((name) => [name, openOnTrial(trial, name)] as const);
      trial.openBefore.set(fault, new Map(open));
      trial.injection.aboutToInject?.(fault);
    },
  };
}

/** No wait begins after which it would be too late to inject what comes next. */
function checkWait({ bound, controls, controlLastAct, deps: { request } }: Trial, untilMonoMs: number): void {
  const next = controls.length > 0 && controlLastAct === undefined ? 'control' : 'fault';
  checkWindowsOfTrial(request, bound, { next, waitMs: Math.max(0, untilMonoMs - request.clock.monoMs()) });
}

/** J9: waits until every detector of the scenario can say something new of the trial's subjects. */
async function untilRearmed(trial: Trial, past: PastAct, signal: AbortSignal): Promise<void> {
  const beganMonoMs = trial.deps.request.clock.monoMs();
  for (;;) {
    const due = rearmDue(trial, past, beganMonoMs);
    if (due === undefined) return;
    checkWait(trial, due);
    await trial.pulse.wait(due, signal);
  }
}

/**
 * When to look again; undefined once all have re-armed, or were waited for in vain: three times the longest SLO for a
 * resolution, and twice a quiet time, which each further alert begins anew. What is open then makes silence prove nothing.
 */
function rearmDue(trial: Trial, past: PastAct, beganMonoMs: number): number | undefined {
  const nowMonoMs = trial.deps.request.clock.monoMs();
  const slos = expectationsOf(trial.bound).detections.map((e) => e.sloMs);
  const dues = detectorsOf(trial.bound).flatMap((name) => {
    const rearm = rearmOf(trial, name);
    if (rearm === 'none') return [];
    if (rearm !== 'resolved') return [Math.min(armedAt(trial, past, name) ?? nowMonoMs, beganMonoMs + 2 * rearm)];
    const untilMonoMs = beganMonoMs + 3 * Math.max(1000, ...slos);
    return isExpectedOpen(trial, name) ? [Math.min(nowMonoMs + 100, untilMonoMs)] : [];
  });
  const later = dues.filter((due) => due > nowMonoMs);
  return later.length === 0 ? undefined : Math.max(beganMonoMs + 1, Math.min(...later));
}

function rearmOf(trial: Trial, detector: string): DetectorConfig['rearm'] {
  return trial.deps.posts.get(detector)?.config.rearm ?? 'none';
}

/** The last that was heard of a detector on the trial's subjects. */
function lastHeard(trial: Trial, past: PastAct | undefined, detector: string): HeardSignal | undefined {
  return trial.heard.findLast((one) => one.detector === detector) ?? past?.lastHeard(detector);
}

/** When a detector that groups for a time says something new of the trial's subjects; undefined where it never spoke. */
function armedAt(trial: Trial, past: PastAct | undefined, detector: string): number | undefined {
  const rearm = rearmOf(trial, detector);
  const last = lastHeard(trial, past, detector)?.arrivedMonoMs[1];
  return typeof rearm === 'number' && last !== undefined ? last + rearm : undefined;
}

/** Only what an expectation could take for the fault's has to resolve; unrelated alerts may stay for ever. */
function isExpectedOpen(trial: Trial, detector: string): boolean {
  const expected = expectationsOf(trial.bound).detections.filter((e) => e.detector === detector);
  return openOnTrial(trial, detector).some((heard) => expected.some(({ rule }) => ruleMatches(heard, rule)));
}

/** Alerts of a detector on the trial's subjects that are open now, or to which it may still add without a word. */
function openOnTrial(trial: Trial, detector: string): readonly HeardSignal[] {
  const injections = [...trial.faults, ...trial.controls];
  const subjects = subjectsAll(injections);
  const open = trial.deps.posts.get(detector)?.listener?.open() ?? [];
  const past = trial.deps.past.on(injections.flatMap(({ definition, bound }) => definition.touches(bound.params)));
  const isGrouping = (armedAt(trial, past, detector) ?? 0) > trial.deps.request.clock.monoMs();
  const last = isGrouping ? lastHeard(trial, past, detector) : undefined;
  return [...open, ...(last === undefined ? [] : [last])].filter((heard) => isAbout(heard.signal, subjects));
}
