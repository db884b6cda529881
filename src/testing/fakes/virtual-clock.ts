import type { Clock } from '../../model/clock.ts';

export interface VirtualClockOptions {
  /** Wall clock at the start; default 2026-01-01T00:00:00Z. */
  readonly startEpochMs?: number;
  /** Jumps to the next sleeper by itself whenever nothing else is left to do; default false. */
  readonly autoAdvance?: boolean;
}

interface Sleeper {
  readonly dueMs: number;
  readonly order: number;
  readonly wake: () => void;
}

const idleTurns = 3;

/**
 * Keeps virtual time: a sleep takes no real time. `advance` moves it by hand; with `autoAdvance` it moves to the next
 * sleeper once the event loop has turned three times without a new one (in-memory work only: real I/O takes longer).
 */
export class VirtualClock implements Clock {
  readonly #startEpochMs: number;
  readonly #autoAdvance: boolean;
  readonly #sleepers = new Set<Sleeper>();
  #nowMs = 0;
  #wallJumpMs = 0;
  #sleeps = 0;
  #watching = false;

  constructor(options: VirtualClockOptions = {}) {
    this.#startEpochMs = options.startEpochMs ?? Date.UTC(2026, 0, 1);
    this.#autoAdvance = options.autoAdvance ?? false;
  }

  epochMs(): number {
    return this.#startEpochMs + this.#nowMs + this.#wallJumpMs;
  }

  monoMs(): number {
    return this.#nowMs;
  }

  /** Says how many sleeps are under way. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        dueMs: this.#nowMs + Math.max(0, ms),
        order: this.#sleeps++,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#sleepers.add(sleeper);
      if (this.#autoAdvance) this.#watch();
    });
  }

  /** Moves time on, waking each sleeper at its own instant and letting its continuation run before the next. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await idle();
    for (let next = this.#next(); next !== undefined && next.dueMs <= endMs; next = this.#next()) {
      this.#wake(next);
      await idle();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  /** Moves the wall clock alone, as NTP or a person does. */
  jumpWallClock(ms: number): void {
    this.#wallJumpMs += ms;
  }

  #next(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (first === undefined || sleeper.dueMs < first.dueMs) first = sleeper;
      else if (sleeper.dueMs === first.dueMs && sleeper.order < first.order) first = sleeper;
    }
    return first;
  }

  #wake(sleeper: Sleeper): void {
    this.#nowMs = Math.max(this.#nowMs, sleeper.dueMs);
    sleeper.wake();
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    void this.#runWhileSleeping();
  }

  async #runWhileSleeping(): Promise<void> {
    while (this.#sleepers.size > 0) {
      const seen = this.#sleeps;
      await idle();
      if (seen !== this.#sleeps) continue;
      const next = this.#next();
      if (next !== undefined) this.#wake(next);
    }
    this.#watching = false;
  }
}

async function idle(): Promise<void> {
  for (let turn = 0; turn < idleTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
