import { formatDuration } from '../model/duration.ts';
import type { ProbeDefinition } from '../model/probe.ts';
import type { BoundProbe, BoundStopCondition } from '../model/run.ts';
import { failureText } from './failure-text.ts';
import { isSpoilt, staleMs } from './stood-still.ts';
import { StopConditionFired } from './stop-condition-fired.ts';
import { stallsOf, type Trial } from './trial-state.ts';

export interface StopConditionWatch {
  /** Resolves once every limit has been looked at, so that nothing is injected unwatched. */
  readonly ready: Promise<void>;
  readonly end: () => Promise<void>;
}

/**
 * Watches the stop conditions of a trial until `end`, and halts it by the first that fires. What cannot be measured is
 * beyond its limit: a limit that nobody sees is not kept.
 */
export function watchStopConditions(trial: Trial): StopConditionWatch {
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, trial.stop]);
  const watches = (trial.bound.stopConditions ?? []).map((condition) => watchOne(trial, condition, signal));
  return {
    ready: Promise.all(watches.map(({ ready }) => ready)).then(() => undefined),
    end: async () => {
      ended.abort(new Error('The faults are taken back.'));
      await Promise.all(watches.map(({ over }) => over));
    },
  };
}

/** Looks once; answers why the limit is passed, or nothing. */
type Look = () => Promise<string | undefined>;

function watchOne(trial: Trial, condition: BoundStopCondition, signal: AbortSignal) {
  const { clock, environment } = trial.deps.request;
  const looked = Promise.withResolvers<void>();
  const look = lookFor(trial, condition, signal);
  const firstMonoMs = clock.monoMs();
  // A timer may wake a little early, so that a box is slept to its end by more than one.
  const nextMonoMs = (lookedMonoMs: number) =>
    condition.kind === 'time-box' ? firstMonoMs + condition.limitMs : lookedMonoMs + environment.poll;
  const watch = async () => {
    while (!signal.aborted) {
      const began = clock.monoMs();
      const why = await look();
      if (why !== undefined && !signal.aborted) trial.halt(new StopConditionFired(condition, why));
      looked.resolve();
      await clock.sleep(Math.max(1, nextMonoMs(began) - clock.monoMs()), signal);
    }
  };
  const over = watch()
    .catch((error: unknown) => {
      if (!signal.aborted)
        trial.halt(new StopConditionFired(condition, `it could not be watched: ${failureText(error)}`));
    })
    .finally(() => looked.resolve());
  return { ready: looked.promise, over };
}

function lookFor(trial: Trial, condition: BoundStopCondition, signal: AbortSignal): Look {
  const { clock } = trial.deps.request;
  const beganMonoMs = clock.monoMs();
  if (condition.kind === 'time-box') {
    return async () => {
      const tookMs = clock.monoMs() - beganMonoMs;
      return tookMs >= condition.limitMs
        ? `it took ${formatDuration(tookMs)}, at most ${formatDuration(condition.limitMs)} is allowed (timeBox)`
        : undefined;
    };
  }
  if (condition.kind === 'error-budget') return budgetLook(trial, condition.limitMs, signal);
  const { use } = condition;
  const measure = measurerOf(trial, condition, signal);
  let badSince: number | undefined;
  return async () => {
    const sentMonoMs = clock.monoMs();
    const bad = await measure(use);
    if (bad === undefined) {
      badSince = undefined;
      return undefined;
    }
    badSince ??= sentMonoMs;
    const forMs = seenMs(trial, badSince);
    const since = use.for === 0 ? '' : `, for ${formatDuration(forMs)} of at most ${formatDuration(use.for)}`;
    return forMs >= use.for ? `'${use.id ?? use.probe}' ${bad}${since}` : undefined;
  };
}

/** Adds up the time between looks of which the later one found any probe of the steady state out of its tolerance. */
function budgetLook(trial: Trial, limitMs: number, signal: AbortSignal): Look {
  const { clock } = trial.deps.request;
  const probes = trial.bound.steadyState.map((probe) => ({ probe, measure: measurerOf(trial, probe, signal) }));
  let spentMs = 0;
  let lastMonoMs = clock.monoMs();
  return async () => {
    const found = await Promise.all(
      probes.map(async ({ probe, measure }) => {
        const bad = await measure(probe.use.tolerance);
        return bad === undefined ? [] : [`'${probe.use.id ?? probe.use.probe}' ${bad}`];
      }),
    );
    const bad = found.flat();
    if (bad.length > 0) spentMs += seenMs(trial, lastMonoMs);
    lastMonoMs = clock.monoMs();
    return bad.length > 0 && spentMs > limitMs
      ? `the steady state was out of tolerance for ${formatDuration(spentMs)} in all, at most ${formatDuration(limitMs)} is allowed (errorBudget); at last ${bad.join(' and ')}`
      : undefined;
  };
}

/** How long ago an instant is, without what we stood still since: what was beyond its limit then, nobody saw. */
function seenMs(trial: Trial, sinceMonoMs: number): number {
  const now = trial.deps.request.clock.monoMs();
  return now - sinceMonoMs - (stallsOf(trial).stoodStillMs?.(sinceMonoMs, now) ?? 0);
}

/** So often is a look taken again that we stood still in; after that a limit that is passed counts as passed. */
const mostSpoilt = 3;

interface Limit {
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
}

/** Makes a look at one probe, which answers what is wrong with its value. */
function measurerOf(
  trial: Trial,
  { definition: any, params }: Pick<BoundProbe, 'definition' | 'params'>,
  signal: AbortSignal,
): (limit: Limit) => Promise<string | undefined> {
  const { clock, targets } = trial.deps.request;
  const definition = any as unknown as ProbeDefinition<unknown, unknown>;
  const target = targets.get(definition.target);
  const look = async ({ atLeast, atMost }: Limit): Promise<string | undefined> => {
    try {
      const session = await target?.session('observe', trial.marker, signal);
      const measured = await definition.measure({ clock, signal, clients: session?.clients }, params);
      if (measured.status === 'skipped') return `cannot be measured here: ${measured.reason}`;
      const { value } = measured;
      if (atLeast !== undefined && value < atLeast)
        return `got ${value} ${definition.unit}, expected at least ${atLeast}`;
      if (atMost !== undefined && value > atMost) return `got ${value} ${definition.unit}, expected at most ${atMost}`;
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      return `could not be measured: ${failureText(error)}`;
    }
  };
  return async (limit) => {
    for (let spoilt = 0; ; spoilt++) {
      const sentMonoMs = clock.monoMs();
      const bad = await look(limit);
      if (bad === undefined || spoilt === mostSpoilt) return bad;
      if (!isSpoilt(stallsOf(trial), [sentMonoMs, clock.monoMs()])) return bad;
      await clock.sleep(staleMs, signal);
    }
  };
}
