import { CallError } from '../model/call.ts';
import type { Observation } from '../model/fault.ts';
import type { ControlResult } from '../model/scorecard.ts';
import { apartMs, isAbout } from './correlate.ts';
import { failureText } from './failure-text.ts';
import type { HeardSignal } from './heard.ts';
import type { ControlCase } from './judge-control.ts';
import { ruleMatches } from './judge-detection.ts';
import { judgeTrialControl } from './judge-trial.ts';
import { inject, type LiveFault, readState } from './live-fault.ts';
import { rollBack } from './roll-back.ts';
import { detectorsOf, expectationsOf, instant, sourceClockOf, subjectsAll, type Trial } from './trial-state.ts';

/** Slack after a detector's clock margin, so that no rounding brings a control's event up to the fault's. */
const slackMs = 20;

/**
 * Injects the benign twin, listens for the longest SLO among the scenario's detectors, takes it back and waits until
 * nothing of it can be taken for the fault's (J7, J9). Answers how it went; the verdict falls when the trial ends.
 */
export async function runControl(
  trial: Trial,
  signal: AbortSignal,
): Promise<{ readonly status: ControlCase['status']; readonly detail?: string } | undefined> {
  if (trial.controls.length === 0) return undefined;
  const { clock } = trial.deps.request;
  trial.tell('control');
  let went: { status: ControlCase['status']; detail?: string } = { status: 'quiet-so-far' };
  try {
    for (const control of trial.controls) {
      await trial.meter.outside(() => inject(control, trial.injection, signal));
      if (control.status === 'refused') went = { status: 'refused', detail: control.denied?.denial.message ?? '' };
      if (control.status === 'not-injected') went = { status: 'failed', detail: control.failure ?? '' };
      if (went.status !== 'quiet-so-far') break;
      await readBack(trial, control, signal);
    }
    if (went.status === 'quiet-so-far') went = await listenToControl(trial, signal);
  } finally {
    await trial.meter.outside(() => rollBack(trial, trial.controls));
    trial.controlLastAct = instant(trial.deps.request);
  }
  const failed = trial.controls.find(
    (control) => control.rollback?.verdict === 'dirty' || control.rollback?.verdict === 'unverified',
  );
  if (failed !== undefined) return { status: 'failed', detail: failed.rollback?.reason ?? '' };
  await trial.meter.outside(() => untilTellable(trial, signal, clock.monoMs()));
  return went;
}

/** The verdict of the control on all that was heard. */
export function controlResult(trial: Trial, went: Awaited<ReturnType<typeof runControl>>): ControlResult | undefined {
  return went === undefined ? undefined : judgeTrialControl(trial, went.status, went.detail);
}

async function listenToControl(
  trial: Trial,
  signal: AbortSignal,
): Promise<{ status: ControlCase['status']; detail?: string }> {
  const { clock } = trial.deps.request;
  const longest = Math.max(
    0,
    ...expectationsOf(trial.bound).detections.map((e) => e.sloMs),
    ...expectationsOf(trial.bound).blind.map((e) => e.sloMs),
  );
  const t0 = trial.controls[0]?.t0?.monoMs ?? clock.monoMs();
  const until = t0 + longest;
  trial.controlWindowEnd = until;
  await trial.meter.outside(async () => {
    while (clock.monoMs() < until) {
      for (const name of detectorsOf(trial.bound)) trial.deps.posts.get(name)?.keeper.proveSince(t0);
      await trial.pulse.wait(Math.min(until, clock.monoMs() + 500), signal);
    }
  });
  for (const control of trial.controls) {
    const seen = await readBack(trial, control, signal);
    if (typeof seen === 'string') return { status: 'failed', detail: `its state could not be read: ${seen}` };
    if (control.effect === 'proven' && seen.status === 'before')
      return { status: 'taken-back', detail: 'it was gone when its window ended' };
    if (control.effect !== 'proven')
      return { status: 'failed', detail: 'its effect was neither read back nor found in an audit source' };
  }
  return { status: 'quiet-so-far' };
}

/** Reads a control's state; a target that does not answer is no failure of the harness, so that is answered in words. */
async function readBack(trial: Trial, control: LiveFault, signal: AbortSignal): Promise<Observation | string> {
  try {
    return await trial.meter.outside(() => readState(control, trial.injection, signal));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CallError)) throw error;
    trial.deps.log(`The state of '${control.definition.type}' could not be read: ${failureText(error)}`);
    return failureText(error);
  }
}

/** J7 and J9: waits out the clock margin of detectors without marker, and until every expected alert that keeps firing has re-armed. */
export async function untilTellable(trial: Trial, signal: AbortSignal, sinceMonoMs: number): Promise<void> {
  const { clock, environment } = trial.deps.request;
  const detectors = detectorsOf(trial.bound);
  const clocks = detectors.filter((name) => environment.detectors[name]?.carries.includes('marker') !== true);
  const margins = clocks.map((name) => apartMs(sourceClockOf(trial, name)));
  // J16: who put this back must not be credited with putting back what comes next.
  if ([...trial.controls, ...trial.faults].some((one) => one.rollback?.verdict === 'by-guardrail'))
    margins.push(...Object.values(environment.audit).map((audit) => 2 * audit.clock.error + audit.clock.resolution));
  if (margins.length > 0) {
    const untilMs = sinceMonoMs + Math.max(...margins) + slackMs;
    while (clock.monoMs() <= untilMs) await trial.pulse.wait(untilMs + 1, signal);
  }
  await untilRearmed(trial, signal);
}

/** J9: waits, at most three times the longest SLO, until no expected alert on the trial's subjects is still open. */
async function untilRearmed(trial: Trial, signal: AbortSignal): Promise<void> {
  const { clock } = trial.deps.request;
  const slos = expectationsOf(trial.bound).detections.map((e) => e.sloMs);
  const began = clock.monoMs();
  const until = began + 3 * Math.max(1000, ...slos);
  while (clock.monoMs() < until) {
    const due = rearmDue(trial, began);
    if (due === undefined) return;
    await trial.pulse.wait(Math.min(until, due), signal);
  }
}

/** When to look again; undefined once every detector of the scenario has re-armed. */
function rearmDue(trial: Trial, nowMonoMs: number): number | undefined {
  const { clock } = trial.deps.request;
  const dues = detectorsOf(trial.bound).flatMap((name) => {
    const post = trial.deps.posts.get(name);
    const rearm = post?.config.rearm ?? 'none';
    if (post === undefined || rearm === 'none') return [];
    if (rearm === 'resolved') return isExpectedOpen(trial, name) ? [clock.monoMs() + 100] : [];
    const last = trial.heard.findLast((heard) => heard.detector === name)?.arrivedMonoMs[1];
    return last !== undefined && last + rearm > clock.monoMs() ? [last + rearm] : [];
  });
  return dues.length === 0 ? undefined : Math.max(nowMonoMs + 1, Math.min(...dues));
}

/** Only what an expectation could take for the fault's has to resolve; unrelated alerts may stay for ever. */
function isExpectedOpen(trial: Trial, detector: string): boolean {
  const expected = expectationsOf(trial.bound).detections.filter((e) => e.detector === detector);
  return openOnTrial(trial, detector).some((heard) => expected.some(({ rule }) => ruleMatches(heard, rule)));
}

/** Alerts of a detector on the trial's subjects that are open now. */
export function openOnTrial(trial: Trial, detector: string): readonly HeardSignal[] {
  const subjects = subjectsAll([...trial.faults, ...trial.controls]);
  const open = trial.deps.posts.get(detector)?.listener?.open() ?? [];
  return open.filter((heard) => isAbout(heard.signal, subjects));
}
