import { z } from 'zod';
import { CallError } from '../../model/call.ts';
import { defineFault, type FaultContext } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import type { HttpAnswer, HttpClients, HttpRequest } from '../../targets/http/clients.ts';
import { observed, stateIn, withoutUndo } from '../declared-state.ts';
import { type Filling, fillJson, fillText, idsAskedFor, readValue, valueAt } from '../placeholders.ts';

type Context = FaultContext<HttpClients>;

const urlField = z.string().regex(/^https?:\/\/[^\s/$?#]\S*$/, { error: 'must be a URL (http:// or https://)' });
const pointerField = z.string().regex(/^(\/.*)?$/, { error: 'must be a JSON Pointer (/settings/mode)' });
const headersField = z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string()).default({});
const changeFields = {
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
  url: urlField,
  headers: headersField,
  body: z.json().optional(),
};

const params = z
  .strictObject({
    ...changeFields,
    /** What the request touches, by the names that detectors use: nobody else knows. */
    touches: z.array(z.string().min(1)).min(1),
    impairs: z.array(z.string()).default([]),
    /** A GET that shows the state that the request changes; what is not there reads as null. */
    read: z.strictObject({ url: urlField, headers: headersField, pointer: pointerField.default('') }),
    undo: z.strictObject(changeFields),
    /** Ids that the service picks, by name, as pointers into its answer. */
    ids: z.record(z.string().regex(/^\w+$/), pointerField).default({}),
  })
  .superRefine((p, context) => {
    const problem = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (idsAskedFor({ ...p.read }).length > 0) problem(['read'], `read must find the effect without \${id.…}`);
    for (const name of idsAskedFor(asJson(p.undo))) {
      if (!Object.hasOwn(p.ids, name)) problem(['undo'], `undo needs the id '${name}', which ids does not name`);
    }
  });
type Params = z.infer<typeof params>;
type Change = Pick<Params, 'method' | 'url' | 'headers' | 'body'>;

/**
 * Sends one HTTP request that the scenario describes, with the GET that reads its effect and the request that undoes it.
 * In texts `${marker}`, `${etag}` (of the last read) and `${id.<name>}` are replaced; `{"$before": "/pointer"}` by the
 * value that was read before. An `If-Match: ${etag}` makes the service itself guard the undo.
 */
export const httpRequest = defineFault({
  type: 'http.request',
  kind: 'change',
  target: 'http',
  title: 'Send an HTTP request',
  description:
    'Any single request that changes something and can be undone by another. The scenario says what it touches, how its effect is read and how it is undone.',
  params,
  example: {
    method: 'PUT',
    url: 'http://127.0.0.1:4000/flags/debug',
    headers: {},
    body: { on: true },
    touches: ['flag/debug'],
    impairs: [],
    read: { url: 'http://127.0.0.1:4000/flags/debug', headers: {}, pointer: '' },
    undo: {
      method: 'PUT',
      url: 'http://127.0.0.1:4000/flags/debug',
      headers: { 'if-match': `\${etag}` },
      body: { $before: '' },
    },
    ids: {},
  },
  techniques: [],
  permissions: (p: Params) => ({
    inject: [nameOf(p)],
    observe: [nameOf({ method: 'GET', url: p.read.url })],
    revert: [nameOf({ method: 'GET', url: p.read.url }), nameOf(p.undo)],
  }),
  touches: (p) => p.touches,
  impairs: (p) => p.impairs,
  settleMs: 0,
  volatile: [],
  selfDeclared: true,
  residue: ['whatever undo does not put back: touches, read and undo are self-declared'],

  capture: async (ctx: Context, p: Params) => ({ state: (await read(ctx, p)).state }),

  inject: async (ctx, p, before) => {
    const answer = await send(ctx, p, { marker: ctx.marker, before: stateIn(before) });
    const body = readValue(answer.text);
    const picked = Object.entries(p.ids).map(([name, pointer]) => [name, valueAt(body, pointer)] as const);
    const ids = picked.flatMap(([name, id]) =>
      typeof id === 'string' || typeof id === 'number' ? [[name, String(id)] as const] : [],
    );
    return ids.length === 0 ? {} : { ids: Object.fromEntries(ids) };
  },

  observe: async (ctx, p, before, after) => {
    const { state } = await read(ctx, p);
    return observed(before, state, after);
  },

  revert: async (ctx, p, before, after) => {
    const { state, etag } = await read(ctx, p);
    const nothing = withoutUndo(before, state, after);
    if (nothing !== undefined) return nothing;
    const ids = after?.acknowledged?.ids ?? {};
    const unknown = idsAskedFor(asJson(p.undo)).filter((name) => ids[name] === undefined);
    if (unknown.length > 0) {
      return { outcome: 'left', note: `The id ${unknown.join(', ')} was never acknowledged.` };
    }
    const readAtMs = ctx.clock.monoMs();
    await send(ctx, p.undo, { marker: ctx.marker, before: stateIn(before), ids, etag });
    const isGuarded = Object.keys(p.undo.headers).some((name) => name.toLowerCase() === 'if-match');
    return { outcome: 'removed', ...(isGuarded ? {} : { unguardedMs: ctx.clock.monoMs() - readAtMs }) };
  },
});

async function read(ctx: Context, p: Params): Promise<{ readonly state: Json; readonly etag?: string }> {
  const filling = { marker: ctx.marker };
  const request: HttpRequest = {
    method: 'GET',
    url: fillText(p.read.url, filling),
    headers: filled(p.read.headers, filling),
  };
  try {
    const { text, headers } = await ctx.clients.send(request, ctx.signal);
    const state = valueAt(readValue(text), p.read.pointer);
    return { state, ...(headers['etag'] === undefined ? {} : { etag: headers['etag'] }) };
  } catch (error) {
    if (error instanceof CallError && error.kind === 'not-found') return { state: null };
    throw error;
  }
}

function send(ctx: Context, { method, url, headers, body }: Change, filling: Filling): Promise<HttpAnswer> {
  const request: HttpRequest = {
    method,
    url: fillText(url, filling),
    headers: filled(headers, filling),
    ...(body === undefined ? {} : { body: fillJson(body as Json, filling) }),
  };
  return ctx.clients.send(request, ctx.signal);
}

function filled(headers: Readonly<Record<string, string>>, filling: Filling): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fillText(value, filling)]));
}

/** Without its query, where secrets may stand. */
function nameOf({ method, url }: { readonly method: string; readonly url: string }): string {
  return `${method} ${url.split(/[?#]/)[0]}`;
}

function asJson(change: Change): Json {
  return { method: change.method, url: change.url, headers: change.headers, body: (change.body ?? null) as Json };
}
