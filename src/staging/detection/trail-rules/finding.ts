import type { RuleAlert, Severity } from '../rules.ts';
import { lastingActor, sessionName, type TrailRecord } from '../trail-record.ts';

const severityIds: Readonly<Record<Severity, number>> = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 };

const resourceTypes: Readonly<Record<RuleAlert['resource']['kind'], string>> = {
  role: 'AWS::IAM::Role',
  user: 'AWS::IAM::User',
  group: 'AWS::IAM::Group',
  bucket: 'AWS::S3::Bucket',
  trail: 'AWS::CloudTrail::Trail',
};

/** An OCSF 1.5 detection finding as it stands in the detail of an event on the bus. */
export type Finding = Readonly<Record<string, unknown>>;

/**
 * Turns what a rule found in a record into an OCSF detection finding: https://schema.ocsf.io/1.5.0/classes/detection_finding
 * User agent and session name are passed on as they came, so that a marker in them survives.
 */
export function ruleFinding(alert: RuleAlert, record: TrailRecord, nowMs: number): Finding {
  const eventMs = Date.parse(record.eventTime);
  return finding({
    uid: `${alert.rule}/${record.eventID}`,
    rule: alert.rule,
    severity: alert.severity,
    eventMs: Number.isNaN(eventMs) ? nowMs : eventMs,
    nowMs,
    resources: [{ uid: alert.resource.arn, type: resourceTypes[alert.resource.kind] }],
    seen: {
      actor: actorOf(record),
      api: {
        operation: record.eventName,
        service: { name: record.eventSource },
        request: { uid: record.requestID ?? undefined },
        ...(record.errorCode && {
          response: { error: record.errorCode, error_message: record.errorMessage ?? undefined },
        }),
      },
      http_request: { user_agent: record.userAgent ?? undefined },
      src_endpoint: { ip: record.sourceIPAddress ?? undefined },
      cloud: { provider: 'AWS', account: { uid: record.recipientAccountId }, region: record.awsRegion },
    },
  });
}

/** Makes the alert that the test endpoint sends: real in shape and way, marked as a sample. */
export function sampleFinding(marker: string, uid: string, nowMs: number): Finding {
  const made = finding({
    uid,
    rule: 'windshear-test',
    severity: 'informational',
    eventMs: nowMs,
    nowMs,
    resources: [],
    seen: { http_request: { user_agent: marker } },
  });
  return { ...made, unmapped: { sample: true } };
}

/** Makes an alert that has nothing to do with any scenario: another rule, no marker, somebody else's routine. */
export function unrelatedFinding(rule: string, resourceArn: string, uid: string, nowMs: number): Finding {
  return finding({
    uid,
    rule,
    severity: 'low',
    eventMs: nowMs,
    nowMs,
    resources: [{ uid: resourceArn, type: 'Other' }],
    seen: { http_request: { user_agent: 'inventory-scanner/3' } },
  });
}

interface FindingParts {
  readonly uid: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly eventMs: number;
  readonly nowMs: number;
  readonly resources: readonly { readonly uid: string; readonly type: string }[];
  readonly seen: Readonly<Record<string, unknown>>;
}

function finding({ uid, rule, severity, eventMs, nowMs, resources, seen }: FindingParts): Finding {
  return {
    activity_id: 1,
    activity_name: 'Create',
    category_uid: 2,
    class_uid: 2004,
    class_name: 'Detection Finding',
    type_uid: 200401,
    metadata: {
      uid,
      version: '1.5.0',
      product: { name: 'trail-rules', vendor_name: 'windshear' },
      profiles: ['cloud'],
    },
    finding_info: {
      uid,
      title: rule,
      types: [rule],
      created_time: nowMs,
      first_seen_time: eventMs,
      last_seen_time: eventMs,
      analytic: { name: rule, uid: rule, type: 'Rule', type_id: 1 },
    },
    severity_id: severityIds[severity],
    severity: `${severity.charAt(0).toUpperCase()}${severity.slice(1)}`,
    status_id: 1,
    status: 'New',
    is_alert: true,
    count: 1,
    time: eventMs,
    resources,
    ...seen,
  };
}

function actorOf(record: TrailRecord): Record<string, unknown> {
  const { arn, principalId, type } = record.userIdentity;
  const lasting = lastingActor(record);
  const session = sessionName(record);
  return {
    user: { name: lasting.split('/').at(-1), uid: arn ?? lasting, uid_alt: principalId, type: type ?? 'Unknown' },
    ...(session !== undefined && { session: { uid: session, issuer: lasting } }),
  };
}
