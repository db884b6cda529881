import { expect } from 'chai';
import { readFormat, signalsOf } from '../../testing/read-format.ts';
import { cloudtrail } from './cloudtrail.ts';

const record = {
  eventVersion: '1.10',
  userIdentity: {
    type: 'AssumedRole',
    principalId: 'AROA1:ws234567abcdef.i',
    arn: 'arn:aws:sts::111122223333:assumed-role/windshear-tester/ws234567abcdef.i',
    accountId: '111122223333',
    sessionContext: { sessionIssuer: { userName: 'windshear-tester' } },
  },
  eventTime: '2026-11-22T20:00:16Z',
  eventSource: 'iam.amazonaws.com',
  eventName: 'AttachRolePolicy',
  awsRegion: 'us-east-1',
  sourceIPAddress: '192.0.2.1',
  userAgent: 'windshear ws234567abcdef.i',
  requestParameters: { roleName: 'inference-api', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  responseElements: null,
  requestID: 'q-1',
  eventID: 'e-1',
  readOnly: false,
  recipientAccountId: '111122223333',
};

describe('cloudtrail', () => {
  it('reads a record', () => {
    expect(signalsOf(readFormat(cloudtrail, record))).to.deep.equal([
      {
        format: 'cloudtrail',
        id: 'e-1',
        dedupeKey: 'e-1',
        rule: 'AttachRolePolicy',
        severity: null,
        rawSeverity: '',
        eventTime: '2026-11-22T20:00:16Z',
        resource: {
          kind: 'role',
          id: 'arn:aws:iam::111122223333:role/inference-api',
          arn: 'arn:aws:iam::111122223333:role/inference-api',
          name: 'inference-api',
          account: '111122223333',
        },
        resources: ['arn:aws:iam::aws:policy/AdministratorAccess'],
        actor: {
          type: 'AssumedRole',
          id: 'AROA1:ws234567abcdef.i',
          arn: 'arn:aws:sts::111122223333:assumed-role/windshear-tester/ws234567abcdef.i',
          name: 'windshear-tester',
          ip: '192.0.2.1',
          userAgent: 'windshear ws234567abcdef.i',
        },
        requestId: 'q-1',
        action: 'iam:AttachRolePolicy',
        readOnly: false,
        status: 'open',
        sample: false,
        techniques: [],
      },
    ]);
  });

  it('keeps the error code of a refused call', () => {
    const [signal] = signalsOf(readFormat(cloudtrail, { ...record, errorCode: 'Client.UnauthorizedOperation' }));
    expect(signal?.errorCode).to.equal('Client.UnauthorizedOperation');
  });

  it('reads lists, log files, and answers and items of LookupEvents', () => {
    const item = { EventId: 'e-1', EventName: 'AttachRolePolicy', CloudTrailEvent: JSON.stringify(record) };
    for (const value of [[record, record], { Records: [record, record] }, { Events: [item, item] }, [item, item]])
      expect(signalsOf(readFormat(cloudtrail, value)).map(({ id }) => id)).to.deep.equal(['e-1', 'e-1']);
    expect(signalsOf(readFormat(cloudtrail, item))).to.have.length(1);
  });

  it('prefers what the request names to what `resources` lists, and keeps the rest', () => {
    const resources = [
      { ARN: 'arn:aws:iam::111122223333:role/inference-api' },
      { ARN: 'arn:aws:kms:us-east-1:1:key/k' },
    ];
    const [signal] = signalsOf(readFormat(cloudtrail, { ...record, resources }));
    expect(signal?.resource?.name).to.equal('inference-api');
    expect(signal?.resources).to.deep.equal([
      'arn:aws:iam::aws:policy/AdministratorAccess',
      'arn:aws:kms:us-east-1:1:key/k',
    ]);
  });

  const malformed: [string, object, RegExp][] = [
    ['without event id', { ...record, eventID: undefined }, /eventID/],
    ['with a time that is none', { ...record, eventTime: 'noon' }, /eventTime/],
    ['without source and name', { ...record, eventSource: 1, eventName: '' }, /eventSource, eventName/],
    ['whose text is broken', { CloudTrailEvent: '{' }, /not JSON/],
  ];
  for (const [what, value, reason] of malformed)
    it(`calls a record ${what} malformed`, () => {
      const [parsed] = readFormat(cloudtrail, value);
      expect(parsed).to.include({ kind: 'malformed' });
      expect(parsed?.kind === 'malformed' && parsed.reason).to.match(reason);
    });

  it('ignores Insights events', () => {
    expect(readFormat(cloudtrail, { eventCategory: 'Insight' })[0]?.kind).to.equal('ignored');
  });
});
