import type { Stalls } from '../../model/stalls.ts';
import type { SimClock } from './sim-clock.ts';

/** A time in which a process did not run; from `losesAfterMs` on, whoever pushed something at it gave up. */
export interface Stall {
  readonly fromMs: number;
  untilMs: number;
  losesAfterMs: number;
}

/** For as long after a stall does the harness take what it reads for what may have come in it, as the real one does. */
const graceMs = 250;

/** Holds back what comes to a process while that stands still, and lets it have all of it, in order, once it goes on. */
export class Freezer {
  /** Past ones and the one that goes on, oldest first. */
  readonly stalls: Stall[] = [];
  readonly #clock: SimClock;
  readonly #waiting: (() => void)[] = [];
  #now: Stall | undefined;

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  /** The stall that goes on. */
  get now(): Stall | undefined {
    return this.#now;
  }

  freeze(forMs: number, losesAfterMs = Number.POSITIVE_INFINITY): void {
    const fromMs = this.#clock.monoMs();
    const untilMs = fromMs + forMs;
    if (this.#now === undefined) {
      this.#now = { fromMs, untilMs, losesAfterMs };
      this.stalls.push(this.#now);
      this.#clock.at(untilMs, () => this.#goOn());
      return;
    }
    this.#now.untilMs = Math.max(this.#now.untilMs, untilMs);
    this.#now.losesAfterMs = Math.min(this.#now.losesAfterMs, losesAfterMs);
  }

  /** Lets something reach the process: at once, or once it goes on. */
  reach(act: () => void): void {
    if (this.#now === undefined) act();
    else this.#waiting.push(act);
  }

  #goOn(): void {
    const { untilMs = 0 } = this.#now ?? {};
    if (untilMs > this.#clock.monoMs()) {
      this.#clock.at(untilMs, () => this.#goOn());
      return;
    }
    this.#now = undefined;
    // Each with what follows from it before the next; the process may stand still again at once.
    for (const act of this.#waiting.splice(0)) this.#clock.at(untilMs, () => this.reach(act));
  }
}

/** What a process that watches itself knows of its stalls: the truth. */
export function knownStalls(freezer: Freezer): Stalls {
  return {
    sinceMonoMs(atMonoMs) {
      let sinceMs: number | undefined;
      for (const { fromMs, untilMs } of freezer.stalls.toReversed()) {
        const earliestMs = sinceMs ?? atMonoMs;
        if (fromMs < earliestMs && earliestMs - untilMs <= graceMs) sinceMs = fromMs;
      }
      return sinceMs;
    },
    frozenMs: (fromMonoMs, untilMonoMs) =>
      freezer.stalls.reduce(
        (sum, { fromMs, untilMs }) => sum + Math.max(0, Math.min(untilMs, untilMonoMs) - Math.max(fromMs, fromMonoMs)),
        0,
      ),
    lastedMs: (fromMonoMs, untilMonoMs) =>
      freezer.stalls
        .filter(({ fromMs, untilMs }) => fromMs < untilMonoMs && untilMs > fromMonoMs)
        .reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0),
  };
}
