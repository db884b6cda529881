import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { StartLoggingCommand, StopLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { DeleteBucketPolicyCommand, PutBucketPolicyCommand, PutPublicAccessBlockCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { stagingDown } from '../down.ts';
import type { StagingState } from '../state.ts';
import { stagingUp } from '../up.ts';
import { actAs, type Ears, type Heard, listenTo } from './staging.fixture.ts';

type Actor = Awaited<ReturnType<typeof actAs>>;

const readOnlyPolicy = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const adminPolicy = 'arn:aws:iam::aws:policy/AdministratorAccess';

describe('the detectors of a whole staging', function () {
  this.timeout(20_000);
  let folder: string;
  let state: StagingState;
  let ears: Ears;
  let injecting: Actor;
  let reverting: Actor;

  before(async function () {
    this.timeout(180_000);
    folder = await mkdtemp(join(tmpdir(), 'windshear-detectors-'));
    state = await stagingUp({ folder: join(folder, 'staging'), idleTimeoutMs: 120_000 });
    [injecting, reverting] = await Promise.all([actAs(state, 'tester', 'i'), actAs(state, 'revert', 'r')]);
    ears = await listenTo(state);
  });
  beforeEach(() => ears.forget());
  after(async () => {
    await ears?.close();
    await stagingDown(join(folder, 'staging'));
    await rm(folder, { recursive: true, force: true });
  });

  it('are silent on sessions, every control, its revert and every read', async () => {
    const [control, controlThere, revertThere] = await Promise.all([
      actAs(state, 'tester', 'c'),
      actAs(state, 'tester', 'c', state.aws.secondRegion),
      actAs(state, 'revert', 'r', state.aws.secondRegion),
    ]);
    const { first, second } = names();
    await control.iam.send(new AttachRolePolicyCommand({ RoleName: first, PolicyArn: readOnlyPolicy }));
    await reverting.iam.send(new DetachRolePolicyCommand({ RoleName: first, PolicyArn: readOnlyPolicy }));
    await control.iam.send(trusting(second, `arn:aws:iam::${state.aws.secondAccount}:root`));
    await reverting.iam.send(trusting(second));
    for (const bucket of [state.buckets.models, state.buckets.modelsGuarded]) {
      await control.s3.send(lettingIn(bucket, { AWS: `arn:aws:iam::${state.aws.account}:root` }));
      await reverting.s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    }
    await control.lambda.send(variables({ LOG_LEVEL: 'info' }));
    await reverting.lambda.send(variables({}));
    await terminate(await launch(control, { LaunchTemplate: { LaunchTemplateId: state.autoscaling.launchTemplate } }));
    await controlThere.cloudtrail.send(new StopLoggingCommand({ Name: state.trails.regional }));
    await revertThere.cloudtrail.send(new StartLoggingCommand({ Name: state.trails.regional }));
    const UserName = state.users.ordinary;
    const { AccessKey } = await control.iam.send(new CreateAccessKeyCommand({ UserName }));
    await reverting.iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: AccessKey?.AccessKeyId }));
    for (const { iam } of [control, reverting]) await iam.send(new GetRoleCommand({ RoleName: first }));
    await canaryHeard();
    expect(ears.heard.filter(({ rule }) => !['windshear-canary', 'heartbeat'].includes(rule))).to.deep.equal([]);
  });

  it('see an administrator, who is detached by the remediator', async () => {
    const RoleName = names().first;
    await injecting.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: adminPolicy }));
    await hears('identity-rules', 'admin-policy-attached', state.roles.appFirst, 'i');
    await until(async () => {
      const answer = await reverting.iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
      return answer.AttachedPolicies?.length === 0;
    });
  });

  it('see a trust opened to a foreign account', async () => {
    await injecting.iam.send(trusting(names().second, 'arn:aws:iam::999988887777:root'));
    await hears('trail-rules', 'trust-policy-foreign-account', state.roles.appSecond, 'i');
    await hears('posture', 'ForeignTrust', state.roles.appSecond);
    await reverting.iam.send(trusting(names().second));
    await postureQuiet();
  });

  it('see the attempt on the guarded bucket', async () => {
    const bucket = state.buckets.modelsGuarded;
    await refused(injecting.s3.send(lettingIn(bucket, '*')));
    await hears('trail-rules', 's3-public-policy-attempt', `arn:aws:s3:::${bucket}`, 'i');
  });

  it('see a bucket opened to the world', async () => {
    const Bucket = state.buckets.models;
    const arn = `arn:aws:s3:::${Bucket}`;
    await injecting.s3.send(accessBlock(Bucket, false));
    await injecting.s3.send(lettingIn(Bucket, '*'));
    await hears('trail-rules', 's3-public-access-block-removed', arn, 'i');
    await hears('trail-rules', 's3-public-policy', arn, 'i');
    await hears('posture', 'PublicBucket', arn);
    await hears('posture', 'BlockPublicAccessOff', arn);
    await reverting.s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    await reverting.s3.send(accessBlock(Bucket, true));
    await postureQuiet();
  });

  it('have no rule for a drifted function, on purpose', async () => {
    await injecting.lambda.send(variables({ NODE_OPTIONS: '--require /tmp/x' }));
    await reverting.lambda.send(variables({}));
    await canaryHeard();
    expect(ears.heard.filter(({ phase }) => phase === 'i')).to.deep.equal([]);
  });

  it('see a rogue instance, without a marker', async () => {
    const { rogueImage } = state.autoscaling;
    await terminate(await launch(injecting, { ImageId: rogueImage, InstanceType: 't3.micro' }));
    await hears('profile', 'unusual-action', rogueImage);
  });

  it('see the attempt at a key of the protected user', async () => {
    const UserName = state.users.protected;
    await refused(injecting.iam.send(new CreateAccessKeyCommand({ UserName })));
    await hears('identity-rules', 'access-key-attempt', `arn:aws:iam::${state.aws.account}:user/${UserName}`, 'i');
  });

  it('see the first trail stopped, are blind while it is, and see again', async () => {
    const Name = state.trails.primary;
    await injecting.cloudtrail.send(new StopLoggingCommand({ Name }));
    await hears('trail-rules', 'trail-stopped', Name, 'i');
    await hears('posture', 'TrailStopped', Name);
    await readCanary();
    await wait(50);
    await reverting.cloudtrail.send(new StartLoggingCommand({ Name }));
    await canaryHeard();
    const canaries = ears.heard.filter(
      ({ detector, rule }) => detector === 'trail-rules' && rule === 'windshear-canary',
    );
    expect(canaries).to.have.length(1);
  });

  async function hears(detector: Heard['detector'], rule: string, resource: string, phase?: string): Promise<void> {
    const wanted: Heard = { detector, rule, resource, phase };
    await until(async () => ears.heard.some((one) => isDeepStrictEqual(one, wanted)));
  }

  /** Whatever was recorded before the canary has been judged when both rule detectors tell it and profile beat twice. */
  async function canaryHeard(): Promise<void> {
    await readCanary();
    const from = ears.heard.length;
    const canary = `arn:aws:iam::${state.aws.account}:role/${state.canary.role}`;
    await hears('trail-rules', 'windshear-canary', canary, 'k');
    await hears('identity-rules', 'windshear-canary', canary, 'k');
    await until(async () => ears.heard.slice(from).filter(({ rule }) => rule === 'heartbeat').length >= 2);
  }

  async function readCanary(): Promise<void> {
    const { iam } = await actAs(state, 'tester', 'k');
    await iam.send(new GetRoleCommand({ RoleName: state.canary.role }));
  }

  async function postureQuiet(): Promise<void> {
    await until(async () => (await (await fetch(state.detectors.posture.alerts)).text()) === '[]');
  }

  function names() {
    const last = (arn: string) => arn.split('/').at(-1) ?? arn;
    return { first: last(state.roles.appFirst), second: last(state.roles.appSecond) };
  }

  function variables(Variables: Record<string, string>): UpdateFunctionConfigurationCommand {
    const FunctionName = state.lambda.function;
    return new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } });
  }

  async function launch({ ec2 }: Actor, what: object): Promise<string[]> {
    const once = { SubnetId: state.autoscaling.subnet, MinCount: 1, MaxCount: 1 };
    const { Instances = [] } = await ec2.send(new RunInstancesCommand({ ...what, ...once }));
    return Instances.flatMap(({ InstanceId }) => InstanceId ?? []);
  }

  async function terminate(InstanceIds: string[]): Promise<void> {
    await reverting.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
  }
});

function trusting(RoleName: string, principal?: string): UpdateAssumeRolePolicyCommand {
  const own = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const other = { Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' };
  const Statement = principal === undefined ? [own] : [own, other];
  return new UpdateAssumeRolePolicyCommand({
    RoleName,
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
  });
}

function lettingIn(Bucket: string, Principal: unknown): PutBucketPolicyCommand {
  const Statement = [{ Effect: 'Allow', Principal, Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` }];
  return new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
}

function accessBlock(Bucket: string, on: boolean): PutPublicAccessBlockCommand {
  const PublicAccessBlockConfiguration = {
    BlockPublicAcls: on,
    IgnorePublicAcls: on,
    BlockPublicPolicy: on,
    RestrictPublicBuckets: on,
  };
  return new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration });
}

async function refused(call: Promise<unknown>): Promise<void> {
  const name = await call.then(
    () => 'nothing',
    (error: unknown) => (error instanceof Error ? error.name : ''),
  );
  expect(name).to.contain('AccessDenied');
}

async function until(happened: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await happened())) {
    if (performance.now() > deadline) throw new Error('It did not happen within 10 s.');
    await wait(20);
  }
}
