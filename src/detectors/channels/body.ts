import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { GrowingBuffer } from './growing-buffer.ts';

/** Says why a body is refused, with which status, and what had come of it. */
export class BodyError extends Error {
  readonly status: 400 | 408 | 413 | 415 | 503;
  readonly got: Uint8Array;
  constructor(status: BodyError['status'], message: string, got: Uint8Array) {
    super(message);
    this.name = 'BodyError';
    this.status = status;
    this.got = got;
  }
}

/** What all bodies that are being read may hold together, so that a flood cannot fill the memory. */
export interface BodyRoom {
  readonly limitBytes: number;
  usedBytes: number;
}

/**
 * Reads a request's body, unpacked, up to `limit` bytes on either side of the unpacking. A gzip bomb ends as soon as
 * its output passes the limit. Throws a {@link BodyError}: 503 where `room` is taken by others.
 */
export async function readBody(request: IncomingMessage, limit: number, room: BodyRoom): Promise<Uint8Array> {
  let heldBytes = 0;
  try {
    return await readInto(request, limit, (bytes) => {
      heldBytes += bytes;
      room.usedBytes += bytes;
      return room.usedBytes <= room.limitBytes;
    });
  } finally {
    room.usedBytes -= heldBytes;
  }
}

/** `claim` answers whether there is room for so many bytes more. */
async function readInto(
  request: IncomingMessage,
  limit: number,
  claim: (bytes: number) => boolean,
): Promise<Uint8Array> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit) throw new BodyError(413, `a body of ${declared} bytes, at most ${limit} are taken`, none);
  const unpack = unpackerOf(request.headers['content-encoding']);
  const body = new GrowingBuffer();
  const soFar = () => body.bytes();
  // What is unpacked may be longer than what was declared.
  const mostHeld = unpack === undefined && declared > 0 ? declared : limit;
  let packed = 0;
  const tooLarge = () => new BodyError(413, `a body of more than ${limit} bytes`, soFar());
  return new Promise((resolve, reject) => {
    const fail = (error: BodyError) => {
      request.removeAllListeners('data');
      unpack?.destroy();
      reject(error);
    };
    const keep = (chunk: Buffer) => {
      const growth = body.growthFor(chunk.length, mostHeld);
      if (body.length + chunk.length > limit) fail(tooLarge());
      else if (!claim(growth)) fail(new BodyError(503, 'more bodies at once than there is room for', none));
      else body.add(chunk, growth);
    };
    unpack?.on('data', keep);
    unpack?.on('end', () => resolve(soFar()));
    unpack?.on('error', (error) =>
      fail(new BodyError(400, `a body that cannot be unpacked (${error.message})`, soFar())),
    );
    request.on('data', (chunk: Buffer) => {
      packed += chunk.length;
      if (packed > limit) fail(tooLarge());
      else if (unpack === undefined) keep(chunk);
      else if (!unpack.write(chunk)) {
        request.pause();
        unpack.once('drain', () => request.resume());
      }
    });
    request.on('end', () => (unpack === undefined ? resolve(soFar()) : unpack.end()));
    request.on('error', () => fail(new BodyError(408, 'a body that broke off or came too slowly', soFar())));
    request.on('close', () => {
      if (!request.complete) fail(new BodyError(408, 'a body that broke off or came too slowly', soFar()));
    });
  });
}

const none = new Uint8Array();

function unpackerOf(encoding: string | undefined): Transform | undefined {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '') return undefined;
  if (name === 'gzip' || name === 'x-gzip') return createGunzip();
  if (name === 'deflate') return createInflate();
  if (name === 'br') return createBrotliDecompress();
  throw new BodyError(415, `a body in the unknown encoding '${name.slice(0, 40)}'`, none);
}
