import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { z } from 'zod';
import type { StagingState } from '../state.ts';

/** What one detector said, in the few words that specs compare. */
export interface Heard {
  readonly detector: 'trail-rules' | 'identity-rules' | 'posture' | 'profile';
  readonly rule: string;
  readonly resource: string | undefined;
  /** The phase letter of the marker, where the detector carries one. */
  readonly phase: string | undefined;
}

export interface Ears {
  readonly heard: readonly Heard[];
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

const marker = 'wsabcdefgh2345';

/** Works as the tester's or the revert's role, marked with a phase. */
export async function actAs(state: StagingState, who: 'tester' | 'revert', phase: string, region = 'us-east-1') {
  const { endpoint } = state.aws;
  const name = `${marker}.${phase}`;
  const user = {
    endpoint,
    region: 'us-east-1',
    credentials: await keys(state.credentials[who]),
    customUserAgent: name,
  };
  const assume = new AssumeRoleCommand({ RoleArn: state.roles[who], RoleSessionName: name });
  const { Credentials } = await new STSClient(user).send(assume);
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const config = { endpoint, region, credentials, customUserAgent: name, maxAttempts: 1 };
  return {
    iam: new IAMClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    lambda: new LambdaClient(config),
    ec2: new EC2Client(config),
    cloudtrail: new CloudTrailClient(config),
  };
}

/** Listens to all four detectors by the channels that a consumer has. */
export async function listenTo(state: StagingState): Promise<Ears> {
  const heard: Heard[] = [];
  const end = new AbortController();
  const webhook = await subscribe(state, heard);
  const credentials = await keys(state.credentials.detectors);
  const sqs = new SQSClient({ endpoint: state.aws.endpoint, region: 'us-east-1', credentials });
  const loops = [followQueue(sqs), followAlerts(), followFile()];

  async function followQueue(client: SQSClient): Promise<void> {
    const request = { QueueUrl: state.detectors['trail-rules'].queueUrl, WaitTimeSeconds: 1, MaxNumberOfMessages: 10 };
    while (!end.signal.aborted) {
      const { Messages = [] } = await client.send(new ReceiveMessageCommand({ ...request, VisibilityTimeout: 900 }));
      for (const { Body } of Messages) {
        const { detail } = z.object({ detail: finding }).parse(JSON.parse(Body ?? ''));
        const [resource] = detail.resources;
        heard.push({
          detector: 'trail-rules',
          rule: detail.finding_info.title,
          resource: resource?.uid,
          phase: phaseIn(detail.http_request.user_agent),
        });
      }
    }
  }

  async function followAlerts(): Promise<void> {
    let before = new Set<string>();
    while (!end.signal.aborted) {
      const list = alerts.parse(await (await fetch(state.detectors.posture.alerts)).json());
      for (const { fingerprint, labels } of list) {
        if (before.has(fingerprint)) continue;
        heard.push({ detector: 'posture', rule: labels.alertname, resource: labels.resource, phase: undefined });
      }
      before = new Set(list.map(({ fingerprint }) => fingerprint));
      await wait(50);
    }
  }

  async function followFile(): Promise<void> {
    let read = 0;
    while (!end.signal.aborted) {
      const lines = (await readFile(state.detectors.profile.file, 'utf8')).split('\n').slice(0, -1);
      for (const line of lines.slice(read)) {
        const { data } = anomaly.parse(JSON.parse(line));
        heard.push({ detector: 'profile', rule: data.rule, resource: data.resource?.id, phase: phaseIn(line) });
      }
      read = lines.length;
      await wait(50);
    }
  }

  return {
    heard,
    forget: () => heard.splice(0),
    async close() {
      end.abort(new Error('closed'));
      webhook.close();
      webhook.closeAllConnections();
      await Promise.all(loops);
    },
  };
}

async function subscribe(state: StagingState, heard: Heard[]) {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const { subject, data } = identityEvent.parse(JSON.parse(text));
      const phase = phaseIn(data.actor.userAgent);
      heard.push({ detector: 'identity-rules', rule: data.rule, resource: subject, phase });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
  await fetch(state.detectors['identity-rules'].subscribe, { method: 'PUT', body: JSON.stringify({ url }) });
  return server;
}

const finding = z.object({
  finding_info: z.object({ title: z.string() }),
  resources: z.array(z.object({ uid: z.string() })),
  http_request: z.object({ user_agent: z.string() }),
});
const alerts = z.array(
  z.object({ fingerprint: z.string(), labels: z.object({ alertname: z.string(), resource: z.string().optional() }) }),
);
const anomaly = z.object({ data: z.object({ rule: z.string(), resource: z.object({ id: z.string() }).optional() }) });
const identityEvent = z.object({
  subject: z.string().optional(),
  data: z.object({ rule: z.string(), actor: z.object({ userAgent: z.string() }) }),
});

async function keys(path: string) {
  const shape = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() });
  return shape.parse(JSON.parse(await readFile(path, 'utf8')));
}

function phaseIn(text: string): string | undefined {
  return new RegExp(`${marker}\\.([icork])`).exec(text)?.[1];
}
