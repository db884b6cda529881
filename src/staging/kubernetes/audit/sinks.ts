import { closeSync, openSync, writeSync } from 'node:fs';
import type { Clock } from '../../../model/clock.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Log } from '../../detection/child-process.ts';
import { createOutbox, type Outbox } from '../../detection/outbox.ts';
import type { AuditSink } from './log.ts';

/** Appends a line an event; the file is its owner's only. */
export function auditFile(path: string, signal: AbortSignal): AuditSink {
  const file = openSync(path, 'a', 0o600);
  let open = true;
  signal.addEventListener('abort', () => {
    open = false;
    closeSync(file);
  });
  return (event) => {
    if (open) writeSync(file, `${JSON.stringify(event)}\n`);
  };
}

export interface AuditWebhooks {
  readonly sink: AuditSink;
  /** Replaces the addresses that are posted to; what waits for one that stays still goes out. */
  readonly set: (urls: readonly string[]) => void;
}

export interface WebhookOptions {
  readonly windowMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The real server's batch mode sends at most so many at once. */
const batchSize = 400;

/** Posts events in `EventList`s, each a short window after its first event, and again until they are taken. */
export function auditWebhooks({ windowMs, clock, log, signal }: WebhookOptions): AuditWebhooks {
  const outboxes = new Map<string, Outbox<JsonObject>>();
  let waiting: JsonObject[] = [];

  function flush(): void {
    const events = waiting;
    waiting = [];
    for (let start = 0; start < events.length; start += batchSize) {
      const list = {
        kind: 'EventList',
        apiVersion: 'audit.k8s.io/v1',
        metadata: {},
        items: events.slice(start, start + batchSize),
      };
      for (const outbox of outboxes.values()) outbox.put(list);
    }
  }

  return {
    sink(event) {
      if (outboxes.size === 0 || signal.aborted) return;
      if (waiting.length === 0) setTimeout(flush, windowMs).unref();
      waiting.push(event);
    },
    set(urls) {
      for (const url of outboxes.keys()) if (!urls.includes(url)) outboxes.delete(url);
      for (const url of urls) {
        if (outboxes.has(url)) continue;
        const send = ([list]: readonly JsonObject[]) => post(url, list ?? {}, signal);
        outboxes.set(url, createOutbox({ name: `audit → ${new URL(url).origin}`, send, clock, log, signal }));
      }
    },
  };
}

async function post(url: string, list: JsonObject, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(list),
    signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`answered ${response.status}`);
}
