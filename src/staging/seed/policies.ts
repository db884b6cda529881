import { detectionActions } from '../detection/start-up.ts';
import { remediatorActions } from '../remediator/start-up.ts';
import {
  account,
  bucketNames,
  functionName,
  queueArn,
  queueNames,
  region,
  roleArn,
  roleNames,
  secondRegion,
  trailArn,
  trailNames,
  userArn,
  userNames,
} from './names.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

const appRoles = [roleArn(roleNames.appFirst), roleArn(roleNames.appSecond)];
const modelBuckets = [`arn:aws:s3:::${bucketNames.models}`, `arn:aws:s3:::${bucketNames.modelsGuarded}`];
const functions = `arn:aws:lambda:${region}:${account}:function:${functionName}`;
const trails = [trailArn(trailNames.primary, region), trailArn(trailNames.regional, secondRegion)];

const reads: readonly Statement[] = [
  { Sid: 'ReadIdentities', Effect: 'Allow', Action: ['iam:Get*', 'iam:List*', 'iam:Simulate*'], Resource: '*' },
  {
    Sid: 'ReadBuckets',
    Effect: 'Allow',
    Action: ['s3:GetBucket*', 's3:ListBucket', 's3:ListAllMyBuckets'],
    Resource: '*',
  },
  { Sid: 'ReadFunctions', Effect: 'Allow', Action: ['lambda:Get*', 'lambda:List*'], Resource: '*' },
  { Sid: 'ReadFleet', Effect: 'Allow', Action: ['ec2:Describe*', 'autoscaling:Describe*'], Resource: '*' },
  {
    Sid: 'ReadTrails',
    Effect: 'Allow',
    Action: ['cloudtrail:Get*', 'cloudtrail:List*', 'cloudtrail:Describe*', 'cloudtrail:LookupEvents'],
    Resource: '*',
  },
  { Sid: 'WhoAmI', Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' },
];

/** What the faults do, what their reverts do, and one thing that is forbidden whatever else is allowed. */
export const testerPolicy = policy([
  ...reads,
  {
    Sid: 'DriftRoles',
    Effect: 'Allow',
    Action: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy', 'iam:UpdateAssumeRolePolicy'],
    Resource: appRoles,
  },
  {
    Sid: 'DriftKeys',
    Effect: 'Allow',
    Action: ['iam:CreateAccessKey', 'iam:DeleteAccessKey'],
    Resource: [userArn(userNames.ordinary), userArn(userNames.protected)],
  },
  {
    Sid: 'NeverAKeyOfTheProtectedUser',
    Effect: 'Deny',
    Action: 'iam:CreateAccessKey',
    Resource: userArn(userNames.protected),
  },
  {
    Sid: 'DriftBuckets',
    Effect: 'Allow',
    Action: ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy', 's3:PutBucketPublicAccessBlock'],
    Resource: modelBuckets,
  },
  { Sid: 'DriftFunction', Effect: 'Allow', Action: 'lambda:UpdateFunctionConfiguration', Resource: functions },
  {
    Sid: 'DriftFleet',
    Effect: 'Allow',
    Action: ['ec2:RunInstances', 'ec2:TerminateInstances', 'ec2:CreateTags'],
    Resource: '*',
  },
  {
    Sid: 'DriftTrails',
    Effect: 'Allow',
    Action: ['cloudtrail:StopLogging', 'cloudtrail:StartLogging'],
    Resource: trails,
  },
]);

/** What puts things back, and nothing that drifts them. */
export const revertPolicy = policy([
  ...reads,
  {
    Sid: 'PutRolesBack',
    Effect: 'Allow',
    Action: ['iam:DetachRolePolicy', 'iam:UpdateAssumeRolePolicy'],
    Resource: appRoles,
  },
  {
    Sid: 'TakeKeysBack',
    Effect: 'Allow',
    Action: 'iam:DeleteAccessKey',
    Resource: [userArn(userNames.ordinary), userArn(userNames.protected)],
  },
  {
    Sid: 'PutBucketsBack',
    Effect: 'Allow',
    Action: ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy', 's3:PutBucketPublicAccessBlock'],
    Resource: modelBuckets,
  },
  { Sid: 'PutFunctionBack', Effect: 'Allow', Action: 'lambda:UpdateFunctionConfiguration', Resource: functions },
  { Sid: 'TakeInstancesBack', Effect: 'Allow', Action: 'ec2:TerminateInstances', Resource: '*' },
  { Sid: 'StartTrails', Effect: 'Allow', Action: 'cloudtrail:StartLogging', Resource: trails },
]);

/** Its own reads and sender, and the queue from which findings are collected. */
export const detectorsPolicy = policy([
  { Effect: 'Allow', Action: [...detectionActions], Resource: '*' },
  {
    Effect: 'Allow',
    Action: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ChangeMessageVisibility'],
    Resource: Object.values(queueNames).map(queueArn),
  },
]);

export const remediatorPolicy = policy([{ Effect: 'Allow', Action: [...remediatorActions], Resource: appRoles }]);

export const apiPolicy = policy([
  { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucketNames.models}/*` },
  { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: functions },
]);

export const workerPolicy = policy([
  { Effect: 'Allow', Action: 's3:GetObject', Resource: modelBuckets.map((bucket) => `${bucket}/*`) },
  { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: `arn:aws:sqs:${region}:${account}:inference-jobs` },
]);

export const preprocessorPolicy = policy([
  { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucketNames.models}/*` },
]);

/** Passes events of the second region on to the first. */
export const forwardPolicy = policy([
  { Effect: 'Allow', Action: 'events:PutEvents', Resource: `arn:aws:events:${region}:${account}:event-bus/default` },
]);

/** Lets the user become the role of the same purpose, and nothing else. */
export function mayAssume(role: string): string {
  return policy([{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArn(role) }]);
}

export function trustOf(principal: Readonly<Record<string, string>>): string {
  return policyDocument([{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }]);
}

function policy(statements: readonly Statement[]): string {
  return policyDocument(statements);
}

export function policyDocument(statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
