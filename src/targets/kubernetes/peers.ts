import { CallError } from '../../model/call.ts';
import type { PeerSet } from '../../model/peers.ts';
import { readSubject } from '../../model/subject-names.ts';
import type { ApiResource, KubernetesClients } from './clients.ts';

/** Where the kinds live that stand in namespaces; the core group is ''. */
const kinds: Readonly<Record<string, ApiResource>> = {
  pod: core('pods'),
  service: core('services'),
  configmap: core('configmaps'),
  secret: core('secrets'),
  serviceaccount: core('serviceaccounts'),
  deployment: { group: 'apps', version: 'v1', resource: 'deployments' },
  replicaset: { group: 'apps', version: 'v1', resource: 'replicasets' },
  statefulset: { group: 'apps', version: 'v1', resource: 'statefulsets' },
  daemonset: { group: 'apps', version: 'v1', resource: 'daemonsets' },
  job: { group: 'batch', version: 'v1', resource: 'jobs' },
  cronjob: { group: 'batch', version: 'v1', resource: 'cronjobs' },
  networkpolicy: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
  ingress: { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' },
  role: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'roles' },
  rolebinding: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'rolebindings' },
};

/**
 * Counts, for each kind in each namespace that the resources name, how many there are. Throws `CallError` where that
 * may not be listed, and for a kind whose place in the API it does not know.
 */
export async function countPeers(
  clients: KubernetesClients,
  resources: readonly string[],
  signal: AbortSignal,
): Promise<readonly PeerSet[]> {
  const inNamespaces = resources.flatMap((resource) => {
    const { type, namespace } = readSubject(resource);
    return namespace === undefined ? [] : [{ resource, type, namespace }];
  });
  const sets = Map.groupBy(inNamespaces, ({ type, namespace }) => `${type}/${namespace}`);
  const whole = resources.filter((resource) => readSubject(resource).type === 'namespace');
  return [
    ...whole.map((name) => ({ share: 'namespace' as const, set: `'${name}'`, members: [name], existing: 1 })),
    ...(await Promise.all(
      [...sets.values()].flatMap(([first, ...more]) => (first === undefined ? [] : [countSet(first, more)])),
    )),
  ];

  async function countSet(first: (typeof inNamespaces)[number], more: typeof inNamespaces): Promise<PeerSet> {
    const { type, namespace } = first;
    const of = kinds[type];
    if (of === undefined) {
      throw new CallError(
        'invalid',
        'UnknownKind',
        `Objects of kind '${type}' cannot be counted: '${first.resource}'.`,
      );
    }
    const { body } = await clients.call({ verb: 'list', of, namespace, metadataOnly: true }, signal);
    const items = body['items'];
    return {
      share: 'namespace',
      set: `${of.resource} of namespace ${namespace}`,
      members: [first, ...more].map(({ resource }) => resource),
      existing: Array.isArray(items) ? items.length : 0,
    };
  }
}

function core(resource: string): ApiResource {
  return { group: '', version: 'v1', resource };
}
