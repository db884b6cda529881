import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { CallError } from '../../model/call.ts';
import { fakeChannelContext } from '../../testing/fakes/channel-context.ts';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { httpPoll } from './http-poll.ts';

describe('http-poll', () => {
  let server: Server;
  let origin = '';
  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const clock = new VirtualClock();
  before(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (bytes: Buffer) => {
        body += bytes.toString();
      });
      request.on('end', () => {
        asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
        answer(request, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked.length = 0;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const json = (value: unknown, headers: Record<string, string> = {}) => {
    answer = (_request, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers })
        .end(JSON.stringify(value));
  };
  let ctx = fakeChannelContext({ clock });
  async function poll(params: object = {}, signal = new AbortController().signal): Promise<readonly string[]> {
    ctx = fakeChannelContext({ clock });
    const channel = await httpPoll.open(ctx, httpPoll.params.parse({ url: `${origin}/alerts`, ...params }));
    const payloads = (await channel.poll?.(signal)) ?? [];
    return payloads.map(({ bytes }) => Buffer.from(bytes).toString());
  }
  const failed = async (params?: object, signal?: AbortSignal) =>
    (await poll(params, signal).catch((error: unknown) => error)) as CallError;

  it('hands over the answer as it came', async () => {
    json([{ a: 1 }]);
    expect(await poll()).to.deep.equal(['[{"a":1}]']);
    expect(asked[0]).to.include({ method: 'GET', url: '/alerts' });
  });

  it('sends query, headers and body, with secrets from the environment', async () => {
    json([]);
    process.env['WINDSHEAR_SPEC_KEY'] = 'k3y';
    try {
      await poll({
        method: 'POST',
        headers: { authorization: { env: 'WINDSHEAR_SPEC_KEY', prefix: 'Bearer ' }, 'x-team': 'blue' },
        query: { active: 'true' },
        body: { limit: 5 },
      });
    } finally {
      delete process.env['WINDSHEAR_SPEC_KEY'];
    }
    expect(asked[0]).to.include({ method: 'POST', url: '/alerts?active=true', body: '{"limit":5}' });
    expect(asked[0]?.headers).to.include({ authorization: 'Bearer k3y', 'x-team': 'blue' });
  });

  it('hands over what `items` names, long integers exactly', async () => {
    answer = (_request, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"data":{"items":[{"t":1795377616464550037}]}}');
    expect(await poll({ items: '/data/items' })).to.deep.equal(['[{"t":"1795377616464550037"}]']);
    expect(await failed({ items: '/nope' })).to.include({ kind: 'failed', code: 'malformed' });
  });

  it('asks for the time since the lookback', async () => {
    json([]);
    await poll({ since: { query: 'from', lookback: '1h' } });
    await poll({ since: { query: 'from', lookback: '1h', unit: 'ns' } });
    expect(asked.map(({ url }) => decodeURIComponent(url))).to.deep.equal([
      '/alerts?from=2025-12-31T23:00:00.000Z',
      '/alerts?from=1767222000000000000',
    ]);
  });

  it('keeps what it shows for as long as is declared, else as long as the time that it asks for, else not at all', async () => {
    for (const [params, expected] of [
      [{}, 0],
      [{ since: { query: 'from', lookback: '1h' } }, 3_600_000],
      [{ since: { query: 'from', lookback: '1h' }, keeps: '5m' }, 300_000],
      [{ keeps: '24h' }, 86_400_000],
    ] as const) {
      const { keepsMs } = await httpPoll.open(ctx, httpPoll.params.parse({ url: `${origin}/alerts`, ...params }));
      expect(keepsMs).to.equal(expected);
    }
  });

  it('follows pages by URL, by token and by the Link header', async () => {
    const pages = (next: (page: number) => { body?: object; link?: string }) => {
      asked.length = 0;
      answer = (_request, response) => {
        const { body = {}, link } = next(asked.length);
        response.writeHead(200, { 'content-type': 'application/json', ...(link && { link }) });
        response.end(JSON.stringify({ items: [asked.length], ...body }));
      };
    };
    pages((page) => (page < 3 ? { body: { next: `/alerts?page=${page + 1}` } } : {}));
    expect(await poll({ items: '/items', next: { at: '/next' } })).to.deep.equal(['[1]', '[2]', '[3]']);
    pages((page) => (page < 3 ? { body: { cursor: `c&${page}` } } : { body: { cursor: null } }));
    expect(await poll({ items: '/items', next: { at: '/cursor', as: 'after' } })).to.have.length(3);
    expect(asked.map(({ url }) => url)).to.deep.equal(['/alerts', '/alerts?after=c%261', '/alerts?after=c%262']);
    pages((page) => (page < 2 ? { link: `<${origin}/first>; rel="first", </alerts?p=2>; title="x"; rel="next"` } : {}));
    expect(await poll({ next: { link: true } })).to.have.length(2);
    expect(asked[1]?.url).to.equal('/alerts?p=2');
  });

  it('follows no page to another origin, and no pages without end', async () => {
    json({ next: 'http://127.0.0.1:1/steal' });
    expect(await failed({ next: { at: '/next' } })).to.include({ kind: 'failed', code: 'redirect' });
    json({ next: '/alerts' });
    expect(await failed({ next: { at: '/next' }, mostPages: 3 })).to.include({ code: 'too-many-pages' });
    expect(ctx.overloads[0]).to.match(/more than 3 pages/);
    expect(asked).to.have.length(4);
  });

  const statuses: [number, Record<string, string>, object][] = [
    [429, { 'retry-after': '7' }, { kind: 'throttled', code: 'http-429', retryAfterMs: 7000 }],
    [429, { 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }, { kind: 'throttled', retryAfterMs: 9000 }],
    [503, {}, { kind: 'throttled', code: 'http-503' }],
    [401, {}, { kind: 'denied', code: 'http-401' }],
    [404, {}, { kind: 'not-found' }],
    [500, {}, { kind: 'failed', code: 'http-500' }],
    [302, { location: '/elsewhere' }, { kind: 'failed', code: 'redirect' }],
  ];
  for (const [status, headers, expected] of statuses)
    it(`rejects on ${status} ${JSON.stringify(headers)}`, async () => {
      answer = (_request, response) => response.writeHead(status, headers).end();
      expect(await failed()).to.include(expected);
      expect(asked).to.have.length(1);
    });

  it('rejects what does not say that it is JSON', async () => {
    answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    const failure = await failed();
    expect(failure).to.include({ code: 'content-type' });
    expect(failure.message).to.contain('text/html');
  });

  it('rejects an endless body, and one that unpacks without end', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(1024 * 1024, 0x20);
      const write = () => !response.destroyed && response.write(chunk, () => setImmediate(write));
      write();
    };
    expect(await failed()).to.include({ code: 'too-large' });
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(Buffer.alloc(11 * 1024 * 1024)));
    };
    expect(await failed()).to.include({ code: 'too-large' });
  });

  it('gives up after its time-out, also in the middle of a body', async () => {
    const begun = Promise.withResolvers<void>();
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('[', () => begun.resolve());
    };
    const failing = failed({ timeout: '5s' });
    await begun.promise;
    await clock.advance(5000);
    expect(await failing).to.include({ kind: 'unanswered', code: 'timeout' });
  });

  it('rejects with the reason of the signal that stops it', async () => {
    const stop = new AbortController();
    answer = () => stop.abort('stopped');
    expect(await failed({}, stop.signal)).to.equal('stopped');
  });

  it('rejects where nobody listens, naming neither query nor secret', async () => {
    const failure = await failed({ url: 'http://127.0.0.1:9/alerts?key=s3cret', query: { token: 's3cret' } });
    expect(failure).to.include({ kind: 'unanswered', code: 'unreachable' });
    expect(failure.message).to.match(/127\.0\.0\.1:9\/alerts cannot be reached/);
    expect(failure.message).not.to.contain('s3cret');
  });
});
