import type { z } from 'zod';
import type { JsonObject } from '../../model/json.ts';
import type { Log } from '../detection/child-process.ts';
import { systemClock as clock } from '../detection/system-clock.ts';
import { createAuthenticator } from './access/authenticate.ts';
import { adminPaths } from './admin.ts';
import { auditFile, auditWebhooks } from './audit/sinks.ts';
import { createAuthority } from './certificates/issue.ts';
import { createCluster, type SmallCluster } from './cluster.ts';
import { serveApi } from './server.ts';
import type { kubernetesStartUp } from './start-up.ts';

export interface StartedKubernetes {
  readonly port: number;
  /** As PEM. */
  readonly caCertificate: string;
  readonly clusterUid: string;
  readonly cluster: SmallCluster;
}

export interface StartOptions {
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly bookmarkMs?: number;
}

/** Starts the small cluster and serves its API on 127.0.0.1; it is ready when what was seeded runs. */
export async function startKubernetes(
  startUp: Omit<z.output<typeof kubernetesStartUp>, 'caFile'>,
  { log, signal, bookmarkMs }: StartOptions,
): Promise<StartedKubernetes> {
  const { audit, tokens, manifests, port } = startUp;
  const authority = createAuthority('windshear-staging-ca', clock.epochMs());
  const server = authority.issue(['127.0.0.1', 'localhost', 'kubernetes.default.svc']);
  const webhooks = auditWebhooks({ windowMs: audit.windowMs, clock, log, signal });
  webhooks.set(audit.webhooks);
  const cluster = await createCluster({
    clock,
    log,
    signal,
    caCertificate: authority.certificate,
    auditSinks: [...(audit.file === undefined ? [] : [auditFile(audit.file, signal)]), webhooks.sink],
    ...(bookmarkMs !== undefined && { bookmarkMs }),
  });
  await cluster.seed(manifests as readonly JsonObject[]);
  const listening = await serveApi({
    ...server,
    handle: cluster.handle,
    authenticate: createAuthenticator(tokens, cluster.tokens),
    aside: adminPaths(cluster.store, webhooks),
    port,
    signal,
  });
  return { port: listening, caCertificate: authority.certificate, clusterUid: cluster.uid(), cluster };
}
