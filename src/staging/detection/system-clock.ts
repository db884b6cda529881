import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../model/clock.ts';

/** Is the time of this machine. */
export const systemClock: Clock = {
  epochMs: () => Date.now(),
  monoMs: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await wait(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
