import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type ChannelContext, defineChannel } from '../../model/detector.ts';
import { UnreachableError, UsageError } from '../../model/errors.ts';
import { durationSchema, positiveDurationSchema } from '../../model/fields.ts';
import type { Json } from '../../model/json.ts';
import { type Pointer, parsePointer, resolvePointer } from '../pointer.ts';
import type { ApiServer } from './kubernetes-api.ts';
import { newWatchMemory, type WatchEvent } from './kubernetes-memory.ts';
import { followObjects } from './kubernetes-stream.ts';
import { secretSchema } from './secret.ts';

const pointer = z.string().transform((text, issues): Pointer => {
  const parsed = parsePointer(text);
  if (parsed === undefined) issues.addIssue({ code: 'custom', message: "must be a JSON Pointer such as '/status'" });
  return parsed ?? [];
});

const loopback = /^http:\/\/(?:127(?:\.\d+){3}|localhost|\[::1\])(?::\d+)?\/?$/;

const params = z.strictObject({
  server: z.url({ protocol: /^https?$/ }).refine((url) => url.startsWith('https:') || loopback.test(url), {
    error: 'must be https:// (http:// only to loopback, as by kubectl proxy)',
  }),
  /** Any collection, in one namespace or all of them. */
  path: z.string().regex(/^\/apis?(?:\/(?!\.{1,2}(?:\/|$))[^/%?#\s]+)+\/?$/, {
    error: "must be an API path such as '/api/v1/events'",
  }),
  caFile: z.string().min(1).optional(),
  token: secretSchema.optional(),
  labelSelector: z.string().optional(),
  fieldSelector: z.string().optional(),
  /** Hands over this part of each object by itself ('' is the object); without it the watch event with `previous`. */
  at: pointer.optional(),
  /** A watch that says nothing for so long, not even a bookmark (one a minute), is opened anew. */
  idle: positiveDurationSchema.default(90_000),
  timeout: durationSchema.default(10_000),
});

/**
 * Lists a collection of the Kubernetes API and watches it from there on:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 * Each change is one payload: `{"type", "object", "previous"?}`. What already exists is handed over as ADDED before the
 * channel counts as open. `arrivedMonoMs` is when the last byte of the event, or of the list, had come.
 */
export const kubernetesWatch = defineChannel({
  type: 'kubernetes-watch',
  title: 'Kubernetes watch',
  description:
    'Watches any collection of the API: Events, reports, constraints, Applications. A broken or silent watch is taken up ' +
    'again where it was, by resource version; where the server no longer has that (410) the collection is listed again, ' +
    'and what changed meanwhile, deletions included, is handed over once. Needs `get`, `list` and `watch` there.',
  params,
  example: params.parse({
    server: 'https://127.0.0.1:6443',
    path: '/api/v1/namespaces/inference/events',
    caFile: '/etc/windshear/ca.crt',
    token: { file: '/etc/windshear/detectors.token' },
  }),
  delivery: 'push',
  async open(ctx, asked) {
    const url = new URL(asked.path, asked.server);
    if (asked.labelSelector !== undefined) url.searchParams.set('labelSelector', asked.labelSelector);
    if (asked.fieldSelector !== undefined) url.searchParams.set('fieldSelector', asked.fieldSelector);
    const server: ApiServer = {
      origin: url.origin,
      ca: asked.caFile === undefined ? undefined : await authorityIn(asked.caFile),
      token: asked.token,
      timeoutMs: asked.timeout,
    };
    const ended = new AbortController();
    const followed = followObjects({
      ctx: { ...ctx, signal: AbortSignal.any([ctx.signal, ended.signal]) },
      server,
      url,
      idleMs: asked.idle,
      memory: newWatchMemory(mostObjects),
      take: (event, arrivedMonoMs) => handOver(ctx, { event, arrivedMonoMs, at: asked.at }),
    });
    try {
      await followed.listed;
    } catch (error) {
      ended.abort();
      await followed.ended;
      const why = error instanceof Error ? error.message : String(error);
      if (error instanceof UsageError) throw error;
      throw new UnreachableError(`Cannot watch ${url.origin}${url.pathname}: ${why}`, { cause: error });
    }
    return {
      address: `${url.origin}${url.pathname}`,
      async close() {
        ended.abort();
        await followed.ended;
      },
    };
  },
});

/** Beyond them the oldest are forgotten; with some kilobytes each that bounds the memory to tens of megabytes. */
const mostObjects = 10_000;

interface Arrived {
  readonly event: WatchEvent;
  readonly arrivedMonoMs: number;
  readonly at: Pointer | undefined;
}

/** A part by itself cannot tell that its object is gone. */
function handOver(ctx: ChannelContext, { event, arrivedMonoMs, at }: Arrived): void {
  const value: Json | undefined =
    at === undefined ? event : event.type === 'DELETED' ? undefined : resolvePointer(event.object, at);
  if (value !== undefined) ctx.deliver({ bytes: Buffer.from(JSON.stringify(value)), arrivedMonoMs });
}

async function authorityIn(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UsageError(`The certificate authority in file ${file} cannot be read: ${why}.`, { cause: error });
  }
}
