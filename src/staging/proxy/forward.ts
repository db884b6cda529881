import { randomUUID } from 'node:crypto';
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Asked, Exchange } from './exchange.ts';
import { findElement, parseXml } from './xml.ts';

export interface ForwardOptions {
  readonly upstream: string;
  /** Is called once a call is answered, in the order in which the answers ended. */
  readonly onExchange: (exchange: Exchange) => void;
  /** May answer a call that `upstream` allowed in its place, with another body. */
  readonly answerInstead?: (call: Asked) => Promise<string | undefined> | undefined;
  readonly now: () => number;
  readonly log: (text: string) => void;
}

/** A larger body is passed on and not kept; no call that trails log is that large. */
const keptBytes = 1024 * 1024;
const idHeaders = ['x-amzn-requestid', 'x-amz-request-id'];

/**
 * Makes a server that hands every call to `upstream` as it came, Host included, since the signature covers it, and the
 * answer back as it came. An answer without a request id, which AWS never gives, gets one.
 */
export function forwardingServer(options: ForwardOptions): Server {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(options.upstream);
  const server = createServer((incoming, outgoing) => {
    const receivedMs = options.now();
    const asked = request({
      agent,
      hostname,
      port,
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: incoming.rawHeaders,
      setHost: false,
    });
    asked.setNoDelay(true);
    const body = keep(incoming);
    incoming.pipe(asked);
    incoming.once('close', () => incoming.complete || asked.destroy());
    const instead = () =>
      options.answerInstead?.({ headers: plainHeaders(incoming), url: incoming.url ?? '/', body: body() });
    asked.once('error', (error) => refuse(outgoing, error, options));
    asked.once('response', (answer) => {
      passBack(answer, outgoing, instead).then(
        ({ requestId, text }) =>
          options.onExchange({
            method: incoming.method ?? 'GET',
            url: incoming.url ?? '/',
            headers: plainHeaders(incoming),
            body: body(),
            status: answer.statusCode ?? 502,
            answerHeaders: plainHeaders(answer),
            answer: text,
            requestId,
            sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1',
            receivedMs,
          }),
        (error: unknown) => refuse(outgoing, error, options),
      );
    });
  });
  server.keepAliveTimeout = 3_600_000;
  server.requestTimeout = 0;
  return server;
}

/** A refusal is read before its head is sent, since its request id may stand in the body only. */
async function passBack(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  instead: () => Promise<string | undefined> | undefined,
) {
  const text = keep(answer);
  const status = answer.statusCode ?? 502;
  const given = idHeaders.map((name) => answer.headers[name]).find((value) => typeof value === 'string');
  outgoing.sendDate = false;
  const other = status === 200 ? instead() : undefined;
  if (other !== undefined) {
    const body = (await buffer(answer)).toString('utf8');
    const shown = (await other) ?? body;
    const requestId = given ?? randomUUID();
    const type = answer.headers['content-type'] ?? 'application/x-amz-json-1.1';
    outgoing.writeHead(status, { 'content-type': type, 'x-amzn-RequestId': requestId }).end(shown);
    return { requestId, text: shown };
  }
  if (given !== undefined) {
    outgoing.writeHead(status, answer.statusMessage, answer.rawHeaders);
    for await (const chunk of answer) outgoing.write(chunk);
    outgoing.end();
    return { requestId: given, text: text() };
  }
  const body = await buffer(answer);
  const requestId = findElement(parseXml(text()), 'RequestId')?.text.trim() || randomUUID();
  outgoing.writeHead(status, answer.statusMessage, [...answer.rawHeaders, 'x-amzn-RequestId', requestId]);
  outgoing.end(body);
  return { requestId, text: text() };
}

function refuse(outgoing: ServerResponse, error: unknown, { log }: ForwardOptions): void {
  log(`a call could not be passed on: ${error instanceof Error ? error.message : String(error)}`);
  if (outgoing.headersSent) outgoing.destroy();
  else outgoing.writeHead(502, { 'content-type': 'text/plain' }).end('The emulator does not answer.\n');
}

/** Keeps what flows by, as text, or nothing once it is too much. */
function keep(stream: IncomingMessage): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= keptBytes) chunks.push(chunk);
  });
  return () => (bytes > keptBytes ? '' : Buffer.concat(chunks).toString('utf8'));
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? (value.at(-1) ?? '') : (value ?? '')]),
  );
}
