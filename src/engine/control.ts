import { CallError } from '../model/call.ts';
import type { Observation } from '../model/fault.ts';
import { lacksOwnRight } from '../model/own-rights.ts';
import type { ControlResult } from '../model/scorecard.ts';
import { detectorsOf } from './detectors-of.ts';
import { failureText } from './failure-text.ts';
import { tellingReads } from './fault-state.ts';
import type { ControlCase } from './judge-control.ts';
import { judgeTrialControl } from './judge-trial.ts';
import { inject, type LiveFault, readState } from './live-fault.ts';
import { rollBack } from './roll-back.ts';
import { notePast } from './tellable.ts';
import { expectationsOf, type Trial } from './trial-state.ts';

/** How a control went, apart from what was heard of it. */
export interface ControlWent {
  readonly status: ControlCase['status'];
  readonly detail?: string;
}

/**
 * Injects the benign twin, listens for the longest SLO among the scenario's detectors and takes it back. Answers
 * how it went; the verdict falls when the trial ends.
 */
export async function runControl(trial: Trial, signal: AbortSignal): Promise<ControlWent | undefined> {
  if (trial.controls.length === 0) return undefined;
  trial.tell('control');
  let went: ControlWent = { status: 'quiet-so-far' };
  try {
    for (const control of trial.controls) {
      await trial.meter.outside(() => inject(control, trial.injection, signal));
      if (control.status === 'refused') went = refusedAs(control);
      if (control.status === 'not-injected') went = { status: 'failed', detail: control.failure ?? '' };
      if (went.status !== 'quiet-so-far') break;
      await readBack(trial, control, signal);
    }
    if (went.status === 'quiet-so-far') went = await listenToControl(trial, signal);
  } finally {
    await trial.meter.outside(() => rollBack(trial, trial.controls));
    trial.controlLastAct = notePast(trial, trial.controls);
    keepProof(trial);
  }
  const failed = trial.controls.find(
    (control) => control.rollback?.verdict === 'dirty' || control.rollback?.verdict === 'unverified',
  );
  // That it could not be verified as gone takes nothing from what it had met before.
  if (failed === undefined || went.status !== 'quiet-so-far') return went;
  return { status: 'failed', detail: failed.rollback?.reason ?? '' };
}

/** That the tester itself lacks the right says nothing of any guardrail (J15). */
function refusedAs({ denied }: LiveFault): ControlWent {
  const status = lacksOwnRight(denied?.denial) ? 'no-right' : 'refused';
  return { status, detail: denied?.denial.message ?? '' };
}

/** The verdict of the control on all that was heard. */
export function controlResult(trial: Trial, went: ControlWent): ControlResult {
  return judgeTrialControl(trial, went.status, went.detail);
}

/** What came within the window is known by now; later there may be too many heartbeats to remember. */
function keepProof(trial: Trial): void {
  const { controlWindowEnd: end } = trial;
  const t0 = trial.controls[0]?.t0;
  if (end === undefined || t0 === undefined) return;
  for (const name of detectorsOf(trial.bound)) {
    const proof = trial.deps.posts.get(name)?.keeper.proof(t0.monoMs, end);
    if (proof !== undefined) trial.controlProof.set(name, proof);
  }
}

async function listenToControl(trial: Trial, signal: AbortSignal): Promise<ControlWent> {
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
    const isGone = seen.status === 'before' && tellingReads(control).at(-1)?.present === false;
    if (control.effect === 'proven' && isGone)
      return { status: 'taken-back', detail: 'it was gone when its window ended' };
    // Of what only asks, the answer is all that there is.
    if (control.effect !== 'proven' && control.definition.asksOnly?.(control.bound.params) !== true)
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
