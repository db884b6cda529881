import type { Json, JsonObject } from '../../../model/json.ts';

/** Is what every object says of itself; read-only, so that a stored object can be handed out as it is. */
export type ObjectMeta = {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly [field: string]: Json;
};

export type OwnerReference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
};

export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: Json;
};

/** Answers a copy with some fields of its metadata changed. */
export function withMeta(object: KubernetesObject, changes: JsonObject): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, ...changes } };
}

/** Answers a copy without some fields of its metadata. */
export function withoutMeta(object: KubernetesObject, ...fields: readonly string[]): KubernetesObject {
  const kept = Object.entries(object.metadata).filter(([field]) => !fields.includes(field));
  return { ...object, metadata: { ...Object.fromEntries(kept), name: object.metadata.name } };
}

/** Names the owner that manages an object, if one does. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** Writes a time the way metadata does: whole seconds, UTC. */
export function metaTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
