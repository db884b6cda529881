import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Json } from '../../model/json.ts';
import type { Authenticate } from './access/authenticate.ts';
import { anonymous, type User } from './access/user.ts';
import { StatusError, statusOf } from './objects/status.ts';
import type { Call, WatchReply } from './requests/call.ts';
import { type Handled, type Handler, unauthorized } from './requests/handle.ts';

export interface ServeOptions {
  readonly certificate: string;
  readonly key: string;
  readonly handle: Handler;
  readonly authenticate: Authenticate;
  /** Answers paths that are no part of Kubernetes; undefined leaves a path to it. */
  readonly aside?: Aside;
  readonly port: number;
  readonly signal: AbortSignal;
}

export type Aside = (call: Call) => Promise<{ readonly status: number; readonly body: Json } | undefined>;

/** The real server takes no larger body. */
const bodyLimitBytes = 3 * 1024 * 1024;

/** Serves the API over TLS on 127.0.0.1 until the signal ends it; answers the port. */
export async function serveApi(options: ServeOptions): Promise<number> {
  const server = createServer(
    { cert: options.certificate, key: options.key, keepAliveTimeout: 60_000 },
    (incoming, outgoing) => {
      outgoing.on('error', () => outgoing.destroy());
      respond(options, incoming, outgoing).catch(() => outgoing.destroy());
    },
  );
  options.signal.addEventListener('abort', () => {
    server.close();
    server.closeAllConnections();
  });
  return listen(server, options.port);
}

async function respond(options: ServeOptions, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const user = userOf(options, incoming);
  if (user === undefined) return sendJson(outgoing, 401, unauthorized);
  const body = await readBody(incoming);
  if (body === undefined) {
    const large = new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyLimitBytes}`);
    return sendJson(outgoing, 413, statusOf(large));
  }
  const impersonates = Object.keys(incoming.headers).some((name) => name.startsWith('impersonate-'));
  if (impersonates) return sendJson(outgoing, 501, statusOf(impersonation));
  const call = callOf(incoming, user, body);
  if (call === undefined) return sendJson(outgoing, 400, statusOf(new StatusError(400, 'BadRequest', 'malformed URL')));
  const aside = await options.aside?.(call);
  if (aside !== undefined) return sendJson(outgoing, aside.status, aside.body);
  sendHandled(await options.handle(call), outgoing);
}

const impersonation = new StatusError(
  501,
  'NotImplemented',
  'Impersonation was asked for. This small API server does not serve that.',
);

/** Without token a caller is anonymous; with one that nobody issued it is nobody. */
function userOf({ authenticate }: ServeOptions, { headers }: IncomingMessage): User | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return anonymous;
  const token = /^bearer +(\S+)$/i.exec(authorization)?.[1];
  return token === undefined ? undefined : authenticate(token);
}

function callOf(incoming: IncomingMessage, user: User, body: string): Call | undefined {
  const url = URL.parse(incoming.url ?? '/', 'https://127.0.0.1');
  if (url === null || /%(?![0-9a-f]{2})/i.test(url.pathname)) return undefined;
  return {
    method: incoming.method ?? 'GET',
    url,
    user,
    userAgent: incoming.headers['user-agent'] ?? '',
    sourceIp: incoming.socket.remoteAddress ?? '',
    contentType: incoming.headers['content-type'],
    accept: incoming.headers.accept,
    body,
  };
}

async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming) {
    const chunk = Buffer.from(part as Uint8Array);
    bytes += chunk.length;
    if (bytes <= bodyLimitBytes) chunks.push(chunk);
  }
  return bytes > bodyLimitBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

function sendHandled({ auditId, warnings, reply }: Handled, outgoing: ServerResponse): void {
  outgoing.setHeader('audit-id', auditId);
  outgoing.setHeader('cache-control', 'no-cache, private');
  if (warnings.length > 0) outgoing.setHeader('warning', warnings.map(warningText));
  if ('start' in reply) sendWatch(reply, outgoing);
  else if ('text' in reply)
    outgoing.writeHead(reply.status, { 'content-type': 'text/plain; charset=utf-8' }).end(reply.text);
  else if (typeof reply.body === 'string') {
    outgoing.writeHead(reply.status, { 'content-type': 'text/plain; charset=utf-8' }).end(reply.body);
  } else sendJson(outgoing, reply.status, reply.body);
}

function sendJson(outgoing: ServerResponse, status: number, body: Json): void {
  outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendWatch(reply: WatchReply, outgoing: ServerResponse): void {
  outgoing.writeHead(200, { 'content-type': 'application/json' });
  outgoing.flushHeaders();
  const stop = reply.start(
    (event) => void outgoing.write(`${JSON.stringify(event)}\n`),
    () => void outgoing.end(),
  );
  outgoing.once('close', stop);
}

/** A header holds no line breaks and, between quotes, no bare quote. */
function warningText(text: string): string {
  const plain = text
    .replaceAll(/[^\x20-\x7e]/g, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"');
  return `299 - "${plain}"`;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server has no port.'));
      else resolve(address.port);
    });
  });
}
