import { z } from 'zod';
import { CallError } from '../model/call.ts';
import type { Json } from '../model/json.ts';
import type { ProbeContext } from '../model/probe.ts';
import type { HttpClients, HttpRequest } from '../targets/http/clients.ts';

/** Params of a request that probes repeat. */
export const askFields = {
  url: z.string().regex(/^https?:\/\/[^\s/$?#]\S*$/, { error: 'must be a URL (http:// or https://)' }),
  method: z.enum(['GET', 'HEAD', 'POST']).default('GET'),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string()).default({}),
  body: z.json().optional(),
  /** The statuses that count as an answer; 2xx where absent. */
  statuses: z.array(z.number().int().min(100).max(599)).min(1).optional(),
  /** Leaves the token of the environment's identity out. */
  anonymous: z.boolean().default(false),
  /** A request that takes longer counts as failed. */
  timeoutMs: z.number().int().min(1).max(60_000).default(2000),
};

export interface Ask {
  readonly url: string;
  readonly method: HttpRequest['method'];
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly statuses?: readonly number[] | undefined;
  readonly anonymous: boolean;
  readonly timeoutMs: number;
}

export interface Asked {
  readonly isGood: boolean;
  readonly ms: number;
  /** Why it is not good. */
  readonly why?: string;
}

/** Sends one request and says how it went; a lost answer is a bad one, not an error. */
export async function askOnce(ctx: ProbeContext<HttpClients>, ask: Ask): Promise<Asked> {
  const { url, method, headers, body, anonymous, timeoutMs, statuses } = ask;
  const began = ctx.clock.monoMs();
  try {
    const request = {
      url,
      method,
      headers,
      anonymous,
      timeoutMs,
      ...(body === undefined ? {} : { body: body as Json }),
    };
    const { status } = await ctx.clients.ask(request, ctx.signal);
    const isGood = statuses === undefined ? status >= 200 && status < 300 : statuses.includes(status);
    const ms = ctx.clock.monoMs() - began;
    return isGood ? { isGood, ms } : { isGood, ms, why: `HTTP ${status}` };
  } catch (error) {
    if (!(error instanceof CallError) || ctx.signal.aborted) throw error;
    return { isGood: false, ms: ctx.clock.monoMs() - began, why: error.message };
  }
}
