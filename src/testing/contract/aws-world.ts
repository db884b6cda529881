import { canonicalState } from '../../faults/aws/policy-delta.ts';
import { parsePolicy } from '../../faults/aws/policy-document.ts';
import { CallError } from '../../model/call.ts';
import type { Json } from '../../model/json.ts';
import type { AwsClients } from '../../targets/aws/clients.ts';

/** The names of the faults' own examples. */
export const names = {
  roles: ['inference-api', 'inference-worker'],
  user: 'build-bot',
  bucket: 'example-models',
  function: 'inference-preprocessor',
  group: 'inference-asg',
  trail: 'trail-primary',
} as const;

/** A value that no pre-image and no observation may show. */
export const foreignSecret = 'a-secret-of-the-application';

const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/** Makes what the faults' examples name, by calls only, so that it works on the fake and on an emulator. */
export async function buildWorld(clients: AwsClients, signal: AbortSignal): Promise<void> {
  for (const RoleName of names.roles) {
    await clients.call('iam:CreateRole', { RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }, signal);
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
    await clients.call('iam:AttachRolePolicy', { RoleName, PolicyArn }, signal);
  }
  await clients.call('iam:CreateUser', { UserName: names.user }, signal);
  await clients.call('s3:CreateBucket', { Bucket: names.bucket }, signal);
  await clients.call(
    'lambda:CreateFunction',
    {
      FunctionName: names.function,
      Runtime: 'python3.12',
      Handler: 'index.handler',
      Role: `arn:aws:iam::${clients.account}:role/${names.roles[0]}`,
      Code: { ZipFile: Buffer.from('504b0506000000000000000000000000000000000000', 'hex') },
      Environment: { Variables: { MODEL: 'v1', API_TOKEN: foreignSecret } },
    },
    signal,
  );
  const { Subnets: subnets = [] } = await clients.call('ec2:DescribeSubnets', {}, signal);
  const { LaunchTemplate: template } = await clients.call(
    'ec2:CreateLaunchTemplate',
    {
      LaunchTemplateName: 'inference',
      LaunchTemplateData: { ImageId: 'ami-0windshear0app000', InstanceType: 't3.micro' },
    },
    signal,
  );
  await clients.call(
    'autoscaling:CreateAutoScalingGroup',
    {
      AutoScalingGroupName: names.group,
      MinSize: 1,
      MaxSize: 2,
      LaunchTemplate: { LaunchTemplateId: template?.LaunchTemplateId, Version: '$Latest' },
      VPCZoneIdentifier: subnets[0]?.SubnetId,
    },
    signal,
  );
  await clients.call('cloudtrail:CreateTrail', { Name: names.trail, S3BucketName: names.bucket }, signal);
  await clients.call('cloudtrail:StartLogging', { Name: names.trail }, signal);
}

/** Reads all of it back, by ARN without account and region; versions, times and terminated instances are left out. */
export async function readWorld(clients: AwsClients, signal: AbortSignal): Promise<Readonly<Record<string, Json>>> {
  const world: Record<string, Json> = {};
  for (const RoleName of names.roles) {
    const { Role: role } = await clients.call('iam:GetRole', { RoleName }, signal);
    const { AttachedPolicies: attached = [] } = await clients.call(
      'iam:ListAttachedRolePolicies',
      { RoleName },
      signal,
    );
    world[`arn:aws:iam:::role/${RoleName}`] = {
      trust: canonicalState(parsePolicy(role?.AssumeRolePolicyDocument ?? '{}')),
      tags: Object.fromEntries((role?.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
      attached: attached.map(({ PolicyArn: arn = '' }) => arn).sort(),
    };
  }
  const { AccessKeyMetadata: keys = [] } = await clients.call('iam:ListAccessKeys', { UserName: names.user }, signal);
  world[`arn:aws:iam:::user/${names.user}`] = keys
    .map(({ AccessKeyId: id = '', Status = '' }) => `${id} ${Status}`)
    .sort();
  const Bucket = names.bucket;
  const policy = await orNull(clients.call('s3:GetBucketPolicy', { Bucket }, signal));
  const block = await orNull(clients.call('s3:GetPublicAccessBlock', { Bucket }, signal));
  world[`arn:aws:s3:::${Bucket}`] = {
    policy: policy?.Policy === undefined ? null : canonicalState(parsePolicy(policy.Policy)),
    block: Object.fromEntries(
      Object.entries(block?.PublicAccessBlockConfiguration ?? {}).map(([name, on]) => [name, on === true]),
    ),
  };
  const input = { FunctionName: names.function };
  const lambda = await clients.call('lambda:GetFunctionConfiguration', input, signal);
  world[`arn:aws:lambda:::function:${names.function}`] = { ...lambda.Environment?.Variables };
  const { Reservations: reservations = [] } = await clients.call('ec2:DescribeInstances', {}, signal);
  const living = reservations
    .flatMap(({ Instances: instances = [] }) => instances)
    .filter(({ State: state }) => !/^(shutting-down|terminated)$/.test(state?.Name ?? ''))
    .map(({ InstanceId: id = '', State: state, Tags: tags = [] }) => ({
      id,
      state: state?.Name ?? '',
      tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    }));
  const group = `arn:aws:autoscaling:::autoScalingGroup:*:autoScalingGroupName/${names.group}`;
  world[group] = living.sort((a, b) => (a.id < b.id ? -1 : 1));
  const trail = await clients.call('cloudtrail:GetTrailStatus', { Name: names.trail }, signal);
  world[`arn:aws:cloudtrail:::trail/${names.trail}`] = { logging: trail.IsLogging === true };
  return world;
}

async function orNull<Answer>(call: Promise<Answer>): Promise<Answer | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CallError && error.kind === 'not-found') return null;
    throw error;
  }
}
