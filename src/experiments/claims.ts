import { formatDuration, parseDuration } from '../model/duration.ts';
import { UsageError } from '../model/errors.ts';
import type { BlindnessResult, DetectionResult, GuardrailResult, TrialResult } from '../model/scorecard.ts';
import { detectionMet } from '../model/summary.ts';
import type { GuardrailVerdict } from '../model/verdict.ts';
import type { ResultLine } from '../scorecard/results.ts';
import { ClaimError } from './claim-error.ts';
import { ScenarioView } from './scenario-view.ts';

/** What a chai flag carries from `detectedBy` to `within`. */
export interface Claimed {
  readonly view: ScenarioView;
  readonly claim: string;
  readonly lines: readonly ResultLine[];
  readonly times: (trial: TrialResult) => readonly number[];
}

/** Claims that a detector met every detection that the scenario expects of it. */
export function claimDetected(object: unknown, detector: string, negate: boolean): Claimed {
  const view = viewOf(object, 'detectedBy');
  const mine = (trial: TrialResult) => trial.detections.filter((d) => d.detector === detector);
  const lines = linesOf(view, 'detection', (trial) => mine(trial).map((d) => d.id));
  const claim = `to be detected by '${detector}'`;
  const known = view.result.trials.flatMap((t) => t.detections.map((d) => d.detector));
  demandExpected(view, claim, lines, known);
  hold(view, claim, lines, negate);
  return { view, claim, lines, times: (trial) => mine(trial).flatMap(detectionTime) };
}

/** Claims that a guardrail prevented, reverted or mitigated the fault in time; a stronger outcome meets a weaker claim. */
export function claimGuarded(
  object: unknown,
  { guardrail, outcome, negate }: { guardrail: string; outcome: GuardrailResult['outcome']; negate: boolean },
): Claimed {
  const view = viewOf(object, `${outcome}By`);
  const mine = (trial: TrialResult) => trial.guardrails.filter((g) => g.guardrail === guardrail);
  const lines = linesOf(view, 'guardrail', (trial) => mine(trial).map((g) => g.id)).map((line) => {
    const weaker = line.outcome === 'met' && strength(line.verdict) < strength(outcome);
    return weaker ? { ...line, outcome: 'failed' as const } : line;
  });
  const claim = `to be ${outcome} by '${guardrail}'`;
  demandExpected(
    view,
    claim,
    lines,
    view.result.trials.flatMap((t) => t.guardrails.map((g) => g.guardrail)),
  );
  hold(view, claim, lines, negate);
  return { view, claim, lines, times: (trial) => mine(trial).flatMap((g) => g.ttrMs ?? []) };
}

/** Claims that every trial that met the claim before did so within a duration, which may be shorter than the SLO. */
export function claimWithin(claimed: Claimed, duration: string, negate: boolean): void {
  const limitMs = parseDuration(duration);
  if (limitMs === undefined) {
    throw new UsageError(`within() needs a duration with a unit (500ms, 4s, 2m), got '${duration}'.`);
  }
  const late = claimed.view.result.trials.filter((trial) => claimed.times(trial).some((ms) => ms > limitMs));
  const timed = claimed.view.result.trials.some((trial) => claimed.times(trial).length > 0);
  if (negate ? late.length > 0 : timed && late.length === 0) return;
  const slowest = Math.max(...claimed.view.result.trials.flatMap((trial) => claimed.times(trial)));
  const got = timed ? `, and it took ${formatDuration(slowest)}` : ', and no time was measured';
  const claim = `${claimed.claim} ${negate ? 'not ' : ''}within ${duration}${got}`;
  throw new ClaimError(claimed.view, claim, claimed.lines);
}

/** Claims that a detector or a guardrail was blinded, as the scenario expects. */
export function claimBlinded(object: unknown, name: string, negate: boolean): void {
  const view = viewOf(object, 'blind');
  const nameOf = (b: BlindnessResult) => b.detector ?? b.guardrail ?? '';
  const lines = linesOf(view, 'blind', (t) => t.blindness.filter((b) => nameOf(b) === name).map((b) => b.id));
  const claim = `to blind '${name}'`;
  demandExpected(
    view,
    claim,
    lines,
    view.result.trials.flatMap((t) => t.blindness.map(nameOf)),
  );
  hold(view, claim, lines, negate);
}

/** Claims something of the lines that every scenario has: its control, its rollback, its steady state. */
export function claimKind(
  object: unknown,
  {
    kind,
    name,
    claim,
    negate,
  }: { kind: 'control' | 'rollback' | 'steady-state'; name: string; claim: string; negate: boolean },
): void {
  const view = viewOf(object, name);
  const lines = view.lines.filter((line) => line.kind === kind);
  if (lines.length === 0) throw new ClaimError(view, `${claim}, and the scenario has none`, brokenLines(view));
  hold(view, claim, lines, negate);
}

function viewOf(object: unknown, claim: string): ScenarioView {
  if (object instanceof ScenarioView) return object;
  throw new UsageError(`${claim} is a claim about a scenario: write expect(await trial()).to… in an experiment.`);
}

function linesOf(
  view: ScenarioView,
  kind: ResultLine['kind'],
  idsIn: (trial: TrialResult) => readonly string[],
): ResultLine[] {
  const ids = new Set(view.result.trials.flatMap((trial) => idsIn(trial)));
  return view.lines.filter((line) => line.kind === kind && ids.has(line.id));
}

function demandExpected(
  view: ScenarioView,
  claim: string,
  lines: readonly ResultLine[],
  known: readonly string[],
): void {
  if (lines.length > 0) return;
  const names = [...new Set(known)];
  const knows = names.length === 0 ? 'nothing of that kind' : names.map((name) => `'${name}'`).join(', ');
  throw new ClaimError(view, `${claim}, and the scenario expects ${knows}`, brokenLines(view));
}

/** An errored or stopped scenario has no verdict to claim anything of; its own line says why. */
function brokenLines(view: ScenarioView): readonly ResultLine[] {
  return view.lines.filter((line) => line.kind === 'trial');
}

/** Inconclusive is never a pass, not even of a negated claim; what was skipped says nothing, unless all was. */
function hold(view: ScenarioView, claim: string, lines: readonly ResultLine[], negate: boolean): void {
  const wanted = negate ? 'failed' : 'met';
  const told = lines.filter((line) => line.outcome !== 'skipped');
  const broken = (told.length === 0 ? lines : told).filter((line) => line.outcome !== wanted);
  if (broken.length === 0) return;
  throw new ClaimError(view, negate ? claim.replace(/^to /, 'not to ') : claim, broken);
}

/** Judged on the end of the interval: that is when we had it for certain. */
function detectionTime(d: DetectionResult): readonly number[] {
  if (detectionMet(d.verdict) !== true || d.ttdMs === undefined) return [];
  return [d.ttdIntervalMs?.[1] ?? d.ttdMs];
}

function strength(verdict: string): number {
  const order: readonly (GuardrailVerdict | string)[] = ['mitigated', 'reverted', 'prevented'];
  return order.indexOf(verdict);
}
