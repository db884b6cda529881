import type {
  BlindnessResult,
  DetectionResult,
  ExpectationSummary,
  GuardrailResult,
  ProbeResult,
  ScenarioResult,
  TrialResult,
} from '../model/scorecard.ts';
import { detectionMet, guardrailMet } from '../model/summary.ts';
import type { ReasonCode } from '../model/verdict.ts';

export type Outcome = 'met' | 'failed' | 'inconclusive' | 'errored' | 'skipped';

/** One line of a report: an expectation, control, probe or rollback of a scenario. */
export interface ResultLine {
  readonly scenario: string;
  /** Unique in its scenario: an expectation's id, `control`, `rollback`, `steady-state/<id>`, `impact/<id>`, `trial`. */
  readonly id: string;
  readonly kind: ExpectationSummary['kind'] | 'control' | 'steady-state' | 'impact' | 'rollback' | 'trial';
  readonly outcome: Outcome;
  readonly verdict: string;
  readonly reasonCode: ReasonCode;
  readonly reason: string;
  /** TTD or TTR; the median where there were several trials, and a text where that lies beyond the horizon. */
  readonly time?: number | string;
  readonly sloMs?: number;
  /** The guardrail whose blindness is judged. */
  readonly guardrail?: string;
  /** Alerts against the control. */
  readonly alerts?: number;
  /** Only where there were several trials. */
  readonly rate?: Pick<ExpectationSummary, 'hits' | 'judged' | 'inconclusive' | 'wilson95'> & {
    readonly p95: number | string | null;
  };
  /** The trial that the reason is about; 0 where there was none. */
  readonly trial: number;
}

/** Says whether a line is one that has an SLO; impact is expected too, but has none. */
export function isExpectation({ kind }: ResultLine): boolean {
  return kind === 'detection' || kind === 'guardrail' || kind === 'blind';
}

/** As much of a scorecard as its lines need. */
export interface ScenarioResults {
  readonly scenarios: readonly ScenarioResult[];
}

/** Flattens a scorecard into the lines that every report shows, in order of its scenarios. */
export function resultLines(card: ScenarioResults): ResultLine[] {
  return card.scenarios.flatMap(scenarioLines);
}

/**
 * Lists the lines of a scenario over its trials. The reason is that of the trial that decided: the first failed one,
 * else the first errored or inconclusive one, else the last.
 */
export function scenarioLines(scenario: ScenarioResult): ResultLine[] {
  const perTrial = scenario.trials.flatMap((trial) => trialLines(scenario.id, trial));
  const expected = new Set(scenario.expectations.map((e) => e.id));
  const others = Map.groupBy(perTrial, (line) => line.id);
  const broken = others.get('trial') ?? [];
  const expectations = scenario.expectations.map((summary) => {
    const lines = perTrial.filter((line) => line.kind === summary.kind && line.id === summary.id);
    return overTrials(scenario, summary, lines);
  });
  const rest = [...others]
    .filter(([id]) => id !== 'trial' && !expected.has(id))
    .flatMap(([, lines]) => decisive(lines) ?? []);
  return [...broken.slice(0, 1), ...expectations, ...rest];
}

/** Lists the lines of one trial: what broke it, expectations, control, probes, rollback. */
export function trialLines(scenario: string, trial: TrialResult): ResultLine[] {
  const errored = trial.verdict === 'errored';
  const parts = [
    ...trial.detections.map((d) => expectationPart('detection', d, detectionMet(d.verdict), d.ttdMs)),
    ...trial.guardrails.map((g) => expectationPart('guardrail', g, guardrailMet(g), g.ttrMs)),
    ...trial.blindness.map((b) => blindPart(b)),
    ...(trial.control === undefined ? [] : [controlPart(trial.control)]),
    ...trial.steadyState.map((p) => probePart('steady-state', p)),
    ...trial.impact.map((p) => probePart('impact', p)),
    rollbackPart(trial.rollback),
  ];
  const judged = parts.map((part) =>
    errored && part.outcome === 'inconclusive' ? { ...part, outcome: 'errored' as const } : part,
  );
  return [...brokenPart(trial), ...judged].map((part) => ({ ...part, scenario, trial: trial.n }));
}

type Part = Omit<ResultLine, 'scenario' | 'trial'>;

/** An errored or aborted trial gets a line of its own: no expectation tells of it. */
function brokenPart(trial: TrialResult): Part[] {
  const { verdict } = trial;
  const reason = trial.error ?? trial.reason;
  if (verdict === 'errored')
    return [{ id: 'trial', kind: 'trial', outcome: 'errored', verdict, reasonCode: 'errored', reason }];
  if (verdict === 'aborted')
    return [{ id: 'trial', kind: 'trial', outcome: 'failed', verdict, reasonCode: endedBy(trial), reason }];
  return [];
}

function endedBy({ endedBy: by }: TrialResult): ReasonCode {
  return by === undefined || by === 'person' ? 'stopped' : by;
}

function expectationPart(
  kind: ExpectationSummary['kind'],
  result: DetectionResult | GuardrailResult | BlindnessResult,
  met: boolean | null,
  time?: number,
): Part {
  const { id, verdict, reasonCode, reason, sloMs } = result;
  return {
    id,
    kind,
    outcome: outcomeOf(met),
    verdict,
    reasonCode,
    reason,
    sloMs,
    ...(time === undefined ? {} : { time }),
  };
}

function blindPart(result: BlindnessResult): Part {
  const { verdict, guardrail } = result;
  const part = expectationPart('blind', result, verdict === 'inconclusive' ? null : verdict === 'blind');
  return guardrail === undefined ? part : { ...part, guardrail };
}

function controlPart(control: NonNullable<TrialResult['control']>): Part {
  const { verdict, reasonCode, reason } = control;
  const outcome =
    verdict === 'unheard' ? 'skipped' : outcomeOf(verdict === 'inconclusive' ? null : verdict === 'quiet');
  const alerts = control.alerts.filter((a) => a.counted).length;
  return { id: 'control', kind: 'control', outcome, verdict, reasonCode, reason, alerts };
}

function probePart(kind: 'steady-state' | 'impact', probe: ProbeResult): Part {
  const { verdict, reasonCode, reason } = probe;
  const outcome = verdict === 'skipped' ? verdict : outcomeOf(verdict === 'inconclusive' ? null : verdict === 'held');
  return { id: `${kind}/${probe.id}`, kind, outcome, verdict, reasonCode, reason };
}

function rollbackPart({ verdict, faults }: TrialResult['rollback']): Part {
  const decides = faults.find((f) => f.verdict === verdict);
  const outcome = outcomeOf(verdict !== 'dirty' && verdict !== 'unverified');
  const reason = decides?.reason ?? 'Nothing was injected.';
  return {
    id: 'rollback',
    kind: 'rollback',
    outcome,
    verdict,
    reasonCode: decides?.reasonCode ?? 'not-injected',
    reason,
  };
}

function overTrials(scenario: ScenarioResult, summary: ExpectationSummary, lines: readonly ResultLine[]): ResultLine {
  const { id, kind, verdict, met } = summary;
  const line = decisive(lines);
  if (line === undefined) {
    const reason = 'No trial of this scenario was started.';
    return {
      scenario: scenario.id,
      id,
      kind,
      outcome: outcomeOf(met),
      verdict,
      reasonCode: 'not-injected',
      reason,
      trial: 0,
    };
  }
  if (scenario.trials.length === 1) return line;
  const { time: _one, ...rest } = line;
  const { p50, p95 } = summary.ttdMs;
  const { hits, judged, inconclusive, wilson95 } = summary;
  return {
    ...rest,
    ...(met === null && line.outcome === 'errored' ? {} : { outcome: outcomeOf(met) }),
    verdict,
    ...(p50 === null ? {} : { time: p50 }),
    rate: { hits, judged, inconclusive, wilson95, p95 },
  };
}

function decisive(lines: readonly ResultLine[]): ResultLine | undefined {
  return lines.find((l) => l.outcome === 'failed') ?? lines.find((l) => l.outcome !== 'met') ?? lines.at(-1);
}

function outcomeOf(met: boolean | null): Outcome {
  return met === null ? 'inconclusive' : met ? 'met' : 'failed';
}
