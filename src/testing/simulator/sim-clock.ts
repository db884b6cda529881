import type { Clock } from '../../model/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  /** Undefined once it was taken back. */
  act: (() => void) | undefined;
}

/** Is thrown out of a simulation that goes on for ever: too long in virtual time, or too often at one instant. */
export class RunawayError extends Error {
  constructor(why: string) {
    super(`The simulation does not end: ${why}`);
    this.name = 'RunawayError';
  }
}

const startEpochMs = Date.UTC(2026, 0, 1);
const longestMs = 4 * 3_600_000;
const mostAtOnce = 20_000;

/**
 * Keeps virtual time for work that is in memory only. It moves on to the next timer as soon as the microtasks have run
 * dry: a tick that was asked for from within a microtask runs only then, and needs no turn of the event loop.
 */
export class SimClock implements Clock {
  readonly #heap: Timer[] = [];
  readonly #onStuck: (error: Error | undefined) => void;
  #nowMs = 0;
  #order = 0;
  #atOnce = 0;
  #going = false;
  #ended = false;

  /** `onStuck` is told once there is nothing left to wait for, or that the simulation does not end. */
  constructor(onStuck: (error: Error | undefined) => void = () => undefined) {
    this.#onStuck = onStuck;
  }

  epochMs(): number {
    return startEpochMs + this.#nowMs;
  }

  monoMs(): number {
    return this.#nowMs;
  }

  /** Lets something happen at an instant; answers the way to take it back. */
  at(dueMs: number, act: () => void): () => void {
    const timer: Timer = { dueMs: Math.max(dueMs, this.#nowMs), order: this.#order++, act };
    push(this.#heap, timer);
    if (!this.#going) this.#go();
    return () => {
      timer.act = undefined;
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const abort = () => {
        forget();
        reject(signal?.reason);
      };
      const forget = this.at(this.#nowMs + Math.max(0, ms), () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Ends time: no timer goes off any more. */
  end(): void {
    this.#ended = true;
    this.#heap.length = 0;
  }

  #go(): void {
    this.#going = true;
    queueMicrotask(() => process.nextTick(() => this.#step()));
  }

  #step(): void {
    this.#going = false;
    if (this.#ended) return;
    let next = pop(this.#heap);
    while (next !== undefined && next.act === undefined) next = pop(this.#heap);
    if (next?.act === undefined) {
      this.#onStuck(undefined);
      return;
    }
    this.#atOnce = next.dueMs > this.#nowMs ? 0 : this.#atOnce + 1;
    this.#nowMs = next.dueMs;
    if (this.#nowMs > longestMs || this.#atOnce > mostAtOnce) {
      this.#ended = true;
      const why = this.#nowMs > longestMs ? `it is ${longestMs / 3_600_000} hours old` : `${mostAtOnce} timers at once`;
      this.#onStuck(new RunawayError(why));
      return;
    }
    next.act();
    if (!this.#going) this.#go();
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

function push(heap: Timer[], timer: Timer): void {
  let at = heap.length;
  heap.push(timer);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Timer;
    if (!isBefore(timer, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = timer;
}

function pop(heap: Timer[]): Timer | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && isBefore(heap[below + 1] as Timer, heap[below] as Timer)) below++;
    const child = heap[below] as Timer;
    if (!isBefore(child, last)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
  return first;
}
