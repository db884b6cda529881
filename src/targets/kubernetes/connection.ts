import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { finished } from 'node:stream/promises';
import { CallError, type CallRecord } from '../../model/call.ts';
import type { Clock } from '../../model/clock.ts';
import { conceal, secretsIn } from '../../model/conceal.ts';
import { WindshearError } from '../../model/errors.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Phase } from '../../model/marker.ts';
import { answerError, type ServerAnswer, transportError } from './call-error.ts';
import type { KubernetesAnswer, KubernetesClients, KubernetesRequest, KubernetesWatch } from './clients.ts';
import { actionOf, changes, pathOf, type SentRequest } from './request-path.ts';
import type { PinnedServer } from './server.ts';

export interface ConnectionSettings {
  readonly server: PinnedServer;
  readonly clusterUid: string;
  /** Hands out the bearer token of one identity; what it throws keeps the request from leaving. */
  readonly token: () => Promise<string>;
  /** `windshear/<version>`, and where there is one the marker with its phase letter. */
  readonly userAgent: { readonly version: string; readonly marker?: string };
  readonly phase: Phase;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
}

export interface KubernetesConnection {
  readonly clients: KubernetesClients;
  readonly calls: () => readonly CallRecord[];
  readonly close: () => void;
}

/** A socket that idles longer is not used again: its server may be closing it, which would look like a lost answer. */
const idleSocketMs = 1000;
/** A Secret or ConfigMap holds 1 MiB at most; a list of many may be longer, and is then refused. */
const largestAnswerBytes = 64 * 1024 * 1024;

/**
 * Opens a recorded way to one API server for one identity and phase, over node:https: what counts here is when a
 * request leaves and what exactly came back (Status, `Audit-Id`, `Warning`), which a generated client hides. It takes
 * no kubeconfig, no proxy settings, follows no redirect, and trusts the pinned authority only.
 */
export function openConnection(settings: ConnectionSettings): KubernetesConnection {
  const { server, clock } = settings;
  const agent = new Agent({ keepAlive: true, timeout: idleSocketMs, ca: server.ca });
  const { version, marker } = settings.userAgent;
  const userAgent = [`windshear/${version}`, ...(marker === undefined ? [] : [marker])].join(' ');
  const records: MutableRecord[] = [];

  async function begin(request: SentRequest, signal: AbortSignal) {
    signal.throwIfAborted();
    const token = await settings.token();
    signal.throwIfAborted();
    const record: MutableRecord = {
      phase: settings.phase,
      action: actionOf(request),
      mutating: changes(request) || request.isAct === true,
      sentMonoMs: clock.monoMs(),
      outcome: 'in-flight',
    };
    records.push(record);
    const sending: Sending = { request, token, userAgent, agent, server, left: false };
    return { record, sending };
  }

  async function call(request: KubernetesRequest, signal: AbortSignal): Promise<KubernetesAnswer> {
    const { record, sending } = await begin(request, signal);
    try {
      const answer = await withDeadline(settings, signal, async (ends) => answerOf(await send(sending, ends)));
      const auditId = textOf(answer.headers['audit-id']);
      if (auditId !== undefined) record.requestId = auditId;
      const read = readAnswer(sending, answer);
      settle(record, 'acknowledged', clock);
      return { ...read, ...(auditId === undefined ? {} : { auditId }) };
    } catch (error) {
      const failure = explain(error, sending, signal);
      settle(record, failure instanceof CallError ? failure.kind : 'failed', clock);
      throw failure;
    }
  }

  // Without a version the server tells first what is there, and then each change.
  // https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-watch
  async function watch({ name, ...place }: KubernetesWatch, signal: AbortSignal, onEvent: () => void): Promise<void> {
    const request: SentRequest = { verb: 'watch', ...place, fieldSelector: `metadata.name=${name}` };
    const { record, sending } = await begin(request, signal);
    try {
      const incoming = await withDeadline(settings, signal, (ends) => send(sending, ends));
      if (incoming.statusCode !== 200) readAnswer(sending, await answerOf(incoming));
      settle(record, 'acknowledged', clock);
      incoming.on('data', onEvent);
      await finished(incoming);
    } catch (error) {
      signal.throwIfAborted();
      const failure = explain(error, sending, signal);
      if (record.outcome === 'in-flight') settle(record, failure instanceof CallError ? failure.kind : 'failed', clock);
      throw failure;
    }
  }

  return {
    clients: { clusterUid: settings.clusterUid, call, watch },
    calls: () => records.map((record) => ({ ...record })),
    close: () => agent.destroy(),
  };
}

type MutableRecord = { -readonly [Field in keyof CallRecord]: CallRecord[Field] };

interface Sending {
  readonly request: SentRequest;
  readonly token: string;
  readonly userAgent: string;
  readonly agent: Agent;
  readonly server: PinnedServer;
  /** True from the moment on at which the request may have reached the server. */
  left: boolean;
}

/** Resolves with the answer's head. */
function send(sending: Sending, signal: AbortSignal): Promise<IncomingMessage> {
  const { request, server, agent, token, userAgent } = sending;
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(
      {
        agent,
        signal,
        method: methods[request.verb],
        host: server.host,
        port: server.port,
        path: `${server.basePath}${pathOf(request)}`,
        headers: {
          accept: accepted(request),
          authorization: `Bearer ${token}`,
          'user-agent': userAgent,
          ...(body === undefined
            ? {}
            : { 'content-type': contentType(request), 'content-length': Buffer.byteLength(body) }),
        },
      },
      resolve,
    );
    outgoing.on('error', reject);
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) sending.left = true;
      else socket.once('secureConnect', () => (sending.left = true));
    });
    outgoing.end(body);
  });
}

async function answerOf(incoming: IncomingMessage): Promise<ServerAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > largestAnswerBytes) throw new Error(`the answer is over ${largestAnswerBytes} bytes`);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, text };
}

const methods = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
} as const;

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
function accepted({ verb, metadataOnly }: SentRequest): string {
  if (metadataOnly !== true) return 'application/json';
  const kind = verb === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  return `application/json;as=${kind};g=meta.k8s.io;v=v1, application/json;q=0.5`;
}

function contentType({ verb, body }: SentRequest): string {
  if (verb !== 'patch') return 'application/json';
  return Array.isArray(body) ? 'application/json-patch+json' : 'application/merge-patch+json';
}

function readAnswer({ request, token }: Sending, answer: ServerAnswer): Omit<KubernetesAnswer, 'auditId'> {
  if (answer.status < 200 || answer.status > 299) {
    // Validation quotes the values that it refuses, and a proxy may show all of a request.
    const text = conceal(answer.text, [token, ...secretsIn(request.body)]);
    throw answerError(request, { ...answer, text });
  }
  const body = parseObject(answer.text);
  if (body === undefined) {
    const said = `${actionOf(request)} was answered HTTP ${answer.status} with a body that is no JSON object`;
    throw new CallError('unanswered', 'Unreadable', said);
  }
  return { status: answer.status, body, warnings: warningsOf(answer) };
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** `299 - "text"`, several joined by commas (RFC 9111 §5.5; https://kubernetes.io/blog/2020/09/03/warnings/). */
function warningsOf({ headers }: ServerAnswer): readonly string[] {
  const text = textOf(headers['warning']) ?? '';
  return Array.from(text.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g), (match) =>
    (match[1] ?? '').replaceAll(/\\(.)/g, '$1'),
  );
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(', ');
}

class DeadlinePassed extends Error {
  readonly code = 'TimedOut';
}

/** Runs one call against our own clock; a call that is too late is aborted with `DeadlinePassed`. */
async function withDeadline<Answer>(
  { clock, requestTimeoutMs }: ConnectionSettings,
  signal: AbortSignal,
  act: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const deadline = new AbortController();
  const done = new AbortController();
  const ring = clock.sleep(requestTimeoutMs, done.signal).then(
    () => deadline.abort(new DeadlinePassed(`no answer within ${requestTimeoutMs} ms`)),
    (reason: unknown) => {
      if (!done.signal.aborted) throw reason;
    },
  );
  try {
    return await act(AbortSignal.any([signal, deadline.signal]));
  } catch (error) {
    throw deadline.signal.aborted && !signal.aborted ? deadline.signal.reason : error;
  } finally {
    done.abort();
    await ring;
  }
}

/** An abort before the request left rejects with its own reason; after that nobody knows whether it took effect. */
function explain(error: unknown, { request, left }: Sending, signal: AbortSignal): unknown {
  if (error instanceof CallError || error instanceof WindshearError) return error;
  if (!signal.aborted) return transportError(request, error, left);
  if (!left) return signal.reason;
  const said = `${actionOf(request)} was sent and given up before it was answered.`;
  return new CallError('unanswered', 'Aborted', said, { cause: signal.reason });
}

function settle(record: MutableRecord, outcome: CallRecord['outcome'], clock: Clock): void {
  record.outcome = outcome;
  if (outcome !== 'unanswered') record.answeredMonoMs = clock.monoMs();
}
