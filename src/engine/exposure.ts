import { formatDuration } from '../model/duration.ts';
import type { InjectionDeps } from './live-fault.ts';
import type { Trial } from './trial-state.ts';

/** How long the faults of a trial may be in; all that would keep them in for longer is given its signal. */
export interface Exposure {
  readonly maxMs: number;
  /** Aborted with the trial's stop, and once the faults have been in for as long as they may. */
  readonly signal: AbortSignal;
  readonly isOver: () => boolean;
  /** Until when they may be in; only an injection that has begun has an end. */
  readonly untilMonoMs: () => number;
  /** Starts it with the first injection of a fault. */
  readonly startingWith: (injection: InjectionDeps) => InjectionDeps;
  /** No longer ends anything. */
  readonly end: () => void;
}

/**
 * Counts `maxExposure` from the t0 of the trial's first fault, or, as long as that is not answered, from just before it
 * was asked for, and then aborts its signal: measurements, and injections still under way.
 */
export function limitExposure(trial: Trial): Exposure {
  const { clock, environment } = trial.deps.request;
  const maxMs = trial.bound.scenario.maxExposure ?? environment.budgets.maxExposure;
  const over = new AbortController();
  const ended = new AbortController();
  let beganMonoMs: number | undefined;
  const untilMonoMs = () => {
    const t0s = trial.faults.flatMap(({ status, t0 }) => (t0 === undefined || status === 'refused' ? [] : [t0.monoMs]));
    const fromMonoMs = t0s.length > 0 ? Math.min(...t0s) : beganMonoMs;
    return fromMonoMs === undefined ? Number.POSITIVE_INFINITY : fromMonoMs + maxMs;
  };
  const watch = async () => {
    for (let leftMs = maxMs; leftMs > 0; leftMs = untilMonoMs() - clock.monoMs())
      await clock.sleep(leftMs, ended.signal);
    over.abort(new ExposureOverError(maxMs));
    trial.pulse.beat();
  };
  return {
    maxMs,
    signal: AbortSignal.any([trial.stop, over.signal]),
    isOver: () => over.signal.aborted,
    untilMonoMs,
    startingWith: (injection) => ({
      ...injection,
      aboutToInject(fault) {
        injection.aboutToInject?.(fault);
        if (beganMonoMs !== undefined) return;
        beganMonoMs = clock.monoMs();
        watch().catch((error: unknown) => {
          if (!ended.signal.aborted) over.abort(error);
        });
      },
    }),
    end: () => ended.abort(takenBack),
  };
}

/** Given, so that no stack is taken for each trial. */
const takenBack = new Error('The faults are taken back.');

/** Is why something was cut short that would have kept the faults in for too long. */
class ExposureOverError extends Error {
  constructor(maxMs: number) {
    super(`The faults had been in for ${formatDuration(maxMs)}, the longest that they may be (maxExposure).`);
    this.name = 'ExposureOverError';
  }
}
