import { CallError } from '../model/call.ts';
import { OtherIdentityError, RefusedError } from '../model/errors.ts';
import type { BoundScenario } from '../model/run.ts';
import type { TrialResult } from '../model/scorecard.ts';
import { arm } from './arm.ts';
import { listenToAudit, reviewAudit } from './audit.ts';
import { runControl } from './control.ts';
import { withCollections } from './correlate.ts';
import { keepEvidence } from './evidence.ts';
import { type Exposure, limitExposure } from './exposure.ts';
import { failureText } from './failure-text.ts';
import { tellingReads } from './fault-state.ts';
import { askGuardrails, watchGuardrails } from './guardrail-canaries.ts';
import { heardUntil } from './heard-until.ts';
import { awaitedByControl, judgeAll, type TrialJudgements } from './judge-trial.ts';
import { inject, type LiveFault } from './live-fault.ts';
import { overlap } from './past-acts.ts';
import { measure } from './probes.ts';
import { raiseCanaries } from './raise-canaries.ts';
import { rollBack } from './roll-back.ts';
import { watchStopConditions } from './stop-conditions.ts';
import { notePast, notingOpen, untilTellable } from './tellable.ts';
import { timeIn } from './time-in.ts';
import { untilAborted } from './time-limit.ts';
import { resultOf, type TrialParts } from './trial-result.ts';
import { expectationsOf, faultFor, keepHeard, newTrial, type RunDeps, subjectsAll, type Trial } from './trial-state.ts';
import { waitForNews } from './wait-for-news.ts';
import { watchFault } from './watch-fault.ts';
import { watchMitigations } from './watch-mitigation.ts';

/** Goes the way of one trial: arm, control, capture, inject, observe, revert, verify, listen on, recovered. Never rejects. */
export async function runTrial(deps: RunDeps, bound: BoundScenario, n: number): Promise<TrialResult> {
  const { request } = deps;
  const trial = newTrial(deps, bound, n);
  const parts: TrialParts = { steadyState: [], impact: [] };
  const all = [...trial.faults, ...trial.controls];
  const forget = deps.interests.add({
    marker: trial.marker,
    keys: withCollections(
      subjectsAll(all),
      all.flatMap(({ definition, bound: of }) => definition.touches(of.params)),
    ),
    hear(heard) {
      if (request.environment.detectors[heard.detector] === undefined) listenToAudit(trial, heard);
      else keepHeard(trial, heard);
      trial.pulse.beat();
    },
  });
  const onStop = () => {
    trial.endedMonoMs ??= heardUntil(trial);
    trial.pulse.beat();
  };
  trial.stop.addEventListener('abort', onStop);
  try {
    await deps.journal.append({ kind: 'trial-started', scenario: bound.scenario.id, n, marker: trial.marker });
    await goTheWay(trial, parts);
  } catch (error) {
    if (error instanceof RefusedError) refuse(trial, error);
    if (trial.stop.aborted) trial.ended = 'stopped';
    else if (isTargetLost(error) && trial.faults.every((fault) => fault.intent === undefined)) {
      notInjected(trial, failureText(error));
    } else {
      trial.ended = 'errored';
      trial.endedMonoMs ??= heardUntil(trial);
      parts.error = failureText(error);
    }
    await takeBack(trial);
  } finally {
    trial.stop.removeEventListener('abort', onStop);
    forget();
    await trial.load.close();
  }
  const result = resultOf(trial, parts);
  await keepEvidence(trial, result).catch((error: unknown) =>
    deps.log(`The evidence of ${bound.scenario.id} could not be kept: ${failureText(error)}`),
  );
  await deps.journal
    .append({ kind: 'trial-ended', scenario: bound.scenario.id, n, verdict: result.verdict })
    .catch((error: unknown) => deps.log(failureText(error)));
  return result;
}

/** Whose credentials are somebody else's cannot go on at all; any other refusal ends the trial that it met. */
function refuse(trial: Trial, why: RefusedError): void {
  if (trial.stop.aborted) return;
  trial.deps.refusals.push(why);
  if (why instanceof OtherIdentityError) trial.deps.halt(why);
  else trial.halt(why);
}

async function takeBack(trial: Trial): Promise<void> {
  await rollBack(trial, trial.faults);
  trial.load.takenBack(timeIn(trial.faults, trial.deps.request.clock.monoMs()));
  notePast(trial, trial.faults);
}

/** A target that does not answer is no failure of the harness. */
function isTargetLost(error: unknown): boolean {
  return error instanceof CallError && ['unanswered', 'failed', 'throttled'].includes(error.kind);
}

function notInjected(trial: Trial, why: string | undefined): void {
  for (const fault of trial.faults) {
    if (fault.status !== 'pending') continue;
    fault.status = 'not-injected';
    if (why !== undefined) fault.failure = why;
  }
}

async function goTheWay(trial: Trial, parts: TrialParts): Promise<void> {
  const { bound, meter, earlier, stop } = trial;
  if (earlier?.isLeftIn === true) {
    notInjected(trial, 'What an earlier trial of this run changed on the same resource may still be in');
    return;
  }
  await arm(trial);
  if (earlier !== undefined) await meter.outside(() => untilTellable(trial, earlier, stop));
  const before = await meter.outside(() => measure(trial, bound.steadyState, { when: 'before', signal: stop }));
  parts.steadyState = before.map(({ result }) => result);
  const unsteady = parts.steadyState.find((probe) => probe.verdict === 'breached');
  if (unsteady !== undefined) {
    notInjected(trial, undefined);
    return;
  }
  const conditions = watchStopConditions(trial);
  try {
    await meter.outside(() => conditions.ready);
    stop.throwIfAborted();
    if (!(await putIn(trial, parts))) return;
  } finally {
    await conditions.end();
  }
  trial.tell('revert');
  await meter.outside(() => takeBack(trial));
  trial.tell('verify');
  const felt = trial.load.finish();
  await raiseCanaries(trial, 'after');
  await askGuardrails(trial, 'after');
  await listenOn(trial);
  await meter.outside(() => felt);
  if (stop.aborted) trial.ended ??= 'stopped';
  if (trial.ended !== undefined) return;
  const after = await meter.outside(() => measure(trial, bound.steadyState, { when: 'after', signal: stop }));
  parts.steadyState = [...parts.steadyState, ...after.map(({ result }) => result)];
  trial.tell('recovered');
}

/** Injects the control and takes it back, then injects the faults and observes; false where no fault was to follow. */
async function putIn(trial: Trial, parts: TrialParts): Promise<boolean> {
  const { bound, meter, stop } = trial;
  parts.control = await runControl(trial, stop);
  const left = trial.controls.some(
    ({ rollback }) => rollback?.verdict === 'dirty' || rollback?.verdict === 'unverified',
  );
  if (left) {
    notInjected(trial, undefined);
    return false;
  }
  const past = trial.controlLastAct;
  if (past !== undefined) await meter.outside(() => untilTellable(trial, past, stop));
  await meter.outside(() => trial.load.start());
  const exposure = limitExposure(trial);
  try {
    await injectAll(trial, exposure);
    if (trial.faults.some((fault) => fault.intent !== undefined && fault.status !== 'refused')) {
      const impact = measure(trial, bound.impact, { when: 'during', signal: exposure.signal, exposure });
      const [measured, observed] = await Promise.allSettled([impact, observe(trial, exposure)]);
      if (measured.status === 'fulfilled') parts.impact = measured.value;
      if (observed.status === 'rejected') throw observed.reason;
      if (measured.status === 'rejected' && !stop.aborted) throw measured.reason;
    }
  } finally {
    exposure.end();
  }
  return true;
}

/** Injects the faults in the order of the file; the first that is refused or fails ends it. */
async function injectAll(trial: Trial, exposure: Exposure): Promise<void> {
  trial.tell('capture');
  const injection = exposure.startingWith(notingOpen(trial));
  for (const fault of trial.faults) {
    trial.stop.throwIfAborted();
    try {
      await untilReadable(trial, fault, exposure.signal);
      trial.tell('inject', fault.definition.type);
      await trial.meter.outside(() => inject(fault, injection, exposure.signal));
    } catch (error) {
      if (trial.stop.aborted || !exposure.isOver() || fault.intent !== undefined) throw error;
      notInjected(trial, failureText(error));
      return;
    }
    reviewAudit(trial, fault);
    if (fault.status === 'injected') continue;
    notInjected(trial, whyNot(fault));
    return;
  }
}

function whyNot({ failure, denied, definition }: LiveFault): string | undefined {
  if (failure !== undefined) return `'${definition.type}' before it failed: ${failure}`;
  return denied === undefined ? undefined : `'${definition.type}' before it was refused: ${denied.denial.message}`;
}

/** J13: what an earlier fault of the trial did must show in the state before the next one, or it would be put back wrong. */
async function untilReadable(trial: Trial, fault: LiveFault, signal: AbortSignal): Promise<void> {
  const { clock } = trial.deps.request;
  const earlier = trial.faults.slice(0, fault.index).filter((one) => one.status === 'injected');
  const touched = earlier.flatMap((one) => one.definition.touches(one.bound.params));
  const touches = fault.definition.touches(fault.bound.params);
  if (fault.settleMs === 0 || !touches.some((one) => touched.some((other) => overlap(one, other)))) return;
  signal.throwIfAborted();
  await trial.meter.outside(() => clock.sleep(fault.settleMs + 1, signal));
}

/** Given, so that no stack is taken for each trial. */
const watched = new Error('The faults are no longer watched.');

/** Holds the faults in until everything that needs them in is settled, a limit is reached or somebody stops. */
async function observe(trial: Trial, exposure: Exposure): Promise<void> {
  const { request } = trial.deps;
  const { clock, environment } = request;
  trial.tell('observe');
  const leaving = new AbortController();
  const watching = AbortSignal.any([leaving.signal, request.abandon]);
  const live = trial.faults.filter((fault) => fault.intent !== undefined && fault.status !== 'refused');
  const watches = [
    ...live.map((fault) => watchFault(trial, fault, watching)),
    ...watchMitigations(trial, watching),
    ...watchGuardrails(trial, watching),
  ];
  const t0 = Math.min(...live.map((fault) => fault.t0?.monoMs ?? clock.monoMs()));
  const { scenario } = trial.bound;
  const holdUntil = t0 + (scenario.hold ?? environment.hold);
  const exposedUntil = exposure.untilMonoMs();
  let raised = false;
  try {
    while (!exposure.signal.aborted && clock.monoMs() < exposedUntil) {
      if (!raised && faultFor(trial, undefined).effect === 'proven') {
        raised = true;
        await untilAborted(raiseCanaries(trial, 'during'), exposure.signal).catch((error: unknown) => {
          if (!exposure.signal.aborted) throw error;
        });
      }
      const judgements = judgeAll(trial);
      if (clock.monoMs() >= holdUntil && !needsFaultIn(trial, judgements, live)) break;
      await waitForNews(trial, judgements, { also: [holdUntil, exposedUntil] });
    }
  } finally {
    leaving.abort(watched);
    await Promise.all(watches);
  }
}

/** Guardrails, detectors that see state, blindness, and the proof of the effect itself need the fault in. */
function needsFaultIn(trial: Trial, judgements: TrialJudgements, live: readonly LiveFault[]): boolean {
  const { clock } = trial.deps.request;
  const slos = [...expectationsOf(trial.bound).detections, ...expectationsOf(trial.bound).guardrails].map(
    (e) => e.sloMs,
  );
  const proofDue = live.some(
    (fault) =>
      fault.effect === 'pending' &&
      clock.monoMs() < (fault.t0?.monoMs ?? 0) + Math.max(2 * fault.settleMs, 1000, ...slos),
  );
  const isThere = (fault: LiveFault) => tellingReads(fault).at(-1)?.present !== false;
  const isIn = live.some(isThere);
  return (
    proofDue ||
    (live.every(isThere) && trial.load.needsFaultIn(live.at(-1)?.t0?.monoMs ?? clock.monoMs())) ||
    judgements.guardrails.some((one) => !one.settled) ||
    judgements.blindness.some((one) => !one.settledDuring) ||
    (isIn && judgements.detections.some((one) => one.seesState && !one.settled))
  );
}

/** Listens after the revert until each expectation's own horizon, and until the control's detectors could be asked. */
async function listenOn(trial: Trial): Promise<void> {
  const { stop } = trial;
  trial.tell('listen');
  for (;;) {
    const judgements = judgeAll(trial);
    const all = [...judgements.detections, ...judgements.guardrails, ...judgements.blindness];
    if (stop.aborted || (all.every((one) => one.settled) && awaitedByControl(trial).length === 0)) return;
    await waitForNews(trial, judgements, { also: [] });
  }
}
