import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { createAuthority } from '../../staging/kubernetes/certificates/issue.ts';

/** How a request for alerts is spoilt; `well` answers what is there. */
export type Trouble =
  | 'well'
  | 'throttled'
  | 'server error'
  | 'connection cut'
  | 'answer after 10 s'
  | 'endless body'
  | 'wrong content type'
  | 'gzip bomb'
  | 'truncated JSON'
  | 'no JSON';

/** A store of alerts on 127.0.0.1 whose answers are spoilt as its trouble says. */
export interface TroubledStore {
  readonly url: string;
  /** When each request came, and what became of it. */
  readonly requests: readonly { readonly atMs: number; readonly trouble: Trouble }[];
  readonly put: (alert: unknown) => void;
  readonly close: () => Promise<void>;
}

const retryAfterSeconds = 1;
/** 1 GiB of zeros in 1 MiB. */
const bomb = Buffer.concat(Array.from({ length: 16 }, () => gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: 1 })));

/** Serves alerts; `troubleOf` says what becomes of the nth request. */
export async function startTroubledStore(troubleOf: (n: number) => Trouble): Promise<TroubledStore> {
  const store = serve(troubleOf);
  const server = createServer(store.answer);
  return { ...store, ...(await listening(server, 'http', '127.0.0.1')) };
}

/**
 * Serves alerts over TLS that flaps: of three connections one is cut, and one shows a certificate of an authority that
 * nobody trusts. `authority` is the certificate to be trusted.
 */
export async function startFlappingTls(): Promise<TroubledStore & { readonly authority: string }> {
  const [trusted, stranger] = [createAuthority('spec', Date.now()), createAuthority('stranger', Date.now())];
  const contexts = [trusted, stranger].map((authority) => {
    const { certificate, key } = authority.issue(['localhost']);
    return createSecureContext({ cert: certificate, key });
  });
  const store = serve(() => 'well');
  let connections = 0;
  const server = createTlsServer(
    { SNICallback: (_name, give) => give(null, contexts[connections % 3 === 1 ? 1 : 0]) },
    store.answer,
  );
  server.on('connection', (socket) => {
    connections++;
    if (connections % 3 === 2) socket.destroy();
  });
  return { ...store, ...(await listening(server, 'https', 'localhost')), authority: trusted.certificate };
}

function serve(troubleOf: (n: number) => Trouble) {
  const alerts: unknown[] = [];
  const requests: { atMs: number; trouble: Trouble }[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const trouble = troubleOf(requests.length);
    requests.push({ atMs: performance.now(), trouble });
    answerWith(trouble, request, response, JSON.stringify(alerts));
  };
  return { requests, put: (alert: unknown) => void alerts.push(alert), answer };
}

function answerWith(trouble: Trouble, request: IncomingMessage, response: ServerResponse, body: string): void {
  const json = { 'content-type': 'application/json', connection: 'close' };
  switch (trouble) {
    case 'well':
      return void response.writeHead(200, json).end(body);
    case 'throttled':
      return void response.writeHead(429, { 'retry-after': String(retryAfterSeconds) }).end();
    case 'server error':
      return void response.writeHead(503).end('<h1>Service Unavailable</h1>');
    case 'connection cut':
      return void request.socket.destroy();
    case 'answer after 10 s': {
      const timer = setTimeout(() => response.writeHead(200, json).end(body), 10_000);
      return void response.once('close', () => clearTimeout(timer));
    }
    case 'endless body':
      pourOut(response.writeHead(200, json));
      return;
    case 'wrong content type':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(body);
    case 'gzip bomb':
      return void response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb);
    case 'truncated JSON':
      return void response.writeHead(200, json).end(body.slice(0, Math.ceil(body.length / 2)));
    case 'no JSON':
      return void response.writeHead(200, json).end('OK');
  }
}

function pourOut(response: ServerResponse): void {
  const chunk = Buffer.from(`[${'1,'.repeat(32 * 1024)}`);
  const pour = () => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', pour);
  };
  pour();
}

async function listening(server: ReturnType<typeof createServer>, scheme: string, host: string) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${scheme}://${host}:${(server.address() as AddressInfo).port}/alerts`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
