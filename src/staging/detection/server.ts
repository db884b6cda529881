import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Log } from './child-process.ts';
import { describe } from './outbox.ts';

/** What a route answers; a body is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export interface Request {
  readonly url: URL;
  /** Parses the body as JSON. @throws SyntaxError when it is none */
  readonly json: () => unknown;
}

/** Leads `METHOD /path` to what answers it. */
export type Routes = Readonly<Record<string, (request: Request) => Answer>>;

/** What a batch of 400 audit events with their objects needs, and more. */
const bodyLimitBytes = 16 * 1024 * 1024;

/**
 * Serves the routes on 127.0.0.1 and a free port, until the signal ends it; answers the port.
 * Bad JSON, and whatever a route throws as SyntaxError or TypeError, is the caller's fault: 400 with the reason.
 */
export async function serve(routes: Routes, log: Log, signal: AbortSignal): Promise<number> {
  const server = createServer((request, response) => {
    void respond(routes, request)
      .catch((error: unknown): Answer => {
        if (error instanceof SyntaxError || error instanceof TypeError) return { status: 400, body: error.message };
        log(`http: ${request.method} ${request.url?.split('?')[0]} failed: ${describe(error)}`);
        return { status: 500, body: 'internal error' };
      })
      .then(({ status, body }) => {
        const text = body === undefined ? '' : JSON.stringify(body);
        response.writeHead(status, { 'content-type': 'application/json' }).end(text);
      });
  });
  const port = await listen(server);
  signal.addEventListener('abort', () => {
    server.close();
    server.closeAllConnections();
  });
  return port;
}

async function respond(routes: Routes, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const route = routes[`${request.method} ${url.pathname}`];
  if (route === undefined) {
    const known = Object.keys(routes).some((name) => name.endsWith(` ${url.pathname}`));
    return { status: known ? 405 : 404, body: `no route ${request.method} ${url.pathname}` };
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    const chunk = Buffer.from(part as Uint8Array);
    bytes += chunk.length;
    if (bytes > bodyLimitBytes) return { status: 413, body: `the body is larger than ${bodyLimitBytes} bytes` };
    chunks.push(chunk);
  }
  return route({ url, json: () => JSON.parse(Buffer.concat(chunks).toString('utf8')) });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server has no port.'));
      else resolve(address.port);
    });
  });
}
