import { z } from 'zod';
import { CallError } from '../../model/call.ts';
import type { After, FaultContext, FaultPermissions, Observation, RevertReport } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import type { HttpClients } from '../../targets/http/clients.ts';

export type AppFaultContext = FaultContext<HttpClients>;

/** Where the application is administrated; without a slash at its end. */
export const adminField = z.string().regex(/^https?:\/\/[^\s/$?#][^\s?#]*[^\s/?#]$/, {
  error: 'must be the URL of the admin API, without a slash at its end',
});

/** One value of the application: `GET` answers it with an ETag, `PUT` changes it, `If-Match` guards the change. */
export interface Setting {
  readonly url: string;
  /** The member of the body that is the value. */
  readonly field: string;
  /** What a fault makes of it. */
  readonly ours: string | boolean;
}

interface Found {
  readonly value: Json;
  readonly etag: string;
}

/** The calls that a fault on a setting needs. */
export function settingPermissions({ url }: Pick<Setting, 'url'>): FaultPermissions {
  return { inject: [`GET ${url}`, `PUT ${url}`], observe: [`GET ${url}`], revert: [`GET ${url}`, `PUT ${url}`] };
}

export async function captureSetting(ctx: AppFaultContext, setting: Setting): Promise<Json> {
  return { value: (await read(ctx, setting)).value };
}

/** Changes the value if it is still the captured one, which the ETag guards until the change arrives. */
export async function changeSetting(ctx: AppFaultContext, setting: Setting, before: Json): Promise<void> {
  const { value, etag } = await read(ctx, setting);
  if (value !== valueIn(before)) {
    const message = `Nothing was injected: '${setting.field}' was ${text(valueIn(before))} and is ${text(value)} now.`;
    throw new CallError('conflict', 'ChangedMeanwhile', message);
  }
  if (value === setting.ours) {
    const message = `Nothing was injected: '${setting.field}' is ${text(value)} already.`;
    throw new CallError('invalid', 'AlreadyInPlace', message);
  }
  await write(ctx, setting, { value: setting.ours, etag });
}

export async function observeSetting(ctx: AppFaultContext, setting: Setting, before: Json): Promise<Observation> {
  const { value } = await read(ctx, setting);
  return { status: statusOf(setting, value, valueIn(before)), state: { value } };
}

/** Puts the captured value back if ours is still there. */
export async function revertSetting(ctx: AppFaultContext, setting: Setting, before: Json): Promise<RevertReport> {
  const { value, etag } = await read(ctx, setting);
  const was = valueIn(before);
  const status = statusOf(setting, value, was);
  if (status === 'before') return { outcome: 'already-gone' };
  if (status === 'other' || (typeof was !== 'string' && typeof was !== 'boolean')) {
    return { outcome: 'left', note: `Somebody set '${setting.field}' to ${text(value)}.` };
  }
  await write(ctx, setting, { value: was, etag });
  return { outcome: 'removed' };
}

/** What faults on settings have in common: an idempotent change of one value. */
export function onSetting<Params>(settingOf: (params: Params) => Setting) {
  return {
    kind: 'change',
    target: 'http',
    permissions: (p: Params) => settingPermissions(settingOf(p)),
    settleMs: 0,
    volatile: [] as readonly string[],
    capture: (ctx: AppFaultContext, p: Params) => captureSetting(ctx, settingOf(p)),
    inject: async (ctx: AppFaultContext, p: Params, before: Json) => {
      await changeSetting(ctx, settingOf(p), before);
      return {};
    },
    observe: (ctx: AppFaultContext, p: Params, before: Json, _after?: After) =>
      observeSetting(ctx, settingOf(p), before),
    revert: (ctx: AppFaultContext, p: Params, before: Json, _after?: After) => revertSetting(ctx, settingOf(p), before),
  } as const;
}

function statusOf({ ours }: Setting, now: Json, before: Json): 'before' | 'ours' | 'other' {
  if (now === before) return 'before';
  return now === ours ? 'ours' : 'other';
}

async function read(ctx: AppFaultContext, { url, field }: Setting): Promise<Found> {
  const { text: body, headers } = await ctx.clients.send({ method: 'GET', url }, ctx.signal);
  const value = memberOf(body, field);
  const { etag } = headers;
  if (value === undefined || etag === undefined) {
    const message = `GET ${url} must answer a JSON object with '${field}' and an ETag, got neither or one of them.`;
    throw new CallError('failed', 'UnexpectedAnswer', message);
  }
  return { value, etag };
}

async function write(
  ctx: AppFaultContext,
  { url, field }: Setting,
  { value, etag }: { readonly value: string | boolean; readonly etag: string },
): Promise<void> {
  const body = { [field]: value };
  await ctx.clients.send({ method: 'PUT', url, body, headers: { 'if-match': etag } }, ctx.signal);
}

function memberOf(body: string, field: string): Json | undefined {
  try {
    return (JSON.parse(body) as Readonly<Record<string, Json>> | null)?.[field];
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function valueIn(before: Json): Json {
  return (before as { readonly value: Json }).value;
}

function text(value: Json): string {
  return JSON.stringify(value);
}
