import { expect } from 'chai';
import { readFormat, signalsOf } from '../../testing/read-format.ts';
import { ocsf } from './ocsf.ts';

const finding = {
  class_uid: 2004,
  activity_id: 1,
  metadata: { uid: 'm-1', version: '1.5.0', product: { name: 'rules' } },
  finding_info: {
    uid: 'f-1',
    title: 'Bucket opened',
    types: ['bucket-public'],
    analytic: { name: 's3-public-policy', uid: 'r-7' },
    created_time: 1795377617000,
    last_seen_time: 1795377616464,
    attacks: [{ technique: { uid: 'T1530' } }, { technique: { uid: 'T1098' }, sub_technique: { uid: 'T1098.003' } }],
  },
  severity_id: 4,
  severity: 'High',
  status_id: 1,
  time: 1795377616000,
  count: 3,
  resources: [
    { uid: 'arn:aws:s3:::models', type: 'AWS::S3::Bucket' },
    { uid: 'arn:aws:s3:::other', type: 'AWS::S3::Bucket' },
  ],
  actor: { user: { name: 'tester', uid: 'arn:aws:sts::111122223333:assumed-role/tester/s', type: 'AssumedRole' } },
  api: {
    operation: 'PutBucketPolicy',
    service: { name: 's3.amazonaws.com' },
    request: { uid: 'q-1' },
    response: { error: 'AccessDenied' },
  },
  http_request: { user_agent: 'cli ws234567abcdef.i' },
  src_endpoint: { ip: '192.0.2.1' },
  cloud: { account: { uid: '111122223333' }, region: 'us-east-1' },
};

describe('ocsf', () => {
  it('reads a detection finding', () => {
    expect(signalsOf(readFormat(ocsf, finding))).to.deep.equal([
      {
        format: 'ocsf',
        id: 'f-1',
        dedupeKey: 'f-1',
        rule: 's3-public-policy',
        ruleId: 'r-7',
        severity: 4,
        rawSeverity: 'High',
        eventTime: '2026-11-22T20:00:16.464Z',
        alertTime: '2026-11-22T20:00:17.000Z',
        lastSeen: '2026-11-22T20:00:16.464Z',
        count: 3,
        resource: {
          kind: 'AWS::S3::Bucket',
          id: 'arn:aws:s3:::models',
          arn: 'arn:aws:s3:::models',
          account: '111122223333',
          region: 'us-east-1',
        },
        resources: ['arn:aws:s3:::other'],
        actor: {
          type: 'AssumedRole',
          id: 'arn:aws:sts::111122223333:assumed-role/tester/s',
          arn: 'arn:aws:sts::111122223333:assumed-role/tester/s',
          name: 'tester',
          ip: '192.0.2.1',
          userAgent: 'cli ws234567abcdef.i',
        },
        action: 's3:PutBucketPolicy',
        errorCode: 'AccessDenied',
        requestId: 'q-1',
        status: 'open',
        sample: false,
        techniques: ['T1530', 'T1098.003'],
      },
    ]);
  });

  for (const classUid of [2001, 2002, 2003, 2005, 2006, 2007])
    it(`reads class ${classUid}`, () =>
      expect(signalsOf(readFormat(ocsf, { ...finding, class_uid: classUid }))).to.have.length(1));

  it('reads lists and `findings`', () => {
    expect(readFormat(ocsf, [finding, finding])).to.have.length(2);
    expect(readFormat(ocsf, { findings: [finding] })).to.have.length(1);
  });

  it('reads the older shape of class 2001', () => {
    const old = {
      class_uid: 2001,
      finding: { uid: 'f-9', title: 'T', created_time: 1795377617000 },
      severity: 'Low',
      resource: { uid: 'models', name: 'models' },
      time_dt: '2026-11-22T20:00:16.123456Z',
      time: 1795377616123,
    };
    const [signal] = signalsOf(readFormat(ocsf, old));
    expect(signal).to.deep.include({ id: 'f-9', rule: 'T', severity: 2, eventTime: '2026-11-22T20:00:16.123456Z' });
    expect(signal?.resource).to.deep.equal({ id: 'models', name: 'models' });
  });

  it('finds actor and call in the evidence', () => {
    const { actor, api, http_request, src_endpoint, ...rest } = finding;
    const [signal] = signalsOf(readFormat(ocsf, { ...rest, evidences: [{ actor, api, http_request, src_endpoint }] }));
    expect(signal?.actor?.userAgent).to.equal('cli ws234567abcdef.i');
    expect(signal?.action).to.equal('s3:PutBucketPolicy');
  });

  const statuses: [string, object, string][] = [
    ['closed', { activity_id: 3 }, 'resolved'],
    ['resolved', { status_id: 4 }, 'resolved'],
    ['suppressed', { status_id: 3 }, 'suppressed'],
    ['updated', { activity_id: 2 }, 'open'],
  ];
  for (const [what, change, status] of statuses)
    it(`calls a ${what} finding ${status}`, () =>
      expect(signalsOf(readFormat(ocsf, { ...finding, ...change }))[0]?.status).to.equal(status));

  const severities: [object, number | null][] = [
    [{ severity_id: 6 }, 5],
    [{ severity_id: 0 }, null],
    [{ severity_id: 99 }, null],
    [{ severity_id: undefined, severity: 'Critical' }, 5],
  ];
  for (const [change, severity] of severities)
    it(`maps ${JSON.stringify(change)} to ${severity}`, () =>
      expect(signalsOf(readFormat(ocsf, { ...finding, ...change }))[0]?.severity).to.equal(severity));

  it('tells samples', () => {
    expect(signalsOf(readFormat(ocsf, { ...finding, unmapped: { sample: true } }))[0]?.sample).to.equal(true);
    const titled = { ...finding, finding_info: { uid: 'x', title: '[SAMPLE] Something' } };
    expect(signalsOf(readFormat(ocsf, titled))[0]?.sample).to.equal(true);
  });

  it('leaves out times that are none', () => {
    const info = { ...finding.finding_info, last_seen_time: 'soon', created_time: 1e300 };
    const [signal] = signalsOf(readFormat(ocsf, { ...finding, time: -5, finding_info: info }));
    expect(signal).not.to.have.any.keys('eventTime', 'alertTime', 'lastSeen');
  });

  it('ignores other classes and calls what has none malformed', () => {
    expect(readFormat(ocsf, { ...finding, class_uid: 3002 })[0]?.kind).to.equal('ignored');
    expect(readFormat(ocsf, { a: 1 })[0]?.kind).to.equal('malformed');
    expect(readFormat(ocsf, { class_uid: 2004, finding_info: { uid: 'x' } })[0]?.kind).to.equal('malformed');
  });
});
