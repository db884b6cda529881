import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../../model/json.ts';
import { deployments, replicaSets } from '../objects/built-in.ts';
import {
  at,
  isList,
  isObject,
  listAt,
  numberAt,
  objectAt,
  sameJson,
  textAt,
  textMapAt,
  without,
} from '../objects/json.ts';
import { controllerOf, type KubernetesObject, withMeta } from '../objects/kubernetes-object.ts';
import { keyOf } from '../objects/resources.ts';
import { type Caller, controllerCaller, unless } from './caller.ts';
import { type Condition, conditionsOf } from './conditions.ts';
import { createEventRecorder } from './event-recorder.ts';
import { type ControllerParts, placeOf, workItem } from './parts.ts';
import { createQueue, type WorkQueue } from './queue.ts';
import { ownerOf } from './replica-sets.ts';
import { nextCounts } from './rollout.ts';

const revisionNote = 'deployment.kubernetes.io/revision';
const hashLabel = 'pod-template-hash';

/** Rolls each Deployment out: a ReplicaSet a template, scaled up and down within surge and unavailability. */
export function runDeployments({ store, handle, clock, log, signal }: ControllerParts): WorkQueue {
  const call = controllerCaller(handle, 'deployment-controller');
  const record = createEventRecorder(call, 'deployment-controller', clock);
  const queue = createQueue({ name: 'deployment-controller', work, clock, log, signal });
  store.listen(keyOf(deployments), ({ type, object }) => {
    if (type !== 'DELETED') queue.add(workItem(object));
  });
  store.listen(keyOf(replicaSets), ({ object }) => {
    const owner = controllerOf(object);
    if (owner?.kind === deployments.kind) queue.add(`${object.metadata.namespace}/${owner.name}`);
  });
  return queue;

  async function work(item: string): Promise<void> {
    const { namespace, name } = placeOf(item);
    const deployment = store.get(keyOf(deployments), namespace, name);
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return;
    const current = await currentSet(deployment);
    await scale(deployment, current);
    await forgetOldSets(deployment, current);
    await writeStatus(deployment, current.metadata.name);
  }

  function setsOf({ metadata }: KubernetesObject): readonly KubernetesObject[] {
    return store.list(keyOf(replicaSets), metadata.namespace).filter((set) => controllerOf(set)?.uid === metadata.uid);
  }

  /** Finds the ReplicaSet of the template that is wanted now, or makes it; it bears the newest revision. */
  async function currentSet(deployment: KubernetesObject): Promise<KubernetesObject> {
    const sets = setsOf(deployment);
    const template = objectAt(deployment, 'spec', 'template');
    const found = sets.find((set) => sameJson(templateOf(set), template));
    const newest = Math.max(0, ...sets.filter((set) => set !== found).map(revisionOf));
    const revision = String(found !== undefined && revisionOf(found) > newest ? revisionOf(found) : newest + 1);
    const { namespace, name } = deployment.metadata;
    const path = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
    const current = found ?? ((await call('POST', path, setOf(deployment, revision))) as KubernetesObject);
    if (current.metadata.annotations?.[revisionNote] !== revision) {
      await call('PATCH', `${path}/${current.metadata.name}`, note(revision), 'application/merge-patch+json');
    }
    if (deployment.metadata.annotations?.[revisionNote] !== revision) {
      const noted = withMeta(deployment, {
        annotations: { ...deployment.metadata.annotations, [revisionNote]: revision },
      });
      await call('PUT', `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`, noted);
    }
    return store.get(keyOf(replicaSets), namespace, current.metadata.name) ?? current;
  }

  async function scale(deployment: KubernetesObject, current: KubernetesObject): Promise<void> {
    if (at(deployment, 'spec', 'paused') === true) return;
    const old = setsOf(deployment).filter(({ metadata }) => metadata.name !== current.metadata.name);
    const counts = nextCounts(deployment, current, old);
    for (const [set, replicas] of counts) {
      const before = numberAt(set, 'spec', 'replicas') ?? 0;
      if (before === replicas) continue;
      await setReplicas(call, set, replicas);
      const message = `Scaled ${replicas > before ? 'up' : 'down'} replica set ${set.metadata.name} from ${before} to ${replicas}`;
      await record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
    }
  }

  async function forgetOldSets(deployment: KubernetesObject, current: KubernetesObject): Promise<void> {
    const limit = numberAt(deployment, 'spec', 'revisionHistoryLimit') ?? 10;
    const done = setsOf(deployment)
      .filter((set) => set.metadata.name !== current.metadata.name)
      .filter((set) => numberAt(set, 'spec', 'replicas') === 0 && numberAt(set, 'status', 'replicas') === 0)
      .sort((one, other) => revisionOf(other) - revisionOf(one));
    for (const { metadata } of done.slice(limit)) {
      await unless(404, call('DELETE', `/apis/apps/v1/namespaces/${metadata.namespace}/replicasets/${metadata.name}`));
    }
  }

  async function writeStatus(read: KubernetesObject, currentName: string): Promise<void> {
    const { namespace, name } = read.metadata;
    const deployment = store.get(keyOf(deployments), namespace, name);
    if (deployment === undefined) return;
    const status = statusOf(deployment, setsOf(deployment), currentName);
    const observed = { ...status, observedGeneration: read.metadata.generation ?? 1 };
    if (sameJson(observed, deployment['status'])) return;
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}/status`;
    await unless(404, call('PUT', path, { ...deployment, status: observed }));
  }

  function statusOf(deployment: KubernetesObject, sets: readonly KubernetesObject[], currentName: string): JsonObject {
    const sum = (field: string, of = sets) => of.reduce((all, set) => all + (numberAt(set, 'status', field) ?? 0), 0);
    const current = sets.filter(({ metadata }) => metadata.name === currentName);
    const desired = numberAt(deployment, 'spec', 'replicas') ?? 0;
    const [available, updated] = [sum('availableReplicas'), sum('replicas', current)];
    const counts = {
      replicas: sum('replicas'),
      updatedReplicas: updated,
      readyReplicas: sum('readyReplicas'),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, desired - available),
    };
    const complete = updated === desired && available >= desired && counts.replicas === desired;
    return {
      ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      conditions: conditionsOf(
        deployment,
        deploymentConditions(sets, { currentName, complete, enough: available >= desired }),
        {
          clock,
          updates: true,
        },
      ),
    };
  }
}

function deploymentConditions(
  sets: readonly KubernetesObject[],
  {
    currentName,
    complete,
    enough,
  }: { readonly currentName: string; readonly complete: boolean; readonly enough: boolean },
): readonly Condition[] {
  const failed = sets
    .flatMap((set) => listAt(set, 'status', 'conditions'))
    .find((condition) => textAt(condition, 'type') === 'ReplicaFailure');
  const message = textAt(failed, 'message');
  return [
    enough
      ? {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    ...(message === undefined
      ? []
      : [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message } as const]),
    {
      type: 'Progressing',
      status: 'True',
      reason: complete ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
      message: `ReplicaSet "${currentName}" ${complete ? 'has successfully progressed' : 'is progressing'}.`,
    },
  ];
}

function setReplicas(call: Caller, { metadata }: KubernetesObject, replicas: number): Promise<unknown> {
  const path = `/apis/apps/v1/namespaces/${metadata.namespace}/replicasets/${metadata.name}`;
  return call('PATCH', path, { spec: { replicas } }, 'application/merge-patch+json');
}

function setOf(deployment: KubernetesObject, revision: string): JsonObject {
  const { name, namespace = '', annotations = {} } = deployment.metadata;
  const template = objectAt(deployment, 'spec', 'template');
  const hash = templateHash(template);
  const selector = objectAt(deployment, 'spec', 'selector');
  const meta = objectAt(template, 'metadata');
  const labels = { ...textMapAt(meta, 'labels'), [hashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: replicaSets.kind,
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: {
        ...without(annotations, 'kubectl.kubernetes.io/last-applied-configuration'),
        [revisionNote]: revision,
      },
      ownerReferences: [ownerOf(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { ...selector, matchLabels: { ...objectAt(selector, 'matchLabels'), [hashLabel]: hash } },
      template: { ...template, metadata: { ...meta, labels } },
    },
  };
}

/** Reads the template that a ReplicaSet was made from, without the label that tells it from its siblings. */
function templateOf(set: KubernetesObject): JsonObject {
  const template = objectAt(set, 'spec', 'template');
  const meta = objectAt(template, 'metadata');
  return { ...template, metadata: { ...meta, labels: without(objectAt(meta, 'labels'), hashLabel) } };
}

function revisionOf({ metadata }: KubernetesObject): number {
  return Number(metadata.annotations?.[revisionNote] ?? 0);
}

function note(revision: string): Json {
  return { metadata: { annotations: { [revisionNote]: revision } } };
}

/** Answers ten letters that are the same for the same template, whatever the order of its fields. */
function templateHash(template: JsonObject): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  const digest = createHash('sha256')
    .update(JSON.stringify(sorted(template)))
    .digest();
  return [...digest.subarray(0, 10)].map((byte) => letters[byte % letters.length]).join('');
}

function sorted(value: Json): Json {
  if (isList(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([field, entry]) => [field, sorted(entry)]));
}
