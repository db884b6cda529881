import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What becomes of a call: passed on, answered late, rewritten or with rubbish, or cut off, before it arrives or after. */
export type Meddling =
  | 'pass'
  | 'rubbish'
  | 'cut-before'
  | 'cut-after'
  | { readonly lateMs: number }
  | { readonly rewrite: (text: string) => string };

export interface Call {
  readonly method: string;
  readonly path: string;
  /** The letter of the phase that its user agent carries, where it carries a marker. */
  readonly phase: string | undefined;
  readonly body: string;
}

/** Stands in front of an endpoint on the loopback and spoils calls as it is told. */
export interface MeddlingProxy {
  readonly url: string;
  meddle: (call: Call) => Meddling;
  /** Gets the body of every answer that is passed on. */
  learn: (body: string) => void;
  readonly close: () => Promise<void>;
}

/** Starts a proxy that passes everything on until `meddle` says otherwise; signatures stay valid. */
export async function startMeddlingProxy(endpoint: string): Promise<MeddlingProxy> {
  const ended = new AbortController();
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => incoming.socket.destroy());
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const phase = /ws[a-z2-7]{12}\.([icork])/.exec(incoming.headers['user-agent'] ?? '')?.[1];
    const { method = '', url: path = '' } = incoming;
    const meddling = proxy.meddle({ method, path, phase, body: body.toString('utf8') });
    if (meddling === 'cut-before') return void incoming.socket.destroy();
    if (meddling === 'rubbish') {
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome to the wifi');
    }
    const answer = await passOn(incoming, body);
    if (meddling === 'cut-after') return void incoming.socket.destroy();
    if (typeof meddling === 'object' && 'lateMs' in meddling)
      await sleep(meddling.lateMs, undefined, { signal: ended.signal });
    proxy.learn(answer.body.toString('utf8'));
    if (typeof meddling === 'object' && 'rewrite' in meddling) {
      const { 'content-length': _old, ...headers } = answer.headers;
      return void response.writeHead(answer.status, headers).end(meddling.rewrite(answer.body.toString('utf8')));
    }
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  function passOn(incoming: IncomingMessage, body: Buffer) {
    const { method, url: path, headers } = incoming;
    const { hostname, port } = new URL(endpoint);
    return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
      const outgoing = request({ hostname, port, method, path, headers, agent: false }, (upstream) => {
        const chunks: Buffer[] = [];
        upstream.on('data', (chunk: Buffer) => chunks.push(chunk));
        upstream.on('error', reject);
        upstream.on('end', () => {
          const { 'transfer-encoding': _chunked, ...kept } = upstream.headers;
          resolve({ status: upstream.statusCode ?? 502, headers: kept, body: Buffer.concat(chunks) });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  const proxy: MeddlingProxy = {
    url: `http://127.0.0.1:${address.port}`,
    meddle: () => 'pass',
    learn: () => undefined,
    close: () => {
      ended.abort();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}
