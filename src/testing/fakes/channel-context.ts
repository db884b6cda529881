import type { Clock } from '../../model/clock.ts';
import type { ChannelContext, Payload } from '../../model/detector.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A channel's context that keeps what it is given. */
export interface FakeChannelContext extends ChannelContext {
  readonly payloads: Payload[];
  readonly texts: () => readonly string[];
  readonly refusals: string[];
  readonly overloads: string[];
  readonly lines: string[];
  /** Told of each payload as it comes. */
  onDeliver?: (payload: Payload) => void;
  readonly abort: (reason?: unknown) => void;
  /** Resolves once that many payloads, or refusals, are there; rejects after two real seconds. */
  readonly delivered: (count: number) => Promise<void>;
  readonly refused: (count: number) => Promise<void>;
}

/** Makes a context in virtual time, unless another clock is given. */
export function fakeChannelContext(
  more: { readonly clock?: Clock; readonly clients?: unknown } = {},
): FakeChannelContext {
  const stop = new AbortController();
  const payloads: Payload[] = [];
  const refusals: string[] = [];
  const overloads: string[] = [];
  const lines: string[] = [];
  const ctx: FakeChannelContext = {
    clock: more.clock ?? new VirtualClock(),
    signal: stop.signal,
    clients: async () => more.clients,
    log: (line) => void lines.push(line),
    deliver(payload) {
      payloads.push(payload);
      ctx.onDeliver?.(payload);
    },
    refuse: (reason) => void refusals.push(reason),
    overload: (reason, count = 1) => void overloads.push(`${reason}: ${count}`),
    payloads,
    texts: () => payloads.map(({ bytes }) => Buffer.from(bytes).toString()),
    refusals,
    overloads,
    lines,
    abort: (reason) => stop.abort(reason),
    delivered: (count) =>
      until(
        () => payloads.length >= count,
        () => `${payloads.length} of ${count} payloads came`,
      ),
    refused: (count) =>
      until(
        () => refusals.length >= count,
        () => `${refusals.length} of ${count} refusals came`,
      ),
  };
  return ctx;
}

async function until(holds: () => boolean, problem: () => string): Promise<void> {
  const deadline = performance.now() + 2000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(problem());
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
