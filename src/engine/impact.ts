import { formatDuration } from '../model/duration.ts';
import { expectationId } from '../model/scenario.ts';
import type { GuardrailResult, LoadResult, ProbeResult } from '../model/scorecard.ts';
import { judgeLoad } from './judge-load.ts';
import type { Measured } from './probes.ts';
import { timeIn, whenIn } from './time-in.ts';
import { faultFor, type Trial } from './trial-state.ts';

/** Judges what users felt in a trial: its probes, and what is expected of its load. */
export function impactOf(
  trial: Trial,
  probes: readonly Measured[],
  guardrails: readonly GuardrailResult[],
): readonly ProbeResult[] {
  const live = trial.faults.filter((fault) => fault.intent !== undefined && fault.status !== 'refused');
  if (live.length === 0) return notFelt(trial);
  const t0 = faultFor(trial, undefined).t0?.monoMs;
  const load = loadImpact(trial, t0, guardrails);
  // A stop may come before the proof.
  return trial.ended !== undefined || live.every(({ effect }) => effect === 'proven')
    ? [...probes.map((probe) => whileIn(trial, probe)), ...load]
    : [...probes.map(({ result }) => result), ...load].map(unproven);
}

function loadImpact(
  trial: Trial,
  t0MonoMs: number | undefined,
  guardrails: readonly GuardrailResult[],
): readonly ProbeResult[] {
  const { load } = trial.bound;
  if (load === undefined) return [];
  const felt = trial.load.felt();
  if (felt?.timeIn === undefined || t0MonoMs === undefined) return notFelt(trial, 'load');
  return judgeLoad({
    use: load.use,
    summary: felt.summary,
    t0MonoMs,
    timeIn: felt.timeIn,
    endMonoMs: felt.endMonoMs,
    isByGuardrail: guardrails.some(({ verdict }) => verdict === 'reverted' || verdict === 'late'),
    ...(trial.ended === undefined ? {} : { ended: trial.ended }),
  });
}

/** What a probe measured once somebody else had taken the fault out, or may have, says nothing of the fault. */
function whileIn(trial: Trial, { result, badMonoMs, lastMonoMs }: Measured): ProbeResult {
  const time = timeIn(trial.faults, trial.deps.request.clock.monoMs());
  const decidedMonoMs = result.verdict === 'breached' ? badMonoMs : lastMonoMs;
  const isOpen = result.verdict !== 'held' && result.verdict !== 'breached';
  if (isOpen || time?.by !== 'others' || decidedMonoMs === undefined || decidedMonoMs <= time.untilMonoMs)
    return result;
  const t0 = faultFor(trial, undefined).t0?.monoMs ?? time.untilMonoMs;
  const sample = `That sample was taken ${formatDuration(decidedMonoMs - t0)} after the fault.`;
  const reason = `${result.reason} ${result.verdict === 'held' ? sample.replace('That', 'The last') : sample} ${whenIn(time, t0)}`;
  return { ...result, verdict: 'inconclusive', reasonCode: 'gone-before-slo', reason };
}

/** J12: what was never proven to be in may have hurt nobody. */
function unproven(result: ProbeResult): ProbeResult {
  if (result.verdict === 'skipped') return result;
  const reason = 'The injected state was never proven to be in, so what was measured says nothing of it.';
  return { ...result, verdict: 'inconclusive', reasonCode: 'effect-unproven', reason };
}

/** What the scorecard keeps of a load, in milliseconds since t0. */
export function loadResult(trial: Trial): LoadResult | undefined {
  const { load } = trial.bound;
  const felt = trial.load.felt();
  if (load === undefined || felt === undefined) return undefined;
  const { figures, impaired, unsound, endedMonoMs } = felt.summary;
  const t0 = faultFor(trial, undefined).t0?.monoMs ?? trial.startedAt.monoMs;
  return {
    load: load.use.type,
    figures: figures.map((one) => ({ ...one, latencyMs: { ...one.latencyMs } })),
    impaired: impaired.map(({ fromMonoMs, feltMonoMs, untilMonoMs }) => ({
      // What was due before the fault and failed after it came, it may have hurt: not before it.
      fromMs: feltMonoMs < t0 ? fromMonoMs - t0 : Math.max(0, fromMonoMs - t0),
      ...(untilMonoMs === undefined ? {} : { untilMs: untilMonoMs - t0 }),
    })),
    ...(endedMonoMs === undefined ? {} : { endedMs: endedMonoMs - t0 }),
    ...(unsound === undefined ? {} : { unsound }),
  };
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
