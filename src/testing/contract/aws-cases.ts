import type { AwsClients } from '../../targets/aws/clients.ts';
import { names } from './aws-world.ts';
import type { Act as ActOn, ContractCase } from './contract-case.ts';

type Act = ActOn<AwsClients>;

const [role, trusted] = names.roles;
const bucket = { Bucket: names.bucket };
const user = { UserName: names.user };
const lambda = { FunctionName: names.function };
const admin = 'arn:aws:iam::aws:policy/AdministratorAccess';

const openBucket: Act = (clients, signal) => clients.call('s3:DeletePublicAccessBlock', bucket, signal);
const teamStatement = {
  Sid: 'team',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:root' },
  Action: ['s3:PutObject', 's3:GetObject'],
  Resource: [`arn:aws:s3:::${names.bucket}/*`],
};
const putBucketPolicy =
  (...statements: object[]): Act =>
  (clients, signal) =>
    clients.call('s3:PutBucketPolicy', { ...bucket, Policy: policy(...statements) }, signal);
const putTrust =
  (statements: (marker: string) => object[]): Act =>
  (clients, signal, marker) =>
    clients.call(
      'iam:UpdateAssumeRolePolicy',
      { RoleName: trusted, PolicyDocument: policy(...statements(marker)) },
      signal,
    );
const lambdaTrust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
const ec2Trust = { ...lambdaTrust, Principal: { Service: ['ec2.amazonaws.com'] } };
const openedTo = (who: string) => ({ Effect: 'Allow', Principal: { AWS: who }, Action: ['sts:AssumeRole'] });
const publicRead = (marker: string, action: string | string[] = 's3:GetObject') => ({
  Sid: marker,
  Effect: 'Allow',
  Principal: { AWS: ['*'] },
  Action: action,
  Resource: [`arn:aws:s3:::${names.bucket}/*`],
});

/** The cases of every AWS fault, by type. */
export const awsCases: Readonly<Record<string, readonly ContractCase<AwsClients>[]>> = {
  'aws.iam.attach-managed-policy': [
    {
      name: 'beside another policy',
      alreadyInPlace: (clients, signal) =>
        clients.call('iam:AttachRolePolicy', { RoleName: role, PolicyArn: admin }, signal),
      changeRest: {
        act: (clients, signal) =>
          clients.call(
            'iam:AttachRolePolicy',
            { RoleName: role, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
            signal,
          ),
        leaves: 'policy/ReadOnlyAccess',
      },
      takeAway: (clients, signal) => clients.call('iam:DetachRolePolicy', { RoleName: role, PolicyArn: admin }, signal),
    },
  ],
  'aws.iam.trust-policy': [
    {
      name: 'beside the own statement of the role',
      alreadyInPlace: putTrust(() => [lambdaTrust, openedTo('999988887777')]),
      changeRest: {
        act: putTrust((marker) => [ec2Trust, { Sid: marker, ...openedTo('999988887777') }]),
        leaves: 'ec2.amazonaws.com',
      },
      changeDelta: putTrust((marker) => [lambdaTrust, { Sid: marker, ...openedTo('888877776666') }]),
      takeAway: putTrust(() => [lambdaTrust]),
    },
    {
      name: 'opened to everybody',
      params: { role: trusted, principal: '*' },
      changeDelta: putTrust(() => [lambdaTrust, { Sid: 'adopted', ...openedTo('*') }]),
      takeAway: putTrust(() => [lambdaTrust]),
    },
  ],
  'aws.iam.access-key': [
    {
      name: 'of a user without keys',
      foundWithoutAcknowledgement: false,
      changeRest: {
        act: (clients, signal) => clients.call('iam:CreateAccessKey', user, signal),
        leaves: 'AKIAFAKE00000002',
      },
      changeDelta: async (clients, signal) =>
        clients.call(
          'iam:UpdateAccessKey',
          { ...user, AccessKeyId: await lastKey(clients, signal), Status: 'Inactive' },
          signal,
        ),
      takeAway: async (clients, signal) =>
        clients.call('iam:DeleteAccessKey', { ...user, AccessKeyId: await lastKey(clients, signal) }, signal),
    },
    {
      name: 'of a user with a key',
      prepare: (clients, signal) => clients.call('iam:CreateAccessKey', user, signal),
      foundWithoutAcknowledgement: false,
      takeAway: async (clients, signal) =>
        clients.call('iam:DeleteAccessKey', { ...user, AccessKeyId: await lastKey(clients, signal) }, signal),
    },
  ],
  'aws.s3.public-access-block': [
    {
      name: 'removed',
      alreadyInPlace: openBucket,
      changeDelta: (clients, signal) => clients.call('s3:PutPublicAccessBlock', { ...bucket, ...half }, signal),
      takeAway: (clients, signal) => clients.call('s3:PutPublicAccessBlock', { ...bucket, ...full }, signal),
    },
    {
      name: 'set where there was none',
      params: { bucket: names.bucket, block: true },
      prepare: openBucket,
      changeDelta: (clients, signal) => clients.call('s3:PutPublicAccessBlock', { ...bucket, ...half }, signal),
      takeAway: openBucket,
    },
  ],
  'aws.s3.bucket-policy-public': [
    {
      name: 'without a policy before',
      prepare: openBucket,
      changeRest: {
        act: (clients, signal, marker) => putBucketPolicy(publicRead(marker), teamStatement)(clients, signal, marker),
        leaves: '"Sid":"team"',
      },
      changeDelta: (clients, signal, marker) =>
        putBucketPolicy(publicRead(marker, ['s3:GetObject', 's3:ListBucket']))(clients, signal, marker),
      takeAway: (clients, signal) => clients.call('s3:DeleteBucketPolicy', bucket, signal),
    },
    {
      name: 'beside a statement of the team',
      prepare: async (clients, signal, marker) => {
        await openBucket(clients, signal, marker);
        await putBucketPolicy(teamStatement)(clients, signal, marker);
      },
      alreadyInPlace: putBucketPolicy(teamStatement, publicRead('someone')),
      changeRest: {
        act: (clients, signal, marker) =>
          putBucketPolicy({ ...teamStatement, Action: 's3:PutObject' }, publicRead(marker))(clients, signal, marker),
        leaves: '["s3:putobject"]',
      },
      changeDelta: putBucketPolicy(teamStatement, publicRead('adopted')),
      takeAway: putBucketPolicy(teamStatement),
    },
    {
      name: 'for one account',
      params: { bucket: names.bucket, principal: '999988887777' },
      takeAway: (clients, signal) => clients.call('s3:DeleteBucketPolicy', bucket, signal),
    },
  ],
  'aws.lambda.environment': [
    {
      name: 'a variable that was not there',
      alreadyInPlace: setVariable('PYTHONPATH', '/tmp/windshear'),
      changeRest: { act: setVariable('MODEL', 'v2'), leaves: '"MODEL":"v2"' },
      changeDelta: setVariable('PYTHONPATH', '/opt/else'),
      takeAway: setVariable('PYTHONPATH', undefined),
    },
    {
      name: 'a variable that had another value',
      params: { function: names.function, name: 'MODEL', value: 'poisoned' },
      changeRest: { act: setVariable('ADDED', '1'), leaves: '"ADDED"' },
      changeDelta: setVariable('MODEL', undefined),
      takeAway: setVariable('MODEL', 'v1'),
    },
  ],
  'aws.autoscaling.rogue-instance': [
    {
      name: 'from an image',
      changeRest: {
        act: (clients, signal) =>
          clients.call(
            'ec2:RunInstances',
            { ImageId: 'ami-0other', MinCount: 1, MaxCount: 1, ClientToken: 'other' },
            signal,
          ),
        leaves: 'i-00000000000000002',
      },
      changeDelta: async (clients, signal, marker) =>
        clients.call('ec2:StopInstances', { InstanceIds: await marked(clients, signal, marker) }, signal),
      takeAway: async (clients, signal, marker) =>
        clients.call('ec2:TerminateInstances', { InstanceIds: await marked(clients, signal, marker) }, signal),
    },
    {
      name: 'from the launch template of the group',
      params: { group: names.group, fromLaunchTemplate: true },
      changeDelta: async (clients, signal, marker) =>
        clients.call(
          'ec2:CreateTags',
          { Resources: await marked(clients, signal, marker), Tags: [{ Key: 'windshear:marker', Value: 'adopted' }] },
          signal,
        ),
      takeAway: async (clients, signal, marker) =>
        clients.call('ec2:TerminateInstances', { InstanceIds: await marked(clients, signal, marker) }, signal),
    },
  ],
  'aws.cloudtrail.stop-logging': [
    {
      name: 'of a trail that logs',
      alreadyInPlace: (clients, signal) => clients.call('cloudtrail:StopLogging', { Name: names.trail }, signal),
      takeAway: (clients, signal) => clients.call('cloudtrail:StartLogging', { Name: names.trail }, signal),
    },
  ],
  'aws.call': [
    {
      name: 'that tags a role',
      changeDelta: (clients, signal) =>
        clients.send('iam', 'TagRole', { RoleName: role, Tags: [{ Key: 'owner', Value: 'somebody' }] }, signal),
      takeAway: (clients, signal) => clients.send('iam', 'UntagRole', { RoleName: role, TagKeys: ['owner'] }, signal),
    },
    {
      name: 'that replaces a trust policy by the value before',
      params: {
        service: 'iam',
        operation: 'UpdateAssumeRolePolicy',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the scenario's own placeholder
        input: { RoleName: trusted, PolicyDocument: policy({ Sid: '${marker}', ...openedTo('999988887777') }) },
        touches: [`arn:aws:iam:::role/${trusted}`],
        read: {
          service: 'iam',
          operation: 'GetRole',
          input: { RoleName: trusted },
          pointer: '/Role/AssumeRolePolicyDocument',
        },
        undo: {
          service: 'iam',
          operation: 'UpdateAssumeRolePolicy',
          input: { RoleName: trusted, PolicyDocument: { $before: '' } },
        },
      },
      changeDelta: putTrust(() => [ec2Trust]),
      takeAway: putTrust(() => [lambdaTrust]),
    },
  ],
};

const half = {
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    BlockPublicPolicy: false,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: false,
  },
};
const full = {
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  },
};

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

function setVariable(name: string, value: string | undefined): Act {
  return async (clients, signal) => {
    let found = await clients.call('lambda:GetFunctionConfiguration', lambda, signal);
    while (found.LastUpdateStatus === 'InProgress') {
      found = await clients.call('lambda:GetFunctionConfiguration', lambda, signal);
    }
    const { [name]: _old, ...rest } = found.Environment?.Variables ?? {};
    const Variables = value === undefined ? rest : { ...rest, [name]: value };
    return clients.call('lambda:UpdateFunctionConfiguration', { ...lambda, Environment: { Variables } }, signal);
  };
}

async function lastKey(clients: AwsClients, signal: AbortSignal): Promise<string> {
  const { AccessKeyMetadata: keys = [] } = await clients.call('iam:ListAccessKeys', user, signal);
  return keys.at(-1)?.AccessKeyId ?? '';
}

async function marked(clients: AwsClients, signal: AbortSignal, marker: string): Promise<string[]> {
  const Filters = [{ Name: 'tag:windshear:marker', Values: [marker] }];
  const { Reservations: found = [] } = await clients.call('ec2:DescribeInstances', { Filters }, signal);
  return found.flatMap(({ Instances: some = [] }) => some.map(({ InstanceId: id = '' }) => id));
}
