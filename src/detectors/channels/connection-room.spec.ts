import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { type FakeChannelContext, fakeChannelContext } from '../../testing/fakes/channel-context.ts';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { holdConnections } from './connection-room.ts';

const overload = (most: number) => `more than ${most} connections at once: 1`;

describe('holdConnections', () => {
  let ctx: FakeChannelContext;
  let clock: VirtualClock;
  let server: Server;

  beforeEach(() => {
    clock = new VirtualClock();
    ctx = fakeChannelContext({ clock });
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  async function serve(most: number): Promise<void> {
    server = createServer((request, response) => {
      room.heard(request.socket);
      request.on('data', () => undefined).on('end', () => response.end());
    });
    const room = holdConnections(server, ctx, most);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  const port = () => (server.address() as AddressInfo).port;
  /** Connects, and sends `text` alone; resolves once the server has met it. */
  async function peer(text = ''): Promise<Socket> {
    const met = once(server, text.endsWith('\r\n\r\n') ? 'request' : 'connection');
    const socket = connect(port(), '127.0.0.1', () => socket.write(text));
    socket.on('error', () => undefined).resume();
    await met;
    return socket;
  }
  const asked = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n';
  const answered = async () => (await fetch(`http://127.0.0.1:${port()}`, { headers: { connection: 'close' } })).status;

  it('gives the place of who has been silent for longest to who asks', async () => {
    await serve(2);
    const oldest = once(await peer(), 'close');
    const second = await peer('POST / HTTP/1.1\r\nHost:');
    await clock.advance(1000);
    expect(await answered()).to.equal(200);
    await oldest;
    expect(second.destroyed).to.equal(false);
    expect(ctx.refusals).to.deep.equal(['a connection that had sent no request when others needed its place']);
    expect(ctx.overloads).to.deep.equal([]);
  });

  it('says that signals may be lost where who is cut off had connected just now', async () => {
    await serve(1);
    const oldest = once(await peer(), 'close');
    await clock.advance(999);
    expect(await answered()).to.equal(200);
    await oldest;
    expect(ctx.overloads).to.deep.equal([overload(1)]);
    expect(ctx.refusals).to.deep.equal([]);
  });

  it('drops who comes, and says so, where all others have asked for something', async () => {
    await serve(1);
    const first = await peer(asked);
    await clock.advance(5000);
    await once(await peer(), 'close');
    expect(ctx.overloads).to.deep.equal([overload(1)]);
    first.write('{}');
    expect(String((await once(first, 'data'))[0])).to.match(/^HTTP\/1.1 200/);
    await once(first.end(), 'close');
    expect(await answered()).to.equal(200);
  });
});
