import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { CloudTrailClient, StartLoggingCommand, StopLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { EC2Client, RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateAccessKeyCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import {
  DeletePublicAccessBlockCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { adminOf, eventually, failed, sessionOf } from './calls.fixture.ts';
import type { clientConfig } from './detection/clients.ts';
import { stagingDown } from './down.ts';
import { dumpStaging } from './dump.ts';
import type { TrailRecord } from './proxy/record.ts';
import type { StagingState } from './state.ts';
import { stagingUp } from './up.ts';

describe('the embedded staging', function () {
  this.timeout(180_000);
  let parent: string;
  let folder: string;
  let state: StagingState;
  let tester: ReturnType<typeof clientConfig>;

  before(async () => {
    parent = await mkdtemp(join(tmpdir(), 'staging-'));
    folder = join(parent, 'staging');
    state = await stagingUp({ folder, idleTimeoutMs: 120_000 });
    tester = await sessionOf(state, 'tester');
  });

  after(async () => {
    await stagingDown(folder);
    await rm(parent, { recursive: true, force: true });
  });

  async function audit(): Promise<readonly TrailRecord[]> {
    const text = await readFile(state.audit.file, 'utf8');
    return text
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** Waits for the record of a call, which is written after its answer. */
  async function recordOf(requestId: string | undefined): Promise<TrailRecord> {
    const found = await eventually(async () => (await audit()).find(({ requestID }) => requestID === requestId));
    return found;
  }

  it('records a query call as the assumed role with its session', async () => {
    const { $metadata } = await new IAMClient(tester).send(new GetRoleCommand({ RoleName: state.canary.role }));
    const record = await recordOf($metadata.requestId);
    expect(record).to.deep.include({
      eventName: 'GetRole',
      eventSource: 'iam.amazonaws.com',
      readOnly: true,
      requestParameters: { roleName: state.canary.role },
      recipientAccountId: state.aws.account,
    });
    expect(record.userAgent).to.contain('wsabc234def567.i');
    expect(record.userIdentity.arn).to.equal(
      'arn:aws:sts::111122223333:assumed-role/windshear-tester/wsabc234def567.i',
    );
    expect(record.userIdentity.sessionContext?.sessionIssuer.arn).to.equal(state.roles.tester);
  });

  it('refuses a key of the protected user by an explicit deny, and records the attempt', async () => {
    const error = await failed(
      new IAMClient(tester).send(new CreateAccessKeyCommand({ UserName: state.users.protected })),
    );
    expect(error.message).to.contain('with an explicit deny in an identity-based policy');
    expect(await recordOf(error.requestId)).to.deep.include({
      eventName: 'CreateAccessKey',
      errorCode: 'AccessDenied',
      errorMessage: error.message,
    });
  });

  it('refuses a public policy by Block Public Access until that is removed', async () => {
    const s3 = new S3Client({ ...tester, forcePathStyle: true });
    const Bucket = state.buckets.modelsGuarded;
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` }],
    });
    const error = await failed(s3.send(new PutBucketPolicyCommand({ Bucket, Policy })));
    expect(error.message).to.contain('prevented by the BlockPublicPolicy setting in S3 Block Public Access');
    const { requestParameters, errorCode } = await recordOf(error.requestId);
    expect(errorCode).to.equal('AccessDenied');
    expect(requestParameters?.['bucketPolicy']).to.deep.equal(JSON.parse(Policy));

    const removed = await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    expect((await recordOf(removed.$metadata.requestId)).eventName).to.equal('DeleteBucketPublicAccessBlock');
    const on = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: on }));
  });

  it('records a REST call without the values of the environment', async () => {
    const before = await dumpStaging(state);
    const lambda = new LambdaClient(tester);
    const set = (Variables: Record<string, string>) =>
      lambda.send(
        new UpdateFunctionConfigurationCommand({ FunctionName: state.lambda.function, Environment: { Variables } }),
      );
    const { $metadata } = await set({ MODEL_BUCKET: 'elsewhere-secret' });
    const record = await recordOf($metadata.requestId);
    expect(record.eventName).to.equal('UpdateFunctionConfiguration20150331v2');
    expect(JSON.stringify(record)).not.to.contain('elsewhere-secret');
    expect(await dumpStaging(state)).not.to.deep.equal(before);
    await set({ MODEL_BUCKET: state.buckets.models, MAX_TOKENS: '4096' });
    expect(await dumpStaging(state)).to.deep.equal(before);
  });

  it('records a launch with image and instance, and dumps the terminated instance as residue', async () => {
    const ec2 = new EC2Client(tester);
    const { rogueImage, subnet } = state.autoscaling;
    const launch = new RunInstancesCommand({ ImageId: rogueImage, SubnetId: subnet, MinCount: 1, MaxCount: 1 });
    const { Instances: [instance] = [], $metadata } = await ec2.send(launch);
    const { requestParameters, responseElements } = await recordOf($metadata.requestId);
    expect(requestParameters?.['instancesSet']).to.deep.equal({
      items: [{ imageId: rogueImage, minCount: 1, maxCount: 1 }],
    });
    const id = instance?.InstanceId ?? '';
    expect(JSON.stringify(responseElements)).to.contain(id);
    expect((await dumpStaging(state))['instances']).to.have.property(id);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    const after = await dumpStaging(state);
    expect(after['residue']).to.deep.equal([`instance ${id}`]);
    expect(after['instances']).not.to.have.property(id);
  });

  it('names a refused EC2 call as CloudTrail does', async () => {
    const canary = await sessionOf(state, 'revert');
    const launch = new RunInstancesCommand({ ImageId: 'ami-1', MinCount: 1, MaxCount: 1 });
    const error = await failed(new EC2Client(canary).send(launch));
    expect((await recordOf(error.requestId)).errorCode).to.equal('Client.UnauthorizedOperation');
  });

  it('records Auto Scaling', async () => {
    const autoscaling = new AutoScalingClient(tester);
    const names = [state.autoscaling.group];
    const answer = await autoscaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: names }));
    expect(answer.AutoScalingGroups?.[0]?.Instances).to.have.length(2);
    const record = await recordOf(answer.$metadata.requestId);
    expect(record.requestParameters).to.deep.equal({ autoScalingGroupNames: names });
  });

  it('sends records to the queues of a rule that is put while it runs, and refuses forged ones', async () => {
    const root = await adminOf(state);
    const sqs = new SQSClient({ ...root, useQueueUrlAsEndpoint: false });
    const events = new EventBridgeClient(root);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'spec' }));
    const pattern = { source: ['aws.lambda'], detail: { eventName: [{ prefix: 'UpdateFunctionConfiguration' }] } };
    await events.send(new PutRuleCommand({ Name: 'spec', EventPattern: JSON.stringify(pattern) }));
    const Arn = 'arn:aws:sqs:us-east-1:111122223333:spec';
    await events.send(new PutTargetsCommand({ Rule: 'spec', Targets: [{ Id: '1', Arn }] }));
    const forged = { Source: 'aws.lambda', DetailType: 'x', Detail: '{}' };
    const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries: [forged] }));
    expect(FailedEntryCount).to.equal(1);

    const sent = new UpdateFunctionConfigurationCommand({ FunctionName: state.lambda.function, Description: '' });
    const { $metadata } = await new LambdaClient(tester).send(sent);
    const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    const envelope = JSON.parse(received.Messages?.[0]?.Body ?? '{}');
    expect(envelope).to.deep.include({ 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.lambda' });
    expect(envelope.detail.requestID).to.equal($metadata.requestId);
  });

  it('is silent from StopLogging to StartLogging, whose records are still written', async () => {
    const cloudtrail = new CloudTrailClient(tester);
    const Name = state.trails.primary;
    const stopped = await cloudtrail.send(new StopLoggingCommand({ Name }));
    const dark = await new IAMClient(tester).send(new GetRoleCommand({ RoleName: state.canary.role }));
    const started = await cloudtrail.send(new StartLoggingCommand({ Name }));
    await recordOf(started.$metadata.requestId);
    const ids = (await audit()).map(({ requestID }) => requestID);
    expect(ids).to.include(stopped.$metadata.requestId);
    expect(ids).not.to.include(dark.$metadata.requestId);
  });
});
