import { z } from 'zod';
import { loopbackUrl } from '../detection/start-up.ts';
import { mastersGroup } from './access/user.ts';
import type { AuditWebhooks } from './audit/sinks.ts';
import { dumpCluster } from './dump.ts';
import type { Aside } from './server.ts';
import type { Store } from './storage/store.ts';

/** Describes the body of `PUT /windshear/audit-webhooks`. */
export const auditWebhooksBody = z.strictObject({ urls: z.array(loopbackUrl()) });

/**
 * Answers what is no part of Kubernetes, to masters only and in no audit log:
 * `PUT /windshear/audit-webhooks` replaces where audit events are posted, `GET /windshear/dump` shows the whole
 * cluster for comparison.
 */
export function adminPaths(store: Store, webhooks: AuditWebhooks): Aside {
  return async ({ method, url, user, body }) => {
    if (!url.pathname.startsWith('/windshear/')) return undefined;
    if (!user.groups.includes(mastersGroup)) return { status: 403, body: { message: `only for ${mastersGroup}` } };
    switch (`${method} ${url.pathname}`) {
      case 'GET /windshear/dump':
        return { status: 200, body: dumpCluster(store) };
      case 'PUT /windshear/audit-webhooks': {
        const parsed = auditWebhooksBody.safeParse(parse(body));
        if (!parsed.success) return { status: 400, body: { message: z.prettifyError(parsed.error) } };
        webhooks.set(parsed.data.urls);
        return { status: 200, body: { urls: parsed.data.urls } };
      }
      default:
        return { status: 404, body: { message: `no route ${method} ${url.pathname}` } };
    }
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
