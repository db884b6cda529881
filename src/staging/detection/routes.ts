import { z } from 'zod';
import type { TestableDetector } from './detector.ts';
import type { Subscriptions } from './identity-rules/subscriptions.ts';
import { type AlertStore, postableAlerts } from './posture/alert-store.ts';
import { parseMatcher } from './posture/matchers.ts';
import type { Answer, Request, Routes } from './server.ts';

export interface Served {
  readonly trailRules: TestableDetector;
  readonly identityRules: TestableDetector;
  readonly subscriptions: Subscriptions;
  readonly alerts: AlertStore;
  /** False: posture accepts everything and shows nothing. */
  readonly postureDelivery: boolean;
}

const testRequest = z.object({ marker: z.string().min(1).max(200) });
const subscription = z.object({ url: z.string() });

/** Lists what the detection process serves: test endpoints, subscriptions and posture's Alertmanager API. */
export function detectionRoutes({ trailRules, identityRules, subscriptions, alerts, postureDelivery }: Served): Routes {
  return {
    'POST /trail-rules/test': test(trailRules),
    'POST /identity-rules/test': test(identityRules),
    'PUT /identity-rules/subscriptions': (request) => {
      subscriptions.add(body(subscription, request).url);
      return { status: 204 };
    },
    'DELETE /identity-rules/subscriptions': (request) => ({
      status: subscriptions.remove(body(subscription, request).url) ? 204 : 404,
    }),
    'GET /posture/api/v2/alerts': ({ url }) => {
      const matchers = url.searchParams.getAll('filter').map(parseMatcher);
      const shown = postureDelivery && url.searchParams.get('active') !== 'false' ? alerts.active() : [];
      return { status: 200, body: shown.filter(({ labels }) => matchers.every((matches) => matches(labels))) };
    },
    'POST /posture/api/v2/alerts': (request) => {
      for (const alert of body(postableAlerts, request)) alerts.fire(alert);
      return { status: 200 };
    },
  };
}

function test(detector: TestableDetector): (request: Request) => Answer {
  return (request) => {
    detector.test(body(testRequest, request).marker);
    return { status: 202 };
  };
}

function body<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const parsed = schema.safeParse(request.json());
  if (parsed.success) return parsed.data;
  throw new SyntaxError(z.prettifyError(parsed.error));
}
