import type { Clock } from '../model/clock.ts';
import { formatDuration } from '../model/duration.ts';

/** Watches whether the wall clock goes on as the monotonic one does (J19). */
export interface WallClock {
  /** False once it was set, or the machine slept: then no source's time can be held against ours any more (J7). */
  readonly isSteady: () => boolean;
}

/** Both clocks are slewed alike; what parts them by more than this is a step. */
const toleranceMs = 100;

/** Starts to watch; says once when it was set. */
export function watchWallClock(clock: Clock, log: (line: string) => void): WallClock {
  const aheadMs = () => clock.epochMs() - clock.monoMs();
  const startMs = aheadMs();
  let steady = true;
  return {
    isSteady() {
      const jumpMs = aheadMs() - startMs;
      if (!steady || Math.abs(jumpMs) <= toleranceMs) return steady;
      steady = false;
      const direction = jumpMs > 0 ? 'forward' : 'back';
      log(
        `The wall clock went ${formatDuration(Math.abs(jumpMs))} ${direction}: for the rest of the run no event's time tells whose it is.`,
      );
      return steady;
    },
  };
}
