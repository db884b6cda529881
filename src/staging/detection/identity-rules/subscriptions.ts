import type { Clock } from '../../../model/clock.ts';
import type { Log } from '../child-process.ts';
import type { CloudEvent } from '../cloud-event.ts';
import { createOutbox, type Outbox, RefusedForGood } from '../outbox.ts';

/** Keeps who wants a detector's alerts; each subscriber has a queue of its own, so that a slow one delays nobody. */
export interface Subscriptions<Item = CloudEvent> {
  /** @throws TypeError when the address is none on this machine */
  readonly add: (url: string) => void;
  readonly remove: (url: string) => boolean;
  readonly deliver: (item: Item) => void;
}

export interface SubscriptionsOptions<Item = CloudEvent> {
  /** Of the detector, for the log. */
  readonly name?: string;
  readonly post: (url: string, item: Item, signal: AbortSignal) => Promise<number>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** A subscriber that takes nothing for so long is gone for good, such as a harness that was killed. */
const patienceMs = 60_000;
const requestTimeoutMs = 5000;

export function createSubscriptions<Item = CloudEvent>(options: SubscriptionsOptions<Item>): Subscriptions<Item> {
  const { post, clock, log, signal, name = 'identity-rules' } = options;
  const subscribers = new Map<string, { readonly outbox: Outbox<Item>; readonly end: AbortController }>();

  function remove(url: string): boolean {
    subscribers.get(url)?.end.abort(new Error('The subscription ended.'));
    return subscribers.delete(url);
  }

  return {
    add(text) {
      const url = loopbackAddress(text);
      if (subscribers.has(url)) return;
      const end = new AbortController();
      const either = AbortSignal.any([signal, end.signal]);
      const outbox = createOutbox<Item>({
        name: `${name} → ${new URL(url).host}`,
        send: async ([item]) => {
          if (item === undefined) return;
          const status = await post(url, item, AbortSignal.any([either, AbortSignal.timeout(requestTimeoutMs)]));
          if (status >= 500 || status === 429) throw new Error(`answered ${status}`);
          if (status >= 300) throw new RefusedForGood(`answered ${status}`);
        },
        clock,
        log,
        signal: either,
        patienceMs,
        abandon: () => remove(url),
      });
      subscribers.set(url, { outbox, end });
    },
    remove: (text) => remove(loopbackAddress(text)),
    deliver(item) {
      for (const { outbox } of subscribers.values()) outbox.put(item);
    },
  };
}

/** Posts one structured event by HTTP and answers the status. */
export async function postCloudEvent(url: string, event: CloudEvent, signal: AbortSignal): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(event),
    redirect: 'manual',
    signal,
  });
  await response.body?.cancel();
  return response.status;
}

function loopbackAddress(text: string): string {
  const url = new URL(text);
  if (url.protocol === 'http:' && url.hostname === '127.0.0.1') return url.href;
  throw new TypeError(`The address must be http on 127.0.0.1, got '${url.protocol}//${url.host}'.`);
}
