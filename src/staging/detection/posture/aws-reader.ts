import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { S3Client } from '@aws-sdk/client-s3';
import type { StateReader } from './checks.ts';

export interface ReaderClients {
  readonly iam: IAMClient;
  readonly s3: S3Client;
  readonly cloudtrail: CloudTrailClient;
}

/** Reads the account through the services' own APIs. */
export async function awsReader({ iam, s3, cloudtrail }: ReaderClients): Promise<Omit<StateReader, 'answersAnybody'>> {
  const { GetRoleCommand, ListAttachedRolePoliciesCommand } = await import('@aws-sdk/client-iam');
  const { GetBucketPolicyCommand, GetPublicAccessBlockCommand } = await import('@aws-sdk/client-s3');
  const { GetTrailStatusCommand } = await import('@aws-sdk/client-cloudtrail');
  return {
    async roleTrust(role) {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName: role }));
      return Role?.AssumeRolePolicyDocument ?? '{"Statement":[]}';
    },
    async attachedPolicies(role) {
      const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: role }));
      return AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []);
    },
    async bucketPolicy(bucket) {
      const answer = await unless('NoSuchBucketPolicy', s3.send(new GetBucketPolicyCommand({ Bucket: bucket })));
      return answer?.Policy;
    },
    async publicAccessBlock(bucket) {
      const answer = await unless(
        'NoSuchPublicAccessBlockConfiguration',
        s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket })),
      );
      const block = answer?.PublicAccessBlockConfiguration;
      return block && settings.map((setting) => block[setting] === true);
    },
    async trailIsLogging(trail) {
      const { IsLogging } = await cloudtrail.send(new GetTrailStatusCommand({ Name: trail }));
      return IsLogging === true;
    },
  };
}

const settings = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;

/** Answers undefined where the service says that there is no such thing; every other error stays one. */
async function unless<Answer>(code: string, call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && error.name === code) return undefined;
    throw error;
  }
}
