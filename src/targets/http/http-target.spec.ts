import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { CallError } from '../../model/call.ts';
import type { HttpTargetConfig } from '../../model/environment-targets.ts';
import { RefusedError, UnreachableError } from '../../model/errors.ts';
import { realTime } from '../../testing/real-time.ts';
import { rejection } from '../../testing/rejection.ts';
import type { HttpClients } from './clients.ts';
import { httpTarget } from './http-target.ts';

const marker = 'wsabcdefghij23';
const signal = new AbortController().signal;
const options = {
  embedded: true,
  clock: realTime,
  variables: { TOKEN: 'sesame' },
  version: '1',
  warn: () => undefined,
};

describe('httpTarget', () => {
  let server: Server;
  let url: string;
  let seen: { path: string; headers: IncomingMessage['headers']; body: string }[];

  beforeEach(async () => {
    seen = [];
    server = createServer((request, response) => {
      const chunks: string[] = [];
      request.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
      request.on('end', () => {
        const path = request.url ?? '';
        seen.push({ path, headers: request.headers, body: chunks.join('') });
        if (path === '/hang') return;
        if (path === '/drop') {
          request.socket.destroy();
          return;
        }
        const status = Number(/^\/status\/(\d+)/.exec(path)?.[1] ?? 200);
        response.writeHead(status, { 'x-request-id': 'r-1', location: 'http://127.0.0.1:9/away', 'x-staging': 'yes' });
        response.end(JSON.stringify({ environment: 'embedded' }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const config = (over: Partial<HttpTargetConfig> = {}): HttpTargetConfig => ({
    hosts: [url],
    identity: { header: 'authorization', token: { env: 'TOKEN' } },
    proof: { beacon: { url: `${url}/beacon`, pointer: '/environment', value: 'embedded' } },
    requestTimeout: 5000,
    ...over,
  });

  async function open(over: Partial<HttpTargetConfig> = {}, phase: 'inject' | 'observe' = 'inject') {
    const target = httpTarget(config(over), options);
    const session = await target.session(phase, marker, signal);
    return { target, session, clients: session.clients as HttpClients };
  }

  it('sends token, marker and phase, and records the call', async () => {
    const { session, clients, target } = await open();
    const answer = await clients.send({ method: 'PUT', url: `${url}/x?secret=1`, body: { a: 1 } }, signal);
    expect(answer.status).to.equal(200);
    expect(seen[0]?.headers).to.include({ authorization: 'Bearer sesame', 'user-agent': `windshear/1 ${marker}.i` });
    expect(seen[0]?.body).to.equal('{"a":1}');
    expect(session.calls()).to.have.length(1);
    expect(session.calls()[0]).to.include({
      action: `PUT ${url}/x`,
      mutating: true,
      phase: 'inject',
      outcome: 'acknowledged',
      requestId: 'r-1',
    });
    await target.close();
  });

  it('leaves the token out of an anonymous request, and reads as what they are', async () => {
    const { session, clients, target } = await open({}, 'observe');
    await clients.ask({ method: 'GET', url: `${url}/x`, anonymous: true }, signal);
    expect(seen[0]?.headers['authorization']).to.equal(undefined);
    expect(seen[0]?.headers['user-agent']).to.equal(`windshear/1 ${marker}.o`);
    expect(session.calls()[0]).to.include({ mutating: false, phase: 'observe' });
    await target.close();
  });

  for (const [status, kind] of [
    [302, 'failed'],
    [401, 'denied'],
    [403, 'denied'],
    [404, 'not-found'],
    [409, 'conflict'],
    [422, 'invalid'],
    [429, 'throttled'],
    [500, 'failed'],
    [504, 'unanswered'],
  ] as const) {
    it(`calls HTTP ${status} ${kind}, and follows nothing`, async () => {
      const { session, clients, target } = await open();
      const error = await rejection(clients.send({ method: 'GET', url: `${url}/status/${status}` }, signal));
      expect(error)
        .to.be.instanceOf(CallError)
        .and.include({ kind, code: `http-${status}` });
      expect(session.calls()[0]).to.include({ outcome: kind });
      expect(seen).to.have.length(1);
      await target.close();
    });
  }

  it('tells a lost answer from a request that was never sent', async () => {
    const { clients, target } = await open();
    const lost = await rejection(clients.ask({ method: 'GET', url: `${url}/drop` }, signal));
    expect(lost).to.include({ kind: 'unanswered' });
    const late = await rejection(clients.ask({ method: 'GET', url: `${url}/hang`, timeoutMs: 20 }, signal));
    expect(late).to.include({ kind: 'unanswered', code: 'TimedOut' });
    server.close();
    server.closeAllConnections();
    const never = await rejection(clients.ask({ method: 'GET', url: `${url}/x` }, signal));
    expect(never).to.include({ kind: 'failed', code: 'ECONNREFUSED' });
    await target.close();
  });

  it('refuses foreign hosts, and hosts beyond loopback where it is embedded', async () => {
    const { clients, session, target } = await open();
    const error = await rejection(clients.ask({ method: 'GET', url: 'http://127.0.0.1:1/' }, signal));
    expect(error).to.be.instanceOf(RefusedError).and.include({ code: 'foreign-host' });
    expect(session.calls()).to.deep.equal([]);
    expect(() => httpTarget(config({ hosts: ['staging.example.com:443'] }), options)).to.throw(
      RefusedError,
      'loopback',
    );
    await target.close();
  });

  it('keeps a token from travelling in clear text', async () => {
    const live = httpTarget(
      {
        ...config({ hosts: ['http://staging.example.com'] }),
        proof: { beacon: { url: 'http://staging.example.com/beacon', pointer: '', value: 'x' } },
      },
      { ...options, embedded: false },
    );
    const { clients } = await live.session('inject', marker, signal);
    const sent = (clients as HttpClients).ask({ method: 'GET', url: 'http://staging.example.com/' }, signal);
    expect(await rejection(sent)).to.include({ code: 'clear-text' });
  });

  it('says in one sentence that nobody answers, as a stop or a deadline leaves it', async () => {
    const leaving = new AbortController();
    const asked = httpTarget(config({}), options).prove(leaving.signal);
    server.once('request', () => leaving.abort(new Error('stopped')));
    const failure: unknown = await asked.catch((error: unknown) => error);
    expect(String(failure))
      .to.match(/The HTTP target cannot be reached: .*before it was answered\.$/)
      .and.not.match(/\.\.$/);
  });

  it('proves staging by pinned hosts and beacon', async () => {
    const proofs = async (beacon: HttpTargetConfig['proof']['beacon']) => {
      const results = await httpTarget(config({ proof: { beacon } }), options).prove(signal);
      return results.map(({ kind, holds }) => `${kind} ${holds}`);
    };
    const at = `${url}/beacon`;
    const whatOf = async (beacon: object) => {
      const answer = await httpTarget(config({ proof: { beacon: { url: at, value: 'x', ...beacon } } }), options).prove(
        signal,
      );
      return answer.find(({ kind }) => kind === 'beacon')?.what;
    };
    expect(await whatOf({ pointer: '/environment' })).to.equal(`member /environment of ${at}`);
    expect(await whatOf({ header: 'X-Staging' })).to.equal(`header X-Staging of ${at}`);
    expect(await whatOf({ pointer: '' })).to.equal(`answer of ${at}`);
    expect(await proofs({ url: at, pointer: '/environment', value: 'embedded' })).to.include('beacon true');
    expect(await proofs({ url: at, header: 'X-Staging', value: 'yes' })).to.deep.equal([
      'identity true',
      'beacon true',
    ]);
    expect(await proofs({ url: at, pointer: '/nowhere', value: 'embedded' })).to.include('beacon false');
    expect(await proofs({ url: `${url}/status/404`, pointer: '', value: 'x' })).to.include('beacon false');
    server.close();
    server.closeAllConnections();
    expect(await rejection(proofs({ url: at, pointer: '', value: 'x' }))).to.be.instanceOf(UnreachableError);
  });

  it('counts a lost answer of traffic as 0, and ends what is under way', async () => {
    const { clients, target } = await open();
    const good = clients.traffic({ method: 'GET', url: `${url}/x` });
    expect(await good.send().status).to.equal(200);
    expect(await clients.traffic({ method: 'GET', url: `${url}/status/503` }).send().status).to.equal(503);
    const hanging = clients.traffic({ method: 'GET', url: `${url}/hang` });
    const [given, ended] = [hanging.send(), hanging.send()];
    given.abandon();
    expect(await given.status).to.equal(0);
    hanging.close();
    expect(await ended.status).to.equal(0);
    await target.close();
  });
});
