import type { Clock } from '../../model/clock.ts';
import type { Log } from './child-process.ts';

/** Sends what it is given in order, one batch at a time, and tries again until it is taken. */
export interface Outbox<Item> {
  /** Takes the item at once; when the box is full the oldest goes, with a line in the log. */
  readonly put: (item: Item) => void;
  readonly waiting: () => number;
}

export interface OutboxOptions<Item> {
  readonly name: string;
  /** Rejects to be called again with the same items; rejects with {@link RefusedForGood} to have them dropped. */
  readonly send: (items: readonly Item[]) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly batch?: number;
  readonly capacity?: number;
  /** After so long without a success `abandon` is called and everything is dropped; default: never. */
  readonly patienceMs?: number;
  readonly abandon?: () => void;
}

/** Says that sending the same again is of no use. */
export class RefusedForGood extends Error {}

const firstPauseMs = 100;
const longestPauseMs = 2000;

export function createOutbox<Item>(options: OutboxOptions<Item>): Outbox<Item> {
  const { name, send, clock, log, signal, batch = 1, capacity = 1000, patienceMs = Infinity } = options;
  const items: Item[] = [];
  let draining = false;
  let dropped = 0;

  async function drain(): Promise<void> {
    draining = true;
    try {
      await sendAll();
    } finally {
      draining = false;
    }
  }

  async function sendAll(): Promise<void> {
    let pauseMs = firstPauseMs;
    let failingSince: number | undefined;
    while (items.length > 0 && !signal.aborted) {
      const sent = items.slice(0, batch);
      try {
        await send(sent);
        remove(sent);
        [pauseMs, failingSince] = [firstPauseMs, undefined];
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof RefusedForGood) {
          log(`${name}: dropped ${sent.length}: ${error.message}`);
          remove(sent);
          continue;
        }
        failingSince ??= clock.monoMs();
        if (clock.monoMs() - failingSince >= patienceMs) {
          log(`${name}: gave up with ${items.length} waiting: ${describe(error)}`);
          items.length = 0;
          options.abandon?.();
          return;
        }
        log(`${name}: not taken, again in ${pauseMs} ms: ${describe(error)}`);
        await clock.sleep(pauseMs, signal).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
  }

  /** By identity: while a batch was on its way, a full box may have dropped its first items already. */
  function remove(sent: readonly Item[]): void {
    while (items.length > 0 && sent.includes(items[0] as Item)) items.shift();
  }

  return {
    put(item) {
      if (signal.aborted) return;
      items.push(item);
      if (items.length > capacity) {
        items.shift();
        dropped += 1;
        if (dropped === 1 || dropped % 100 === 0) log(`${name}: full at ${capacity}, dropped ${dropped} so far`);
      }
      if (!draining) void drain();
    },
    waiting: () => items.length,
  };
}

/** Puts an error into one line, the cause of a failed fetch included. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message || error.cause.name})` : '';
  return `${error.name}: ${error.message}${cause}`.replaceAll('\n', ' ');
}
