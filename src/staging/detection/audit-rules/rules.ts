import { readFile } from 'node:fs/promises';
import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { z } from 'zod';
import type { AuditEvent } from './audit-event.ts';

/** What the audit rules know about the cluster that they watch. */
export interface AuditContext {
  /** How the images begin that somebody released. */
  readonly released: readonly string[];
  readonly canaryNamespace: string;
}

const severity = z.enum(['informational', 'low', 'medium', 'high', 'critical']);

const alerts = z.tuple([
  z.object({
    result: z.array(
      z.object({
        rule: z.string(),
        severity,
        resource: z.object({ kind: z.string(), namespace: z.string().optional(), name: z.string() }),
      }),
    ),
  }),
]);

const scheduled = z.tuple([
  z.object({ result: z.array(z.object({ rule: z.string(), severity, namespace: z.string() })) }),
]);

export type AuditAlert = z.infer<typeof alerts>[0]['result'][number];

/** Something that counts towards an alert of a scheduled rule. */
export type ScheduledFinding = z.infer<typeof scheduled>[0]['result'][number];

export interface AuditRules {
  readonly alerts: (event: AuditEvent) => readonly AuditAlert[];
  readonly scheduled: (event: AuditEvent) => readonly ScheduledFinding[];
}

/** Loads the compiled rules over audit events; `tools/build-rules.ts` compiles them. */
export async function loadAuditRules(context: AuditContext): Promise<AuditRules> {
  const policy = await loadPolicy(await readFile(new URL('../rules/audit.wasm', import.meta.url)));
  policy.setData({ staging: context });
  return {
    alerts: (event) => alerts.parse(policy.evaluate(event, 'audit/alerts'))[0].result,
    scheduled: (event) => scheduled.parse(policy.evaluate(event, 'audit/scheduled'))[0].result,
  };
}
