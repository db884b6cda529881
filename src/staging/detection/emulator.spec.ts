import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CloudTrailClient,
  CreateTrailCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { bootScript } from '../emulator/boot.ts';
import { emulatorEnvironment } from '../emulator/environment.ts';
import { type RemediatorStartUp, remediatorActions } from '../remediator/start-up.ts';
import { ensureVenv } from '../venv/install.ts';
import { faults, startUp as names, type RecordParts, recordOf } from './detection.fixture.ts';
import { type DetectionStartUp, detectionActions, readyLine } from './start-up.ts';

const { account, region, roles, buckets } = names;
const readOnlyPolicy = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const adminPolicy = 'arn:aws:iam::aws:policy/AdministratorAccess';

describe('detection and remediator on the emulator', function () {
  this.timeout(20_000);
  const children: ChildProcess[] = [];
  const events: unknown[] = [];
  let trouble = '';
  let folder: string;
  let webhook: Server;
  let aws: Clients;
  let queues: Record<string, string>;
  let trail: string;
  let base: string;

  before(async function () {
    this.timeout(180_000);
    folder = await mkdtemp(join(tmpdir(), 'windshear-detection-'));
    const endpoint = `http://127.0.0.1:${await startEmulator()}`;
    aws = clientsFor(endpoint);
    queues = await seedQueues();
    trail = await seedAccount();
    base = `http://127.0.0.1:${await startDetection(endpoint)}`;
    await startRemediator(endpoint);
    webhook = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        events.push(JSON.parse(text));
        response.writeHead(204).end();
      });
    }).listen(0, '127.0.0.1');
    await once(webhook, 'listening');
    const address = webhook.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/token`;
    await fetch(`${base}/identity-rules/subscriptions`, { method: 'PUT', body: JSON.stringify({ url }) });
  });

  after(async () => {
    for (const child of children.toReversed()) {
      const closed = once(child, 'close');
      child.stdin?.end();
      await closed;
    }
    webhook?.close();
    webhook?.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  });

  it('leads a public bucket policy from the trail to a finding in the queue', async () => {
    await feed('trailRules', faults.publicPolicy);
    const finding = await nextFinding();
    expect(finding).to.have.nested.property('detail-type', 'Detection Finding');
    expect(finding).to.have.nested.property('detail.finding_info.title', 's3-public-policy');
  });

  it('leads a sample of trail-rules through the same queue', async () => {
    await fetch(`${base}/trail-rules/test`, { method: 'POST', body: '{"marker":"wsabc234def567.k"}' });
    expect(await nextFinding()).to.have.nested.property('detail.http_request.user_agent', 'wsabc234def567.k');
  });

  it('leads an administrator policy from the trail to the subscriber', async () => {
    await feed('identityRules', faults.adminAttached);
    await until(async () => events.length > 0);
    expect(events[0]).to.have.nested.property('data.rule', 'admin-policy-attached');
  });

  it('leads an unusual launch to the alert file', async () => {
    await feed('profile', faults.rogueInstance);
    await until(async () => (await readFile(join(folder, 'profile', 'alerts.jsonl'), 'utf8')).includes('ami-0rogue'));
  });

  it('raises posture while the trail is stopped and takes it back', async () => {
    expect(await firing()).to.deep.equal([]);
    await aws.cloudtrail.send(new StopLoggingCommand({ Name: trail }));
    await until(async () => (await firing()).includes('TrailStopped'));
    await aws.cloudtrail.send(new StartLoggingCommand({ Name: trail }));
    await until(async () => (await firing()).length === 0);
  });

  it('detaches what is forbidden and leaves what is permitted', async () => {
    for (const PolicyArn of [readOnlyPolicy, adminPolicy]) {
      await aws.iam.send(new AttachRolePolicyCommand({ RoleName: 'inference-api', PolicyArn }));
    }
    await until(async () => {
      const { AttachedPolicies } = await aws.iam.send(
        new ListAttachedRolePoliciesCommand({ RoleName: 'inference-api' }),
      );
      return AttachedPolicies?.map(({ PolicyArn }) => PolicyArn).join() === readOnlyPolicy;
    });
  });

  it('needs no more rights than it declares, and logs nothing while all goes well', () => {
    expect(trouble).to.equal('');
  });

  async function startEmulator(): Promise<number | undefined> {
    const { python } = await ensureVenv();
    const env = emulatorEnvironment(account, region, folder);
    return portOf(spawn(python, ['-c', bootScript], { env, stdio: ['pipe', 'pipe', 'ignore'], detached: true }));
  }

  async function startDetection(endpoint: string): Promise<number | undefined> {
    const startUp: DetectionStartUp = {
      ...names,
      stateFolder: folder,
      ministack: endpoint,
      // Refuses whoever has no signature, as the endpoint refuses whoever has no token.
      endpoint: `${endpoint}/v1/infer`,
      credentials: { detectors: await userWith('detection', detectionActions) },
      trails: { ...names.trails, primary: trail },
      queues: { trailRules: queue('trailRules'), identityRules: queue('identityRules'), profile: queue('profile') },
      options: {},
    };
    const child = startChild('detection');
    child.stderr?.on('data', (text) => {
      trouble += text;
    });
    return portOf(child, startUp);
  }

  async function startRemediator(endpoint: string): Promise<void> {
    const startUp: RemediatorStartUp = {
      endpoint,
      region,
      credentials: await userWith('remediator', ['sts:AssumeRole']),
      role: roles.remediator,
      watched: ['inference-api', 'inference-worker'],
    };
    await portOf(startChild('remediator'), startUp);
  }

  /** The remediator has no port. */
  async function portOf(child: ChildProcess, startUp?: object): Promise<number | undefined> {
    children.push(child);
    if (startUp !== undefined) child.stdin?.write(`${JSON.stringify(startUp)}\n`);
    if (child.stdout === null) throw new Error('The child has no stdout.');
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    return readyLine.parse(JSON.parse(String(line))).port;
  }

  async function seedQueues(): Promise<Record<string, string>> {
    const made: Record<string, string> = {};
    for (const name of ['trailRules', 'identityRules', 'profile', 'findings']) {
      const { QueueUrl } = await aws.sqs.send(new CreateQueueCommand({ QueueName: name }));
      made[name] = QueueUrl ?? '';
    }
    const attributes = new GetQueueAttributesCommand({ QueueUrl: made['findings'], AttributeNames: ['QueueArn'] });
    const Arn = (await aws.sqs.send(attributes)).Attributes?.['QueueArn'];
    const EventPattern = JSON.stringify({ source: ['windshear.trail-rules'] });
    await aws.events.send(new PutRuleCommand({ Name: 'findings', EventPattern }));
    await aws.events.send(new PutTargetsCommand({ Rule: 'findings', Targets: [{ Id: 'queue', Arn }] }));
    return made;
  }

  /** Makes what posture and remediator look at; answers the trail's ARN. */
  async function seedAccount(): Promise<string> {
    const AssumeRolePolicyDocument = allow('sts:AssumeRole', { Principal: { AWS: `arn:aws:iam::${account}:root` } });
    for (const RoleName of ['inference-api', 'inference-worker', 'identity-remediator']) {
      await aws.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    }
    const PolicyDocument = allow(remediatorActions, { Resource: '*' });
    const policy = { RoleName: 'identity-remediator', PolicyName: 'work', PolicyDocument };
    await aws.iam.send(new PutRolePolicyCommand(policy));
    for (const Bucket of [buckets.models, buckets.modelsGuarded]) {
      await aws.s3.send(new CreateBucketCommand({ Bucket }));
    }
    const trailParts = { Name: 'trail-primary', S3BucketName: buckets.models, IsMultiRegionTrail: true };
    const { TrailARN = '' } = await aws.cloudtrail.send(new CreateTrailCommand(trailParts));
    await aws.cloudtrail.send(new StartLoggingCommand({ Name: TrailARN }));
    return TrailARN;
  }

  async function userWith(UserName: string, actions: readonly string[]) {
    await aws.iam.send(new CreateUserCommand({ UserName }));
    const PolicyDocument = allow(actions, { Resource: '*' });
    await aws.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'work', PolicyDocument }));
    const { AccessKey } = await aws.iam.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  }

  async function feed(name: string, parts: RecordParts): Promise<void> {
    const MessageBody = JSON.stringify({ 'detail-type': 'AWS API Call via CloudTrail', detail: recordOf(parts) });
    await aws.sqs.send(new SendMessageCommand({ QueueUrl: queue(name), MessageBody }));
  }

  async function nextFinding(): Promise<unknown> {
    const receive = { QueueUrl: queue('findings'), WaitTimeSeconds: 4, VisibilityTimeout: 600 };
    const { Messages } = await aws.sqs.send(new ReceiveMessageCommand(receive));
    return JSON.parse(Messages?.[0]?.Body ?? 'null');
  }

  async function firing(): Promise<readonly string[]> {
    const alerts = (await (await fetch(`${base}/posture/api/v2/alerts`)).json()) as { labels: { alertname: string } }[];
    return alerts.map(({ labels }) => labels.alertname);
  }

  function queue(name: string): string {
    return queues[name] ?? '';
  }
});

interface Clients {
  readonly iam: IAMClient;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly events: EventBridgeClient;
  readonly cloudtrail: CloudTrailClient;
}

/** The emulator's root key of an account is the account's own number. */
function clientsFor(endpoint: string): Clients {
  const config = { endpoint, region, credentials: { accessKeyId: account, secretAccessKey: 'test' } };
  return {
    iam: new IAMClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sqs: new SQSClient(config),
    events: new EventBridgeClient(config),
    cloudtrail: new CloudTrailClient(config),
  };
}

function startChild(name: 'detection' | 'remediator'): ChildProcess {
  const main = new URL(`../${name}/main.ts`, import.meta.url).pathname;
  return spawn(process.execPath, ['--conditions=windshear-source', main], { stdio: 'pipe' });
}

function allow(Action: string | readonly string[], rest: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, ...rest }] });
}

async function until(happened: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await happened())) {
    if (performance.now() > deadline) throw new Error('It did not happen within 10 s.');
    await wait(20);
  }
}
