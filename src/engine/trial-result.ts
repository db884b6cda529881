import { formatDuration } from '../model/duration.ts';
import { RefusedError, WindshearError } from '../model/errors.ts';
import type { ProbeResult, Stages, TrialResult } from '../model/scorecard.ts';
import { trialVerdict } from '../model/summary.ts';
import type { TrialVerdict } from '../model/verdict.ts';
import { type ControlWent, controlResult } from './control.ts';
import { faultState } from './fault-state.ts';
import { impactOf, loadResult } from './impact.ts';
import { alsoSeenBy, judgeAll } from './judge-trial.ts';
import type { LiveFault } from './live-fault.ts';
import type { Measured } from './probes.ts';
import { rollbackOf } from './roll-back.ts';
import { StopRequest } from './stop.ts';
import { StopConditionFired } from './stop-condition-fired.ts';
import type { Trial } from './trial-state.ts';

/** What a trial yields beside its judgements. */
export interface TrialParts {
  steadyState: readonly ProbeResult[];
  impact: readonly Measured[];
  /** How the control went; its verdict falls with all others. */
  control?: ControlWent | undefined;
  error?: string;
}

/** Sums a trial up: verdicts, times, rollback and the sentence that says why. */
export function resultOf(trial: Trial, parts: TrialParts): TrialResult {
  const { clock } = trial.deps.request;
  // Whatever is still open is judged as far as it got.
  if (trial.faults.some((fault) => fault.status === 'pending'))
    for (const fault of trial.faults) if (fault.status === 'pending') fault.status = 'not-injected';
  const judgements = judgeAll(trial);
  const rollback = rollbackOf(trial);
  const load = loadResult(trial);
  const guardrails = judgements.guardrails.map((one) => one.result);
  const results = {
    detections: judgements.detections.map((one) => one.result),
    guardrails,
    blindness: judgements.blindness.map((one) => one.result),
    ...(parts.control === undefined ? {} : { control: controlResult(trial, parts.control) }),
    steadyState: [...parts.steadyState],
    impact: [...impactOf(trial, parts.impact, guardrails)],
    ...(load === undefined ? {} : { load }),
    rollback,
  };
  const verdict = trialVerdict({ ...results, errored: trial.ended === 'errored', aborted: trial.ended === 'stopped' });
  const durationMs = clock.monoMs() - trial.startedAt.monoMs;
  return {
    n: trial.n,
    marker: trial.marker,
    verdict,
    reason: reasonOf(trial, verdict, parts),
    startedAt: new Date(trial.startedAt.epochMs).toISOString(),
    durationMs,
    overheadMs: Math.max(0, durationMs - trial.meter.outsideMs()),
    exposureMs: exposureOf(trial),
    stages: stagesOf(trial, results),
    ...results,
    alsoSeenBy: alsoSeenBy(trial),
    ...(trial.ended === 'stopped' ? { endedBy: endedBy(trial.stop.reason) } : {}),
    ...(parts.error === undefined ? {} : { error: parts.error }),
  };
}

function endedBy(reason: unknown): NonNullable<TrialResult['endedBy']> {
  if (reason instanceof StopConditionFired) return 'stop-condition';
  return reason instanceof RefusedError ? 'safety-rule' : 'person';
}

function reasonOf(trial: Trial, verdict: TrialVerdict, parts: TrialParts): string {
  if (parts.error !== undefined) return `The harness failed: ${parts.error}`;
  if (trial.ended === 'stopped') {
    const { reason } = trial.stop;
    const why =
      reason instanceof WindshearError && !(reason instanceof StopRequest) ? reason.message : 'Stopped before its end.';
    return `${why} What was in was taken back.`;
  }
  const failed = trial.faults.find((fault) => fault.failure !== undefined);
  if (failed !== undefined) return whyFailed(failed);
  const unsteady = parts.steadyState.find((probe) => probe.verdict === 'breached');
  if (unsteady !== undefined) return `The steady state did not hold ${unsteady.when} the trial: ${unsteady.reason}`;
  return verdict === 'passed'
    ? `All expectations met in ${formatDuration(trial.deps.request.clock.monoMs() - trial.startedAt.monoMs)}.`
    : `The trial ${verdict === 'failed' ? 'failed' : 'is inconclusive'}; see its parts.`;
}

function whyFailed(fault: LiveFault): string {
  if (fault.status === 'injected') return `In, although its injection failed: ${fault.failure}`;
  return faultState(fault).isUnknown === true
    ? `What was injected is not known: ${fault.failure}`
    : `Not injected: ${fault.failure}`;
}

function exposureOf(trial: Trial): number {
  const spans = trial.faults.flatMap((fault) => {
    if (fault.t0 === undefined || fault.status === 'refused') return [];
    const gone = fault.restoredMonoMs ?? trial.deps.request.clock.monoMs();
    return [gone - fault.t0.monoMs];
  });
  return Math.max(0, ...spans);
}

function stagesOf(trial: Trial, results: Pick<TrialResult, 'detections' | 'guardrails'>): Stages {
  const fault = trial.faults.findLast((one) => one.t0 !== undefined);
  const t0 = fault?.t0?.monoMs;
  if (fault === undefined || t0 === undefined) return {};
  const ttrs = results.guardrails.flatMap((g) => (g.ttrMs === undefined ? [] : [g.ttrMs]));
  const since = (monoMs: number | undefined) => (monoMs === undefined ? undefined : monoMs - t0);
  const stages = {
    sent: 0,
    acknowledged: since(fault.acknowledgedMonoMs),
    effect: since(fault.effectMonoMs),
    audited: since(fault.auditedMonoMs),
    ...firstDetection(results.detections, fault),
    guardrail: ttrs.length > 0 ? Math.min(...ttrs) : undefined,
    reverted: since(fault.revertRequested?.monoMs),
    restored: since(fault.restoredMonoMs),
  };
  return Object.fromEntries(Object.entries(stages).filter(([, value]) => value !== undefined)) as Stages;
}

/** The detection that reached us first: when it did, and when its tool says that it alerted, by the tool's own clock (J21). */
function firstDetection(
  detections: TrialResult['detections'],
  fault: LiveFault,
): { readonly detected?: number; readonly delivered?: number } {
  const seen = detections.filter((d) => d.ttdMs !== undefined).toSorted((a, b) => (a.ttdMs ?? 0) - (b.ttdMs ?? 0))[0];
  if (seen?.ttdMs === undefined) return {};
  const alertedMs = seen.signal?.alertTime === undefined ? undefined : Date.parse(seen.signal.alertTime);
  if (alertedMs === undefined || fault.t0 === undefined) return { delivered: seen.ttdMs };
  return { delivered: seen.ttdMs, detected: alertedMs - fault.t0.epochMs };
}
