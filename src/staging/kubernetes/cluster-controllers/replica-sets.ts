import type { JsonObject } from '../../../model/json.ts';
import { pods, replicaSets } from '../objects/built-in.ts';
import { numberAt, objectAt, sameJson, textAt, textMapAt } from '../objects/json.ts';
import { controllerOf, type KubernetesObject } from '../objects/kubernetes-object.ts';
import { keyOf } from '../objects/resources.ts';
import { StatusError } from '../objects/status.ts';
import { labelSelectorOf } from '../selectors/labels.ts';
import { controllerCaller, unless } from './caller.ts';
import { conditionsOf } from './conditions.ts';
import { createEventRecorder } from './event-recorder.ts';
import { isReady } from './node.ts';
import { type ControllerParts, placeOf, workItem } from './parts.ts';
import { createQueue, type WorkQueue } from './queue.ts';

/** Keeps as many pods of each ReplicaSet as it wants; a pod that is refused is an Event and a condition. */
export function runReplicaSets({ store, handle, clock, log, signal }: ControllerParts): WorkQueue {
  const call = controllerCaller(handle, 'replicaset-controller');
  const record = createEventRecorder(call, 'replicaset-controller', clock);
  const queue = createQueue({ name: 'replicaset-controller', work, clock, log, signal });
  store.listen(keyOf(replicaSets), ({ type, object }) => {
    if (type !== 'DELETED') queue.add(workItem(object));
  });
  store.listen(keyOf(pods), ({ object }) => {
    const owner = controllerOf(object);
    const { namespace } = object.metadata;
    if (owner?.kind === replicaSets.kind) queue.add(`${namespace}/${owner.name}`);
    else if (owner === undefined) for (const set of matchingSets(object)) queue.add(workItem(set));
  });
  return queue;

  function matchingSets(pod: KubernetesObject): readonly KubernetesObject[] {
    return store
      .list(keyOf(replicaSets), pod.metadata.namespace)
      .filter((set) => labelSelectorOf(objectAt(set, 'spec', 'selector'))(pod.metadata.labels));
  }

  async function work(item: string): Promise<void> {
    const { namespace, name } = placeOf(item);
    const set = store.get(keyOf(replicaSets), namespace, name);
    if (set === undefined) return;
    if (set.metadata.deletionTimestamp === undefined) {
      await claimPods(set);
      const refused = await reachCount(set);
      await writeStatus(set, refused);
      if (refused !== undefined) throw refused;
    } else await writeStatus(set, undefined);
  }

  /** Takes on pods without owner that its selector matches, and lets go of those that it matches no longer. */
  async function claimPods(set: KubernetesObject): Promise<void> {
    const matches = labelSelectorOf(objectAt(set, 'spec', 'selector'));
    for (const pod of store.list(keyOf(pods), set.metadata.namespace)) {
      const { labels, uid = '', name, namespace } = pod.metadata;
      const owner = controllerOf(pod);
      const adopts = owner === undefined && pod.metadata.deletionTimestamp === undefined && matches(labels);
      const releases = owner?.uid === set.metadata.uid && !matches(labels);
      if (!adopts && !releases) continue;
      const change = adopts ? ownerOf(set) : { $patch: 'delete', uid: set.metadata.uid ?? '' };
      const patch = { metadata: { ownerReferences: [change], uid } };
      const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
      await unless(404, call('PATCH', path, patch, 'application/strategic-merge-patch+json'));
    }
  }

  /** Creates what lacks and deletes what is too much; answers the refusal of a pod. */
  async function reachCount(set: KubernetesObject): Promise<StatusError | undefined> {
    const { namespace } = set.metadata;
    const wanted = numberAt(set, 'spec', 'replicas') ?? 0;
    const active = ownedPods(set);
    for (const pod of [...active].sort(worstFirst).slice(0, Math.max(0, active.length - wanted))) {
      await unless(404, call('DELETE', `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}`));
      await record(set, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
    }
    for (let lacking = wanted - active.length; lacking > 0; lacking -= 1) {
      try {
        const pod = await call('POST', `/api/v1/namespaces/${namespace}/pods`, podOf(set));
        const message = `Created pod: ${textAt(pod, 'metadata', 'name')}`;
        await record(set, { type: 'Normal', reason: 'SuccessfulCreate', message });
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        await record(set, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error.message}` });
        return error;
      }
    }
    return undefined;
  }

  function ownedPods(set: KubernetesObject): readonly KubernetesObject[] {
    return store
      .list(keyOf(pods), set.metadata.namespace)
      .filter((pod) => controllerOf(pod)?.uid === set.metadata.uid && isActive(pod));
  }

  async function writeStatus(read: KubernetesObject, refused: StatusError | undefined): Promise<void> {
    const { namespace, name } = read.metadata;
    const set = store.get(keyOf(replicaSets), namespace, name);
    if (set === undefined || set.metadata.uid !== read.metadata.uid) return;
    const owned = ownedPods(set);
    const ready = owned.filter(isReady).length;
    const labels = Object.entries(textMapAt(set, 'spec', 'template', 'metadata', 'labels'));
    const labelled = owned.filter((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value)).length;
    const failure =
      refused &&
      ({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: refused.message } as const);
    const status: JsonObject = {
      replicas: owned.length,
      ...(labelled > 0 && { fullyLabeledReplicas: labelled }),
      ...(ready > 0 && { readyReplicas: ready, availableReplicas: ready }),
      observedGeneration: read.metadata.generation ?? 1,
      ...(failure && { conditions: conditionsOf(set, [failure], { clock }) }),
    };
    if (sameJson(status, set['status'])) return;
    await unless(
      404,
      call('PUT', `/apis/apps/v1/namespaces/${namespace}/replicasets/${name}/status`, { ...set, status }),
    );
  }
}

function isActive(pod: KubernetesObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return pod.metadata.deletionTimestamp === undefined && phase !== 'Succeeded' && phase !== 'Failed';
}

/** Pods that do not run yet go before those that do, young before old. */
function worstFirst(one: KubernetesObject, other: KubernetesObject): number {
  const age = (pod: KubernetesObject) => Number(pod.metadata.resourceVersion ?? 0);
  return Number(isReady(one)) - Number(isReady(other)) || age(other) - age(one);
}

function podOf(set: KubernetesObject): JsonObject {
  const template = objectAt(set, 'spec', 'template');
  const { labels = {}, annotations = {}, finalizers = [] } = objectAt(template, 'metadata');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${set.metadata.name}-`,
      labels,
      ...(Object.keys(objectAt(annotations)).length > 0 && { annotations }),
      ...(Array.isArray(finalizers) && finalizers.length > 0 && { finalizers }),
      ownerReferences: [ownerOf(set)],
    },
    spec: template['spec'] ?? {},
  };
}

/** Writes the reference by which a controller owns what it made. */
export function ownerOf({ apiVersion, kind, metadata }: KubernetesObject): JsonObject {
  const { name, uid = '' } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}
