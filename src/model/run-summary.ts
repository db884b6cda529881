import type { ControlResult, ProbeResult, ScenarioResult, Scorecard, TrialResult } from './scorecard.ts';
import type { RollbackVerdict, TrialVerdict } from './verdict.ts';

/**
 * Counts a run, so that whatever may decide its exit code is in one of the counts: what is expected, impact included,
 * by outcome; controls, steady states, rollbacks and trials by verdict; alerts against controls; skipped probe readings.
 * A probe of a scenario counts once, by the worst of its trials; one that was skipped in all of them does not.
 */
export function runSummary(scenarios: readonly ScenarioResult[]): Scorecard['summary'] {
  const trials = scenarios.flatMap((s) => s.trials);
  const impact = probeVerdicts(scenarios, (t) => t.impact);
  const steady = probeVerdicts(scenarios, (t) => t.steadyState);
  const controls = trials.flatMap(({ control }) => (control === undefined ? [] : [control.verdict]));
  const outcomes = [
    ...scenarios.flatMap((s) => s.expectations.map((e) => e.met)),
    ...impact.map((verdict) => (verdict === 'inconclusive' ? null : verdict === 'held')),
  ];
  const rollbacks = (verdict: RollbackVerdict) => trials.filter((t) => t.rollback.verdict === verdict).length;
  const ended = (verdict: TrialVerdict) => trials.filter((t) => t.verdict === verdict).length;
  const controlled = (verdict: ControlResult['verdict']) => times(controls, verdict);
  return {
    scenarios: scenarios.length,
    expectations: outcomes.length,
    met: times(outcomes, true),
    failed: times(outcomes, false),
    inconclusive: times(outcomes, null),
    skipped: trials.flatMap((t) => [...t.steadyState, ...t.impact]).filter((p) => p.verdict === 'skipped').length,
    falseAlerts: trials.flatMap((t) => t.control?.alerts ?? []).filter((a) => a.counted).length,
    controls: {
      quiet: controlled('quiet'),
      noisy: controlled('noisy'),
      blocked: controlled('blocked'),
      unheard: controlled('unheard'),
      inconclusive: controlled('inconclusive'),
    },
    steadyState: {
      held: times(steady, 'held'),
      breached: times(steady, 'breached'),
      inconclusive: times(steady, 'inconclusive'),
    },
    rollback: {
      clean: rollbacks('clean'),
      byGuardrail: rollbacks('by-guardrail'),
      dirty: rollbacks('dirty'),
      unverified: rollbacks('unverified'),
      none: rollbacks('none'),
    },
    trials: {
      passed: ended('passed'),
      failed: ended('failed'),
      inconclusive: ended('inconclusive'),
      aborted: ended('aborted'),
      errored: ended('errored'),
    },
  };
}

type ProbeVerdict = Exclude<ProbeResult['verdict'], 'skipped'>;

const worstFirst: readonly ProbeVerdict[] = ['breached', 'inconclusive', 'held'];

function probeVerdicts(
  scenarios: readonly ScenarioResult[],
  of: (trial: TrialResult) => readonly ProbeResult[],
): readonly ProbeVerdict[] {
  return scenarios.flatMap(({ trials }) =>
    [...Map.groupBy(trials.flatMap(of), ({ id }) => id).values()].flatMap(
      (probes) => worstFirst.find((verdict) => probes.some((probe) => probe.verdict === verdict)) ?? [],
    ),
  );
}

function times<T>(all: readonly T[], one: T): number {
  return all.filter((each) => each === one).length;
}
