import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { Exchange } from './exchange.ts';
import { forwardingServer } from './forward.ts';

describe('forwardingServer', () => {
  const open: Server[] = [];
  afterEach(() => {
    for (const server of open.splice(0)) server.close().closeAllConnections();
  });

  async function listening(server: Server): Promise<string> {
    open.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function proxied(upstream: Server) {
    const seen: Exchange[] = [];
    const address = await listening(upstream);
    const proxy = forwardingServer({
      upstream: address,
      onExchange: (e) => seen.push(e),
      now: () => 0,
      log: () => undefined,
    });
    return { seen, address: await listening(proxy) };
  }

  async function send(address: string, headers: Record<string, string>, content: string) {
    const asked = request(`${address}/a%2Fb?policy&x=%20`, { method: 'PUT', headers });
    asked.end(content);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return { answer, body: await text(answer) };
  }

  it('passes method, path, headers and body on as they came, Host included', async () => {
    let heard: { raw: readonly string[]; url: string | undefined; body: string } | undefined;
    const { address, seen } = await proxied(
      createServer((incoming, outgoing) => {
        void text(incoming).then((body) => {
          heard = { raw: incoming.rawHeaders, url: incoming.url, body };
          outgoing.writeHead(201, ['X-Amzn-RequestId', 'id-1', 'X-Twice', '1', 'X-Twice', '2']).end('answer');
        });
      }),
    );
    const { answer, body } = await send(address, { Host: 'iam.amazonaws.com', 'X-Odd-CASE': 'v' }, 'body');
    expect(heard).to.deep.include({ url: '/a%2Fb?policy&x=%20', body: 'body' });
    expect(heard?.raw.join()).to.contain('Host,iam.amazonaws.com').and.to.contain('X-Odd-CASE,v');
    expect([answer.statusCode, body]).to.deep.equal([201, 'answer']);
    expect(answer.rawHeaders.join()).to.contain('X-Twice,1,X-Twice,2');
    expect(seen[0]).to.deep.include({ body: 'body', answer: 'answer', status: 201, requestId: 'id-1' });
  });

  it('may answer in the place of upstream where that allows the call, and only there', async () => {
    let status = 200;
    const upstream = await listening(createServer((_incoming, outgoing) => outgoing.writeHead(status).end('theirs')));
    const proxy = forwardingServer({
      ...{ upstream, onExchange: () => undefined, now: () => 0, log: () => undefined },
      answerInstead: async ({ body }) => (body === 'mine?' ? 'mine' : undefined),
    });
    const address = await listening(proxy);
    expect((await send(address, {}, 'mine?')).body).to.equal('mine');
    expect((await send(address, {}, 'what?')).body).to.equal('theirs');
    status = 403;
    expect((await send(address, {}, 'mine?')).body).to.equal('theirs');
  });

  it('gives an answer without request id the one of its body', async () => {
    const refusal = '<ErrorResponse><RequestId>id-2</RequestId></ErrorResponse>';
    const { address, seen } = await proxied(createServer((_, outgoing) => outgoing.writeHead(403).end(refusal)));
    const { answer, body } = await send(address, {}, '');
    expect(body).to.equal(refusal);
    expect(answer.headers['x-amzn-requestid']).to.equal('id-2');
    expect(seen[0]?.requestId).to.equal('id-2');
  });

  it('passes a large body on and does not keep it', async () => {
    const large = 'x'.repeat(2 * 1024 * 1024);
    const { address, seen } = await proxied(
      createServer((incoming, outgoing) => incoming.pipe(outgoing.writeHead(200, { 'x-amzn-requestid': 'id' }))),
    );
    expect((await send(address, {}, large)).body).to.have.length(large.length);
    expect(seen[0]).to.deep.include({ body: '', answer: '' });
  });

  it('answers 502 when the emulator is gone', async () => {
    const gone = createServer();
    const { address } = await proxied(gone);
    gone.close();
    expect((await send(address, {}, '')).answer.statusCode).to.equal(502);
  });
});
