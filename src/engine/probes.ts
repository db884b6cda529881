import { formatDuration } from '../model/duration.ts';
import type { ProbeDefinition } from '../model/probe.ts';
import type { BoundProbe } from '../model/run.ts';
import { expectationId } from '../model/scenario.ts';
import type { ProbeResult } from '../model/scorecard.ts';
import { keepFile } from './evidence.ts';
import type { Exposure } from './exposure.ts';
import { failureText } from './failure-text.ts';
import { isSpoilt, staleMs } from './stood-still.ts';
import { untilAborted } from './time-limit.ts';
import { stallsOf, type Trial } from './trial-state.ts';

/** How often a probe is sampled, evenly over its window. */
const samplesPerWindow = 5;
/** So many samples that we stood still in are taken again; after more, what is missing is not measured. */
const mostSpoilt = 5;

/** What a probe measured, and when its first value came that is out of tolerance, and its last. */
export interface Measured {
  readonly result: ProbeResult;
  readonly badMonoMs?: number;
  readonly lastMonoMs?: number;
}

interface Measuring {
  readonly when: ProbeResult['when'];
  readonly signal: AbortSignal;
  /** What cuts it short, and why is then no failure of the probe. */
  readonly exposure?: Exposure;
}

/** Samples probes over their windows, side by side, and holds them against their tolerances. */
export async function measure(
  trial: Trial,
  probes: readonly BoundProbe[],
  measuring: Measuring,
): Promise<readonly Measured[]> {
  return Promise.all(probes.map((probe) => measureOne(trial, probe, measuring)));
}

async function measureOne(trial: Trial, probe: BoundProbe, { when, signal, exposure }: Measuring): Promise<Measured> {
  const { request } = trial.deps;
  const { clock } = request;
  const definition = probe.definition as unknown as ProbeDefinition<unknown, unknown>;
  const { over: windowMs, atLeast, atMost } = probe.use.tolerance;
  const isBad = (value: number) =>
    (atLeast !== undefined && value < atLeast) || (atMost !== undefined && value > atMost);
  const say = (verdict: ProbeResult['verdict'], reasonCode: ProbeResult['reasonCode'], reason: string): Measured => ({
    result: {
      id: expectationId.probe(probe.use),
      probe: definition.type,
      when,
      unit: definition.unit,
      samples: values.length,
      windowMs,
      verdict,
      reasonCode,
      reason,
      ...worstOf(values, probe),
    },
    ...times,
  });
  const values: number[] = [];
  const times: { badMonoMs?: number; lastMonoMs?: number } = {};
  const target = request.targets.get(definition.target);
  const session = target?.session('observe', trial.marker, signal).catch((error: unknown) => {
    if (exposure?.isOver() !== true) throw error;
    return undefined;
  });
  const clients = (await session)?.clients;
  const keep = (name: string, bytes: Uint8Array) =>
    keepFile(trial, `${when}-${definition.type}-${values.length + 1}-${name}`, bytes);
  const began = clock.monoMs();
  let spoilt = 0;
  try {
    while (values.length < samplesPerWindow && spoilt <= mostSpoilt) {
      signal.throwIfAborted();
      const due = began + (values.length * windowMs) / (samplesPerWindow - 1);
      if (due > clock.monoMs()) await clock.sleep(due - clock.monoMs(), signal);
      const sentMonoMs = clock.monoMs();
      const isOfUs = () => isSpoilt(stallsOf(trial), [sentMonoMs, clock.monoMs()]);
      const measured = await untilAborted(
        definition.measure({ clock, signal, clients, keep }, probe.params),
        signal,
      ).catch((error: unknown) => failedIn(isOfUs(), error, signal));
      if (measured === undefined || isOfUs()) {
        spoilt++;
        await clock.sleep(staleMs, signal);
        continue;
      }
      if (measured.status === 'skipped') return say('skipped', 'skipped', measured.reason);
      values.push(measured.value);
      times.lastMonoMs = clock.monoMs();
      if (isBad(measured.value)) times.badMonoMs ??= times.lastMonoMs;
    }
  } catch (error) {
    trial.stop.throwIfAborted();
    if (exposure?.isOver() !== true) {
      signal.throwIfAborted();
      return say('inconclusive', 'not-measured', `The probe failed: ${failureText(error)}`);
    }
    if (!values.some(isBad)) {
      const reason = `The faults were taken back after ${formatDuration(exposure.maxMs)} (maxExposure), when ${values.length} of ${samplesPerWindow} samples over ${formatDuration(windowMs)} were taken.`;
      return say('inconclusive', 'gone-before-slo', reason);
    }
  }
  const bad = values.find(isBad);
  if (bad === undefined && values.length < samplesPerWindow) {
    const reason = `We stood still in ${spoilt} of ${spoilt + values.length} measurements, so those tell nothing.`;
    return say('inconclusive', 'harness-frozen', reason);
  }
  const over = `over ${formatDuration(windowMs)}, ${values.length} samples`;
  if (bad === undefined) return say('held', 'within-tolerance', `Stayed within its tolerance ${over}.`);
  const bound = atLeast !== undefined && bad < atLeast ? `at least ${atLeast}` : `at most ${atMost}`;
  return say('breached', 'out-of-tolerance', `Got ${bad} ${definition.unit}, expected ${bound} (${over}).`);
}

/** What failed while we stood still is no measurement; any other failure is thrown. */
function failedIn(isOfUs: boolean, error: unknown, signal: AbortSignal): undefined {
  signal.throwIfAborted();
  if (!isOfUs) throw error;
}

function worstOf(values: readonly number[], probe: BoundProbe): { readonly worst?: number } {
  if (values.length === 0) return {};
  return { worst: probe.use.tolerance.atLeast === undefined ? Math.max(...values) : Math.min(...values) };
}
