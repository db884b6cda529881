import { expect } from 'chai';
import { readFormat, signalsOf } from '../../testing/read-format.ts';
import { falco } from './falco.ts';

const alert = {
  hostname: 'node-7',
  output: '10:00:00.000000001: Warning Shell in a box (user=app)',
  output_fields: { 'user.name': 'app', 'user.uid': 1001, 'fd.name': '<NA>', 'evt.time': '1795377616464550037' },
  priority: 'Warning',
  rule: 'Shell in a box',
  source: 'syscall',
  tags: ['T1059.004', 'mitre_execution', 'shell'],
  time: '2026-11-22T20:00:16.464550037Z',
};

describe('falco', () => {
  it('reads a system call alert', () => {
    expect(signalsOf(readFormat(falco, alert))).to.deep.equal([
      {
        format: 'falco',
        id: '2026-11-22T20:00:16.464550037Z/node-7/Shell in a box',
        dedupeKey: '2026-11-22T20:00:16.464550037Z/node-7/Shell in a box',
        rule: 'Shell in a box',
        severity: 3,
        rawSeverity: 'Warning',
        eventTime: '2026-11-22T20:00:16.464550037Z',
        resource: { kind: 'host', id: 'node-7', name: 'node-7' },
        actor: { type: 'os-user', id: '1001', name: 'app' },
        status: 'open',
        sample: false,
        techniques: ['T1059.004'],
      },
    ]);
  });

  it('names the pod, else the container, that an event happened in', () => {
    const inPod = { 'container.id': 'c1', 'k8s.pod.name': 'api-0', 'k8s.ns.name': 'shop', 'fd.name': '/etc/shadow' };
    const [pod] = signalsOf(readFormat(falco, { ...alert, output_fields: inPod }));
    expect(pod?.resource).to.deep.equal({ kind: 'pods', id: 'pods/shop/api-0', namespace: 'shop', name: 'api-0' });
    expect(pod?.resources).to.deep.equal(['c1', '/etc/shadow']);
    const inBox = { 'container.id': 'c1', 'container.name': 'box', 'k8s.pod.name': null, 'k8s.ns.name': '<NA>' };
    const [box] = signalsOf(readFormat(falco, { ...alert, output_fields: inBox }));
    expect(box?.resource).to.deep.equal({ kind: 'container', id: 'c1', name: 'box' });
  });

  it('accepts the absence of every key but rule and priority', () => {
    const [signal] = signalsOf(readFormat(falco, { rule: 'r', priority: 'Informational' }));
    expect(signal).to.deep.equal({
      format: 'falco',
      id: '//r',
      dedupeKey: '//r',
      rule: 'r',
      severity: 1,
      rawSeverity: 'Informational',
      status: 'open',
      sample: false,
      techniques: [],
    });
  });

  it('takes the time of the fields, nanoseconds exactly, where the alert has none', () => {
    const [signal] = signalsOf(readFormat(falco, { ...alert, time: undefined }));
    expect(signal?.eventTime).to.equal('2026-11-22T20:00:16.464550037Z');
  });

  it('reads Kubernetes audit fields', () => {
    const fields = {
      'ka.auditid': 'a-1',
      'ka.verb': 'create',
      'ka.target.resource': 'clusterrolebindings',
      'ka.target.name': 'rogue',
      'ka.target.namespace': null,
      'ka.user.name': 'system:serviceaccount:shop:api',
      'ka.sourceips': ['192.0.2.9'],
      'ka.useragent': 'kubectl ws234567abcdef.i',
      'ka.response.code': '403',
      'ka.response.reason': 'Forbidden',
      'ka.cluster.name': 'staging',
    };
    const [signal] = signalsOf(readFormat(falco, { ...alert, source: 'k8s_audit', output_fields: fields }));
    expect(signal).to.deep.include({
      id: 'a-1/Shell in a box',
      action: 'create clusterrolebindings',
      errorCode: 'Forbidden',
    });
    expect(signal?.resource).to.deep.equal({
      kind: 'clusterrolebindings',
      id: 'clusterrolebindings/rogue',
      name: 'rogue',
      cluster: 'staging',
    });
    expect(signal?.actor).to.deep.equal({
      type: 'kubernetes-user',
      name: 'system:serviceaccount:shop:api',
      ip: '192.0.2.9',
      userAgent: 'kubectl ws234567abcdef.i',
    });
  });

  it('reads CloudTrail fields, the request as JSON text or as single fields', () => {
    const fields = {
      'ct.id': 'e-1',
      'ct.name': 'PutBucketPolicy',
      'ct.src': 's3.amazonaws.com',
      'ct.region': 'eu-west-1',
      'ct.user': 'ada',
      'ct.user.arn': 'arn:aws:iam::111122223333:user/ada',
      'ct.user.accountid': '111122223333',
      'ct.srcip': '192.0.2.1',
      'ct.useragent': 'cli',
      'ct.requestid': 'q-1',
      'ct.error': 'AccessDenied',
    };
    for (const request of [{ 'ct.request': '{"bucketName":"models"}' }, { 's3.bucket': 'models' }]) {
      const [signal] = signalsOf(
        readFormat(falco, { ...alert, source: 'aws_cloudtrail', output_fields: { ...fields, ...request } }),
      );
      expect(signal?.resource?.arn).to.equal('arn:aws:s3:::models');
      expect(signal?.actor?.arn).to.equal('arn:aws:iam::111122223333:user/ada');
      expect(signal).to.deep.include({ action: 's3:PutBucketPolicy', errorCode: 'AccessDenied', requestId: 'q-1' });
    }
  });

  it("takes falcosidekick's uuid as id and its test rule as a sample", () => {
    const [signal] = signalsOf(readFormat(falco, { ...alert, uuid: 'u-1', rule: 'Test rule' }));
    expect(signal).to.deep.include({ id: 'u-1', dedupeKey: 'u-1', sample: true });
  });

  it("ignores Falco's own notices, with source and as older versions wrote them", () => {
    expect(readFormat(falco, { ...alert, source: 'internal' })[0]?.kind).to.equal('ignored');
    expect(readFormat(falco, { ...alert, rule: 'Falco internal: syscall event drop' })[0]?.kind).to.equal('ignored');
  });

  for (const value of [null, 7, 'x', {}, { rule: 'r' }, { rule: 1, priority: 'Error' }, [[]]])
    it(`calls ${JSON.stringify(value)} malformed`, () => {
      const [parsed] = readFormat(falco, value);
      expect(parsed?.kind).to.equal('malformed');
    });
});
