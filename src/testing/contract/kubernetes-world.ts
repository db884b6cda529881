import type { Json, JsonObject } from '../../model/json.ts';
import type { ApiResource, KubernetesClients } from '../../targets/kubernetes/clients.ts';
import { foreignSecret } from './aws-world.ts';

/** The names of the faults' own examples. */
export const namespace = 'inference';

const core = (resource: string): ApiResource => ({ group: '', version: 'v1', resource });
const rbac = (resource: string): ApiResource => ({ group: 'rbac.authorization.k8s.io', version: 'v1', resource });

export const resources = {
  namespace: core('namespaces'),
  pod: core('pods'),
  secret: core('secrets'),
  serviceaccount: core('serviceaccounts'),
  configmap: core('configmaps'),
  deployment: { group: 'apps', version: 'v1', resource: 'deployments' },
  networkpolicy: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
  clusterrolebinding: rbac('clusterrolebindings'),
  rolebinding: rbac('rolebindings'),
  validatingwebhookconfiguration: {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    resource: 'validatingwebhookconfigurations',
  },
} as const satisfies Readonly<Record<string, ApiResource>>;
export type WorldKind = keyof typeof resources;

const clusterScoped: readonly WorldKind[] = ['namespace', 'clusterrolebinding', 'validatingwebhookconfiguration'];

/** Names a call on an object of the world; objects of the namespace are in `inference`. */
export function the(kind: WorldKind, name: string) {
  return { of: resources[kind], ...(clusterScoped.includes(kind) ? {} : { namespace }), name };
}

/** Creates an object of the world. */
export function create(clients: KubernetesClients, kind: WorldKind, body: JsonObject, signal: AbortSignal) {
  const { of, namespace: within } = { namespace: undefined, ...the(kind, '') };
  return clients.call({ verb: 'create', of, ...(within === undefined ? {} : { namespace: within }), body }, signal);
}

/** Makes what the faults' examples name, by calls only, so that it works on the fake and on an API server. */
export async function buildWorld(clients: KubernetesClients, signal: AbortSignal): Promise<void> {
  const make = (kind: WorldKind, body: JsonObject) => create(clients, kind, body, signal);
  await make('namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await make('serviceaccount', object('v1', 'ServiceAccount', 'inference-worker', {}));
  await make('secret', object('v1', 'Secret', 'api-key', { type: 'Opaque', stringData: { key: foreignSecret } }));
  await make('configmap', object('v1', 'ConfigMap', 'settings', { data: { mode: 'release', color: 'blue' } }));
  const labels = { app: 'inference-api' };
  const containers = [
    { name: 'proxy', image: 'registry.internal/proxy:2.0.0' },
    { name: 'api', image: 'registry.internal/inference-api:1.4.2' },
  ];
  const template = { metadata: { labels }, spec: { containers } };
  const spec = { replicas: 2, selector: { matchLabels: labels }, template };
  await make('deployment', object('apps/v1', 'Deployment', 'inference-api', { spec }));
  const deny = { podSelector: {}, policyTypes: ['Ingress', 'Egress'] };
  const policy = object('networking.k8s.io/v1', 'NetworkPolicy', 'default-deny', { spec: deny });
  await make('networkpolicy', { ...policy, metadata: { ...meta(policy), annotations: { team: 'platform' } } });
  const reader = { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' } };
  const subjects = [{ kind: 'ServiceAccount', name: 'inference-worker', namespace }];
  await make('rolebinding', object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'reader', { ...reader, subjects }));
  await make('validatingwebhookconfiguration', {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'admission-rego' },
    webhooks: [webhook('other.windshear.dev'), webhook('admission-rego.windshear.dev')],
  });
}

/** Reads all of it back, by `<kind>/<namespace>/<name>`, without what the server writes and what controllers own. */
export async function readWorld(
  clients: KubernetesClients,
  signal: AbortSignal,
): Promise<Readonly<Record<string, Json>>> {
  const world: Record<string, Json> = {};
  for (const kind of Object.keys(resources) as WorldKind[]) {
    if (kind === 'namespace') continue;
    const { name: _name, ...place } = the(kind, '');
    const { body } = await clients.call({ verb: 'list', ...place }, signal);
    for (const item of (body['items'] ?? []) as readonly JsonObject[]) {
      const { name, labels, annotations, ownerReferences } = meta(item);
      if (ownerReferences !== undefined || typeof name !== 'string') continue;
      const id = [kind, ...(clusterScoped.includes(kind) ? [] : [namespace]), name].join('/');
      world[id] = visible(kind, item, { labels: labels ?? {}, annotations: withoutRevision(annotations) });
    }
  }
  return world;
}

function visible(kind: WorldKind, item: JsonObject, metadata: JsonObject): Json {
  const { metadata: _metadata, status: _status, kind: _kind, apiVersion: _apiVersion, ...content } = item;
  // The cluster fills in a token when it likes.
  return kind === 'secret' ? { metadata, type: item['type'] ?? null } : { metadata, ...content };
}

function withoutRevision(annotations: Json | undefined): JsonObject {
  const { 'deployment.kubernetes.io/revision': _revision, ...rest } = (annotations ?? {}) as JsonObject;
  return rest;
}

function object(apiVersion: string, kind: string, name: string, content: JsonObject): JsonObject {
  return { apiVersion, kind, metadata: { name, namespace }, ...content };
}

/** Is asked about nothing that the contract does, so that nobody need answer. */
function webhook(name: string): JsonObject {
  return {
    name,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Ignore',
    timeoutSeconds: 1,
    clientConfig: { url: 'https://127.0.0.1:9/admit' },
    rules: [{ apiGroups: ['batch'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['cronjobs'] }],
    objectSelector: {},
  };
}

function meta(item: JsonObject): JsonObject {
  return (item['metadata'] ?? {}) as JsonObject;
}
