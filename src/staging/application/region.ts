import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../model/clock.ts';
import type { Log } from '../detection/child-process.ts';
import { type Incoming, type LocalServer, type Outgoing, serveLocally } from './local-server.ts';
import type { RegionMode, Setting } from './settings.ts';

export interface RegionParts {
  readonly name: string;
  readonly mode: () => RegionMode;
  readonly authentication: Setting<boolean>;
  readonly digest: Setting<string>;
  readonly version: string;
  readonly token: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Longer than any health check waits. */
const slowMs = 1500;
const labels = ['cat', 'dog', 'heron', 'lynx', 'otter', 'plover', 'raven', 'wren'];
const prompt = z.object({ prompt: z.string().min(1).max(4000) });

/** Serves the inference of one region: `GET /healthz` and, with a bearer token, `POST /v1/infer`. */
export async function serveRegion(parts: RegionParts): Promise<LocalServer> {
  return serveLocally(
    async (request) => {
      const mode = parts.mode();
      if (mode === 'hang' || mode === 'refuse') return undefined;
      if (mode === 'slow') await parts.clock.sleep(slowMs, parts.signal).catch(() => undefined);
      if (mode === 'error') return { status: 500, body: { error: `region ${parts.name} is broken` } };
      return route(parts, request);
    },
    parts.log,
    parts.signal,
  );
}

function route(parts: RegionParts, request: Incoming): Outgoing {
  switch (`${request.method} ${request.path}`) {
    case 'GET /healthz':
      return { status: 200, body: { region: parts.name, healthy: true, draining: parts.mode() === 'drain' } };
    case 'POST /v1/infer':
      return infer(parts, request);
    default:
      return { status: 404, body: { error: 'There is nothing here.' } };
  }
}

function infer({ name, authentication, digest, version, token }: RegionParts, request: Incoming): Outgoing {
  if (authentication.value && request.headers['authorization'] !== `Bearer ${token}`) {
    const headers = { 'www-authenticate': 'Bearer' };
    return { status: 401, headers, body: { error: 'A bearer token is required.' } };
  }
  const parsed = prompt.safeParse(jsonIn(request.body));
  if (!parsed.success) return { status: 400, body: { error: z.prettifyError(parsed.error) } };
  const model = { version, digest: digest.value };
  const answer = answerOf(digest.value, parsed.data.prompt);
  return { status: 200, headers: { 'x-region': name }, body: { region: name, model, answer } };
}

/** The same artifact gives the same answer to the same prompt, and another artifact mostly another one. */
function answerOf(digest: string, text: string): string {
  const [first = 0] = createHash('sha256').update(`${digest}\n${text}`).digest();
  return labels[first % labels.length] ?? '';
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
