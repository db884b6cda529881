import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { OpenChannel } from '../../model/detector.ts';
import { type FakeChannelContext, fakeChannelContext } from '../../testing/fakes/channel-context.ts';
import { webhook } from './webhook.ts';
import { serveWebhook } from './webhook-server.ts';

const limit = 10 * 1024 * 1024;

describe('webhook', () => {
  let ctx: FakeChannelContext;
  let channel: OpenChannel | undefined;
  beforeEach(() => {
    ctx = fakeChannelContext();
  });
  afterEach(() => channel?.close());

  async function opened(params: object = {}): Promise<string> {
    channel = await webhook.open(ctx, webhook.params.parse(params));
    return channel.address ?? '';
  }
  const post = (url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'POST', body, headers });

  it('hands over each body and its headers, answered 202', async () => {
    const url = await opened();
    expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}$/);
    const { status } = await post(url, '{"a":1}', { 'ce-id': 'x' });
    expect(status).to.equal(202);
    await ctx.delivered(1);
    expect(ctx.texts()).to.deep.equal(['{"a":1}']);
    expect(ctx.payloads[0]?.headers).to.include({ 'ce-id': 'x' });
    expect(ctx.payloads[0]?.arrivedMonoMs).to.equal(ctx.clock.monoMs());
  });

  it('takes a body that is no JSON: what it holds is the format’s business', async () => {
    expect((await post(await opened(), 'not json')).status).to.equal(202);
  });

  it('takes PUT, paths below the token, and chunked bodies', async () => {
    const url = await opened();
    expect((await fetch(`${url}/alerts?x=1`, { method: 'PUT', body: 'a' })).status).to.equal(202);
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(url, { method: 'POST' }, (response) => {
        resolve(response.statusCode);
        response.resume();
      });
      request.on('error', reject);
      request.write('b');
      request.end('c');
    });
    expect(status).to.equal(202);
    expect(ctx.texts()).to.deep.equal(['a', 'bc']);
  });

  for (const [encoding, pack] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ] as const)
    it(`unpacks ${encoding}`, async () => {
      const { status } = await post(await opened(), Uint8Array.from(pack('{"a":1}')), { 'content-encoding': encoding });
      expect(status).to.equal(202);
      expect(ctx.texts()).to.deep.equal(['{"a":1}']);
    });

  it('refuses requests without the token, whatever their body', async () => {
    const url = new URL(await opened());
    for (const path of ['/', '/wrong', `${url.pathname}x`, url.pathname.slice(0, -1), '/%', '//'])
      expect((await post(`${url.origin}${path}`, 'x')).status, path).to.equal(401);
    expect(ctx.payloads).to.have.length(0);
    expect(ctx.refusals).to.have.length(6);
  });

  it('takes the token of an environment variable from a header, and neither shows nor hands it over', async () => {
    process.env['WINDSHEAR_SPEC_TOKEN'] = 's3cret-token';
    try {
      const url = await opened({ token: { env: 'WINDSHEAR_SPEC_TOKEN' }, tokenIn: { header: 'Authorization' } });
      expect(url).not.to.contain('s3cret');
      expect((await post(url, 'x')).status).to.equal(401);
      expect((await post(url, 'x', { authorization: 'Bearer wrong' })).status).to.equal(401);
      expect((await post(url, 'x', { authorization: 'Bearer s3cret-token' })).status).to.equal(202);
      expect(JSON.stringify(ctx.payloads[0]?.headers)).not.to.contain('s3cret');
    } finally {
      delete process.env['WINDSHEAR_SPEC_TOKEN'];
    }
  });

  it('does not open without its token', async () => {
    const failure = await opened({ token: { env: 'WINDSHEAR_SPEC_NO_SUCH' } }).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'usage' });
    expect(String(failure)).to.contain('WINDSHEAR_SPEC_NO_SUCH');
  });

  it('refuses other methods', async () => {
    const url = await opened();
    const response = await fetch(url);
    expect(response.status).to.equal(405);
    expect(response.headers.get('allow')).to.equal('POST, PUT');
    expect(ctx.refusals[0]).to.contain('GET');
  });

  const bad: [string, number, string | Uint8Array<ArrayBuffer>, Record<string, string>, RegExp][] = [
    ['an empty body', 400, '', {}, /empty/],
    ['an unknown encoding', 415, 'x', { 'content-encoding': 'zip' }, /encoding 'zip'/],
    ['what is no gzip', 400, 'x'.repeat(50), { 'content-encoding': 'gzip' }, /unpacked/],
    [
      'a torn gzip',
      400,
      Uint8Array.from(gzipSync('{"a":1}').subarray(0, 15)),
      { 'content-encoding': 'gzip' },
      /unpacked/,
    ],
    [
      'a gzip bomb',
      413,
      Uint8Array.from(gzipSync(Buffer.alloc(limit + 1))),
      { 'content-encoding': 'gzip' },
      /more than/,
    ],
    ['a huge body by its declared length', 413, new Uint8Array(limit + 1), {}, /10485761 bytes/],
  ];
  for (const [what, status, body, headers, reason] of bad)
    it(`refuses ${what} with ${status} and counts it`, async () => {
      const answer = await post(await opened(), body, headers).catch(() => undefined);
      // A client that is still writing when it is cut off may see the cut before the answer.
      if (answer !== undefined) expect(answer.status).to.equal(status);
      else expect(what).to.match(/huge|bomb/);
      await ctx.refused(1);
      expect(ctx.refusals).to.have.length(1);
      expect(ctx.refusals[0]).to.match(reason);
      expect(ctx.payloads).to.have.length(0);
    });

  it('takes a body of exactly the limit', async () => {
    expect((await post(await opened(), new Uint8Array(limit))).status).to.equal(202);
  });

  // Stored blocks of length nothing: a gzip stream that goes on forever and yields no byte.
  const emptyBlocks = Buffer.alloc(250_000, Buffer.from([0, 0, 0, 0xff, 0xff]));
  const gzipHead = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  const endless: [string, Buffer, Buffer, Record<string, string>][] = [
    ['without end', Buffer.from('['), Buffer.alloc(250_000), {}],
    ['that unpacks to nothing without end', gzipHead, emptyBlocks, { 'content-encoding': 'gzip' }],
  ];
  for (const [what, first, chunk, headers] of endless)
    it(`stops a chunked body ${what} at the limit`, async () => {
      const url = await opened();
      let sent = 0;
      await new Promise<void>((resolve) => {
        const request = httpRequest(url, { method: 'POST', headers }, (response) => response.resume());
        const write = () => {
          if (sent > 4 * limit) request.destroy();
          else {
            sent += chunk.length;
            request.write(chunk, () => setImmediate(write));
          }
        };
        request.on('error', () => resolve());
        request.on('close', () => resolve());
        request.write(first, write);
      });
      await ctx.refused(1);
      expect(ctx.refusals[0]).to.match(/more than/);
      expect(sent).to.be.below(3 * limit);
    });

  for (const [what, head] of [
    ['whose head never ends', 'POST / HTTP/1.1\r\nHost: x\r\n'],
    ['whose body never comes', 'body'],
  ] as const)
    it(`cuts off a request ${what}`, async () => {
      const url = new URL(await opened({ bodyTimeout: '40ms' }));
      const text = head === 'body' ? `POST ${url.pathname} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc` : head;
      const answer = await raw(url, text);
      expect(answer).to.match(/^HTTP\/1.1 408/);
      await ctx.refused(1);
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(ctx.refusals).to.have.length(1);
      expect(ctx.refusals[0]).to.match(/in time|too slowly/);
    });

  it('answers what is no HTTP with 400 and counts it', async () => {
    expect(await raw(new URL(await opened()), 'hello\r\n\r\n')).to.match(/^HTTP\/1.1 400/);
    expect(ctx.refusals[0]).to.match(/no HTTP/);
  });

  it('answers 503 where bodies at once are more than there is room for, and says that signals are lost', async () => {
    const server = await serveWebhook({
      ctx,
      listen: { host: '127.0.0.1', port: 0 },
      token: 't',
      tokenIn: 'path',
      bodyTimeoutMs: 2000,
      roomBytes: 1000,
    });
    try {
      const url = `${server.origin}/t`;
      const slow = connect(Number(new URL(url).port), '127.0.0.1');
      slow.write(`POST /t HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n${'x'.repeat(899)}`);
      const flooded = await untilStatus(503, () => post(url, 'y'.repeat(200)));
      expect(flooded.headers.get('retry-after')).to.equal('1');
      expect(ctx.overloads[0]).to.match(/more bodies at once/);
      expect(ctx.refusals).to.deep.equal([]);
      slow.end('x');
      expect((await untilStatus(202, () => post(url, 'y'.repeat(200)))).status).to.equal(202);
    } finally {
      await server.close();
    }
  });

  it('lets go at once of who was silent for too long, though they never hang up', async () => {
    const server = await serveWebhook({
      ctx,
      listen: { host: '127.0.0.1', port: 0 },
      token: 't',
      tokenIn: 'path',
      bodyTimeoutMs: 40,
      mostConnections: 1,
    });
    const silent = connect({ port: Number(new URL(server.origin).port), host: '127.0.0.1', allowHalfOpen: true });
    try {
      await new Promise((resolve) => silent.on('end', resolve).resume());
      expect((await post(`${server.origin}/t`, 'x')).status).to.equal(202);
      expect(ctx.refusals).to.deep.equal(['a request that did not arrive in time']);
      expect(ctx.overloads).to.deep.equal([]);
    } finally {
      silent.destroy();
      await server.close();
    }
  });

  it('closes though a connection is kept alive, and listens no more', async () => {
    const url = await opened();
    await post(url, 'x');
    await channel?.close();
    channel = undefined;
    expect(await post(url, 'x').catch(() => 'gone')).to.equal('gone');
  });
});

/** Asks until the answer has a status; the other end may still be taking in what came before. */
async function untilStatus(status: number, ask: () => Promise<Response>): Promise<Response> {
  for (let n = 0; n < 200; n++) {
    const answer = await ask();
    if (answer.status === status) return answer;
  }
  throw new Error(`No answer with status ${status} came.`);
}

function raw(url: URL, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(url.port), url.hostname, () => socket.write(text));
    socket.on('data', (bytes) => {
      answer += bytes.toString();
    });
    socket.on('error', () => resolve(answer));
    socket.on('close', () => resolve(answer));
  });
}
