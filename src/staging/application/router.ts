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
  readonly modelVersion: string;
  /** Without it the model's card is shown to users only. */
  readonly isDocumentationPublic: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

interface RegionState {
  readonly name: string;
  readonly url: string;
  isHealthy: boolean;
  isDraining: boolean;
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
    ({ name, url }): RegionState => ({
      name,
      url,
      isHealthy: true,
      isDraining: false,
      contrary: 0,
      requests: 0,
      errors: 0,
    }),
  );
  let failovers = 0;
  const active = () =>
    regions.find(({ isHealthy, isDraining }) => isHealthy && !isDraining) ?? regions.find(({ isHealthy }) => isHealthy);

  /** One answer tells that a region drains; that it is down, only several in a row. */
  function note(region: RegionState, { isWell, isDraining }: Health): void {
    const before = active();
    const was = `${region.isHealthy} ${region.isDraining}`;
    if (isWell) region.isDraining = isDraining;
    region.contrary = isWell === region.isHealthy ? 0 : region.contrary + 1;
    if (region.contrary >= (isWell ? health.successes : health.failures)) {
      region.isHealthy = isWell;
      region.contrary = 0;
    }
    if (active() !== before) failovers += 1;
    if (was === `${region.isHealthy} ${region.isDraining}`) return;
    const how = !region.isHealthy ? 'down' : region.isDraining ? 'draining' : 'healthy';
    log(`router: region ${region.name} is ${how}, active is ${active()?.name ?? 'none'}`);
  }

  async function check(region: RegionState): Promise<void> {
    while (!signal.aborted) {
      const began = clock.monoMs();
      const found = await healthOf(`${region.url}/healthz`, health.timeoutMs, signal);
      if (signal.aborted) return;
      note(region, found);
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
      case 'GET /model-card':
        return parts.isDocumentationPublic() || request.headers['authorization'] === `Bearer ${parts.token}`
          ? { status: 200, body: { model: parts.modelVersion, use: 'Names what is in a picture.' } }
          : { status: 401, headers: { 'www-authenticate': 'Bearer' }, body: { error: 'A bearer token is required.' } };
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

interface Health {
  readonly isWell: boolean;
  readonly isDraining: boolean;
}

async function healthOf(url: string, timeoutMs: number, signal: AbortSignal): Promise<Health> {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const { draining } = (await response.json()) as { readonly draining?: boolean };
    return { isWell: response.ok, isDraining: draining === true };
  } catch {
    return { isWell: false, isDraining: false };
  }
}
