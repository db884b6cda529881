import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { CanaryContext } from '../../model/detector.ts';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { awsCall } from './aws.call.ts';
import { heartbeat } from './heartbeat.ts';
import { httpRequest } from './http.request.ts';
import { kubernetesGet } from './kubernetes.get.ts';
import { poll } from './poll.ts';

const markerText = 'ws234567abcdef.k';
const placeholder = `\${marker}`;

function context(more: { readonly clients?: unknown; readonly clock?: VirtualClock } = {}): CanaryContext {
  return {
    clock: more.clock ?? new VirtualClock(),
    signal: new AbortController().signal,
    clients: async () => more.clients,
    markerText,
  };
}

describe('aws.call canary', () => {
  it('makes the one call, the marker put into its input', async () => {
    const calls: unknown[] = [];
    const clients = {
      async send(...call: unknown[]) {
        calls.push(call.slice(0, 3));
      },
    };
    const params = awsCall.params.parse({
      service: 'iam',
      operation: 'GetRole',
      input: { RoleName: 'windshear-canary', Tags: [{ Key: placeholder, Value: 1 }] },
    });
    await awsCall.raise(context({ clients }), params);
    expect(calls).to.deep.equal([
      ['iam', 'GetRole', { RoleName: 'windshear-canary', Tags: [{ Key: markerText, Value: 1 }] }],
    ]);
  });

  for (const operation of ['PutRolePolicy', 'DeleteRole', 'AssumeRole', 'AssumeRoleWithSAML', 'RunInstances'])
    it(`refuses ${operation}, which does not only read`, () => {
      const parsed = awsCall.params.safeParse({ service: 'iam', operation });
      expect(parsed.error?.issues[0]?.message).to.contain(operation);
    });

  it('needs clients that can send', async () => {
    const failure = await awsCall.raise(context({ clients: {} }), awsCall.example).catch((error: unknown) => error);
    expect(String(failure)).to.contain('send()');
  });
});

describe('kubernetes.get canary', () => {
  it('gets the one object', async () => {
    const calls: unknown[] = [];
    const clients = { call: async (request: object) => void calls.push(request) };
    const params = kubernetesGet.params.parse({ resource: 'configmaps', namespace: 'a', name: 'canary' });
    await kubernetesGet.raise(context({ clients }), params);
    const of = { group: '', version: 'v1', resource: 'configmaps' };
    expect(calls).to.deep.equal([{ verb: 'get', of, name: 'canary', namespace: 'a' }]);
  });

  it('refuses what is no resource in the plural, and clients that cannot call', async () => {
    expect(kubernetesGet.params.safeParse({ resource: 'pods/exec', name: 'a' }).success).to.equal(false);
    const failure = await kubernetesGet.raise(context({ clients: {} }), kubernetesGet.example).catch((e: unknown) => e);
    expect(String(failure)).to.contain('call()');
  });
});

describe('http.request canary', () => {
  let server: Server;
  let url = '';
  let status = 202;
  const asked: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (bytes: Buffer) => {
        body += bytes.toString();
      });
      request.on('end', () => {
        asked.push(`${request.method} ${request.url} ${request.headers['x-run'] ?? ''} ${body}`);
        if (status !== 0) response.writeHead(status, { location: '/elsewhere' }).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked.length = 0;
    status = 202;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const raise = (params: object, clock?: VirtualClock) =>
    httpRequest.raise(context(clock && { clock }), httpRequest.params.parse(params));

  it('sends the marker in URL, headers and body', async () => {
    await raise({
      url: `${url}/test?m=${placeholder}`,
      headers: { 'x-run': placeholder },
      body: [{ labels: { marker: placeholder } }],
    });
    expect(asked).to.deep.equal([`POST /test?m=${markerText} ${markerText} [{"labels":{"marker":"${markerText}"}}]`]);
  });

  for (const refusal of [302, 400, 500])
    it(`rejects where the tool answers ${refusal}, following nothing`, async () => {
      status = refusal;
      const failure = await raise({ url: `${url}/test?key=s3cret` }).catch((error: unknown) => error);
      expect(failure).to.include({ name: 'CallError', code: `http-${refusal}` });
      expect(String(failure)).not.to.contain('s3cret');
      expect(asked).to.have.length(1);
    });

  it('rejects where nobody listens, and where no answer comes in time', async () => {
    const unreachable = await raise({ url: 'http://127.0.0.1:9/test' }).catch((error: unknown) => error);
    expect(unreachable).to.include({ kind: 'unanswered', code: 'unreachable' });
    status = 0;
    const clock = new VirtualClock();
    const late = raise({ url, timeout: '2s' }, clock).catch((error: unknown) => error);
    await clock.advance(2000);
    expect(await late).to.include({ kind: 'unanswered', code: 'timeout' });
  });

  const urls: [string, string | undefined, boolean][] = [
    ['http://127.0.0.1:9/x', undefined, true],
    ['http://localhost/x', undefined, true],
    ['https://alerts.example.org/x', undefined, false],
    ['https://alerts.example.org/x', 'alerts.example.org', true],
    ['https://alerts.example.org/x', 'other.example.org', false],
    ['http://127.0.0.1.example.org/x', undefined, false],
    ['file:///etc/passwd', undefined, false],
  ];
  for (const [target, host, fine] of urls)
    it(`${fine ? 'may' : 'may not'} ask ${target} with host ${host ?? 'undeclared'}`, () =>
      expect(httpRequest.params.safeParse({ url: target, ...(host && { host }) }).success).to.equal(fine));
});

describe('heartbeat and poll canaries', () => {
  it('raise nothing', async () => {
    expect([heartbeat.kind, poll.kind]).to.deep.equal(['heartbeat', 'poll']);
    await heartbeat.raise(context(), heartbeat.example);
    await poll.raise(context(), {});
  });

  it('demands to know how often a heartbeat comes', () => {
    expect(heartbeat.params.safeParse({}).success).to.equal(false);
  });
});
