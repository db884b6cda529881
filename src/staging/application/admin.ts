import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../model/clock.ts';
import type { Log } from '../detection/child-process.ts';
import { type Incoming, type LocalServer, type Outgoing, serveLocally } from './local-server.ts';
import type { Setting } from './settings.ts';

/** A setting behind a path, and what of a body is its value. */
export interface AdminResource {
  readonly path: string;
  /** `region/eu-west-1`. */
  readonly resource: string;
  readonly field: string;
  readonly schema: z.ZodType<string | boolean>;
  readonly setting: Setting<string | boolean>;
}

export interface AdminParts {
  readonly resources: readonly AdminResource[];
  readonly state: () => unknown;
  /** Gets one line for each change that was made or refused. */
  readonly audit: (line: string) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Serves the administration of the application: `GET` and `PUT` of each resource. `If-Match` with the generation of the
 * `ETag` guards a change; 412 says that somebody was faster. Every change is audited with who made it.
 */
export async function serveAdmin(parts: AdminParts): Promise<LocalServer> {
  const byPath = new Map(parts.resources.map((one) => [one.path, one]));
  return serveLocally(
    (request) => {
      if (request.path === '/state') return { status: 200, body: parts.state() };
      const found = byPath.get(request.path);
      if (found === undefined) return { status: 404, body: { error: `There is no ${request.path}.` } };
      if (request.method === 'GET') return shown(found, 200);
      if (request.method === 'PUT') return change(parts, found, request);
      return { status: 405, body: { error: 'Only GET and PUT.' } };
    },
    parts.log,
    parts.signal,
  );
}

function change({ audit, clock }: AdminParts, one: AdminResource, request: Incoming): Outgoing {
  const requestId = randomUUID();
  const { setting, field } = one;
  const before = setting.value;
  const value = z.strictObject({ [field]: one.schema }).safeParse(jsonIn(request.body));
  const status = value.success ? tryToSet(setting, value.data[field], request.headers['if-match']) : 400;
  const entry = {
    time: new Date(clock.epochMs()).toISOString(),
    requestId,
    action: `PUT ${one.path}`,
    resource: one.resource,
    userAgent: request.headers['user-agent'] ?? '',
    status,
    before: { [field]: before },
    after: { [field]: setting.value },
  };
  audit(JSON.stringify(entry));
  if (status === 200) return shown(one, 200, { 'x-request-id': requestId });
  const error = value.success ? 'The generation is another one.' : z.prettifyError(value.error);
  return { status, headers: { 'x-request-id': requestId }, body: { error } };
}

function tryToSet(
  setting: Setting<string | boolean>,
  value: string | boolean | undefined,
  match: string | undefined,
): 200 | 412 {
  if (value === undefined) return 412;
  const generation = match === undefined ? undefined : Number(match.replaceAll('"', ''));
  return setting.change(value, generation) ? 200 : 412;
}

function shown({ field, setting }: AdminResource, status: number, headers: Record<string, string> = {}): Outgoing {
  return { status, headers: { etag: `"${setting.generation}"`, ...headers }, body: { [field]: setting.value } };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
