import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { type BodyRoom, readBody } from './body.ts';

describe('readBody', () => {
  it('keeps no chunk: each is copied, and what it was cut from let go', async () => {
    const { request, room, body } = reading(100);
    const chunk = Buffer.from('a');
    for (const text of ['a', 'b', 'c']) {
      chunk.write(text);
      request.emit('data', chunk);
    }
    request.emit('end');
    expect(Buffer.from(await body).toString()).to.equal('abc');
    expect(room.usedBytes).to.equal(0);
  });

  it('counts what is held, which is at most twice what came, and never more than may come', () => {
    const { request, room } = reading(100);
    for (const [more, held] of [
      [40, 40],
      [1, 80],
      [39, 80],
      [1, 100],
    ] as const) {
      request.emit('data', Buffer.alloc(more));
      expect(room.usedBytes).to.equal(held);
    }
  });

  it('holds no more than a declared body needs', () => {
    const { request, room } = reading(100, { 'content-length': '45' });
    request.emit('data', Buffer.alloc(40));
    request.emit('data', Buffer.alloc(1));
    expect(room.usedBytes).to.equal(45);
  });

  it('unpacks what is longer than what was declared of it', async () => {
    const packed = gzipSync('x'.repeat(90_000));
    const headers = { 'content-encoding': 'gzip', 'content-length': String(packed.length) };
    const { request, body } = reading(100_000, headers);
    request.emit('data', packed);
    request.emit('end');
    expect((await body).length).to.equal(90_000);
  });
});

function reading(limit: number, headers: Record<string, string> = {}) {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  const room: BodyRoom = { limitBytes: 1_000_000, usedBytes: 0 };
  return { request, room, body: readBody(request, limit, room) };
}
