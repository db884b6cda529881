/**
 * Operations whose IAM action has another name, by `prefix:Operation`.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
 */
const renamed: Readonly<Record<string, string>> = {
  's3:GetPublicAccessBlock': 's3:GetBucketPublicAccessBlock',
  's3:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  's3:DeletePublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  's3:HeadBucket': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:ListObjects': 's3:ListBucket',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:ListBuckets': 's3:ListAllMyBuckets',
  's3:GetBucketEncryption': 's3:GetEncryptionConfiguration',
  's3:PutBucketEncryption': 's3:PutEncryptionConfiguration',
  's3:DeleteBucketEncryption': 's3:PutEncryptionConfiguration',
  's3:GetBucketLifecycleConfiguration': 's3:GetLifecycleConfiguration',
  's3:PutBucketLifecycleConfiguration': 's3:PutLifecycleConfiguration',
  's3:DeleteBucketLifecycle': 's3:PutLifecycleConfiguration',
  's3:GetBucketReplication': 's3:GetReplicationConfiguration',
  's3:PutBucketReplication': 's3:PutReplicationConfiguration',
  's3:DeleteBucketReplication': 's3:PutReplicationConfiguration',
  's3:GetBucketCors': 's3:GetBucketCORS',
  's3:PutBucketCors': 's3:PutBucketCORS',
  's3:DeleteBucketCors': 's3:PutBucketCORS',
  'lambda:Invoke': 'lambda:InvokeFunction',
};

/** Names the IAM action that an operation needs: `s3:PutPublicAccessBlock` → `s3:PutBucketPublicAccessBlock`. */
export function iamAction(service: string, operation: string): string {
  return renamed[`${service}:${operation}`] ?? `${service}:${operation}`;
}

/**
 * Actions that IAM knows on no resource but `*`, of those that are declared here: "Actions, resources, and condition keys".
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
 */
const ofNoResource = /^((ec2|autoscaling):Describe|cloudtrail:LookupEvents$)/;

/** Says whether IAM allows an action on `*` or not at all. */
export function knowsNoResource(action: string): boolean {
  return ofNoResource.test(action);
}

const reads =
  /^(Get|List|Describe|Head|Lookup|Simulate|AssumeRole|Decode|BatchGet|Search|Select|Query|Scan|Validate|Check)/;

/** Says by its name whether an operation changes anything; obtaining a session does not. */
export function isMutating(operation: string): boolean {
  return !reads.test(operation);
}
