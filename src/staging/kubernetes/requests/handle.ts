import type { JsonObject } from '../../../model/json.ts';
import { denial } from '../access/denial.ts';
import type { AuditEntry, AuditLog } from '../audit/log.ts';
import { notServed, StatusError, statusOf } from '../objects/status.ts';
import type { Call, Cluster, Reply, WatchReply } from './call.ts';
import { partialOf, preferredForm } from './partial.ts';
import { type RequestInfo, requestInfoOf } from './request-info.ts';
import { createRouter, NoSuchPath, type Router } from './route.ts';

/** Is an answer with what goes beside it. */
export interface Handled {
  readonly auditId: string;
  readonly warnings: readonly string[];
  readonly reply: Reply | { readonly status: 404; readonly text: string };
}

export type Handler = (call: Call) => Promise<Handled>;

export interface HandlerOptions {
  readonly cluster: Cluster;
  readonly audit: AuditLog;
  /** Hears of errors that are the server's own. */
  readonly onError: (error: unknown, call: Call) => void;
}

/** Takes a call through audit, authorization and routing; it never rejects. */
export function createHandler({ cluster, audit, onError }: HandlerOptions): Handler {
  const route = createRouter(cluster);
  return async (call) => {
    const info = requestInfoOf(call.method, call.url);
    const entry = audit.begin(call, info);
    const warnings: string[] = [];
    const notes = { annotate: entry.annotate, warn: (text: string) => void warnings.push(text) };
    const reply = await answer({ cluster, route, call, info, notes }).catch((error: unknown) => failure(error, call));
    return { auditId: entry.id, warnings, reply: audited(reply, entry) };
  };

  function failure(error: unknown, call: Call): Handled['reply'] {
    if (error instanceof NoSuchPath) return { status: 404, text: '404 page not found\n' };
    if (!(error instanceof StatusError)) onError(error, call);
    const refusal =
      error instanceof StatusError ? error : new StatusError(500, 'InternalError', 'Internal error occurred');
    return { status: refusal.code, body: statusOf(refusal) };
  }
}

interface Answering {
  readonly cluster: Cluster;
  readonly route: Router;
  readonly call: Call;
  readonly info: RequestInfo;
  readonly notes: Parameters<Router>[2];
}

async function answer({ cluster, route, call, info, notes }: Answering): Promise<Reply> {
  const attributes =
    info.target === undefined ? { verb: info.verb, path: info.path } : { verb: info.verb, ...info.target };
  const { allowed, reason } = cluster.authorizer.decide(call.user, attributes);
  notes.annotate('authorization.k8s.io/decision', allowed ? 'allow' : 'forbid');
  notes.annotate('authorization.k8s.io/reason', reason);
  if (!allowed) throw denial(call.user, attributes, reason);
  const form = preferredForm(call.accept);
  const reply = await route(call, info, notes);
  if (form === 'whole') return reply;
  if ('start' in reply) throw notServed('A watch of metadata alone was asked for.');
  return { ...reply, body: partialOf(reply.body) };
}

function audited(reply: Handled['reply'], entry: AuditEntry): Handled['reply'] {
  if (!('start' in reply)) {
    const body = 'body' in reply ? { body: reply.body } : {};
    entry.stage('ResponseComplete', { code: reply.status, ...body });
    return reply;
  }
  return auditedWatch(reply, entry);
}

/** A watch is written down when it starts and when it ends. */
function auditedWatch(watch: WatchReply, entry: AuditEntry): WatchReply {
  return {
    start(send, end) {
      entry.stage('ResponseStarted', { code: 200 });
      const stop = watch.start(send, end);
      return () => {
        stop();
        entry.stage('ResponseComplete', { code: 200 });
      };
    },
  };
}

/** Is the answer to a token that nobody issued. */
export const unauthorized: JsonObject = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'Unauthorized',
  reason: 'Unauthorized',
  code: 401,
};
