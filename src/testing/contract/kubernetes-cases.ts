import { trialLabel } from '../../faults/kubernetes/names.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { KubernetesClients } from '../../targets/kubernetes/clients.ts';
import type { Act, ContractCase } from './contract-case.ts';
import { create, namespace, the, type WorldKind } from './kubernetes-world.ts';

type Do = Act<KubernetesClients>;

const named = (prefix: string) => (marker: string) => `${prefix}-${marker}`;
const remove =
  (kind: WorldKind, name: (marker: string) => string): Do =>
  (clients, signal, marker) =>
    clients.call({ verb: 'delete', ...the(kind, name(marker)) }, signal);
const merge =
  (kind: WorldKind, name: (marker: string) => string, body: JsonObject): Do =>
  (clients, signal, marker) =>
    clients.call({ verb: 'patch', ...the(kind, name(marker)), body }, signal);
const patch =
  (kind: WorldKind, name: string, ...body: readonly JsonObject[]): Do =>
  (clients, signal) =>
    clients.call({ verb: 'patch', ...the(kind, name), body }, signal);
const set = (path: string, value: Json): JsonObject => ({ op: 'replace', path, value });
const adopt = (kind: WorldKind, name: (marker: string) => string) =>
  merge(kind, name, { metadata: { labels: { [trialLabel]: null } } });

const pod = named('rogue');
const pods: readonly ContractCase<KubernetesClients>[] = (
  ['privileged', 'hostPath', 'hostNetwork', 'unknownImage', 'minerLike', 'none'] as const
).map((rogue) => ({
  name: `that is ${rogue}`,
  params: { namespace, rogue },
  changeRest: { act: merge('configmap', () => 'settings', { data: { color: 'green' } }), leaves: 'green' },
  changeDelta: adopt('pod', pod),
  takeAway: remove('pod', pod),
}));

const imagePath = '/spec/template/spec/containers/1/image';
const released = 'registry.internal/inference-api:1.4.2';
const drifted = 'registry.internal/inference-api:1.4.2-hotfix';
const sidecar: JsonObject = {
  op: 'add',
  path: '/spec/template/spec/containers/0',
  value: { name: 'sidecar', image: released },
};
const config = 'settings';
const selector = '/webhooks/1/objectSelector';
const webhookName = 'admission-rego';

const defaultDeny: JsonObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'default-deny', namespace, annotations: { team: 'platform' } },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
};
const settings: JsonObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: config, namespace },
  data: { mode: 'release', color: 'blue' },
};

/** The cases of every Kubernetes fault, by type. */
export const kubernetesCases: Readonly<Record<string, readonly ContractCase<KubernetesClients>[]>> = {
  'kubernetes.rogue-pod': pods,
  'kubernetes.cluster-admin-binding': [
    {
      name: 'of a workload',
      changeDelta: adopt('clusterrolebinding', named('binding')),
      takeAway: remove('clusterrolebinding', named('binding')),
    },
    {
      name: 'of a harmless role',
      params: { namespace, serviceAccount: 'inference-worker', clusterRole: 'view', name: 'viewer' },
      takeAway: remove('clusterrolebinding', named('viewer')),
    },
  ],
  'kubernetes.image-drift': [
    {
      name: 'of the second container',
      alreadyInPlace: patch('deployment', 'inference-api', set(imagePath, drifted)),
      changeRest: { act: patch('deployment', 'inference-api', set('/spec/replicas', 3)), leaves: '"replicas":3' },
      changeDelta: patch('deployment', 'inference-api', set(imagePath, 'registry.internal/inference-api:1.5.0')),
      takeAway: patch('deployment', 'inference-api', set(imagePath, released)),
    },
    {
      name: 'of a container that moves meanwhile',
      changeRest: {
        act: async (clients, signal, marker) => {
          const swapped = [
            { name: 'api', image: drifted },
            { name: 'proxy', image: 'registry.internal/proxy:2.0.1' },
          ];
          return merge('deployment', () => 'inference-api', {
            spec: { template: { spec: { containers: swapped } } },
          })(clients, signal, marker);
        },
        leaves: 'proxy:2.0.1',
      },
      takeAway: patch('deployment', 'inference-api', set(imagePath, released)),
    },
  ],
  'kubernetes.service-account-sprawl': [
    {
      name: 'of three accounts',
      inSteps: true,
      changeRest: {
        act: (clients, signal) => create(clients, 'serviceaccount', account('robot-of-the-team'), signal),
        leaves: 'robot-of-the-team',
      },
      takeAway: async (clients, signal, marker) => {
        for (const n of [1, 2, 3]) {
          await remove('secret', () => `robot-${marker}-${n}-token`)(clients, signal, marker);
          await remove('serviceaccount', () => `robot-${marker}-${n}`)(clients, signal, marker);
        }
      },
    },
  ],
  'kubernetes.secret-read': [
    { name: 'of a whole namespace', takeAway: async () => undefined },
    { name: 'of one secret', params: { namespace, name: 'api-key' }, takeAway: async () => undefined },
  ],
  'kubernetes.network-policy-delete': [
    {
      name: 'of the default',
      takeAway: (clients, signal) => create(clients, 'networkpolicy', defaultDeny, signal),
    },
  ],
  'kubernetes.admission-webhook-disabled': [
    {
      name: 'the second of its configuration',
      changeRest: {
        act: patch('validatingwebhookconfiguration', webhookName, set('/webhooks/0/timeoutSeconds', 7)),
        leaves: '"timeoutSeconds":7',
      },
      changeDelta: patch(
        'validatingwebhookconfiguration',
        webhookName,
        set(selector, { matchLabels: { team: 'platform' } }),
      ),
      takeAway: patch('validatingwebhookconfiguration', webhookName, set(selector, {})),
    },
  ],
  'kubernetes.apply': [
    {
      name: 'of a ConfigMap named by the marker',
      changeDelta: merge('configmap', named('drift'), { data: { mode: 'trace' } }),
      takeAway: remove('configmap', named('drift')),
    },
    {
      name: 'of a ConfigMap of a fixed name',
      params: {
        manifest: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extra', namespace }, data: { a: '1' } },
      },
      alreadyInPlace: (clients, signal) =>
        create(
          clients,
          'configmap',
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extra', namespace } },
          signal,
        ),
      changeDelta: adopt('configmap', () => 'extra'),
      takeAway: remove('configmap', () => 'extra'),
    },
  ],
  'kubernetes.patch': [
    {
      name: 'of one field',
      alreadyInPlace: patch('deployment', 'inference-api', set('/spec/replicas', 1)),
      changeRest: { act: patch('deployment', 'inference-api', set(imagePath, drifted)), leaves: drifted },
      changeDelta: patch('deployment', 'inference-api', set('/spec/replicas', 5)),
      takeAway: patch('deployment', 'inference-api', set('/spec/replicas', 2)),
    },
    {
      name: 'of a container that moves meanwhile',
      params: {
        ...{ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'inference-api' },
        patch: [set(imagePath, drifted)],
      },
      changeRest: { act: patch('deployment', 'inference-api', sidecar), leaves: 'sidecar' },
      takeAway: patch('deployment', 'inference-api', set(imagePath, released)),
    },
    {
      name: 'that adds, replaces and removes',
      params: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace,
        name: config,
        patch: [
          { op: 'add', path: '/data/debug', value: 'on' },
          { op: 'replace', path: '/data/mode', value: 'trace' },
          { op: 'remove', path: '/data/color' },
        ],
      },
      changeRest: { act: merge('configmap', () => config, { data: { size: 'large' } }), leaves: '"size":"large"' },
      changeDelta: merge('configmap', () => config, { data: { mode: 'quiet' } }),
      takeAway: merge('configmap', () => config, { data: { debug: null, mode: 'release', color: 'blue' } }),
    },
  ],
  'kubernetes.delete': [
    { name: 'of a ConfigMap', takeAway: (clients, signal) => create(clients, 'configmap', settings, signal) },
    {
      name: 'of a role binding',
      params: { kind: 'RoleBinding', namespace, name: 'reader' },
      takeAway: (clients, signal) => create(clients, 'rolebinding', reader, signal),
    },
  ],
};

const reader: JsonObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'reader', namespace },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  subjects: [{ kind: 'ServiceAccount', name: 'inference-worker', namespace }],
};

function account(name: string): JsonObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
}
