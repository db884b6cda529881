import { formatDuration } from '../model/duration.ts';
import type { ScenarioResult, TrialResult } from '../model/scorecard.ts';
import { plainText } from '../scorecard/plain-text.ts';

/** Tells what happened in each trial of a scenario, in order of time since t0; a failing claim prints it. */
export function timeline(scenario: ScenarioResult): readonly string[] {
  return scenario.trials.flatMap((trial) => [
    `  Trial ${trial.n} (${trial.marker}), ${trial.verdict}:`,
    ...eventsOf(trial)
      .toSorted((a, b) => a.ms - b.ms)
      .map(({ ms, what }) => `  ${formatDuration(ms).padStart(9)}  ${plainText(what)}`),
  ]);
}

interface Event {
  readonly ms: number;
  readonly what: string;
}

const stageWords: Readonly<Record<string, string>> = {
  sent: 'the first mutating request left',
  acknowledged: 'the target acknowledged it',
  effect: 'the effect was proven',
  audited: 'the audit source recorded it',
  reverted: 'the revert was done',
  restored: 'the state was verified as before',
};

function eventsOf(trial: TrialResult): readonly Event[] {
  const stages = Object.entries(trial.stages).flatMap(([stage, ms]) => {
    const what = stageWords[stage];
    return typeof ms === 'number' && what !== undefined ? [{ ms, what }] : [];
  });
  const detections = trial.detections.flatMap((d): Event[] => {
    if (d.ttdMs !== undefined) return [{ ms: d.ttdMs, what: `${d.detector} ${d.verdict} (${d.rule ?? d.id})` }];
    return [{ ms: d.sloMs, what: `${d.id} ${d.verdict} at its SLO` }];
  });
  const guardrails = trial.guardrails.map((g) =>
    g.ttrMs === undefined
      ? { ms: g.sloMs, what: `${g.id} ${g.verdict} at its SLO` }
      : { ms: g.ttrMs, what: `${g.guardrail} ${g.verdict}` },
  );
  const blindness = trial.blindness.map((b) => ({ ms: b.sloMs, what: `${b.id} ${b.verdict}` }));
  const also = trial.alsoSeenBy.map((s) => ({ ms: s.ttdMs, what: `${s.detector} saw it too (${s.rule})` }));
  return [...stages, ...detections, ...guardrails, ...blindness, ...also];
}
