import { expect } from 'chai';
import fc from 'fast-check';
import type { AnyFormat, BoundFormat, FormatDefinition } from '../model/detector.ts';
import { signalSchema } from '../model/signal.ts';
import { decode } from './decode.ts';
import { alertmanager } from './formats/alertmanager.ts';
import { argocdApplication } from './formats/argocd-application.ts';
import { cloudevents } from './formats/cloudevents.ts';
import { cloudtrail } from './formats/cloudtrail.ts';
import { eventbridge } from './formats/eventbridge.ts';
import { falco } from './formats/falco.ts';
import { fluxEvent } from './formats/flux-event.ts';
import { gatekeeperConstraint } from './formats/gatekeeper-constraint.ts';
import { k8sAudit } from './formats/k8s-audit.ts';
import { k8sEvent } from './formats/k8s-event.ts';
import { mapped } from './formats/mapped.ts';
import { ocsf } from './formats/ocsf.ts';
import { opaDecisionLog } from './formats/opa-decision-log.ts';
import { policyReport } from './formats/policy-report.ts';

function bound<Params>(definition: FormatDefinition<Params>): BoundFormat {
  return { definition: definition as unknown as AnyFormat, params: definition.example };
}

const finding = {
  class_uid: 2004,
  activity_id: 1,
  finding_info: {
    uid: 'f',
    title: 't',
    types: ['x'],
    last_seen_time: 1795377616464,
    attacks: [{ technique: { uid: 'T1' } }],
  },
  severity_id: 4,
  resources: [{ uid: 'arn:aws:s3:::b', type: 'b' }],
  evidences: [{ actor: { user: { uid: 'u' } }, api: { operation: 'Get', service: { name: 's3' } } }],
};
const record = {
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::1:user/u', sessionContext: { sessionIssuer: { userName: 'n' } } },
  eventTime: '2026-11-22T20:00:16Z',
  eventSource: 'ec2.amazonaws.com',
  eventName: 'RunInstances',
  requestParameters: { instancesSet: { items: [{ imageId: 'ami-1' }] }, launchTemplate: { launchTemplateId: 'lt-1' } },
  responseElements: { instancesSet: { items: [{ instanceId: 'i-1' }] } },
  resources: [{ ARN: 'arn:aws:iam::1:role/r' }],
  eventID: 'e',
};
const alert = {
  rule: 'r',
  priority: 'Error',
  time: '2026-11-22T20:00:16.464550037Z',
  output_fields: { 'ct.name': 'PutBucketPolicy', 'ct.src': 's3.amazonaws.com', 'ct.request': '{"bucketName":"b"}' },
  tags: ['T1059'],
};
const event = {
  specversion: '1.0',
  id: 'i',
  source: 's',
  type: 't',
  time: alert.time,
  data: { ...alert, resource: { arn: 'a' } },
};
const envelope = {
  id: 'i',
  'detail-type': 'd',
  detail: finding,
  resources: ['arn:aws:s3:::b'],
  time: record.eventTime,
};

const pod = { kind: 'Pod', namespace: 'n', name: 'p' };
const metadata = { name: 'o', namespace: 'n', uid: 'u' };
const audited = {
  auditID: 'a',
  stage: 'ResponseComplete',
  verb: 'create',
  user: { username: 'u', groups: ['g'] },
  objectRef: { resource: 'pods', namespace: 'n' },
  responseObject: { metadata: { name: 'p', ownerReferences: [{ kind: 'ReplicaSet', name: 'r' }] } },
  responseStatus: { code: 403, reason: 'Forbidden' },
  annotations: { 'validation.policy.admission.k8s.io/validation_failure': '[{"policy":"p"}]' },
};
const violated = {
  kind: 'K',
  metadata,
  status: { totalViolations: 2, violations: [{ ...pod, message: 'm' }] },
};
const report = {
  kind: 'PolicyReport',
  metadata,
  scope: pod,
  results: [{ policy: 'p', rule: 'r', result: 'fail', timestamp: { seconds: 1 } }],
};
const application = {
  metadata,
  status: {
    sync: { status: 'OutOfSync' },
    resources: [{ ...pod, status: 'OutOfSync' }],
    operationState: {
      operation: { initiatedBy: { automated: true }, sync: { autoHealAttemptsCount: 1, resources: [pod] } },
      startedAt: record.eventTime,
    },
  },
};

/** A valid value for each list of formats, from which the broken ones are made. */
const cases: readonly [name: string, value: unknown, formats: readonly BoundFormat[]][] = [
  ['falco', alert, [bound(falco)]],
  ['falco, audit fields', { ...alert, output_fields: { 'ka.verb': 'get', 'ka.sourceips': ['1'] } }, [bound(falco)]],
  ['ocsf', finding, [bound(ocsf)]],
  ['eventbridge, ocsf', { Type: 'Notification', Message: JSON.stringify(envelope) }, [bound(eventbridge), bound(ocsf)]],
  ['eventbridge, ocsf in a list', [envelope, envelope], [bound(eventbridge), bound(ocsf)]],
  ['cloudtrail', { Records: [record, { CloudTrailEvent: JSON.stringify(record) }] }, [bound(cloudtrail)]],
  ['cloudevents', [event, event], [bound(cloudevents)]],
  ['cloudevents, falco', event, [bound(cloudevents), bound(falco)]],
  [
    'alertmanager',
    { alerts: [{ labels: { alertname: 'a', pod: 'p' }, status: 'firing', startsAt: record.eventTime }] },
    [bound(alertmanager)],
  ],
  [
    'k8s-audit',
    { kind: 'EventList', items: [audited, { properties: { log: JSON.stringify(audited) } }] },
    [bound(k8sAudit)],
  ],
  ['k8s-event', { type: 'ADDED', object: { metadata, involvedObject: pod, reason: 'r', count: 2 } }, [bound(k8sEvent)]],
  ['policy-report', { type: 'MODIFIED', object: report, previous: report }, [bound(policyReport)]],
  ['gatekeeper-constraint', { type: 'DELETED', object: violated }, [bound(gatekeeperConstraint)]],
  ['argocd-application', { items: [application] }, [bound(argocdApplication)]],
  [
    'flux-event',
    { involvedObject: metadata, reason: 'r', message: 'Pod/n/p configured', timestamp: record.eventTime },
    [bound(fluxEvent)],
  ],
  [
    'opa-decision-log',
    [{ decision_id: 'd', path: 'p', result: { allowed: false }, input: { resource: 'a', user: 'u' } }],
    [bound(opaDecisionLog)],
  ],
  ['mapped', { items: [{ id: 1, policy: { name: 'n', severity: 'severe' }, timestamp: 17 }] }, [bound(mapped)]],
];

/** What a field is replaced by: every type, and what programs trip over. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    2 ** 53,
    '',
    '<NA>',
    '0001-01-01T00:00:00Z',
    [],
    {},
    [null],
    [[]],
    {
      toString: 1,
      constructor: { prototype: { polluted: 1 } },
    },
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

type Change = { readonly at: number; readonly how: 'drop' | 'replace' | 'proto' | 'repeat'; readonly by: unknown };

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(200),
  how: fc.constantFrom('drop', 'replace', 'replace', 'proto', 'repeat'),
  by: odd,
});

/** Changes the field at a place, counted over the whole value, in a copy. */
function changed(value: unknown, { at, how, by }: Change): unknown {
  const copy = structuredClone(value);
  const places: [holder: Record<string, unknown>, key: string][] = [];
  const gather = (holder: unknown) => {
    if (typeof holder !== 'object' || holder === null) return;
    for (const key of Object.keys(holder)) {
      places.push([holder as Record<string, unknown>, key]);
      gather((holder as Record<string, unknown>)[key]);
    }
  };
  gather(copy);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return by;
  const [holder, key] = place;
  if (how === 'drop') delete holder[key];
  else if (how === 'replace') holder[key] = by;
  else if (how === 'repeat') holder[key] = [holder[key], holder[key], by];
  else Object.defineProperty(holder, '__proto__', { value: { polluted: by }, enumerable: true, configurable: true });
  return copy;
}

describe('formats on broken alerts', () => {
  for (const [name, value, formats] of cases) {
    const holds = (bytes: Uint8Array) => {
      const { signals, ignored, malformed } = decode({ bytes, arrivedMonoMs: 0 }, formats);
      expect(signals.length + ignored + malformed.length).to.be.greaterThan(0);
      for (const { signal, text } of signals) {
        const checked = signalSchema.safeParse(signal);
        expect(checked.success, JSON.stringify(checked.error?.issues)).to.equal(true);
        expect(text).not.to.equal('');
      }
      for (const { reason, text } of malformed) {
        expect(reason).to.match(/\w{3}/);
        expect(text).to.be.a('string');
      }
      expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    };

    it(`${name}: reads the valid one`, () => {
      const { signals, malformed } = decode({ bytes: Buffer.from(JSON.stringify(value)), arrivedMonoMs: 0 }, formats);
      expect(malformed).to.deep.equal([]);
      expect(signals).not.to.have.length(0);
    });

    it(`${name}: any field changed gives a valid signal or a reason, and pollutes nothing`, () => {
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) =>
          holds(Buffer.from(JSON.stringify(changes.reduce(changed, value)) ?? 'null')),
        ),
        { numRuns: 300 },
      );
    });

    it(`${name}: any bytes torn, doubled or changed give a valid signal or a reason`, () => {
      const whole = Buffer.from(JSON.stringify(value));
      fc.assert(
        fc.property(fc.nat(whole.length), fc.nat(whole.length), fc.uint8Array({ maxLength: 4 }), (from, to, bytes) =>
          holds(Buffer.concat([whole.subarray(0, from), bytes, whole.subarray(to)])),
        ),
        { numRuns: 100 },
      );
    });
  }
});
