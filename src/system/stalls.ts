import type { Clock } from '../model/clock.ts';
import type { Stalls } from '../model/stalls.ts';
import { systemClock } from './system-clock.ts';

const tickEveryMs = 50;
/** A gap between two ticks that is longer is a stall; for as long after one, what is read may have come in it. */
const gapMs = 250;
/** Most stalls that are kept; beyond that the oldest is forgotten. */
const mostStalls = 500;

/** Notes stalls: times in which it was not called. */
export function newStallNotes(clock: Pick<Clock, 'monoMs'>): Stalls & { readonly tick: () => void } {
  const stalls: { readonly from: number; readonly until: number }[] = [];
  let lastTick = clock.monoMs();
  /** With the one that is not noted yet: input is read before timers fire. */
  const untilNow = (atMonoMs: number) =>
    atMonoMs - lastTick > gapMs ? [...stalls, { from: lastTick, until: atMonoMs }] : stalls;
  return {
    tick() {
      const monoMs = clock.monoMs();
      if (monoMs - lastTick > gapMs) stalls.push({ from: lastTick, until: monoMs });
      if (stalls.length > mostStalls) stalls.shift();
      lastTick = monoMs;
    },
    sinceMonoMs(atMonoMs) {
      let since: number | undefined;
      // What waited in one that ended shortly before another began may have waited in both.
      for (const { from, until } of untilNow(atMonoMs).toReversed())
        if (from < (since ?? atMonoMs) && (since ?? atMonoMs) - until <= gapMs) since = from;
      return since;
    },
    frozenMs: (fromMonoMs, untilMonoMs) =>
      untilNow(clock.monoMs())
        .map(({ from, until }) => Math.min(until, untilMonoMs) - Math.max(from, fromMonoMs))
        .reduce((sum, ms) => sum + Math.max(0, ms), 0),
  };
}

/** Watches for stalls of this process until ended; keeps no process alive. */
export function watchStalls(): { readonly stalls: Stalls; readonly end: () => void } {
  const notes = newStallNotes(systemClock);
  const timer = setInterval(notes.tick, tickEveryMs);
  timer.unref();
  return { stalls: notes, end: () => clearInterval(timer) };
}
