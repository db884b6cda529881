import { z } from 'zod';
import { startChild } from '../detection/child-process.ts';
import { createSubscriptions } from '../detection/identity-rules/subscriptions.ts';
import { makeNoise } from '../detection/noise.ts';
import { type Request, serve } from '../detection/server.ts';
import { systemClock as clock } from '../detection/system-clock.ts';
import { createMonitor } from './monitor.ts';
import { type Notification, postNotification } from './notification.ts';
import { uptimeStartUp } from './start-up.ts';

const { startUp, signal, log, announce } = await startChild('uptime', uptimeStartUp);

const subscriptions = createSubscriptions<Notification>({ name: 'uptime', post: postNotification, clock, log, signal });
const monitor = createMonitor({
  startUp,
  switches: startUp.switches,
  deliver: subscriptions.deliver,
  isRegionUp: (url) => isOk(`${url}/healthz`),
  isEndpointUp: () =>
    isOk(startUp.endpoint, {
      method: 'POST',
      headers: { authorization: `Bearer ${startUp.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'uptime' }),
    }),
  clock,
  signal,
});

const testRequest = z.object({ marker: z.string().min(1).max(200) });
const subscription = z.object({ url: z.string() });

const port = await serve(
  {
    'POST /uptime/test': (request) => {
      monitor.test(bodyOf(testRequest, request).marker);
      return { status: 202 };
    },
    'PUT /uptime/subscriptions': (request) => {
      subscriptions.add(bodyOf(subscription, request).url);
      return { status: 204 };
    },
    'DELETE /uptime/subscriptions': (request) => ({
      status: subscriptions.remove(bodyOf(subscription, request).url) ? 204 : 404,
    }),
  },
  log,
  signal,
);

const work = [monitor.run()];
if (startUp.noise !== null) {
  const resources = Object.keys(startUp.regions).map((region) => `region/${region}`);
  work.push(makeNoise({ perSecond: startUp.noise, sources: [monitor.chatter], resources, clock, signal }));
}
announce({ ready: true, port });
await Promise.all(work);

async function isOk(url: string, request: RequestInit = {}): Promise<boolean> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(startUp.timeoutMs)]);
    const response = await fetch(url, { ...request, redirect: 'manual', signal: limit });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function bodyOf<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const parsed = schema.safeParse(request.json());
  if (parsed.success) return parsed.data;
  throw new SyntaxError(z.prettifyError(parsed.error));
}
