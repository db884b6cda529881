import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Log } from '../detection/child-process.ts';
import { describe } from '../detection/outbox.ts';

export interface Incoming {
  readonly method: string;
  readonly path: string;
  /** Lower-case names, one value each. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Outgoing {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, or as JSON. */
  readonly body?: unknown;
}

/** Answers `undefined` for a request that is never answered. */
export type Handler = (request: Incoming) => Outgoing | undefined | Promise<Outgoing | undefined>;

export interface LocalServer {
  readonly url: string;
  /** Resets connections as they come, and those that there are, until it is told otherwise. */
  readonly refuse: (on: boolean) => void;
}

const bodyLimitBytes = 256 * 1024;

/** Serves on 127.0.0.1 and a free port until the signal ends it. */
export async function serveLocally(handler: Handler, log: Log, signal: AbortSignal): Promise<LocalServer> {
  let refusing = false;
  const server = createServer((request, response) => {
    void answer(handler, request, response).catch((error: unknown) => {
      log(`application: ${request.method} ${request.url?.split('?')[0]} failed: ${describe(error)}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.keepAliveTimeout = 30_000;
  const sockets = new Set<import('node:net').Socket>();
  server.on('connection', (socket) => {
    if (refusing) {
      socket.resetAndDestroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server has no port.'));
      else resolve(address.port);
    });
  });
  signal.addEventListener('abort', () => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${port}`,
    refuse: (on) => {
      refusing = on;
      if (on) for (const socket of sockets) socket.resetAndDestroy();
    },
  };
}

async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  if (body === undefined) {
    response.writeHead(413).end();
    return;
  }
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const given = await handler({
    method: request.method ?? 'GET',
    path: pathname,
    headers: Object.fromEntries(headers),
    body,
  });
  if (given === undefined) return;
  const { status, body: content } = given;
  const isText = typeof content === 'string';
  const type = isText ? 'text/html; charset=utf-8' : 'application/json';
  response.writeHead(status, { ...(content === undefined ? {} : { 'content-type': type }), ...given.headers });
  response.end(content === undefined ? undefined : isText ? content : JSON.stringify(content));
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = chunk as Buffer;
    bytes += part.length;
    if (bytes > bodyLimitBytes) return undefined;
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}
