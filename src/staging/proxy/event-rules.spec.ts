import { expect } from 'chai';
import { eventRules } from './event-rules.ts';
import type { TrailRecord } from './record.ts';

const account = '111122223333';
const place = { account, region: 'us-east-1' };
const queue = (name: string) => `arn:aws:sqs:us-east-1:${account}:${name}`;

function record(eventName: string, what: Partial<TrailRecord> = {}): TrailRecord {
  return {
    eventVersion: '1.11',
    userIdentity: { type: 'Unknown' },
    eventTime: '2026-11-22T12:00:00Z',
    eventSource: 'iam.amazonaws.com',
    eventName,
    awsRegion: 'us-east-1',
    sourceIPAddress: '127.0.0.1',
    userAgent: '',
    requestParameters: null,
    responseElements: null,
    requestID: 'r',
    eventID: 'e',
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
    ...what,
  };
}

describe('eventRules', () => {
  function learnt(...calls: readonly (readonly [operation: string, body: object])[]) {
    const rules = eventRules([]);
    for (const [operation, body] of calls) rules.learn(operation, JSON.stringify(body), place);
    return (made: TrailRecord) => rules.deliveries(made).map(({ queueArn }) => queueArn.split(':').at(-1));
  }
  const putRule = ['PutRule', { Name: 'r', EventPattern: '{"source":["aws.iam"]}' }] as const;
  const putTargets = ['PutTargets', { Rule: 'r', Targets: [{ Id: '1', Arn: queue('a') }] }] as const;

  it('sends the envelope of AWS to the queues of a rule that was put', () => {
    const rules = eventRules([]);
    for (const [operation, body] of [putRule, putTargets]) rules.learn(operation, JSON.stringify(body), place);
    const [delivery] = rules.deliveries(record('AttachRolePolicy'));
    expect(JSON.parse(delivery?.body ?? '')).to.deep.include({
      version: '0',
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.iam',
      account,
      time: '2026-11-22T12:00:00Z',
      region: 'us-east-1',
      resources: [],
      detail: record('AttachRolePolicy'),
    });
  });

  it('keeps read-only calls from rules that do not ask for them', () => {
    const ask = ['PutRule', { ...putRule[1], State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' }] as const;
    const read = record('GetRole', { readOnly: true });
    expect(learnt(putRule, putTargets)(read)).to.deep.equal([]);
    expect(learnt(ask, putTargets)(read)).to.deep.equal(['a']);
  });

  for (const [what, call, expected] of [
    ['a rule that is disabled', ['DisableRule', { Name: 'r' }], []],
    ['a rule that is deleted', ['DeleteRule', { Name: 'r' }], []],
    ['targets that are removed', ['RemoveTargets', { Rule: 'r', Ids: ['1'] }], []],
    ['a target that is put again', ['PutTargets', { Rule: 'r', Targets: [{ Id: '1', Arn: queue('b') }] }], ['b']],
    ['another bus', ['DeleteRule', { Name: 'r', EventBusName: 'other' }], ['a']],
  ] as const) {
    it(`follows ${what}`, () => {
      expect(learnt(putRule, putTargets, call)(record('AttachRolePolicy'))).to.deep.equal(expected);
    });
  }

  it('stays in region and account, unless a rule passes events on to another bus', () => {
    const elsewhere = record('StopLogging', { awsRegion: 'eu-west-1' });
    const here = { name: 'r', ...place, bus: 'default', pattern: { source: ['aws.iam'] }, state: 'ENABLED' };
    const first = { ...here, targets: [{ id: '1', arn: queue('a') }] };
    const bus = `arn:aws:events:us-east-1:${account}:event-bus/default`;
    const forward = { ...here, name: 'f', region: 'eu-west-1', targets: [{ id: '1', arn: bus }] };
    expect(eventRules([first]).deliveries(elsewhere)).to.deep.equal([]);
    expect(eventRules([first, forward]).deliveries(elsewhere)).to.have.length(1);
    expect(eventRules([first]).deliveries(record('X', { recipientAccountId: '444455556666' }))).to.deep.equal([]);
  });

  it('gives up on buses that pass events around in a circle', () => {
    const bus = `arn:aws:events:us-east-1:${account}:event-bus/default`;
    const rule = { name: 'r', ...place, bus: 'default', pattern: { source: ['aws.iam'] }, state: 'ENABLED' };
    expect(eventRules([{ ...rule, targets: [{ id: '1', arn: bus }] }]).deliveries(record('X'))).to.deep.equal([]);
  });
});
