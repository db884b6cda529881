import { z } from 'zod';
import { CallError } from '../../model/call.ts';
import type { Clock } from '../../model/clock.ts';
import { defineChannel, type Payload } from '../../model/detector.ts';
import { durationSchema } from '../../model/fields.ts';
import type { Json } from '../../model/json.ts';
import { wordOf } from '../guards.ts';
import { parseJson, textOf } from '../json.ts';
import { type Pointer, parsePointer, resolvePointer } from '../pointer.ts';
import { type Page, readPage } from './http-page.ts';
import { readSecret, secretSchema } from './secret.ts';

const pointer = z.string().transform((text, issues): Pointer => {
  const parsed = parsePointer(text);
  if (parsed === undefined) issues.addIssue({ code: 'custom', message: "must be a JSON Pointer such as '/items'" });
  return parsed ?? [];
});

/** A text, or a secret by name with what stands before it (`Bearer `). */
const value = z.union([z.string(), z.intersection(secretSchema, z.looseObject({ prefix: z.string().optional() }))]);

const params = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  method: z.enum(['GET', 'POST']).default('GET'),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), value).default({}),
  query: z.record(z.string(), value).default({}),
  body: z.json().optional(),
  /** Where the alerts stand in the answer; without it the whole answer is handed over. */
  items: pointer.optional(),
  /** The next page: a pointer to its URL, or to a token for the query parameter `as`, or the Link header. */
  next: z
    .union([z.strictObject({ at: pointer, as: z.string().optional() }), z.strictObject({ link: z.literal(true) })])
    .optional(),
  /** Asks only for what is younger than `lookback`, by a query parameter that holds an instant. */
  since: z
    .strictObject({
      query: z.string(),
      lookback: durationSchema,
      unit: z.enum(['iso', 's', 'ms', 'ns']).default('iso'),
    })
    .optional(),
  /** For how long the answer shows an alert at least, open or not; by itself what `since` asks for. */
  keeps: durationSchema.optional(),
  mostPages: z.number().int().min(1).max(1000).default(20),
  timeout: durationSchema.default(5000),
});

type Params = z.infer<typeof params>;

/**
 * Asks an HTTP API that answers JSON. A poll rejects with a `CallError`: `throttled` with `retryAfterMs` on 429 and 503,
 * `denied` on 401 and 403, `unanswered` where nothing came in time, else `failed` with what was wrong. Redirects are not
 * followed and pages lead to no other origin, so that credentials stay where they were meant to go.
 */
export const httpPoll = defineChannel<Params>({
  type: 'http-poll',
  title: 'HTTP poll',
  description:
    'Polls any JSON API: GET or POST with headers, query and body; secrets come from environment variables or files. ' +
    'Pages are followed by a URL or token in the answer or by the Link header. With `since` each poll asks for the time ' +
    'since `lookback` before it, which must be longer than any alert takes to appear. Where polls fail for a while, silence ' +
    'is inconclusive unless the answer goes on showing what came, for as long as `keeps` says, or `lookback`.',
  params,
  example: params.parse({
    url: 'http://127.0.0.1:9093/api/v2/alerts',
    headers: { authorization: { env: 'ALERTS_TOKEN', prefix: 'Bearer ' } },
  }),
  delivery: 'store',
  async open(ctx, asked) {
    const headers = await resolved(asked.headers);
    const query = await resolved(asked.query);
    return {
      address: asked.url,
      keepsMs: asked.keeps ?? asked.since?.lookback ?? 0,
      async poll(signal) {
        const payloads: Payload[] = [];
        let url: URL | undefined = firstUrl(asked, query, ctx.clock);
        for (let page = 0; url !== undefined; page++) {
          if (page >= asked.mostPages) {
            const reason = `${where(url)} has more than ${asked.mostPages} pages`;
            ctx.overload(reason);
            throw new CallError('failed', 'too-many-pages', `${reason}.`);
          }
          const got = await readPage(ctx.clock, {
            url,
            signal,
            headers,
            method: asked.method,
            body: asked.body,
            timeoutMs: asked.timeout,
          });
          const answer =
            asked.items === undefined && !(asked.next && 'at' in asked.next) ? undefined : parsed(got, url);
          payloads.push(payloadOf(got, answer, asked.items, url));
          url = nextUrl(asked, { url, answer, link: got.link });
        }
        return payloads;
      },
      close: async () => undefined,
    };
  },
});

async function resolved(values: Params['headers']): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(values).map(async ([name, given]) =>
    typeof given === 'string' ? [name, given] : [name, `${given.prefix ?? ''}${await readSecret(given)}`],
  );
  return Object.fromEntries(await Promise.all(entries));
}

function firstUrl({ url, since }: Params, query: Readonly<Record<string, string>>, clock: Clock): URL {
  const first = new URL(url);
  for (const [name, text] of Object.entries(query)) first.searchParams.set(name, text);
  if (since !== undefined) first.searchParams.set(since.query, instant(clock.epochMs() - since.lookback, since.unit));
  return first;
}

function instant(epochMs: number, unit: 'iso' | 's' | 'ms' | 'ns'): string {
  if (unit === 'iso') return new Date(epochMs).toISOString();
  if (unit === 's') return String(Math.floor(epochMs / 1000));
  return unit === 'ms' ? String(Math.floor(epochMs)) : `${Math.floor(epochMs)}000000`;
}

function parsed(page: Page, url: URL): Json {
  const answer = parseJson(textOf(page.bytes));
  if ('value' in answer) return answer.value;
  throw new CallError('failed', 'malformed', `${where(url)} answered what is ${answer.problem}.`);
}

function payloadOf(page: Page, answer: Json | undefined, items: Pointer | undefined, url: URL): Payload {
  const { bytes, arrivedMonoMs } = page;
  if (items === undefined || answer === undefined) return { bytes, arrivedMonoMs };
  const list = resolvePointer(answer, items);
  if (list === undefined) {
    throw new CallError('failed', 'malformed', `${where(url)} answered JSON with nothing at /${items.join('/')}.`);
  }
  return { bytes: Buffer.from(JSON.stringify(list)), arrivedMonoMs };
}

interface Turned {
  readonly url: URL;
  readonly answer: Json | undefined;
  readonly link: string | undefined;
}

/** The next page lies at the same origin, or the poll fails. */
function nextUrl({ next }: Params, { url, answer, link }: Turned): URL | undefined {
  if (next === undefined) return undefined;
  const given =
    'link' in next ? linkedNext(link) : answer === undefined ? undefined : wordOf(resolvePointer(answer, next.at));
  if (given === undefined) return undefined;
  if ('as' in next && next.as !== undefined) {
    const turned = new URL(url);
    turned.searchParams.set(next.as, given);
    return turned;
  }
  const turned = URL.parse(given, url.href);
  if (turned?.origin === url.origin) return turned;
  throw new CallError(
    'failed',
    'redirect',
    `${where(url)} names a next page at another origin, which is not followed.`,
  );
}

/** https://www.rfc-editor.org/rfc/rfc8288#section-3 */
function linkedNext(header: string | undefined): string | undefined {
  for (const part of header?.split(/,(?=\s*<)/) ?? []) {
    const match = /<([^>]*)>(.*)/.exec(part);
    if (match?.[1] !== undefined && /;\s*rel="?(?:[^";]*\s)?next(?:\s[^";]*)?"?/i.test(match[2] ?? '')) return match[1];
  }
  return undefined;
}

/** The address without its query, where secrets may stand. */
function where(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
