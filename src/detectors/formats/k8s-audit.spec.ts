import { expect } from 'chai';
import { readFormat, signalsOf } from '../../testing/read-format.ts';
import { k8sAudit } from './k8s-audit.ts';

const event = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: '6f0c-1',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/inference/pods?fieldManager=kubectl',
  verb: 'create',
  user: { username: 'windshear-tester', uid: 'u-1', groups: ['testers', 'system:authenticated'] },
  sourceIPs: ['127.0.0.1', '192.0.2.1'],
  userAgent: 'windshear/0.1.0 ws234567abcdef.i',
  objectRef: { resource: 'pods', namespace: 'inference', name: 'rogue', apiVersion: 'v1' },
  responseStatus: { metadata: {}, code: 201 },
  requestReceivedTimestamp: '2026-11-22T20:00:16.464550Z',
  stageTimestamp: '2026-11-22T20:00:16.470001Z',
  annotations: { 'authorization.k8s.io/decision': 'allow' },
};

function one(more: object) {
  const [signal] = signalsOf(readFormat(k8sAudit, { ...event, ...more }));
  return signal;
}

describe('k8s-audit', () => {
  it('reads who asked for what, and the audit id as request id', () => {
    expect(one({})).to.deep.equal({
      format: 'k8s-audit',
      id: '6f0c-1',
      dedupeKey: '6f0c-1',
      rule: 'create pods',
      severity: null,
      rawSeverity: '',
      eventTime: '2026-11-22T20:00:16.464550Z',
      alertTime: '2026-11-22T20:00:16.470001Z',
      resource: { kind: 'pods', id: 'pods/inference/rogue', namespace: 'inference', name: 'rogue' },
      actor: {
        type: 'kubernetes-user',
        id: 'u-1',
        name: 'windshear-tester',
        ip: '127.0.0.1',
        userAgent: 'windshear/0.1.0 ws234567abcdef.i',
      },
      requestId: '6f0c-1',
      action: 'create pods',
      readOnly: false,
      status: 'open',
      sample: false,
      techniques: [],
    });
  });

  it('reads an EventList, a list and the string that AKS wraps', () => {
    const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [event, { ...event, auditID: 'b' }] };
    expect(signalsOf(readFormat(k8sAudit, list)).map(({ id }) => id)).to.deep.equal(['6f0c-1', 'b']);
    expect(readFormat(k8sAudit, [event])).to.have.length(1);
    expect(signalsOf(readFormat(k8sAudit, { properties: { log: JSON.stringify(event) } }))[0]?.id).to.equal('6f0c-1');
    expect(readFormat(k8sAudit, { properties: { log: '{' } })[0]?.kind).to.equal('malformed');
  });

  it('ignores the receipt of a request and gives both later stages one key', () => {
    expect(readFormat(k8sAudit, { ...event, stage: 'RequestReceived' })[0]?.kind).to.equal('ignored');
    const keys = ['ResponseStarted', 'ResponseComplete'].map((stage) => one({ verb: 'watch', stage })?.dedupeKey);
    expect(keys).to.deep.equal(['6f0c-1', '6f0c-1']);
  });

  const reading: readonly (readonly [string, object, boolean])[] = [
    ['a list', { verb: 'list' }, true],
    ['a patch', { verb: 'patch' }, false],
    ['a dry run', { requestURI: '/api/v1/namespaces/inference/pods?fieldManager=x&dryRun=All' }, true],
    [
      'a delete whose body asks for a dry run',
      { verb: 'delete', requestObject: { kind: 'DeleteOptions', dryRun: ['All'] } },
      true,
    ],
    [
      'a delete whose body asks for none',
      { verb: 'delete', requestObject: { gracePeriodSeconds: 0, dryRun: [] } },
      false,
    ],
    ['a dry run of a whole collection', { verb: 'deletecollection', requestObject: { dryRun: ['All'] } }, true],
    [
      'a dry run of an eviction',
      {
        objectRef: { ...event.objectRef, subresource: 'eviction' },
        requestObject: { kind: 'Eviction', deleteOptions: { dryRun: ['All'] } },
      },
      true,
    ],
    ['an object with a field of that name', { requestObject: { kind: 'Drill', dryRun: ['All'] } }, false],
    ['a delete of which only metadata is recorded', { verb: 'delete', level: 'Metadata' }, false],
    ['a get of exec', { verb: 'get', objectRef: { ...event.objectRef, subresource: 'exec' } }, false],
    [
      'a review of access',
      { objectRef: { resource: 'selfsubjectaccessreviews', apiGroup: 'authorization.k8s.io' } },
      true,
    ],
    [
      'a request for a token',
      { objectRef: { resource: 'serviceaccounts', subresource: 'token', name: 'a', namespace: 'b' } },
      false,
    ],
  ];
  for (const [what, more, readOnly] of reading)
    it(`says that ${what} ${readOnly ? 'changes nothing' : 'may change something'}`, () => {
      expect(one(more)?.readOnly).to.equal(readOnly);
    });

  it('names subresources, and paths that are no resource', () => {
    const scale = { verb: 'patch', objectRef: { resource: 'deployments', subresource: 'scale', name: 'api' } };
    expect(one(scale)?.action).to.equal('patch deployments/scale');
    expect(one({ verb: 'get', objectRef: undefined, requestURI: '/healthz?verbose' })?.action).to.equal('get /healthz');
  });

  it('names the collection that a request was sent to which names no object', () => {
    const swept = (objectRef: object) => one({ verb: 'deletecollection', objectRef })?.resources;
    expect(swept({ resource: 'deployments', namespace: 'prod' })).to.deep.equal(['deployments/prod/*']);
    expect(swept({ resource: 'clusterroles' })).to.deep.equal(['clusterroles/*']);
    expect(swept({ resource: 'pods', namespace: 'prod', name: 'api' })).to.equal(undefined);
  });

  it('gives the reason of a refusal, and the code where the reason is no word', () => {
    const refused = (reason?: string, code?: number) =>
      one({ responseStatus: { status: 'Failure', reason, code } })?.errorCode;
    expect(refused('Forbidden', 403)).to.equal('Forbidden');
    expect(refused('[denied by x] you must', 403)).to.equal('403');
    expect(refused(undefined, 500)).to.equal('500');
    expect(refused()).to.equal('Failure');
    expect(one({ responseStatus: undefined, stage: 'Panic' })?.errorCode).to.equal('Panic');
  });

  it("takes the name that the server chose from the answer, and the pod's owner", () => {
    const metadata = { name: 'api-7d9f8c6b5-x2x4z', ownerReferences: [{ kind: 'ReplicaSet', name: 'api-7d9f8c6b5' }] };
    const signal = one({
      objectRef: { resource: 'pods', namespace: 'inference' },
      requestObject: { metadata: { generateName: 'api-7d9f8c6b5-' } },
      responseObject: { kind: 'Pod', metadata },
    });
    expect(signal?.resource?.id).to.equal('pods/inference/api-7d9f8c6b5-x2x4z');
    expect(signal?.resources).to.deep.equal(['ReplicaSet/inference/api-7d9f8c6b5']);
    const refused = { kind: 'Status', details: { name: 'api-', kind: 'pods' } };
    expect(one({ objectRef: { resource: 'pods', namespace: 'n' }, responseObject: refused })?.resource?.name).to.equal(
      'api-',
    );
  });

  it('tells service accounts and nodes by name and groups', () => {
    const type = (user: object) => one({ user })?.actor?.type;
    expect(type({ username: 'system:serviceaccount:inference:worker' })).to.equal('kubernetes-service-account');
    expect(type({ username: 'system:node:a', groups: ['system:nodes'] })).to.equal('kubernetes-node');
  });

  const notes: readonly (readonly [string, object, string])[] = [
    [
      'a webhook that failed open',
      { 'failed-open.validating.webhook.admission.k8s.io/round_0_index_0': 'admission-rego.windshear.dev' },
      'create pods [failed-open admission-rego.windshear.dev]',
    ],
    [
      'a policy that only audits',
      {
        'validation.policy.admission.k8s.io/validation_failure':
          '[{"message":"m","policy":"few-replicas","binding":"b","validationActions":["Audit"]}]',
      },
      'create pods [policy-failed few-replicas]',
    ],
    [
      'an unreadable policy note',
      { 'validation.policy.admission.k8s.io/validation_failure': '{' },
      'create pods [policy-failed]',
    ],
    [
      'Pod Security in audit mode',
      { 'pod-security.kubernetes.io/audit-violations': 'would violate PodSecurity' },
      'create pods [pod-security-violated]',
    ],
  ];
  for (const [what, annotations, rule] of notes)
    it(`keeps ${what} visible in the rule`, () => {
      expect(one({ annotations })?.rule).to.equal(rule);
      expect(one({ annotations })?.action).to.equal('create pods');
    });

  for (const value of [null, 7, {}, { auditID: 'a' }, { verb: 'get', objectRef: { resource: 'pods' } }])
    it(`calls ${JSON.stringify(value)} malformed`, () => {
      expect(readFormat(k8sAudit, value)[0]?.kind).to.equal('malformed');
    });
});
