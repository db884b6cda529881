import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../model/json.ts';
import type { Call } from '../requests/call.ts';
import type { RequestInfo } from '../requests/request-info.ts';
import { type AuditStage, auditEvent, auditLevelOf, type Outcome } from './event.ts';

/** Takes events on to a file or a webhook, in the order in which they happen. */
export type AuditSink = (event: JsonObject) => void;

/** Follows one request through its stages. */
export interface AuditEntry {
  readonly id: string;
  readonly annotate: (key: string, value: string) => void;
  readonly stage: (stage: Exclude<AuditStage, 'RequestReceived'>, outcome: Outcome) => void;
}

export interface AuditLog {
  /** Writes `RequestReceived`; what happens then is told to the entry. */
  readonly begin: (call: Call, info: RequestInfo) => AuditEntry;
}

export function createAuditLog(sinks: readonly AuditSink[], now: () => number): AuditLog {
  const write = (event: JsonObject) => {
    for (const sink of sinks) sink(event);
  };
  return {
    begin(call, info) {
      const level = auditLevelOf(info);
      const annotations = new Map<string, string>();
      const parts = { id: randomUUID(), level, call, info, receivedAt: microTime(now()), annotations };
      if (level !== 'None') write(auditEvent(parts, 'RequestReceived', parts.receivedAt));
      return {
        id: parts.id,
        annotate: (key, value) => void annotations.set(key, value),
        stage(stage, outcome) {
          if (level !== 'None') write(auditEvent(parts, stage, microTime(now()), outcome));
        },
      };
    },
  };
}

/** Writes a time with microseconds, from milliseconds that may have a fraction. */
export function microTime(epochMs: number): string {
  const micros = Math.floor((epochMs - Math.floor(epochMs)) * 1000);
  return `${new Date(epochMs).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
