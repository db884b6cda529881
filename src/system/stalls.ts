import type { Clock } from '../model/clock.ts';
import { losesFromMs, type Stalls } from '../model/stalls.ts';
import { systemClock } from './system-clock.ts';

const tickEveryMs = 50;
/** A gap between two ticks that is longer is a stall; for as long after one, what is read may have come in it. */
const gapMs = 250;
/** Most stalls that are kept; beyond that the oldest is forgotten. */
const mostStalls = 500;

interface Stall {
  readonly from: number;
  readonly until: number;
  /** How much further the wall clock went: a machine that sleeps may halt the monotonic one, or somebody set it. */
  readonly asleepMs: number;
}

/** Notes stalls: times in which it was not called, and those in which the machine may have slept. */
export function newStallNotes(clock: Pick<Clock, 'monoMs' | 'epochMs'>): Stalls & { readonly tick: () => void } {
  const stalls: Stall[] = [];
  let last = { monoMs: clock.monoMs(), epochMs: clock.epochMs() };
  const sinceLast = (untilMonoMs: number): readonly Stall[] => {
    const goneMs = clock.epochMs() - last.epochMs - (clock.monoMs() - last.monoMs);
    const asleepMs = goneMs >= losesFromMs ? goneMs : 0;
    return untilMonoMs - last.monoMs > gapMs || asleepMs > 0
      ? [{ from: last.monoMs, until: untilMonoMs, asleepMs }]
      : [];
  };
  /** With the one that is not noted yet: input is read before timers fire. */
  const untilNow = (atMonoMs: number) => [...stalls, ...sinceLast(atMonoMs)];
  return {
    tick() {
      stalls.push(...sinceLast(clock.monoMs()));
      if (stalls.length > mostStalls) stalls.shift();
      last = { monoMs: clock.monoMs(), epochMs: clock.epochMs() };
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
        .map(({ from, until, asleepMs }) => ({
          ms: Math.min(until, untilMonoMs) - Math.max(from, fromMonoMs),
          asleepMs,
        }))
        .reduce((sum, { ms, asleepMs }) => sum + (ms > 0 ? ms + asleepMs : 0), 0),
    lastedMs: (fromMonoMs, untilMonoMs) =>
      untilNow(clock.monoMs())
        .filter(({ from, until }) => from < untilMonoMs && until > fromMonoMs)
        .reduce((sum, { from, until, asleepMs }) => sum + until - from + asleepMs, 0),
  };
}

/** Watches for stalls of this process until ended; keeps no process alive. */
export function watchStalls(): { readonly stalls: Stalls; readonly end: () => void } {
  const notes = newStallNotes(systemClock);
  const timer = setInterval(notes.tick, tickEveryMs);
  timer.unref();
  return { stalls: notes, end: () => clearInterval(timer) };
}
