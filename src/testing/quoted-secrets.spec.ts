import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { httpPoll } from '../detectors/channels/http-poll.ts';
import { kubernetesWatch } from '../detectors/channels/kubernetes-watch.ts';
import { sqs } from '../detectors/channels/sqs.ts';
import { channelClients } from '../targets/aws/channel-clients.ts';
import { openConnection } from '../targets/aws/connection.ts';
import type { HttpClients } from '../targets/http/clients.ts';
import { httpTarget } from '../targets/http/http-target.ts';
import { openConnection as openKubernetes } from '../targets/kubernetes/connection.ts';
import { checkServer, pinServer } from '../targets/kubernetes/server.ts';
import { fakeChannelContext } from './fakes/channel-context.ts';
import { startKubernetesServer } from './fakes/kubernetes-server.ts';
import { realTime } from './real-time.ts';

const never = new AbortController().signal;
const secrets = {
  key: 'own-Key/of+40=letters',
  session: 'session/Token+1234',
  token: 'bearer-token-5678',
  captured: 'captured password 90',
};
const variables = { KEY_ID: 'AKIAOWN', KEY: secrets.key, SESSION: secrets.session, TOKEN: secrets.token };

/** A server, or a proxy before it, that refuses whatever it is asked and quotes all that it got, as AWS quotes what was signed. */
describe('an error of a server that quotes the request', () => {
  let server: Server;
  let url: string;
  let quoted = '';

  before(async () => {
    const refuse = async (request: IncomingMessage, response: ServerResponse) => {
      quoted = await quoteOf(request);
      const body = JSON.stringify({ __type: 'SignatureDoesNotMatch', message: quoted, kind: 'Status' });
      response.writeHead(403, { 'content-type': 'application/json' }).end(body);
    };
    server = createServer((request, response) => void refuse(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    process.env['QUOTED_TOKEN'] = secrets.token;
    quoted = '';
  });
  after(() => {
    delete process.env['QUOTED_TOKEN'];
    server.close();
    server.closeAllConnections();
  });

  it('holds no session token and no captured value of an AWS target', async () => {
    const { key: secretAccessKey, session: sessionToken, captured } = secrets;
    const connection = openConnection({
      ...{ endpoint: url, region: 'us-east-1', account: '111122223333', embedded: true, phase: 'revert' },
      credentials: async () => ({ accessKeyId: 'AKIAOWN', secretAccessKey, sessionToken }),
      ...{ userAgent: { version: '1' }, requestTimeoutMs: 2000, clock: realTime },
    });
    const input = { FunctionName: 'f', Environment: { Variables: { PASSWORD: captured } } };
    const error = await rejection(connection.clients.call('lambda:UpdateFunctionConfiguration', input, never));
    connection.close();
    expectConcealed(error, [sessionToken, captured]);
  });

  it('holds no session token of a queue’s own credentials', async () => {
    const env = { accessKeyId: 'KEY_ID', secretAccessKey: 'KEY', sessionToken: 'SESSION' };
    const clients = channelClients(
      { endpoint: url, region: 'us-east-1', credentials: { env } },
      { embedded: true, variables, version: '1', warn: () => undefined },
    );
    const ctx = fakeChannelContext({ clients });
    const channel = await sqs.open(ctx, sqs.params.parse({ queueUrl: `${url}/1/q` }));
    const error = await rejection(channel.poll?.(never) ?? Promise.resolve());
    clients.close();
    expectConcealed(error, [secrets.session]);
  });

  it('holds no token and no captured value of an HTTP target', async () => {
    const target = httpTarget(
      {
        hosts: [url],
        identity: { header: 'authorization', token: { env: 'TOKEN' } },
        proof: { beacon: { url, pointer: '', value: 'x' } },
        requestTimeout: 2000,
      },
      { embedded: true, clock: realTime, variables, version: '1', warn: () => undefined },
    );
    const clients = (await target.session('inject', 'wsabcdefghij23', never)).clients as HttpClients;
    const asked = clients.send({ method: 'PUT', url: `${url}/x`, body: { password: secrets.captured } }, never);
    const error = await rejection(asked);
    await target.close();
    expectConcealed(error, [secrets.token, secrets.captured]);
  });

  it('holds no token and no value of a Secret of a Kubernetes target', async () => {
    const https = await startKubernetesServer(({ headers, body }) => {
      quoted = JSON.stringify({ headers, body });
      return { status: 422, body: { kind: 'Status', reason: 'Invalid', message: quoted } };
    });
    const connection = openKubernetes({
      server: await pinServer(checkServer(https.url, true), https.caFile),
      ...{ clusterUid: 'u', token: async () => secrets.token, userAgent: { version: '1' }, phase: 'inject' },
      ...{ requestTimeoutMs: 2000, clock: realTime },
    });
    const data = { password: Buffer.from(secrets.captured).toString('base64') };
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data,
      stringData: { b: secrets.captured },
    };
    const of = { group: '', version: 'v1', resource: 'secrets' };
    const error = await rejection(connection.clients.call({ verb: 'create', of, namespace: 'n', body }, never));
    connection.close();
    await https.close();
    expectConcealed(error, [secrets.token, secrets.captured, data.password]);
  });

  it('holds no token of a watch', async () => {
    const ctx = fakeChannelContext({ clock: realTime });
    const params = kubernetesWatch.params.parse({ server: url, path: '/api/v1/pods', token: { env: 'QUOTED_TOKEN' } });
    expectConcealed(await rejection(kubernetesWatch.open(ctx, params)), [secrets.token]);
  });

  it('holds no header and no query of a poll, nor a header that cannot be sent', async () => {
    const poll = async (headers: object, query: object) => {
      const ctx = fakeChannelContext({ clock: realTime });
      const channel = await httpPoll.open(ctx, httpPoll.params.parse({ url: `${url}/alerts`, headers, query }));
      return rejection(channel.poll?.(never) ?? Promise.resolve());
    };
    const token = { env: 'QUOTED_TOKEN' };
    const said = await poll({ authorization: { ...token, prefix: 'Bearer ' } }, { key: token });
    expect(quoted).to.contain(secrets.token);
    expect(said.message).to.not.contain(secrets.token);
    process.env['QUOTED_TOKEN'] = `${secrets.token}\n${secrets.token}`;
    const unsent = await poll({ authorization: { ...token, prefix: 'Bearer ' } }, {});
    expect(`${unsent.message} ${String(unsent.cause)}`)
      .to.contain('cannot be reached')
      .and.not.contain(secrets.token);
  });

  /** The server did quote it, or the spec would hold for any code. */
  function expectConcealed(error: Error, hidden: readonly string[]): void {
    for (const secret of hidden) expect(quoted, 'what the server said').to.contain(secret);
    const told = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join('\n');
    for (const secret of hidden) expect(told).to.not.contain(secret);
    expect(error.message).to.contain('<secret>');
  }
});

async function quoteOf(request: IncomingMessage): Promise<string> {
  const body = Buffer.concat((await request.toArray()) as Buffer[]).toString('utf8');
  const signed = request.headers['x-amz-security-token'] ?? '';
  return `${signed} ${request.headers['authorization']?.replaceAll('"', "'") ?? ''} ${request.url} ${body}`;
}

async function rejection(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(Error);
  return error as Error;
}
