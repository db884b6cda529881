import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Clock } from '../../model/clock.ts';
import { conceal } from '../../model/conceal.ts';
import type { Json } from '../../model/json.ts';
import { listOf, memberOf, stringOf } from '../guards.ts';
import { parseJson, textOf } from '../json.ts';
import { DeadlineError, withDeadline } from './deadline.ts';
import { readSecret, type Secret } from './secret.ts';

/** An API server and who asks. */
export interface ApiServer {
  readonly origin: string;
  readonly ca: string | undefined;
  /** Read anew for each request, since tokens of service accounts are renewed in their file. */
  readonly token: Secret | undefined;
  /** Until an answer begins, or a list is complete. */
  readonly timeoutMs: number;
}

export interface ApiContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Says that the API server refused or could not be asked; `status` is 0 where it did not answer. */
export class ApiError extends Error {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  constructor(
    status: number,
    message: string,
    more: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'ApiError';
    this.status = status;
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** Asks and answers a stream as soon as the server says 200. Throws an {@link ApiError} that names no secret. */
export async function openStream(ctx: ApiContext, server: ApiServer, url: URL): Promise<IncomingMessage> {
  const token = server.token === undefined ? undefined : await readSecret(server.token);
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  try {
    return await withDeadline({ ...ctx, ms: server.timeoutMs }, async (signal) => {
      const response = await send(url, {
        ...(server.ca === undefined ? {} : { ca: server.ca }),
        headers: { accept: 'application/json', 'user-agent': 'windshear kubernetes-watch', ...authorization },
        signal,
      });
      if (response.statusCode === 200) return response;
      throw await refusal(response, url, token);
    });
  } catch (error) {
    throw asApiError(error, { ctx, url, timeoutMs: server.timeoutMs });
  }
}

/** Reads a whole JSON answer. Throws an {@link ApiError}. */
export async function readAnswer(ctx: ApiContext, server: ApiServer, url: URL): Promise<Json> {
  const response = await openStream(ctx, server, url);
  try {
    const bytes = await withDeadline({ ...ctx, ms: server.timeoutMs }, (signal) => {
      signal.addEventListener('abort', () => response.destroy(new DeadlineError(server.timeoutMs)), { once: true });
      return all(response, largestAnswer);
    });
    const parsed = parseJson(textOf(bytes));
    if ('value' in parsed) return parsed.value;
    throw new ApiError(200, `${url.pathname} answered what is ${parsed.problem}.`);
  } catch (error) {
    throw asApiError(error, { ctx, url, timeoutMs: server.timeoutMs });
  }
}

/** Lists every object at a URL, page by page, with the resource version from which a watch goes on. */
export async function listAll(
  ctx: ApiContext,
  server: ApiServer,
  url: URL,
): Promise<{ readonly lists: readonly Json[]; readonly resourceVersion: string }> {
  const lists: Json[] = [];
  let resume: string | undefined;
  do {
    const page = new URL(url);
    page.searchParams.set('limit', '500');
    if (resume !== undefined) page.searchParams.set('continue', resume);
    const list = await readAnswer(ctx, server, page);
    if (listOf(memberOf(list, 'items')) === undefined)
      throw new ApiError(200, `${url.pathname} answered no list of objects.`);
    lists.push(list);
    resume = stringOf(memberOf(list, 'metadata', 'continue'));
  } while (resume !== undefined);
  const resourceVersion = stringOf(memberOf(lists.at(-1), 'metadata', 'resourceVersion'));
  if (resourceVersion === undefined)
    throw new ApiError(200, `${url.pathname} answered a list without resourceVersion.`);
  return { lists, resourceVersion };
}

const largestAnswer = 64 * 1024 * 1024;
const largestRefusal = 64 * 1024;

interface Sending {
  readonly ca?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

function send(url: URL, { headers, ...more }: Sending): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { ...more, headers: { ...headers }, agent: false };
    const sent = url.protocol === 'https:' ? requestHttps(url, options, resolve) : requestHttp(url, options, resolve);
    sent.on('error', reject);
    sent.end();
  });
}

async function all(response: IncomingMessage, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > limit) throw new Error(`an answer of more than ${limit} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
async function refusal(response: IncomingMessage, url: URL, token: string | undefined): Promise<ApiError> {
  const status = response.statusCode ?? 0;
  const text = textOf(await all(response, largestRefusal));
  const parsed = parseJson(token === undefined ? text : conceal(text, [token]));
  const said = 'value' in parsed ? stringOf(memberOf(parsed.value, 'message')) : undefined;
  const seconds = Number(response.headers['retry-after']);
  return new ApiError(
    status,
    `${url.pathname} answered ${status}${said === undefined ? '' : `: ${said}`}.`,
    Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {},
  );
}

interface Asked {
  readonly ctx: ApiContext;
  readonly url: URL;
  readonly timeoutMs: number;
}

function asApiError(error: unknown, { ctx, url, timeoutMs }: Asked): Error {
  if (error instanceof ApiError) return error;
  const at = `${url.origin}${url.pathname}`;
  const cause = error instanceof Error && error.name === 'AbortError' ? error.cause : error;
  if (!ctx.signal.aborted && cause instanceof DeadlineError)
    return new ApiError(0, `${at} did not answer within ${timeoutMs} ms.`, { cause: error });
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ApiError(0, `${at} cannot be reached: ${why}.`, { cause: error });
}
