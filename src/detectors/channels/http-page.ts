import { CallError } from '../../model/call.ts';
import type { Clock } from '../../model/clock.ts';
import { conceal } from '../../model/conceal.ts';
import type { Json } from '../../model/json.ts';
import { DeadlineError, withDeadline } from './deadline.ts';

export interface PageRequest {
  readonly url: URL;
  readonly signal: AbortSignal;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  /** For the whole answer, its body included. */
  readonly timeoutMs: number;
}

/** One answer of an API, complete. */
export interface Page {
  readonly bytes: Uint8Array;
  /** When its last byte had come. */
  readonly arrivedMonoMs: number;
  readonly link: string | undefined;
}

/** Most bytes of an answer, unpacked. */
const pageLimit = 10 * 1024 * 1024;

/** Asks for one page and reads it whole. Throws a `CallError` whose message names neither query nor headers. */
export async function readPage(clock: Clock, request: PageRequest): Promise<Page> {
  const { url, signal, timeoutMs } = request;
  const at = `${url.origin}${url.pathname}`;
  try {
    return await withDeadline({ clock, signal, ms: timeoutMs }, (bounded) => ask(clock, request, bounded));
  } catch (error) {
    if (error instanceof CallError) throw error;
    if (signal.aborted) throw signal.reason;
    if (error instanceof DeadlineError)
      throw new CallError('unanswered', 'timeout', `${at} did not answer in full within ${timeoutMs} ms.`);
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    // A header that cannot be sent is quoted.
    const why = conceal(cause instanceof Error ? cause.message : String(cause), Object.values(request.headers));
    throw new CallError('unanswered', 'unreachable', `${at} cannot be reached: ${why}.`);
  }
}

async function ask(clock: Clock, request: PageRequest, signal: AbortSignal): Promise<Page> {
  const { url, method, headers, body } = request;
  const at = `${url.origin}${url.pathname}`;
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'manual',
    signal,
  });
  try {
    refuseStatus(clock, response, at);
    const type = response.headers.get('content-type') ?? '';
    if (!/[/+](json|x-ndjson|jsonl)\b/i.test(type)) {
      throw new CallError(
        'failed',
        'content-type',
        `${at} answered ${type === '' ? 'without content type' : type.slice(0, 80)}, expected JSON.`,
      );
    }
    const bytes = await limited(response, at);
    return { bytes, arrivedMonoMs: clock.monoMs(), link: response.headers.get('link') ?? undefined };
  } finally {
    if (!response.bodyUsed) await response.body?.cancel();
  }
}

function refuseStatus(clock: Clock, { status, headers }: Response, at: string): void {
  if (status >= 200 && status < 300) return;
  const code = `http-${status}`;
  if (status === 429 || status === 503) {
    const retryAfterMs = retryAfter(clock, headers.get('retry-after'));
    const later = retryAfterMs === undefined ? '' : ` and asks to wait ${retryAfterMs} ms`;
    throw new CallError(
      'throttled',
      code,
      `${at} answered ${status}${later}.`,
      retryAfterMs === undefined ? {} : { retryAfterMs },
    );
  }
  if (status >= 300 && status < 400) {
    throw new CallError(
      'failed',
      'redirect',
      `${at} redirects (${status}), which is not followed. Name the final address.`,
    );
  }
  const kind = status === 401 || status === 403 ? 'denied' : status === 404 ? 'not-found' : 'failed';
  throw new CallError(kind, code, `${at} answered ${status}, expected 2xx.`);
}

/** Seconds or an HTTP date, at most an hour: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfter(clock: Clock, header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - clock.epochMs();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), 3_600_000);
}

async function limited(response: Response, at: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > pageLimit) {
      throw new CallError('failed', 'too-large', `${at} answered more than ${pageLimit} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
