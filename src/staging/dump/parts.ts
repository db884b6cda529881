import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeTrailsCommand, GetTrailStatusCommand } from '@aws-sdk/client-cloudtrail';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import {
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  ListAccessKeysCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import {
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { given, type RootClients } from '../seed/clients.ts';

export async function dumpRoles({ iam }: RootClients): Promise<unknown> {
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  return byName(
    Roles.map(async ({ RoleName: name, AssumeRolePolicyDocument, Arn }): Promise<[string, unknown]> => {
      const RoleName = given(name, 'a role name');
      const [{ AttachedPolicies = [] }, { PolicyNames = [] }, { Tags = [] }] = await Promise.all([
        iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
        iam.send(new ListRolePoliciesCommand({ RoleName })),
        iam.send(new ListRoleTagsCommand({ RoleName })),
      ]);
      const policies = PolicyNames.map(async (PolicyName): Promise<[string, unknown]> => {
        const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
        return [PolicyName, document(PolicyDocument)];
      });
      const attached = AttachedPolicies.map(({ PolicyArn = '' }) => PolicyArn).toSorted();
      const trust = document(AssumeRolePolicyDocument);
      return [RoleName, { arn: Arn, trust, attached, policies: await byName(policies), tags: tags(Tags) }];
    }),
  );
}

export async function dumpUsers({ iam }: RootClients): Promise<unknown> {
  const { Users = [] } = await iam.send(new ListUsersCommand({}));
  return byName(
    Users.map(async ({ UserName: name, Arn }): Promise<[string, unknown]> => {
      const UserName = given(name, 'a user name');
      const [{ AccessKeyMetadata = [] }, { AttachedPolicies = [] }, { PolicyNames = [] }] = await Promise.all([
        iam.send(new ListAccessKeysCommand({ UserName })),
        iam.send(new ListAttachedUserPoliciesCommand({ UserName })),
        iam.send(new ListUserPoliciesCommand({ UserName })),
      ]);
      const policies = PolicyNames.map(async (PolicyName): Promise<[string, unknown]> => {
        const { PolicyDocument } = await iam.send(new GetUserPolicyCommand({ UserName, PolicyName }));
        return [PolicyName, document(PolicyDocument)];
      });
      const keys = AccessKeyMetadata.map(({ AccessKeyId, Status }) => `${AccessKeyId} ${Status}`).toSorted();
      const attached = AttachedPolicies.map(({ PolicyArn = '' }) => PolicyArn).toSorted();
      return [UserName, { arn: Arn, keys, attached, policies: await byName(policies) }];
    }),
  );
}

export async function dumpBuckets({ s3 }: RootClients): Promise<unknown> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  return byName(
    Buckets.map(async ({ Name }): Promise<[string, unknown]> => {
      const Bucket = given(Name, 'a bucket name');
      const [policy, block, tagging, { Contents = [] }] = await Promise.all([
        unless('NoSuchBucketPolicy', s3.send(new GetBucketPolicyCommand({ Bucket }))),
        unless('NoSuchPublicAccessBlockConfiguration', s3.send(new GetPublicAccessBlockCommand({ Bucket }))),
        unless('NoSuchTagSet', s3.send(new GetBucketTaggingCommand({ Bucket }))),
        s3.send(new ListObjectsV2Command({ Bucket })),
      ]);
      return [
        Bucket,
        {
          policy: policy?.Policy === undefined ? null : JSON.parse(policy.Policy),
          publicAccessBlock: block?.PublicAccessBlockConfiguration ?? null,
          tags: tags(tagging?.TagSet ?? []),
          objects: Contents.map(({ Key, ETag }) => `${Key} ${ETag}`).toSorted(),
        },
      ];
    }),
  );
}

export async function dumpFunctions({ lambda }: RootClients): Promise<unknown> {
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  return byName(
    Functions.map(async ({ FunctionName }): Promise<[string, unknown]> => {
      const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      const { Runtime, Handler, Role, Timeout, MemorySize, CodeSha256, Environment, Layers, Description } = found;
      const variables = sorted(Environment?.Variables ?? {});
      const kept = { Runtime, Handler, Role, Timeout, MemorySize, CodeSha256, Description, Layers, variables };
      return [given(FunctionName, 'a function name'), kept];
    }),
  );
}

export async function dumpFleet({ ec2, autoscaling }: RootClients) {
  const [{ Reservations = [] }, { AutoScalingGroups = [] }] = await Promise.all([
    ec2.send(new DescribeInstancesCommand({})),
    autoscaling.send(new DescribeAutoScalingGroupsCommand({})),
  ]);
  const instances: Record<string, unknown> = {};
  const residue: string[] = [];
  for (const { InstanceId = '', ImageId, InstanceType, SubnetId, State, Tags = [] } of Reservations.flatMap(
    ({ Instances = [] }) => Instances,
  )) {
    if (State?.Name === 'terminated' || State?.Name === 'shutting-down') residue.push(`instance ${InstanceId}`);
    else instances[InstanceId] = { ImageId, InstanceType, SubnetId, state: State?.Name, tags: tags(Tags) };
  }
  const groups = AutoScalingGroups.map((group): [string, unknown] => {
    const {
      AutoScalingGroupName,
      MinSize,
      MaxSize,
      DesiredCapacity,
      LaunchTemplate,
      Instances = [],
      Tags = [],
    } = group;
    const members = Instances.map(({ InstanceId = '' }) => InstanceId).toSorted();
    const launchTemplate = LaunchTemplate?.LaunchTemplateId;
    const size = { MinSize, MaxSize, DesiredCapacity };
    return [AutoScalingGroupName ?? '', { ...size, launchTemplate, members, tags: tags(Tags) }];
  });
  return { instances: sorted(instances), groups: Object.fromEntries(groups), residue: residue.toSorted() };
}

export async function dumpTrails(regions: readonly RootClients[]): Promise<unknown> {
  const perRegion = await Promise.all(
    regions.map(async ({ cloudtrail }) => {
      const region = await cloudtrail.config.region();
      const { trailList = [] } = await cloudtrail.send(new DescribeTrailsCommand({ includeShadowTrails: false }));
      const home = trailList.filter(({ TrailARN }) => TrailARN?.split(':')[3] === region);
      return home.map(async ({ TrailARN, IsMultiRegionTrail, S3BucketName }): Promise<[string, unknown]> => {
        const { IsLogging } = await cloudtrail.send(new GetTrailStatusCommand({ Name: TrailARN }));
        return [given(TrailARN, 'a trail ARN'), { IsMultiRegionTrail, S3BucketName, IsLogging }];
      });
    }),
  );
  return byName(perRegion.flat());
}

async function byName(entries: readonly Promise<[string, unknown]>[]): Promise<Record<string, unknown>> {
  return sorted(Object.fromEntries(await Promise.all(entries)));
}

function sorted(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** IAM answers documents URL-encoded. */
function document(encoded: string | undefined): unknown {
  return encoded === undefined ? null : JSON.parse(decodeURIComponent(encoded));
}

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

function tags(list: readonly Tag[]): Record<string, unknown> {
  return sorted(Object.fromEntries(list.map(({ Key = '', Value }) => [Key, Value])));
}

async function unless<T>(code: string, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && error.name === code) return undefined;
    throw error;
  }
}
