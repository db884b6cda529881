import { type Detection, detectionStartUp } from './start-up.ts';
import { type TrailRecord, trailRecord } from './trail-record.ts';

const iam = 'arn:aws:iam::111122223333:';

export const startUp: Detection = detectionStartUp.parse({
  stateFolder: '/nowhere',
  ministack: 'http://127.0.0.1:1',
  credentials: { detectors: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' } },
  account: '111122223333',
  secondAccount: '444455556666',
  region: 'us-east-1',
  secondRegion: 'eu-west-1',
  roles: {
    tester: `${iam}role/windshear-tester`,
    revert: `${iam}role/windshear-revert`,
    remediator: `${iam}role/identity-remediator`,
    appFirst: `${iam}role/inference-api`,
    appSecond: `${iam}role/inference-worker`,
  },
  users: { protected: 'break-glass-admin', ordinary: 'build-bot' },
  buckets: { models: 'models-a1', modelsGuarded: 'models-guarded-a1' },
  lambda: { function: 'inference-preprocessor' },
  autoscaling: {
    group: 'inference-asg',
    launchTemplate: 'lt-0abc',
    image: 'ami-0good',
    rogueImage: 'ami-0rogue',
    subnet: 'subnet-1',
  },
  trails: {
    primary: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/trail-primary',
    regional: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/trail-regional',
  },
  canary: { role: 'windshear-canary' },
  endpoint: 'http://127.0.0.1:1/v1/infer',
  queues: {
    trailRules: 'http://127.0.0.1:1/a',
    identityRules: 'http://127.0.0.1:1/b',
    profile: 'http://127.0.0.1:1/c',
  },
  options: {},
});

export interface RecordParts {
  /** `iam:AttachRolePolicy`, with CloudTrail's own event name. */
  readonly call: string;
  readonly parameters?: Record<string, unknown>;
  /** Name of the role that acts; its session carries a marker. */
  readonly role?: string;
  readonly error?: readonly [code: string, message: string];
  readonly id?: string;
  readonly region?: string;
  readonly readOnly?: boolean;
}

let made = 0;

/** Makes the record of one call as the trail would hold it. */
export function recordOf(parts: RecordParts): TrailRecord {
  const { call, parameters = {}, role = 'windshear-tester', error, region = 'us-east-1', readOnly = false } = parts;
  const [service, eventName] = call.split(':');
  made += 1;
  return trailRecord.parse({
    eventVersion: '1.11',
    eventID: parts.id ?? `event-${made}`,
    eventTime: '2026-01-01T00:00:00Z',
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: region,
    recipientAccountId: '111122223333',
    userAgent: 'aws-sdk-js/3 wsabc234def567.i',
    sourceIPAddress: '127.0.0.1',
    requestID: `request-${made}`,
    ...(error && { errorCode: error[0], errorMessage: error[1] }),
    readOnly,
    requestParameters: parameters,
    responseElements: null,
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROAX:wsabc234def567.i',
      arn: `arn:aws:sts::111122223333:assumed-role/${role}/wsabc234def567.i`,
      accountId: '111122223333',
      sessionContext: { sessionIssuer: { type: 'Role', arn: `${iam}role/${role}`, userName: role } },
    },
  });
}

function trusting(principal: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }],
  });
}

function lettingIn(principal: unknown) {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: principal, Action: 's3:GetObject' }] };
}

const { models, modelsGuarded } = startUp.buckets;
const { primary, regional } = startUp.trails;
const ownRoot = { AWS: `${iam}root` };

/** The benign twins of the faults, none of which any rule may alert on. */
export const controls: Readonly<Record<string, RecordParts>> = {
  'a permitted read-only policy': {
    call: 'iam:AttachRolePolicy',
    parameters: { roleName: 'inference-api', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
  },
  'trust to the own second account': {
    call: 'iam:UpdateAssumeRolePolicy',
    parameters: { roleName: 'inference-worker', policyDocument: trusting('arn:aws:iam::444455556666:root') },
  },
  'an own-account principal on the guarded bucket': {
    call: 's3:PutBucketPolicy',
    parameters: { bucketName: modelsGuarded, bucketPolicy: lettingIn(ownRoot) },
  },
  'an own-account principal on the first bucket': {
    call: 's3:PutBucketPolicy',
    parameters: { bucketName: models, bucketPolicy: lettingIn(ownRoot) },
  },
  'an allowed variable': {
    call: 'lambda:UpdateFunctionConfiguration20150331v2',
    parameters: { functionName: 'inference-preprocessor', environment: {} },
  },
  "an instance from the group's launch template": {
    call: 'ec2:RunInstances',
    parameters: { launchTemplate: { launchTemplateId: 'lt-0abc' }, subnetId: 'subnet-1' },
  },
  'a stop of the second trail': {
    call: 'cloudtrail:StopLogging',
    parameters: { name: regional },
    region: 'eu-west-1',
  },
  'a key for the ordinary user': { call: 'iam:CreateAccessKey', parameters: { userName: 'build-bot' } },
};

/** What takes the faults back, by the revert role; nothing may alert on it either. */
export const reverts: Readonly<Record<string, RecordParts>> = {
  'a policy detached': {
    call: 'iam:DetachRolePolicy',
    parameters: { roleName: 'inference-api', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  },
  'a trust put back': {
    call: 'iam:UpdateAssumeRolePolicy',
    parameters: { roleName: 'inference-worker', policyDocument: trusting('arn:aws:iam::111122223333:root') },
  },
  'a bucket policy removed': { call: 's3:DeleteBucketPolicy', parameters: { bucketName: models } },
  'a bucket policy put back': {
    call: 's3:PutBucketPolicy',
    parameters: { bucketName: models, bucketPolicy: lettingIn(ownRoot) },
  },
  'Block Public Access put back': {
    call: 's3:PutBucketPublicAccessBlock',
    parameters: {
      bucketName: models,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      },
    },
  },
  'a variable put back': {
    call: 'lambda:UpdateFunctionConfiguration20150331v2',
    parameters: { functionName: 'inference-preprocessor' },
  },
  'an instance terminated': {
    call: 'ec2:TerminateInstances',
    parameters: { instancesSet: { items: [{ instanceId: 'i-1' }] } },
  },
  'the first trail started': { call: 'cloudtrail:StartLogging', parameters: { name: primary } },
  'a key deleted': { call: 'iam:DeleteAccessKey', parameters: { userName: 'build-bot', accessKeyId: 'AKIAX' } },
};

/** The faults, as the trail records them. */
export const faults = {
  adminAttached: {
    call: 'iam:AttachRolePolicy',
    parameters: { roleName: 'inference-api', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  },
  foreignTrust: {
    call: 'iam:UpdateAssumeRolePolicy',
    parameters: { roleName: 'inference-worker', policyDocument: trusting('arn:aws:iam::999988887777:root') },
  },
  blockedFlip: {
    call: 's3:PutBucketPolicy',
    parameters: { bucketName: modelsGuarded, bucketPolicy: lettingIn('*') },
    error: [
      'AccessDenied',
      'public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
    ],
  },
  blockRemoved: { call: 's3:DeleteBucketPublicAccessBlock', parameters: { bucketName: models } },
  publicPolicy: { call: 's3:PutBucketPolicy', parameters: { bucketName: models, bucketPolicy: lettingIn('*') } },
  lambdaDrift: {
    call: 'lambda:UpdateFunctionConfiguration20150331v2',
    parameters: { functionName: 'inference-preprocessor', environment: {} },
  },
  rogueInstance: {
    call: 'ec2:RunInstances',
    parameters: { instancesSet: { items: [{ imageId: 'ami-0rogue' }] }, subnetId: 'subnet-1' },
  },
  trailStopped: { call: 'cloudtrail:StopLogging', parameters: { name: primary } },
  keyRefused: {
    call: 'iam:CreateAccessKey',
    parameters: { userName: 'break-glass-admin' },
    error: ['AccessDenied', 'with an explicit deny in an identity-based policy'],
  },
} as const satisfies Record<string, RecordParts>;
