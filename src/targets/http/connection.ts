import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { CallError, type CallRecord } from '../../model/call.ts';
import type { Clock } from '../../model/clock.ts';
import { conceal, secretsIn } from '../../model/conceal.ts';
import { RefusedError } from '../../model/errors.ts';
import type { Phase } from '../../model/marker.ts';
import { openBrowser } from './browser.ts';
import { errorOfAnswer, errorWithoutAnswer, kindOfStatus } from './call-error.ts';
import type { HttpAnswer, HttpClients, HttpRequest } from './clients.ts';
import { isLoopback, type PinnedHosts } from './hosts.ts';
import { openTraffic } from './traffic.ts';

export interface ConnectionSettings {
  readonly hosts: PinnedHosts;
  /** `windshear/<version> ws….i`. */
  readonly userAgent: string;
  /** The identity's header, if it has one. */
  readonly identity: Readonly<Record<string, string>>;
  readonly phase: Phase;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  /** Where a browser may be found beside the usual places. */
  readonly browserPath?: string;
}

export interface HttpConnection {
  readonly clients: HttpClients;
  readonly calls: () => readonly CallRecord[];
  readonly close: () => void;
}

/** A socket that idles longer is not used again: its server may be closing it, which would look like a lost answer. */
const idleSocketMs = 1000;
const longestBodyBytes = 1024 * 1024;
const reads: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Opens a recorded way to the pinned hosts for one identity and phase. */
export function openConnection(settings: ConnectionSettings): HttpConnection {
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, timeout: idleSocketMs }),
    'https:': new HttpsAgent({ keepAlive: true, timeout: idleSocketMs }),
  };
  const records: MutableRecord[] = [];
  const streams = new Set<{ readonly close: () => void }>();

  /** Throws `RefusedError` for a foreign host, and for a token that would travel in clear text. */
  function prepare(request: HttpRequest): Prepared {
    const url = settings.hosts.check(request.url);
    const identity = request.anonymous === true ? {} : settings.identity;
    if (url.protocol === 'http:' && Object.keys(identity).length > 0 && !isLoopback(url.hostname)) {
      throw new RefusedError('clear-text', `The token of this target is not sent to '${url.host}' by plain http.`);
    }
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(body.length) }),
      ...lowerCase(request.headers ?? {}),
      ...identity,
      'user-agent': settings.userAgent,
    };
    const secure = url.protocol === 'https:';
    const open = secure ? httpsRequest : httpRequest;
    const agent = secure ? agents['https:'] : agents['http:'];
    return { body, open: (signal) => open(url, { method: request.method, headers, agent, signal }) };
  }

  async function ask(request: HttpRequest, signal: AbortSignal): Promise<{ answer: HttpAnswer; action: string }> {
    const prepared = prepare(request);
    const action = actionOf(request);
    signal.throwIfAborted();
    const record: MutableRecord = {
      phase: settings.phase,
      action,
      mutating: !reads.has(request.method),
      sentMonoMs: settings.clock.monoMs(),
      outcome: 'in-flight',
    };
    records.push(record);
    const limitMs = Math.min(request.timeoutMs ?? settings.requestTimeoutMs, settings.requestTimeoutMs);
    const limit = deadline(settings.clock, limitMs);
    try {
      const answer = await exchange(prepared, AbortSignal.any([signal, limit.signal]));
      const requestId = answer.headers['x-request-id'];
      Object.assign(record, {
        outcome: kindOfStatus(answer.status) ?? 'acknowledged',
        answeredMonoMs: settings.clock.monoMs(),
        ...(requestId === undefined ? {} : { requestId }),
      });
      return { answer, action };
    } catch (error) {
      const failure = explain(error, { action, signal, late: limit.signal, limitMs });
      record.outcome = failure.kind;
      throw failure;
    } finally {
      await limit.end();
    }
  }

  /** A service that refuses a request may quote it. */
  function concealed(request: HttpRequest, text: string): string {
    const tokens = Object.values(settings.identity).map((value) => value.replace(/^Bearer /, ''));
    return conceal(text, [...tokens, ...secretsIn(request.body)]);
  }

  return {
    clients: {
      ask: async (request, signal) => (await ask(request, signal)).answer,
      send: async (request, signal) => {
        const { answer, action } = await ask(request, signal);
        const kind = kindOfStatus(answer.status);
        if (kind !== undefined) throw errorOfAnswer(action, kind, { ...answer, text: concealed(request, answer.text) });
        return answer;
      },
      traffic: (request) => {
        const { body, open } = prepare(request);
        const stream = openTraffic({ open, body });
        streams.add(stream);
        return stream;
      },
      browser: (signal) => openBrowser({ ...settings, signal }),
    },
    calls: () => records.map((record) => ({ ...record })),
    close: () => {
      for (const stream of streams) stream.close();
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

type MutableRecord = { -readonly [Field in keyof CallRecord]: CallRecord[Field] };

interface Prepared {
  readonly body: Buffer | undefined;
  readonly open: (signal: AbortSignal) => ClientRequest;
}

/** Names a call without its query, where secrets may stand. */
export function actionOf({ method, url }: Pick<HttpRequest, 'method' | 'url'>): string {
  const { origin, pathname } = new URL(url);
  return `${method} ${origin}${pathname}`;
}

function exchange({ body, open }: Prepared, signal: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = open(signal);
    sent.once('error', reject);
    sent.once('response', (response) => {
      read(response).then(resolve, reject);
    });
    sent.end(body);
  });
}

async function read(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const part = chunk as Buffer;
    bytes += part.length;
    if (bytes > longestBodyBytes) throw new Error(`the answer is longer than ${longestBodyBytes} bytes`);
    chunks.push(part);
  }
  const headers = Object.entries(response.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    text: Buffer.concat(chunks).toString('utf8'),
  };
}

function deadline(clock: Clock, limitMs: number) {
  const late = new AbortController();
  const done = new AbortController();
  const ring = clock.sleep(limitMs, done.signal).then(
    () => late.abort(new Error(`no answer within ${limitMs} ms`)),
    (reason: unknown) => {
      if (!done.signal.aborted) throw reason;
    },
  );
  return {
    signal: late.signal,
    end: async () => {
      done.abort();
      await ring;
    },
  };
}

/** An aborted request may have arrived, as one that is too late may. */
function explain(
  error: unknown,
  call: {
    readonly action: string;
    readonly signal: AbortSignal;
    readonly late: AbortSignal;
    readonly limitMs: number;
  },
): CallError {
  const { action, signal, late, limitMs } = call;
  if (signal.aborted) {
    const message = `${action} was sent and given up before it was answered.`;
    return new CallError('unanswered', 'Aborted', message, { cause: signal.reason });
  }
  if (late.aborted) return new CallError('unanswered', 'TimedOut', `${action} had no answer within ${limitMs} ms.`);
  return errorWithoutAnswer(action, error);
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
