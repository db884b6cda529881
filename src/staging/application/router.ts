import type { Clock } from '../../model/clock.ts';
import type { Log } from '../detection/child-process.ts';
import { describe } from '../detection/outbox.ts';
import { type Incoming, type LocalServer, type Outgoing, serveLocally } from './local-server.ts';
import { answerPage, askPage, promptIn } from './page.ts';
import type { Application } from './start-up.ts';

export interface RouterParts {
  /** In the order of preference. */
  readonly regions: readonly { readonly name: string; readonly url: string }[];
  readonly health: Application['health'];
  readonly token: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

interface RegionState {
  readonly name: string;
  readonly url: string;
  isHealthy: boolean;
  /** Checks in a row that say the opposite of `isHealthy`. */
  contrary: number;
  requests: number;
  errors: number;
}

/** Longer than a health check, so that users of a hanging region wait visibly. */
const requestTimeoutMs = 1000;

/**
 * Serves users: sends each request to the first healthy region, and never twice. Regions are checked all the time; with
 * the default figures one that fails is passed over after 0.5 to 0.9 s.
 */
export async function serveRouter(parts: RouterParts): Promise<LocalServer> {
  const { clock, log, signal, health } = parts;
  const regions = parts.regions.map(
    ({ name, url }): RegionState => ({ name, url, isHealthy: true, contrary: 0, requests: 0, errors: 0 }),
  );
  let failovers = 0;
  const active = () => regions.find(({ isHealthy }) => isHealthy);

  function note(region: RegionState, isWell: boolean): void {
    region.contrary = isWell === region.isHealthy ? 0 : region.contrary + 1;
    if (region.contrary < (isWell ? health.successes : health.failures)) return;
    const before = active();
    region.isHealthy = isWell;
    region.contrary = 0;
    if (active() !== before) failovers += 1;
    log(`router: region ${region.name} is ${isWell ? 'healthy' : 'down'}, active is ${active()?.name ?? 'none'}`);
  }

  async function check(region: RegionState): Promise<void> {
    while (!signal.aborted) {
      const began = clock.monoMs();
      const isWell = await isAnswering(`${region.url}/healthz`, health.timeoutMs, signal);
      if (signal.aborted) return;
      note(region, isWell);
      const restMs = Math.max(0, health.everyMs - (clock.monoMs() - began));
      await clock.sleep(restMs, signal).catch(() => undefined);
    }
  }

  async function infer(body: string, authorization: string | undefined): Promise<Outgoing> {
    const region = active();
    if (region === undefined) return { status: 503, body: { error: 'No region is healthy.' } };
    region.requests += 1;
    try {
      const response = await fetch(`${region.url}/v1/infer`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
      });
      if (response.status >= 500) region.errors += 1;
      return { status: response.status, headers: { 'x-region': region.name }, body: await response.json() };
    } catch (error) {
      region.errors += 1;
      const late = error instanceof Error && error.name === 'TimeoutError';
      const headers = { 'x-region': region.name };
      return { status: late ? 504 : 502, headers, body: { error: late ? 'no answer in time' : describe(error) } };
    }
  }

  const status = () => ({
    active: active()?.name ?? null,
    failovers,
    regions: Object.fromEntries(
      regions.map(({ name, isHealthy, requests, errors }) => [name, { isHealthy, requests, errors }]),
    ),
  });

  async function route(request: Incoming): Promise<Outgoing> {
    switch (`${request.method} ${request.path}`) {
      case 'GET /':
        return { status: 200, body: askPage };
      case 'POST /ask': {
        const prompt = promptIn(request.body);
        const answered = await infer(JSON.stringify({ prompt }), `Bearer ${parts.token}`);
        return { status: answered.status, body: answerPage(prompt, answered) };
      }
      case 'POST /v1/infer':
        return infer(request.body, request.headers['authorization']);
      case 'GET /healthz':
        return { status: active() === undefined ? 503 : 200, body: status() };
      case 'GET /status':
        return { status: 200, body: status() };
      case 'GET /staging':
        return { status: 200, body: { staging: 'embedded' } };
      default:
        return { status: 404, body: { error: 'There is nothing here.' } };
    }
  }

  const server = await serveLocally(route, log, signal);
  for (const region of regions) void check(region);
  return server;
}

async function isAnswering(url: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
