import type { JsonObject } from '../../model/json.ts';
import type { ApiResource } from '../../targets/kubernetes/clients.ts';
import { withoutAll } from './json-pointer.ts';
import { asObject } from './objects.ts';

/**
 * Fields beside metadata and status that the control plane writes some time after an object was created, by group and
 * resource. What admission and the server add at the creation stands in its answer; what a person, an autoscaler or an
 * operator writes is a change.
 */
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  // https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/
  '/pods': ['/spec/nodeName'],
  // https://kubernetes.io/docs/concepts/storage/persistent-volumes/#retroactive-default-storageclass-assignment
  '/persistentvolumeclaims': ['/spec/volumeName', '/spec/storageClassName'],
  // https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding
  '/persistentvolumes': ['/spec/claimRef'],
  // https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller
  '/nodes': ['/spec/podCIDR', '/spec/podCIDRs', '/spec/providerID'],
};

/** https://kubernetes.io/docs/reference/labels-annotations-taints/ */
const annotations: readonly string[] = [
  'deployment.kubernetes.io/revision',
  'deprecated.daemonset.template.generation',
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'volume.kubernetes.io/selected-node',
  'volume.kubernetes.io/storage-provisioner',
  'volume.beta.kubernetes.io/storage-provisioner',
];

/** Copied from its node when a pod is bound: https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone */
const labelsOfPods: readonly string[] = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];

/** Answers what people write of an object: its content, labels and annotations, without what the cluster writes of its own. */
export function settled(of: ApiResource, object: JsonObject): JsonObject {
  const { labels, annotations: notes } = asObject(object['metadata']);
  const ownLabels = keyOf(of) === '/pods' ? without(asObject(labels), labelsOfPods) : asObject(labels);
  return {
    ...settledContent(of, object),
    metadata: { labels: ownLabels, annotations: without(asObject(notes), annotations) },
  };
}

/** The same without labels and annotations. */
export function settledContent(of: ApiResource, object: JsonObject): JsonObject {
  const { metadata: _metadata, status: _status, ...content } = object;
  return asObject(withoutAll(content, [...(fieldsOf[keyOf(of)] ?? []), ...aggregated(of, content)]));
}

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles */
function aggregated(of: ApiResource, { aggregationRule }: JsonObject): readonly string[] {
  const isSum =
    keyOf(of) === 'rbac.authorization.k8s.io/clusterroles' && Object.keys(asObject(aggregationRule)).length > 0;
  return isSum ? ['/rules'] : [];
}

function keyOf({ group, resource }: ApiResource): string {
  return `${group}/${resource}`;
}

function without(fields: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
