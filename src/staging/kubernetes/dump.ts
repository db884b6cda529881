import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../model/json.ts';
import { isList, isObject, numberAt, objectAt, without } from './objects/json.ts';
import { controllerOf, type KubernetesObject } from './objects/kubernetes-object.ts';
import type { ResourceKey } from './objects/resources.ts';
import type { Store } from './storage/store.ts';

/** Is the cluster's content by resource and name; two equal dumps mean an equal cluster. */
export type ClusterDump = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/**
 * Reads every object without what changes by itself: uids, versions, times, generations, addresses. Events are left
 * out, and so are ReplicaSets that a Deployment keeps at zero, since a rollout and its revert leave them behind.
 * What a controller made is named by its owner and a number, since its own name is random. Values of Secrets are
 * digests.
 */
export function dumpCluster(store: Store): ClusterDump {
  const keys = store.keys().filter((key) => key !== '/events');
  const shelves = keys.map((key) => [key, dumpShelf(key, store)] as const);
  return Object.fromEntries(shelves.filter(([, shelf]) => Object.keys(shelf).length > 0).sort(byName));
}

function dumpShelf(key: ResourceKey, store: Store): Record<string, JsonObject> {
  const counts = new Map<string, number>();
  const lines = store
    .list(key)
    .filter((object) => !isKeptAtZero(object))
    .map((object): [string, JsonObject] => {
      const { namespace, name } = object.metadata;
      const made = controllerOf(object) && key === '/pods' ? madeName(object) : name;
      return [namespace === undefined ? made : `${namespace}/${made}`, steady(object)];
    });
  const numbered = lines.map(([name, object]): [string, JsonObject] => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return [count === 1 ? name : `${name} ${count}`, object];
  });
  return Object.fromEntries(numbered.sort(byName));
}

function isKeptAtZero(object: KubernetesObject): boolean {
  return (
    object.kind === 'ReplicaSet' && controllerOf(object) !== undefined && numberAt(object, 'spec', 'replicas') === 0
  );
}

function madeName(object: KubernetesObject): string {
  return `of ${controllerOf(object)?.kind} ${controllerOf(object)?.name}`;
}

/** Sorts an object's fields and leaves out what changes by itself. */
function steady(object: KubernetesObject): JsonObject {
  const isMade = object.kind === 'Pod' && controllerOf(object) !== undefined;
  const metadata = without(object.metadata, ...volatileMeta, ...(isMade ? ['name', 'generateName'] : []));
  const whole = { ...object, metadata, ...(object.kind === 'Secret' && { data: digests(objectAt(object, 'data')) }) };
  return clean(whole);
}

const volatileMeta = ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields', 'selfLink'];

const volatileFields = [
  'uid',
  'acquireTime',
  'renewTime',
  'hostIP',
  'lastProbeTime',
  'lastTransitionTime',
  'lastUpdateTime',
  'observedGeneration',
  'podIP',
  'podIPs',
  'startTime',
  'startedAt',
  'deployment.kubernetes.io/revision',
];

function clean(object: JsonObject): JsonObject {
  const kept = Object.entries(object).filter(([field]) => !volatileFields.includes(field));
  return Object.fromEntries(kept.map(([field, value]): [string, Json] => [field, cleanValue(value)]).sort(byName));
}

function cleanValue(value: Json): Json {
  if (isList(value)) return value.map(cleanValue);
  return isObject(value) ? clean(value) : value;
}

function digests(data: JsonObject): JsonObject {
  const digest = (value: Json) =>
    `sha256:${createHash('sha256')
      .update(typeof value === 'string' ? value : JSON.stringify(value))
      .digest('hex')}`;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, digest(value)]));
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
