/**
 * Says what CloudTrail calls an operation; mostly as the API does.
 * S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
 * Lambda: https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
 */
export function eventNameOf(service: string, operation: string): string {
  if (service === 's3') return s3Names[operation] ?? operation;
  if (service === 'lambda') return operation === 'Invoke' ? 'Invoke' : `${operation}${lambdaVersions[operation] ?? ''}`;
  return operation;
}

const s3Names: Readonly<Record<string, string>> = {
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  DeletePublicAccessBlock: 'DeleteBucketPublicAccessBlock',
  PutBucketLifecycleConfiguration: 'PutBucketLifecycle',
  GetBucketLifecycleConfiguration: 'GetBucketLifecycle',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  PutObjectLockConfiguration: 'PutBucketObjectLockConfiguration',
  GetBucketAccelerateConfiguration: 'GetAccelerateConfiguration',
  PutBucketAccelerateConfiguration: 'PutAccelerateConfiguration',
};

const lambdaVersions: Readonly<Record<string, string>> = {
  ...each('20150331v2', [
    'AddPermission',
    'RemovePermission',
    'GetPolicy',
    'GetFunction',
    'GetFunctionConfiguration',
    'UpdateFunctionCode',
    'UpdateFunctionConfiguration',
  ]),
  ...each('20150331', [
    'CreateFunction',
    'DeleteFunction',
    'ListFunctions',
    'CreateAlias',
    'DeleteAlias',
    'GetAlias',
    'ListAliases',
    'UpdateAlias',
    'PublishVersion',
    'ListVersionsByFunction',
    'CreateEventSourceMapping',
    'DeleteEventSourceMapping',
    'GetEventSourceMapping',
    'ListEventSourceMappings',
    'UpdateEventSourceMapping',
  ]),
  ...each('20170331v2', ['TagResource', 'UntagResource']),
  ...each('20170331', ['ListTags']),
  ...each('20171031', ['PutFunctionConcurrency', 'DeleteFunctionConcurrency']),
  ...each('20160819', ['GetAccountSettings']),
};

function each(version: string, operations: readonly string[]): Record<string, string> {
  return Object.fromEntries(operations.map((operation) => [operation, version]));
}

/**
 * Says whether CloudTrail counts an operation as reading. AssumeRole and its kin do.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
 */
export function isReadOnly(operation: string): boolean {
  return /^(Get|List|Describe|Head|Lookup|Search|Query|Scan|Select|BatchGet|Simulate|Decode|Check|Validate|Preview|Test|AssumeRole|Receive)/.test(
    operation,
  );
}

/**
 * Says whether an operation works on data rather than on resources; trails that select management events, as new
 * trails do, leave these out. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
 */
export function isDataEvent(service: string, operation: string): boolean {
  return dataEvents[service]?.test(operation) ?? false;
}

const dataEvents: Readonly<Record<string, RegExp>> = {
  s3: /^(?!.*ObjectLockConfiguration).*(?:Object|Upload)/,
  sqs: /Message/,
  sns: /^Publish/,
  lambda: /^Invoke/,
  events: /^PutEvents$/,
  dynamodb: /Item|^Query$|^Scan$|^PartiQL|^Execute/,
  kinesis: /Record|ShardIterator/,
};
