import {
  type LoadContext,
  type LoadDefinition,
  type LoadSummary,
  type PhaseWindow,
  type RunningLoad,
  wellForMs,
} from '../model/load.ts';
import { type Marker, markerWithPhase, newMarker } from '../model/marker.ts';
import type { BoundLoad, BoundScenario, RunRequest } from '../model/run.ts';
import { failureText } from './failure-text.ts';
import type { TimeIn } from './time-in.ts';

/** What became of a load: its summary, how long the fault was in, and when its traffic ended. */
export interface FeltLoad {
  readonly summary: LoadSummary;
  /** Undefined where nothing was in, or nothing was taken back yet. */
  readonly timeIn: TimeIn | undefined;
  readonly endMonoMs: number;
}

/** The traffic of one trial, from before the injection until after the revert. */
export interface TrialLoad {
  /** Begins the traffic, and waits for as long as it is to flow before anything is injected. */
  readonly start: () => Promise<void>;
  /** Told when the fault goes in. */
  readonly injecting: () => void;
  /** Told, once all is taken back, how long it was in. */
  readonly takenBack: (timeIn: TimeIn | undefined) => void;
  /** Whether the fault must stay in to tell how users fare. */
  readonly needsFaultIn: (t0MonoMs: number) => boolean;
  /** Ends the traffic some time after the revert, once users are well again; never rejects. */
  readonly finish: () => Promise<void>;
  /** Ends it now; never rejects. */
  readonly close: () => Promise<void>;
  readonly felt: () => FeltLoad | undefined;
}

/** Prepares the traffic of a trial; a scenario without a load has one that does nothing. */
export function newTrialLoad(request: RunRequest, bound: BoundScenario, marker: Marker): TrialLoad {
  const { load } = bound;
  if (load === undefined) return noLoad;
  const { clock, stop } = request;
  const { before, after, expect } = load.use;
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  const recoveries = expect.flatMap((one) => (one.figure === 'recovery' ? [one.within] : []));
  let running: RunningLoad | undefined;
  let felt: FeltLoad | undefined;
  let fromMonoMs = Number.NEGATIVE_INFINITY;
  let inMonoMs: number | undefined;
  let wasIn: { readonly time: TimeIn | undefined } | undefined;

  async function end(): Promise<void> {
    if (running === undefined || felt !== undefined) return;
    const endMonoMs = clock.monoMs();
    try {
      felt = { summary: await running.stop(phases()), timeIn: wasIn?.time, endMonoMs };
    } catch (error) {
      const unsound = `the load failed: ${failureText(error)}`;
      const reason = `Not to be relied on: ${unsound}`;
      const limits = [{ metric: 'load', limit: 'whole run', verdict: 'inconclusive', reason } as const];
      felt = { summary: { figures: [], limits, impaired: [], unsound }, timeIn: wasIn?.time, endMonoMs };
    }
  }

  function phases(): readonly PhaseWindow[] {
    const before = { phase: 'before', fromMonoMs } as const;
    if (inMonoMs === undefined) return [before];
    const during = { phase: 'during', fromMonoMs: inMonoMs } as const;
    const soFar = { ...before, untilMonoMs: inMonoMs };
    if (wasIn === undefined) return [soFar, during];
    if (wasIn.time === undefined) return [soFar];
    const { untilMonoMs, outMonoMs } = wasIn.time;
    return [soFar, { ...during, untilMonoMs }, { phase: 'after', fromMonoMs: outMonoMs }];
  }

  const isHurt = () => running?.impaired?.().some(({ untilMonoMs }) => untilMonoMs === undefined) === true;

  return {
    start: async () => {
      const ctx = await contextOf(request, { load, scenario: bound.scenario.id, marker, signal });
      fromMonoMs = clock.monoMs();
      running = await definitionOf(load).start(ctx, load.params);
      await clock.sleep(before, signal);
    },
    injecting: () => {
      inMonoMs ??= clock.monoMs();
    },
    takenBack: (time) => {
      wasIn ??= { time };
    },
    needsFaultIn: (t0MonoMs) => {
      if (running?.impaired === undefined || recoveries.length === 0) return false;
      const hurt = running.impaired().filter(({ untilMonoMs }) => untilMonoMs === undefined || untilMonoMs > t0MonoMs);
      if (hurt.length > 0 && hurt.every(({ untilMonoMs }) => untilMonoMs !== undefined)) return false;
      return clock.monoMs() < t0MonoMs + Math.max(...recoveries) + wellForMs;
    },
    finish: async () => {
      if (running === undefined) return;
      const tookBackMonoMs = clock.monoMs();
      const isDue = () => {
        const sinceMs = clock.monoMs() - tookBackMonoMs;
        return sinceMs >= 3 * after || (sinceMs >= after && !isHurt());
      };
      while (!signal.aborted && !isDue()) await wait(clock, Math.min(after, 200), signal);
      await end();
    },
    close: async () => {
      over.abort(new Error('the trial is over'));
      await end();
    },
    felt: () => felt,
  };
}

/** Finds, or later builds, what loads need, before anything is touched. Throws `UsageError` with the remedy. */
export async function prepareLoads(request: RunRequest, step: 'find' | 'prepare'): Promise<void> {
  for (const { load, scenario } of request.scenarios) {
    if (load === undefined) continue;
    const prepare = definitionOf(load)[step];
    if (prepare === undefined) continue;
    const marker = newMarker(request.random);
    const ctx = await contextOf(request, { load, scenario: scenario.id, marker, signal: request.stop });
    await prepare(ctx, load.params);
  }
}

const noLoad: TrialLoad = {
  start: async () => undefined,
  injecting: () => undefined,
  takenBack: () => undefined,
  needsFaultIn: () => false,
  finish: async () => undefined,
  close: async () => undefined,
  felt: () => undefined,
};

/** Params were parsed against the load's own schema, clients are its target's. */
function definitionOf({ definition }: BoundLoad): LoadDefinition<unknown, unknown> {
  return definition as unknown as LoadDefinition<unknown, unknown>;
}

async function contextOf(
  { targets, clock, toolVersion, onEvent }: RunRequest,
  of: { readonly load: BoundLoad; readonly scenario: string; readonly marker: Marker; readonly signal: AbortSignal },
): Promise<LoadContext> {
  const target = targets.get(of.load.definition.target);
  const session = await target?.session('observe', of.marker, of.signal);
  return Object.freeze({
    clock,
    signal: of.signal,
    clients: session?.clients,
    userAgent: `windshear/${toolVersion} ${markerWithPhase(of.marker, 'observe')}`,
    scenario: of.scenario,
    log: (text: string) => onEvent({ kind: 'notice', level: 'info', text }),
  });
}

async function wait(clock: RunRequest['clock'], ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
