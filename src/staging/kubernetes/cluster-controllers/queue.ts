import type { Clock } from '../../../model/clock.ts';
import type { Log } from '../../detection/child-process.ts';
import { describe } from '../../detection/outbox.ts';
import { StatusError } from '../objects/status.ts';

/** Works on one thing at a time, on each once however often it was added, and again after a failure. */
export interface WorkQueue {
  readonly add: (item: string, delayMs?: number) => void;
  readonly isIdle: () => boolean;
}

export interface QueueOptions {
  readonly name: string;
  readonly work: (item: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const firstPauseMs = 50;
const longestPauseMs = 16_000;

export function createQueue({ name, work, clock, log, signal }: QueueOptions): WorkQueue {
  const ready = new Set<string>();
  const failures = new Map<string, number>();
  let working = false;

  async function drain(): Promise<void> {
    working = true;
    // What made the change goes on first: a controller reacts, it is no part of a request.
    await Promise.resolve();
    for (const item of ready) {
      if (signal.aborted) break;
      ready.delete(item);
      try {
        await work(item);
        failures.delete(item);
      } catch (error) {
        again(item, error);
      }
    }
    working = false;
  }

  function again(item: string, error: unknown): void {
    const count = failures.get(item) ?? 0;
    failures.set(item, count + 1);
    const pauseMs = Math.min(firstPauseMs * 2 ** count, longestPauseMs);
    const isConflict = error instanceof StatusError && error.code === 409;
    if (!isConflict) log(`${name}: ${item} again in ${pauseMs} ms: ${describe(error)}`);
    add(item, pauseMs);
  }

  function add(item: string, delayMs = 0): void {
    if (signal.aborted) return;
    if (delayMs > 0) {
      clock.sleep(delayMs, signal).then(
        () => add(item),
        () => undefined,
      );
      return;
    }
    ready.add(item);
    if (!working) void drain();
  }

  return { add, isIdle: () => !working && ready.size === 0 };
}
