import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { httpRequest } from '../../detectors/canaries/http.request.ts';
import { httpPoll } from '../../detectors/channels/http-poll.ts';
import { webhook } from '../../detectors/channels/webhook.ts';
import type { Target } from '../../model/target.ts';
import { awsTarget } from '../../targets/aws/aws-target.ts';
import { channelClients } from '../../targets/aws/channel-clients.ts';
import { openConnection as openAws } from '../../targets/aws/connection.ts';
import type { HttpClients } from '../../targets/http/clients.ts';
import { httpTarget } from '../../targets/http/http-target.ts';
import { kubernetesTarget } from '../../targets/kubernetes/kubernetes-target.ts';
import { fakeChannelContext } from '../fakes/channel-context.ts';
import { startKubernetesServer } from '../fakes/kubernetes-server.ts';
import { realTime } from '../real-time.ts';

const signal = new AbortController().signal;
const marker = 'wsabcdefghij23';
const variables = { KEY: 'AKIATESTER', SECRET: 's', TOKEN: 't' };
const options = { embedded: true, clock: realTime, variables, version: '1', warn: () => undefined };
const credentials = { env: { accessKeyId: 'KEY', secretAccessKey: 'SECRET' } };
const accounts = ['111122223333'];

/** Every way in which we ask over plain HTTP; each is told to look elsewhere, on a host that it may ask. */
const clients: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  'an AWS service that is asked by a form': async (url) => awsCall(url, 'iam', 'GetUser', {}),
  'an AWS service that is asked by path': async (url) =>
    awsCall(url, 's3', 'PutBucketPolicy', { Bucket: 'models', Policy: '{}' }),
  'an AWS service that is asked in JSON': async (url) => awsCall(url, 'cloudtrail', 'StopLogging', { Name: 'trail' }),
  'the proof of an AWS account': async (url) => {
    const config = { endpoint: url, region: 'us-east-1', identity: { credentials }, proof: { accounts } };
    const proofs = await closing(awsTarget({ ...config, requestTimeout: 2000 }, options), (target) =>
      target.prove(signal),
    );
    if (proofs.every(({ holds }) => holds)) return;
    throw new Error('It is not proven.');
  },
  'a queue of a channel': async (url) => {
    const opened = channelClients({ endpoint: url, region: 'us-east-1', credentials }, options);
    try {
      const sqs = await opened.sqs();
      await sqs.send(new ReceiveMessageCommand({ QueueUrl: `${url}/111122223333/findings` }));
    } finally {
      opened.close();
    }
  },
  'a channel that polls': async (url) => {
    const channel = await httpPoll.open(fakeChannelContext(), httpPoll.params.parse({ url: `${url}/alerts` }));
    await channel.poll?.(signal);
  },
  'a tool that is told the address of a webhook': async (url) => {
    await webhook.open(fakeChannelContext(), webhook.params.parse({ announce: { url: `${url}/subscribe` } }));
  },
  "a tool's own test": async (url) =>
    httpRequest.raise(
      { clock: realTime, signal, clients: async () => undefined, markerText: marker },
      httpRequest.params.parse({ url: `${url}/test` }),
    ),
  'a service that a fault changes': async (url) =>
    overHttp(url, (http) => http.send({ method: 'PUT', url: `${url}/setting`, body: {} }, signal)),
  'a service that a probe reads': async (url) =>
    overHttp(url, (http) => http.send({ method: 'GET', url: `${url}/health` }, signal)),
  'a service under load': async (url) =>
    overHttp(url, async (http) => {
      const status = await http.traffic({ method: 'GET', url: `${url}/infer` }).send().status;
      if (status >= 300 && status < 400) throw new Error(`It was answered ${status}.`);
    }),
};

describe('a redirect', () => {
  let server: Server;
  let url: string;
  let status = 302;
  const asked: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const elsewhere = { location: `${url}/elsewhere`, 'x-amz-bucket-region': 'eu-west-1' };
      request
        .resume()
        .on('end', () => response.writeHead(request.url === '/elsewhere' ? 200 : status, elsewhere).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  beforeEach(() => {
    asked.length = 0;
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  for (const [what, ask] of Object.entries(clients)) {
    for (const code of [301, 302, 303, 307, 308]) {
      it(`by ${code} is not followed to ${what}`, async () => {
        status = code;
        expect(await failure(ask(url)), 'it was taken for an answer').to.be.instanceOf(Error);
        expect(asked).to.have.length(1).and.not.include('/elsewhere');
      });
    }
  }

  for (const code of [301, 302, 303, 307, 308]) {
    it(`by ${code} is not followed to a cluster`, async () => {
      const cluster = await startKubernetesServer(({ path }) =>
        path === '/elsewhere' ? { body: {} } : { status: code, headers: { location: '/elsewhere' }, body: {} },
      );
      const config = {
        ...{ server: cluster.url, caFile: cluster.caFile, identity: { token: { env: 'TOKEN' } } },
        ...{ proof: { clusterUids: ['uid-1'] }, requestTimeout: 2000 },
      };
      const proofs = await closing(kubernetesTarget(config, options), (target) => target.prove(signal));
      await cluster.close();
      expect(proofs.map(({ holds }) => holds)).to.deep.equal([false, false]);
      for (const { path } of cluster.requests) expect(path).to.match(/kube-system$|selfsubjectreviews$/);
    });
  }
});

async function awsCall(endpoint: string, service: string, operation: string, input: object): Promise<void> {
  const connection = openAws({
    ...{ endpoint, region: 'us-east-1', account: '111122223333', embedded: true, phase: 'inject' },
    credentials: async () => ({ accessKeyId: 'AKIATESTER', secretAccessKey: 's' }),
    ...{ userAgent: { version: '1' }, requestTimeoutMs: 2000, clock: realTime },
  });
  try {
    await connection.clients.send(service, operation, { ...input }, signal);
  } finally {
    connection.close();
  }
}

async function overHttp(url: string, act: (clients: HttpClients) => Promise<unknown>): Promise<void> {
  const beacon = { url: `${url}/beacon`, pointer: '/environment', value: 'embedded' };
  const target = httpTarget({ hosts: [url], proof: { beacon }, requestTimeout: 2000 }, options);
  await closing(target, async () => act((await target.session('inject', marker, signal)).clients as HttpClients));
}

async function closing<Result>(target: Target, act: (target: Target) => Promise<Result>): Promise<Result> {
  try {
    return await act(target);
  } finally {
    await target.close();
  }
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
