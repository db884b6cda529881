import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { fakeChannelContext } from '../../testing/fakes/channel-context.ts';
import { webhook } from './webhook.ts';

describe('webhook announce', () => {
  let server: Server | undefined;
  const heard: string[] = [];
  let status = 204;
  let at = '';
  beforeEach(async () => {
    heard.length = 0;
    status = 204;
    const listening = createServer((request, response) => {
      let body = '';
      request.on('data', (bytes: Buffer) => {
        body += bytes.toString();
      });
      request.on('end', () => {
        heard.push(`${request.method} ${body}`);
        response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end();
      });
    });
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    at = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/subscriptions`;
  });
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  const open = (ctx = fakeChannelContext()) => webhook.open(ctx, webhook.params.parse({ announce: { url: at } }));

  it('tells the address with its token when it opens and takes it back when it closes', async () => {
    const ctx = fakeChannelContext();
    const channel = await open(ctx);
    ctx.abort();
    await channel.close();
    expect(heard).to.deep.equal([`PUT {"url":"${channel.address}"}`, `DELETE {"url":"${channel.address}"}`]);
  });

  for (const refusal of [500, 302])
    it(`does not open where the tool answers ${refusal}`, async () => {
      status = refusal;
      const failure = await open().catch((error: unknown) => error);
      expect(failure).to.include({ code: 'unreachable' });
      expect(heard).to.have.length(1);
    });

  it('only logs that it could not take the address back', async () => {
    const ctx = fakeChannelContext();
    const channel = await open(ctx);
    status = 500;
    await channel.close();
    expect(ctx.lines[0]).to.match(/could not be taken back.*500/);
  });
});
