import type { Clock } from '../model/clock.ts';
import { systemClock } from '../system/system-clock.ts';

/** The machine's own clock, for specs that wait on real sockets. */
export const realTime: Clock = systemClock;
