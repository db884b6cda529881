import type { AuditEvent } from '../audit-rules/audit-event.ts';
import { type CloudEvent, cloudEvent } from '../cloud-event.ts';
import type { DetectorParts } from '../detector.ts';
import { outward } from '../options.ts';
import { auditTripleOf } from './audit-triple.ts';
import type { Profile } from './profile.ts';

export interface AuditProfileParts extends DetectorParts {
  readonly profile: Profile;
  /** Appends an event to the alert file. */
  readonly deliver: (event: CloudEvent) => void;
}

/**
 * Watches who does what to what in the cluster, and tells what the profile does not know. What the cluster itself does
 * (`system:…`) follows what somebody did and is no habit of its own.
 */
export function profileOfAudit(parts: AuditProfileParts): { readonly handle: (event: AuditEvent) => void } {
  const { profile, deliver, switches, clock, signal } = parts;
  const out = outward(deliver, switches, { clock, signal });
  return {
    handle(event) {
      const { user, objectRef, auditID, requestReceivedTimestamp } = event;
      if (user.username.startsWith('system:')) return;
      const triple = auditTripleOf(event);
      const anomaly = profile.anomaly(triple);
      if (anomaly === undefined) return;
      const kind = objectRef?.resource ?? 'path';
      const { namespace, name } = objectRef ?? {};
      const data = {
        rule: 'unusual-action',
        severity: 'medium',
        score: anomaly.score,
        actor: { type: 'kubernetes-user', name: triple.actor },
        action: triple.action,
        resource: {
          kind,
          id: [kind, namespace, name].filter((part) => part !== undefined).join('/'),
          ...(namespace !== undefined && { namespace }),
          ...(name !== undefined && { name }),
        },
      };
      const id = `unusual-action/${auditID}`;
      const alertTime = new Date(clock.epochMs()).toISOString();
      out.raise(
        cloudEvent({ detector: 'profile', kind: 'anomaly', id, time: requestReceivedTimestamp, alertTime, data }),
      );
    },
  };
}
