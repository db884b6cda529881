import type { JsonObject } from '../../../model/json.ts';
import { pods } from '../objects/built-in.ts';
import { listAt, objectAt, textAt } from '../objects/json.ts';
import { type KubernetesObject, metaTime, withMeta } from '../objects/kubernetes-object.ts';
import { keyOf } from '../objects/resources.ts';
import { type ControllerParts, placeOf, workItem } from './parts.ts';
import { createQueue, type WorkQueue } from './queue.ts';

const nodeName = 'windshear-node';

export interface NodeTimes {
  /** From a pod's creation until it runs. */
  readonly startMs: number;
  /** From the request to end it until it is gone. */
  readonly endMs: number;
}

/**
 * Plays scheduler and kubelet of the one node: pods run after a moment and end after one. Its bookkeeping goes
 * straight to the store, so it is in no audit log; many real audit policies leave it out too.
 */
export function runNode({ store, clock, log, signal }: ControllerParts, { startMs, endMs }: NodeTimes): WorkQueue {
  const key = keyOf(pods);
  const queue = createQueue({ name: 'node', work, clock, log, signal });
  let lastAddress = 1;
  store.listen(key, ({ type, object }) => {
    if (type === 'DELETED') return;
    if (object.metadata.deletionTimestamp !== undefined) queue.add(workItem(object), endMs);
    else if (textAt(object, 'status', 'phase') === 'Pending') queue.add(workItem(object), startMs);
  });
  return queue;

  async function work(item: string): Promise<void> {
    const { namespace, name } = placeOf(item);
    const pod = store.get(key, namespace, name);
    if (pod === undefined) return;
    if (pod.metadata.deletionTimestamp !== undefined) endPod(pod);
    else if (textAt(pod, 'status', 'phase') === 'Pending') store.put(key, running(pod));
  }

  function endPod(pod: KubernetesObject): void {
    if ((pod.metadata.finalizers ?? []).length === 0) store.remove(key, pod);
    else if (pod.metadata.deletionGracePeriodSeconds !== 0)
      store.put(key, withMeta(pod, { deletionGracePeriodSeconds: 0 }));
  }

  function running(pod: KubernetesObject): KubernetesObject {
    const time = metaTime(clock.epochMs());
    lastAddress += 1;
    const podIP = `10.42.${(lastAddress >> 8) & 255}.${lastAddress & 255}`;
    const conditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
    return {
      ...pod,
      spec: { ...objectAt(pod, 'spec'), nodeName },
      status: {
        ...objectAt(pod, 'status'),
        phase: 'Running',
        conditions: conditions.map((type) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: time })),
        hostIP: '127.0.0.1',
        podIP,
        podIPs: [{ ip: podIP }],
        startTime: time,
        containerStatuses: listAt(pod, 'spec', 'containers').map((container) => containerStatus(container, time)),
      },
    };
  }
}

function containerStatus(container: JsonObject[string], time: string): JsonObject {
  const image = textAt(container, 'image') ?? '';
  return {
    name: textAt(container, 'name') ?? '',
    image,
    imageID: image,
    ready: true,
    started: true,
    restartCount: 0,
    state: { running: { startedAt: time } },
    lastState: {},
  };
}

/** Tells whether a pod counts as ready. */
export function isReady(pod: KubernetesObject): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );
}
