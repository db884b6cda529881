import type { Clock } from '../../model/clock.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Log } from '../detection/child-process.ts';
import { bootstrapAccess } from './access/bootstrap.ts';
import { createAuthorizer } from './access/rbac.ts';
import { createServiceAccountTokens, type ServiceAccountTokens } from './access/service-account-tokens.ts';
import { mastersGroup } from './access/user.ts';
import { admissionChain } from './admission/admission.ts';
import { namespaceLifecycle } from './admission/namespace-lifecycle.ts';
import { podSecurity } from './admission/pod-security/admission.ts';
import { validatingAdmission } from './admission/webhooks/admission.ts';
import { type AuditSink, createAuditLog } from './audit/log.ts';
import { callerFor } from './cluster-controllers/caller.ts';
import { runControllers } from './cluster-controllers/run.ts';
import {
  customResourceDefinitions,
  deployments,
  namespaces,
  secrets,
  serviceAccounts,
  validatingWebhooks,
} from './objects/built-in.ts';
import { numberAt, textAt } from './objects/json.ts';
import { createRegistry, type Registry } from './objects/registry.ts';
import { apiVersionOf, keyOf } from './objects/resources.ts';
import { createHandler, type Handler } from './requests/handle.ts';
import { createStore, type Store } from './storage/store.ts';

/** Is a whole cluster in memory: its API, its access rules, its controllers and its one node. */
export interface SmallCluster {
  readonly handle: Handler;
  readonly store: Store;
  readonly registry: Registry;
  readonly tokens: ServiceAccountTokens;
  /** Uid of `kube-system`, by which a cluster is known. */
  readonly uid: () => string;
  /** Applies manifests in order and waits until what they start is there; nothing of it is in the audit log. */
  readonly seed: (manifests: readonly JsonObject[]) => Promise<void>;
}

export interface ClusterOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly caCertificate: string;
  readonly auditSinks: readonly AuditSink[];
  readonly bookmarkMs?: number;
  readonly podStartMs?: number;
  readonly podEndMs?: number;
  readonly historyLimit?: number;
}

const seedPatienceMs = 5000;

export async function createCluster(options: ClusterOptions): Promise<SmallCluster> {
  const { clock, log, signal, caCertificate, auditSinks } = options;
  const store = createStore(options.historyLimit === undefined ? {} : { historyLimit: options.historyLimit });
  const registry = createRegistry(() => store.list(keyOf(customResourceDefinitions)));
  const tokens = createServiceAccountTokens({
    now: clock.epochMs,
    uidOf: (namespace, name) => store.get(keyOf(serviceAccounts), namespace, name)?.metadata.uid,
    secretExists: (namespace, name) => store.get(keyOf(secrets), namespace, name) !== undefined,
  });
  let quiet = true;
  const now = () => performance.timeOrigin + performance.now();
  const audit = createAuditLog(
    auditSinks.map(
      (sink): AuditSink =>
        (event) => {
          if (!quiet) sink(event);
        },
    ),
    now,
  );
  const handle = createHandler({
    cluster: {
      store,
      registry,
      authorizer: createAuthorizer(store),
      tokens,
      admit: admissionChain([namespaceLifecycle(store)], [podSecurity(store), validatingAdmission(store)]),
      now: clock.epochMs,
      bookmarkMs: options.bookmarkMs ?? 10_000,
    },
    audit,
    onError: (error, { method, url }) =>
      log(`${method} ${url.pathname}: ${error instanceof Error ? error.stack : error}`),
  });
  const queues = runControllers({
    store,
    registry,
    handle,
    clock,
    log,
    signal,
    tokens,
    caCertificate,
    node: { startMs: options.podStartMs ?? 50, endMs: options.podEndMs ?? 50 },
  });
  const admin = callerFor(handle, { username: 'system:admin', groups: [mastersGroup] }, 'windshear-staging');

  async function apply(manifest: JsonObject): Promise<void> {
    const apiVersion = textAt(manifest, 'apiVersion') ?? '';
    const kind = textAt(manifest, 'kind') ?? '';
    const resource = registry.findKind(apiVersion, kind);
    if (resource === undefined) throw new Error(`A seed manifest is of unknown kind ${apiVersion} ${kind}.`);
    const namespace = textAt(manifest, 'metadata', 'namespace') ?? 'default';
    const root = resource.group === '' ? '/api/v1' : `/apis/${apiVersionOf(resource)}`;
    const place = resource.namespaced ? `/namespaces/${namespace}` : '';
    await admin('POST', `${root}${place}/${resource.plural}`, manifest);
  }

  async function settle(): Promise<void> {
    const deadlineMs = clock.monoMs() + seedPatienceMs;
    const unready = () => store.list(keyOf(deployments)).filter((one) => !isComplete(one));
    while (!queues.every((queue) => queue.isIdle()) || unready().length > 0) {
      if (clock.monoMs() > deadlineMs) {
        const names = unready().map(({ metadata }) => metadata.name);
        throw new Error(
          `The seeded cluster did not settle within ${seedPatienceMs} ms: ${names.join(', ')} not ready.`,
        );
      }
      await clock.sleep(10, signal);
    }
  }

  async function seed(manifests: readonly JsonObject[]): Promise<void> {
    quiet = true;
    try {
      const isWebhook = (manifest: JsonObject) => manifest['kind'] === validatingWebhooks.kind;
      for (const manifest of manifests) if (!isWebhook(manifest)) await apply(manifest);
      await settle();
      for (const manifest of manifests) if (isWebhook(manifest)) await apply(manifest);
    } finally {
      quiet = false;
    }
  }

  const uid = () => store.get(keyOf(namespaces), undefined, 'kube-system')?.metadata.uid ?? '';
  const first = ['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  await seed([...bootstrapAccess(), ...first]);
  return { handle, store, registry, tokens, uid, seed };
}

function isComplete(deployment: JsonObject): boolean {
  const wanted = numberAt(deployment, 'spec', 'replicas') ?? 0;
  const status = (field: string) => numberAt(deployment, 'status', field) ?? 0;
  return (
    status('availableReplicas') === wanted && status('replicas') === wanted && status('updatedReplicas') === wanted
  );
}
