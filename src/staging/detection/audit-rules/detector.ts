import type { CloudEvent } from '../cloud-event.ts';
import { cloudEvent } from '../cloud-event.ts';
import type { DetectorParts } from '../detector.ts';
import { outward } from '../options.ts';
import type { AuditEvent } from './audit-event.ts';
import type { AuditAlert, AuditRules } from './rules.ts';
import { createSchedule } from './schedule.ts';

export interface AuditRulesParts extends DetectorParts {
  readonly rules: AuditRules;
  /** Sends an event to every subscriber. */
  readonly deliver: (event: CloudEvent) => void;
}

/** A detector over the audit webhook of a Kubernetes API. */
export interface AuditRulesDetector {
  readonly handle: (event: AuditEvent) => void;
  /** Runs the scheduled rules once. */
  readonly query: () => void;
  readonly test: (marker: string) => void;
  readonly chatter: (resource: string) => void;
}

/** How often the scheduled rules run, and how late their index is: later than the 4 s that an SLO allows here. */
export const queryEveryMs = 500;
const lagMs = 5000;
const tooMany = 3;
const windowMs = 60_000;

/** Watches audit events by Rego rules, some at once and some on a schedule, and speaks CloudEvents to its subscribers. */
export function auditRules(parts: AuditRulesParts): AuditRulesDetector {
  const { rules, deliver, switches, clock, signal, newId } = parts;
  const out = outward(deliver, switches, { clock, signal });
  const alert = (data: Readonly<Record<string, unknown>>, id = newId(), time = isoNow()) =>
    cloudEvent({ detector: 'audit', kind: 'alert', id, time, alertTime: isoNow(), data });
  const isoNow = () => new Date(clock.epochMs()).toISOString();
  const schedule = createSchedule({
    clock,
    lagMs,
    tooMany,
    windowMs,
    raise: ({ finding: { rule, severity, namespace }, event }, count) => {
      const resource = { kind: 'namespace', id: `namespace/${namespace}`, name: namespace };
      const data = { rule, severity, resource, count, ...about(event) };
      out.raise(alert(data, `${rule}/${event.auditID}`, event.requestReceivedTimestamp));
    },
  });
  return {
    handle(event) {
      if (!switches.rules) return;
      for (const found of rules.alerts(event)) {
        const data = { ...described(found), ...about(event) };
        out.raise(alert(data, `${found.rule}/${event.auditID}`, event.requestReceivedTimestamp));
      }
      for (const finding of rules.scheduled(event)) schedule.add({ finding, event });
    },
    query: schedule.query,
    test: (marker) =>
      out.prove(
        alert({ rule: 'windshear-test', severity: 'informational', actor: { userAgent: marker }, sample: true }),
      ),
    chatter: (resource) =>
      out.raise(alert({ rule: 'image-age-notice', severity: 'low', resource: { kind: 'other', id: resource } })),
  };
}

function described({ rule, severity, resource: { kind, namespace, name } }: AuditAlert): Record<string, unknown> {
  const id = [kind, namespace, name].filter((part) => part !== undefined).join('/');
  return { rule, severity, resource: { kind, id, ...(namespace !== undefined && { namespace }), name } };
}

function about(event: AuditEvent): Record<string, unknown> {
  const { user, userAgent, verb, objectRef, responseStatus, auditID, requestReceivedTimestamp } = event;
  const code = responseStatus?.code ?? 0;
  return {
    actor: { type: 'kubernetes-user', name: user.username, ...(userAgent !== undefined && { userAgent }) },
    event: {
      name: `${verb} ${objectRef?.resource ?? ''}`.trim(),
      ...(code >= 400 && { errorCode: responseStatus?.reason ?? String(code) }),
      requestId: auditID,
      time: requestReceivedTimestamp,
    },
  };
}
