import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ChannelContext } from '../../model/detector.ts';
import { BodyError, type BodyRoom, readBody } from './body.ts';
import { holdConnections } from './connection-room.ts';
import { bringsToken, type TokenPlace } from './webhook-token.ts';

export interface WebhookServerOptions {
  readonly ctx: ChannelContext;
  readonly listen: { readonly host: string; readonly port: number };
  readonly token: string;
  readonly tokenIn: TokenPlace;
  readonly bodyTimeoutMs: number;
  /** What bodies that are being read may hold together; 64 MiB unless a test says otherwise. */
  readonly roomBytes?: number;
  /** 512 unless a test says otherwise. */
  readonly mostConnections?: number;
}

export interface WebhookServer {
  /** `http://127.0.0.1:4711` */
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/** Most bytes of a body, unpacked. */
export const bodyLimit = 10 * 1024 * 1024;
/** How much of a refused body is kept as evidence. */
const evidenceLimit = 4096;

/** Listens and hands over each complete body that brought the token; every refusal is counted. */
export async function serveWebhook(options: WebhookServerOptions): Promise<WebhookServer> {
  const { ctx, listen, bodyTimeoutMs, mostConnections = 512, roomBytes = 64 * 1024 * 1024 } = options;
  const room: BodyRoom = { limitBytes: roomBytes, usedBytes: 0 };
  const reading = new WeakSet<Socket>();
  const server = createServer(
    {
      requestTimeout: bodyTimeoutMs,
      headersTimeout: bodyTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, Math.max(10, bodyTimeoutMs / 4)),
    },
    (request, response) => {
      reading.add(request.socket);
      connections.heard(request.socket);
      void take(options, { request, response, room }).finally(() => reading.delete(request.socket));
    },
  );
  const connections = holdConnections(server, ctx, mostConnections);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // A request whose body is being read is counted by its reader.
    if (answerRubbish(error, socket as Socket) && !reading.has(socket as Socket)) ctx.refuse(rubbishOf(error));
  });
  await listening(server, listen);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : listen.port;
  return {
    origin: `http://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly room: BodyRoom;
}

async function take(options: WebhookServerOptions, { request, response, room }: Exchange): Promise<void> {
  const { ctx, token, tokenIn } = options;
  const arrivedMonoMs = ctx.clock.monoMs();
  response.on('error', () => request.destroy());
  if (!bringsToken(request, tokenIn, token)) {
    // Nothing of the body is read, kept or answered in detail: whoever sends it is not known.
    ctx.refuse('a request without the token');
    answer(response, 401);
    return;
  }
  if (request.method !== 'POST' && request.method !== 'PUT') {
    ctx.refuse(`a ${request.method ?? 'nameless'} request, expected POST or PUT`);
    answer(response, 405, { allow: 'POST, PUT' });
    return;
  }
  try {
    const bytes = await readBody(request, bodyLimit, room);
    if (bytes.length === 0) throw new BodyError(400, 'an empty body', bytes);
    answer(response, 202);
    ctx.deliver({ bytes, arrivedMonoMs, headers: plainHeaders(request, tokenIn) });
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    if (error.status === 503) ctx.overload(error.message);
    else ctx.refuse(error.message, error.got.subarray(0, evidenceLimit));
    answer(response, error.status, error.status === 503 ? { 'retry-after': '1' } : {});
  }
}

/** A refused request's connection is closed, so that the rest of its body need not be read. */
function answer(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': '0', ...(status === 202 ? {} : { connection: 'close' }) });
  response.end();
}

/** Headers as single texts; the one that brought the token stays here. */
function plainHeaders(request: IncomingMessage, tokenIn: TokenPlace): Record<string, string> {
  const headers: [string, string][] = [];
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || (tokenIn !== 'path' && name === tokenIn.header)) continue;
    headers.push([name, typeof value === 'string' ? value : value.join(', ')]);
  }
  return Object.fromEntries(headers);
}

/** Answers what never became a request: rubbish, a head that is too long, or one that came too slowly. */
function answerRubbish(error: NodeJS.ErrnoException, socket: Socket): boolean {
  if (error.code === 'ECONNRESET' || !socket.writable) return false;
  const status = rubbishStatus.get(error.code ?? '') ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  // Who sends nothing need not read the answer either, nor hang up.
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') socket.destroySoon();
  return true;
}

const rubbishStatus: ReadonlyMap<string, string> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
]);

function rubbishOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'a request that did not arrive in time';
  return `a request that is no HTTP (${error.code ?? error.message})`;
}

function listening(server: Server, { host, port }: WebhookServerOptions['listen']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
