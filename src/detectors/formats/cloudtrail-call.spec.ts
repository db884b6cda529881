import { expect } from 'chai';
import type { JsonObject } from '../../model/json.ts';
import { callAction, callSubjects, fromArn } from './cloudtrail-call.ts';

describe('callAction', () => {
  const table: [string, string, string][] = [
    ['s3.amazonaws.com', 'PutBucketPolicy', 's3:PutBucketPolicy'],
    ['s3.amazonaws.com', 'DeleteBucketPublicAccessBlock', 's3:PutBucketPublicAccessBlock'],
    ['s3.amazonaws.com', 'PutBucketPublicAccessBlock', 's3:PutBucketPublicAccessBlock'],
    ['s3.amazonaws.com', 'DeleteAccountPublicAccessBlock', 's3:DeleteAccountPublicAccessBlock'],
    ['lambda.amazonaws.com', 'UpdateFunctionConfiguration20150331v2', 'lambda:UpdateFunctionConfiguration'],
    ['lambda.amazonaws.com', 'CreateFunction20150331', 'lambda:CreateFunction'],
    ['monitoring.amazonaws.com', 'PutMetricAlarm', 'cloudwatch:PutMetricAlarm'],
    ['ec2', 'RunInstances', 'ec2:RunInstances'],
  ];
  for (const [source, name, action] of table)
    it(`names ${name} of ${source} ${action}`, () => expect(callAction(source, name)).to.equal(action));
});

describe('callSubjects', () => {
  const subjects = (service: string, eventName: string, parameters: JsonObject, answer?: JsonObject) =>
    callSubjects({
      eventSource: `${service}.amazonaws.com`,
      eventName,
      region: 'eu-west-1',
      account: '111122223333',
      parameters,
      answer,
      callerArn: 'arn:aws:iam::111122223333:user/ada',
    }).map(({ arn, id }) => arn ?? id);

  const table: [string, string, JsonObject, string[]][] = [
    ['iam', 'CreateAccessKey', { userName: 'bob' }, ['arn:aws:iam::111122223333:user/bob']],
    ['iam', 'CreateAccessKey', {}, ['arn:aws:iam::111122223333:user/ada']],
    [
      'iam',
      'AddUserToGroup',
      { userName: 'bob', groupName: 'g' },
      ['arn:aws:iam::111122223333:user/bob', 'arn:aws:iam::111122223333:group/g'],
    ],
    ['sts', 'AssumeRole', { roleArn: 'arn:aws:iam::1:role/r', roleSessionName: 's' }, ['arn:aws:iam::1:role/r']],
    ['s3', 'PutObject', { bucketName: 'b', key: 'a/b' }, ['arn:aws:s3:::b/a/b', 'arn:aws:s3:::b']],
    ['lambda', 'Invoke', { functionName: 'f:live' }, ['arn:aws:lambda:eu-west-1:111122223333:function:f']],
    [
      'lambda',
      'Invoke',
      { functionName: '111122223333:function:f' },
      ['arn:aws:lambda:eu-west-1:111122223333:function:f'],
    ],
    [
      'lambda',
      'Invoke',
      { functionName: 'arn:aws:lambda:eu-west-1:1:function:f:3' },
      ['arn:aws:lambda:eu-west-1:1:function:f'],
    ],
    ['cloudtrail', 'StopLogging', { name: 't' }, ['arn:aws:cloudtrail:eu-west-1:111122223333:trail/t']],
    [
      'cloudtrail',
      'PutEventSelectors',
      { trailName: 'arn:aws:cloudtrail:eu-west-1:1:trail/t' },
      ['arn:aws:cloudtrail:eu-west-1:1:trail/t'],
    ],
    ['autoscaling', 'UpdateAutoScalingGroup', { autoScalingGroupName: 'g' }, ['g']],
    ['sqs', 'PurgeQueue', { queueUrl: 'http://127.0.0.1:1/111122223333/q' }, ['arn:aws:sqs:eu-west-1:111122223333:q']],
    ['events', 'PutTargets', { rule: 'r', eventBusName: 'bus' }, ['arn:aws:events:eu-west-1:111122223333:rule/bus/r']],
    [
      'ec2',
      'AuthorizeSecurityGroupIngress',
      { groupId: 'sg-1' },
      ['arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1'],
    ],
    ['kms', 'DisableKey', { keyId: 'arn:aws:kms:eu-west-1:1:key/k', other: 1 }, ['arn:aws:kms:eu-west-1:1:key/k']],
    ['kms', 'DisableKey', { keyId: 'k' }, []],
  ];
  for (const [service, name, parameters, expected] of table)
    it(`finds ${expected.join(', ') || 'nothing'} in ${service} ${name} ${JSON.stringify(parameters)}`, () =>
      expect(subjects(service, name, parameters)).to.deep.equal(expected));

  it('names started instances first, then template, image and subnet', () => {
    const parameters = {
      instancesSet: { items: [{ imageId: 'ami-1' }] },
      launchTemplate: { launchTemplateId: 'lt-1' },
      subnetId: 'subnet-1',
    };
    const answer = { instancesSet: { items: [{ instanceId: 'i-1' }] } };
    expect(subjects('ec2', 'RunInstances', parameters, answer).map((arn) => arn?.split(':').at(-1))).to.deep.equal([
      'instance/i-1',
      'launch-template/lt-1',
      'image/ami-1',
      'subnet/subnet-1',
    ]);
  });

  it('writes ARNs in the partition of the region', () => {
    const [bucket] = callSubjects({
      eventSource: 's3.amazonaws.com',
      eventName: 'PutBucketPolicy',
      region: 'cn-north-1',
      account: undefined,
      parameters: { bucketName: 'b' },
      answer: undefined,
      callerArn: undefined,
    });
    expect(bucket?.arn).to.equal('arn:aws-cn:s3:::b');
  });
});

describe('fromArn', () => {
  const table: [string, object][] = [
    ['arn:aws:iam::1:role/path/r', { kind: 'role', name: 'r', account: '1' }],
    ['arn:aws:s3:::b', { kind: 'bucket', name: 'b' }],
    ['arn:aws:s3:::b/k/l', { kind: 'object', name: 'k/l' }],
    ['arn:aws:lambda:eu-west-1:1:function:f', { kind: 'function', name: 'f', account: '1', region: 'eu-west-1' }],
    ['arn:aws:sqs:eu-west-1:1:q', { kind: 'sqs', name: 'q', account: '1', region: 'eu-west-1' }],
  ];
  for (const [arn, parts] of table)
    it(`takes ${arn} apart`, () => expect(fromArn(arn)).to.deep.equal({ id: arn, arn, ...parts }));
});
