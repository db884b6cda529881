import { type CloudEvent, cloudEvent } from '../cloud-event.ts';
import type { DetectorParts, TestableDetector } from '../detector.ts';
import { outward } from '../options.ts';
import type { RuleAlert, Rules } from '../rules.ts';
import { lastingActor, type TrailRecord } from '../trail-record.ts';

export interface IdentityRulesParts extends DetectorParts {
  readonly rules: Rules;
  /** Sends an event to every subscriber. */
  readonly deliver: (event: CloudEvent) => void;
}

/** Watches IAM and STS records by Rego rules and speaks CloudEvents to its subscribers. */
export function identityRules(parts: IdentityRulesParts): TestableDetector {
  const { rules, deliver, switches, clock, signal, newId } = parts;
  const out = outward(deliver, switches, { clock, signal });
  const now = () => new Date(clock.epochMs()).toISOString();
  return {
    handle(record) {
      if (!switches.rules || !/^(iam|sts)\./.test(record.eventSource)) return;
      for (const alert of rules(record)) out.raise(identityAlert(alert, record, now()));
    },
    test(marker) {
      const data = { rule: 'windshear-test', severity: 'informational', actor: { userAgent: marker }, sample: true };
      out.prove(cloudEvent({ detector: 'identity', kind: 'alert', id: newId(), time: now(), data }));
    },
    chatter(arn) {
      const data = { rule: 'credential-age-notice', severity: 'low', resource: { arn, kind: 'other' } };
      out.raise(cloudEvent({ detector: 'identity', kind: 'alert', id: newId(), time: now(), subject: arn, data }));
    },
  };
}

function identityAlert({ rule, severity, resource }: RuleAlert, record: TrailRecord, alertTime: string): CloudEvent {
  return cloudEvent({
    detector: 'identity',
    kind: 'alert',
    id: `${rule}/${record.eventID}`,
    time: record.eventTime,
    alertTime,
    subject: resource.arn,
    data: {
      rule,
      severity,
      resource,
      actor: {
        arn: record.userIdentity.arn,
        name: lastingActor(record).split('/').at(-1),
        userAgent: record.userAgent,
      },
      event: {
        name: record.eventName,
        ...(record.errorCode && { errorCode: record.errorCode }),
        requestId: record.requestID,
        time: record.eventTime,
      },
    },
  });
}
