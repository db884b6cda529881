import { type ExitCode, exitCodes, exitPrecedence } from './errors.ts';
import { ttdQuantile } from './quantile.ts';
import { expectationId, type GuardrailExpectation, type Scenario } from './scenario.ts';
import type { ExpectationSummary, GuardrailResult, Scorecard, TrialResult } from './scorecard.ts';
import type { DetectionVerdict, RollbackVerdict, TrialVerdict } from './verdict.ts';
import { wilson95 } from './wilson.ts';

type Expected = Pick<Scenario, 'expect' | 'pass'>;

/** One expectation in one trial; `met` is null where nothing can be said. `timeMs` is its TTD or TTR. */
interface Judged {
  readonly verdict: string;
  readonly met: boolean | null;
  readonly timeMs?: number | undefined;
}

const horizonFactor = 3;
const judgedForP95 = 20;

/**
 * Sums up each expectation of a scenario over its trials (J22), in the order of the file: detections, guardrails,
 * blindness. Inconclusive trials are outside the denominator; a miss counts as beyond the horizon of 3 × its SLO.
 */
export function summariseExpectations(scenario: Expected, trials: readonly TrialResult[]): ExpectationSummary[] {
  const { detections, guardrails, blind, blindGuardrails } = scenario.expect;
  const sum = (
    id: string,
    kind: ExpectationSummary['kind'],
    sloMs: number,
    of: (t: TrialResult) => Judged | undefined,
  ) => summarise({ id, kind, sloMs, pass: scenario.pass }, trials.map(of));
  return [
    ...detections.map((e) => {
      const id = expectationId.detection(e);
      return sum(id, 'detection', e.within, (t) => judgedDetection(t, id));
    }),
    ...guardrails.map((e) => {
      const id = expectationId.guardrail(e);
      return sum(id, 'guardrail', e.within, (t) => judgedGuardrail(t, id));
    }),
    ...blind.map((e) => {
      const id = expectationId.blind(e);
      return sum(id, 'blind', e.within, (t) => judgedBlindness(t, id));
    }),
    ...blindGuardrails.map((e) => {
      const id = expectationId.blindGuardrail(e);
      return sum(id, 'blind', e.within, (t) => judgedBlindness(t, id));
    }),
  ];
}

/** Says whether a detection met its expectation; null where it is inconclusive. */
export function detectionMet(verdict: DetectionVerdict): boolean | null {
  return verdict === 'inconclusive' ? null : verdict === 'detected' || verdict === 'attempt';
}

/** Says whether a guardrail did in time what was expected of it, or better (J17); null where it is inconclusive. */
export function guardrailMet(result: Pick<GuardrailResult, 'verdict' | 'outcome'>): boolean | null {
  if (result.verdict === 'inconclusive') return null;
  if (result.verdict === 'late' || result.verdict === 'absent') return false;
  return guardrailStrength[result.verdict] >= guardrailStrength[result.outcome];
}

const guardrailStrength: Readonly<Record<GuardrailExpectation['outcome'], number>> = {
  mitigated: 0,
  reverted: 1,
  prevented: 2,
};

/** What of a trial decides its verdict; `errored` and `aborted` are known to the engine alone. */
export type TrialParts = Pick<
  TrialResult,
  'detections' | 'guardrails' | 'blindness' | 'control' | 'steadyState' | 'impact' | 'rollback'
> & { readonly errored?: boolean; readonly aborted?: boolean };

/** Judges a trial by its parts: errored, else aborted, else failed, else inconclusive, else passed (DESIGN §3). */
export function trialVerdict(parts: TrialParts): TrialVerdict {
  if (parts.errored === true) return 'errored';
  if (parts.aborted === true) return 'aborted';
  return verdictOf([
    ...parts.detections.map((d) => detectionMet(d.verdict)),
    ...parts.guardrails.map(guardrailMet),
    ...parts.blindness.map((b) => (b.verdict === 'inconclusive' ? null : b.verdict === 'blind')),
    ...surroundings(parts),
  ]);
}

/**
 * Judges a scenario over its trials: an errored or aborted trial decides; then its expectations under `pass`, and
 * every control, impact, steady state and rollback of its trials. A scenario without a trial is inconclusive.
 */
export function scenarioVerdict(
  expectations: readonly Pick<ExpectationSummary, 'met'>[],
  trials: readonly TrialResult[],
): TrialVerdict {
  if (trials.some((t) => t.verdict === 'errored')) return 'errored';
  if (trials.some((t) => t.verdict === 'aborted')) return 'aborted';
  if (trials.length === 0) return 'inconclusive';
  return verdictOf([...expectations.map((e) => e.met), ...trials.flatMap(surroundings)]);
}

const rollbackPrecedence: readonly RollbackVerdict[] = ['dirty', 'unverified', 'by-guardrail', 'clean', 'none'];

/** Joins the rollbacks of several faults: the worst one speaks for the trial. */
export function worstRollback(verdicts: readonly RollbackVerdict[]): RollbackVerdict {
  return rollbackPrecedence.find((verdict) => verdicts.includes(verdict)) ?? 'none';
}

/**
 * Answers the exit code of a scorecard, before any baseline. `also` brings in what a scorecard does not know: 130
 * where a person or a signal stopped the run, 4 where it was refused, 5 where nothing was reachable. A trial that was
 * aborted without a 130 was ended by its stop condition, and failed.
 */
export function exitCodeOf(card: Pick<Scorecard, 'scenarios'>, also: readonly ExitCode[] = []): ExitCode {
  const verdicts = card.scenarios.map((s) => s.verdict);
  const rollbacks = card.scenarios.flatMap((s) => s.trials.map((t) => t.rollback.verdict));
  const codes: ExitCode[] = [...also, exitCodes.met];
  if (rollbacks.includes('dirty') || rollbacks.includes('unverified')) codes.push(exitCodes.dirty);
  if (verdicts.includes('errored')) codes.push(exitCodes.internal);
  if (verdicts.includes('failed') || verdicts.includes('aborted')) codes.push(exitCodes.failed);
  if (verdicts.includes('inconclusive')) codes.push(exitCodes.inconclusive);
  return firstExitCode(codes);
}

/** Picks the exit code that wins where several apply: 6, 70, 4, 130, 5, 1, 3, 2, 0. */
export function firstExitCode(codes: readonly ExitCode[]): ExitCode {
  return exitPrecedence.find((code) => codes.includes(code)) ?? exitCodes.met;
}

function summarise(
  e: { id: string; kind: ExpectationSummary['kind']; sloMs: number; pass: Scenario['pass'] },
  perTrial: readonly (Judged | undefined)[],
): ExpectationSummary {
  const judged = perTrial.filter((j): j is Judged & { met: boolean } => j !== undefined && j.met !== null);
  const hits = judged.filter((j) => j.met).length;
  const inconclusive = perTrial.length - judged.length;
  const worst = judged.find((j) => !j.met && j.timeMs === undefined) ?? judged.find((j) => !j.met) ?? judged[0];
  const horizonMs = e.sloMs * horizonFactor;
  const times = e.kind === 'blind' ? [] : judged.flatMap((j) => timeOf(j));
  const quantile = (q: number) => (times.length === 0 ? null : ttdQuantile(times, q, horizonMs));
  return {
    id: e.id,
    kind: e.kind,
    verdict: worst?.verdict ?? 'inconclusive',
    met: expectationMet(e.pass, { judged: judged.length, hits, inconclusive }),
    judged: judged.length,
    hits,
    inconclusive,
    wilson95: wilson95(hits, judged.length),
    ttdMs: { p50: quantile(0.5), p95: judged.length >= judgedForP95 ? quantile(0.95) : null },
  };
}

/** A miss lies beyond the horizon; a hit without a time of its own says nothing about times. */
function timeOf(j: Judged & { met: boolean }): readonly (number | 'beyond')[] {
  if (j.timeMs !== undefined) return [j.timeMs];
  return j.met ? [] : ['beyond'];
}

function expectationMet(
  pass: Scenario['pass'],
  n: { readonly judged: number; readonly hits: number; readonly inconclusive: number },
): boolean | null {
  if (pass === 'all') {
    if (n.hits < n.judged) return false;
    return n.judged === 0 || n.inconclusive > 0 ? null : true;
  }
  if (n.hits >= pass.hits) return true;
  return n.hits + n.inconclusive >= pass.hits || n.judged === 0 ? null : false;
}

function judgedDetection(trial: TrialResult, id: string): Judged | undefined {
  const d = trial.detections.find((result) => result.id === id);
  return d === undefined ? undefined : { verdict: d.verdict, met: detectionMet(d.verdict), timeMs: d.ttdMs };
}

function judgedGuardrail(trial: TrialResult, id: string): Judged | undefined {
  const g = trial.guardrails.find((result) => result.id === id);
  return g === undefined ? undefined : { verdict: g.verdict, met: guardrailMet(g), timeMs: g.ttrMs };
}

function judgedBlindness(trial: TrialResult, id: string): Judged | undefined {
  const b = trial.blindness.find((result) => result.id === id);
  if (b === undefined) return undefined;
  return { verdict: b.verdict, met: b.verdict === 'inconclusive' ? null : b.verdict === 'blind' };
}

/** Control, probes and rollback of a trial, each as held, broken or unknown; one whose every expectation was skipped is unknown. */
function surroundings(parts: TrialParts): readonly (boolean | null)[] {
  const { detections, guardrails, blindness, impact } = parts;
  const isAllSkipped =
    detections.length + guardrails.length + blindness.length === 0 &&
    impact.length > 0 &&
    impact.every((p) => p.verdict === 'skipped');
  // That nobody listened was the scenario's choice: it says nothing of the staging.
  const control = parts.control?.verdict ?? 'unheard';
  const probes = [...parts.steadyState, ...parts.impact].filter((p) => p.verdict !== 'skipped');
  return [
    control === 'inconclusive' ? null : control === 'quiet' || control === 'unheard',
    ...probes.map((p) => (p.verdict === 'inconclusive' ? null : p.verdict === 'held')),
    parts.rollback.verdict !== 'dirty' && parts.rollback.verdict !== 'unverified',
    ...(isAllSkipped ? [null] : []),
  ];
}

function verdictOf(parts: readonly (boolean | null)[]): TrialVerdict {
  if (parts.includes(false)) return 'failed';
  return parts.includes(null) ? 'inconclusive' : 'passed';
}
