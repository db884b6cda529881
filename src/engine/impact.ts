import { expectationId } from '../model/scenario.ts';
import type { LoadResult, ProbeResult } from '../model/scorecard.ts';
import { judgeLoad } from './judge-load.ts';
import { faultFor, type Trial } from './trial-state.ts';

/** Judges what users felt in a trial: its probes, and what is expected of its load. */
export function impactOf(trial: Trial, probes: readonly ProbeResult[]): readonly ProbeResult[] {
  if (!trial.faults.some((fault) => fault.intent !== undefined && fault.status !== 'refused')) {
    return notFelt(trial);
  }
  const { load } = trial.bound;
  const felt = trial.load.felt();
  const t0 = faultFor(trial, undefined).t0?.monoMs;
  if (load === undefined) return probes;
  if (felt === undefined || t0 === undefined) return [...probes, ...notFelt(trial, 'load')];
  const revertMonoMs = takenBackMonoMs(trial);
  const judged = judgeLoad({
    use: load.use,
    summary: felt.summary,
    t0MonoMs: t0,
    endMonoMs: felt.endMonoMs,
    ...(revertMonoMs === undefined ? {} : { revertMonoMs }),
    ...(trial.ended === undefined ? {} : { ended: trial.ended }),
  });
  return [...probes, ...judged];
}

/** What the scorecard keeps of a load, in milliseconds since t0. */
export function loadResult(trial: Trial): LoadResult | undefined {
  const { load } = trial.bound;
  const felt = trial.load.felt();
  if (load === undefined || felt === undefined) return undefined;
  const { figures, impaired, unsound } = felt.summary;
  const t0 = faultFor(trial, undefined).t0?.monoMs ?? trial.startedAt.monoMs;
  return {
    load: load.use.type,
    figures: figures.map((one) => ({ ...one, latencyMs: { ...one.latencyMs } })),
    impaired: impaired.map(({ fromMonoMs, feltMonoMs, untilMonoMs }) => ({
      // What was due before the fault and failed after it came, it may have hurt: not before it.
      fromMs: feltMonoMs < t0 ? fromMonoMs - t0 : Math.max(0, fromMonoMs - t0),
      ...(untilMonoMs === undefined ? {} : { untilMs: untilMonoMs - t0 }),
    })),
    ...(unsound === undefined ? {} : { unsound }),
  };
}

/** When we took the fault back; a guardrail that was faster leaves nothing for us to heal. */
function takenBackMonoMs(trial: Trial): number | undefined {
  const ours = trial.faults.filter((fault) => fault.rollback?.verdict !== 'by-guardrail');
  const asked = ours.flatMap(({ revertRequested }) => (revertRequested === undefined ? [] : [revertRequested.monoMs]));
  return asked.length === 0 ? undefined : Math.min(...asked);
}

/** What did not take effect could hurt nobody, so that nothing can be said of it. */
function notFelt({ bound }: Trial, only?: 'load'): readonly ProbeResult[] {
  const { load } = bound;
  const of = (id: string, probe: string, unit: string): ProbeResult => ({
    id,
    probe,
    when: 'during',
    unit,
    samples: 0,
    windowMs: 0,
    verdict: 'inconclusive',
    reasonCode: 'not-injected',
    reason: 'The change did not take effect, so users could feel nothing of it.',
  });
  const probes = only === 'load' ? [] : bound.impact;
  return [
    ...probes.map(({ use, definition }) => of(expectationId.probe(use), use.probe, definition.unit)),
    ...(load?.use.expect ?? []).map((expected) =>
      of(expectationId.load(load?.use.type ?? '', expected), load?.use.type ?? '', 'ms'),
    ),
  ];
}
