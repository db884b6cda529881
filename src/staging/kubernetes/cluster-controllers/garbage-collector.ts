import type { KubernetesObject, OwnerReference } from '../objects/kubernetes-object.ts';
import { apiVersionOf, keyOf, type Resource } from '../objects/resources.ts';
import { controllerCaller, unless } from './caller.ts';
import type { ControllerParts } from './parts.ts';
import { createQueue, type WorkQueue } from './queue.ts';

/**
 * Deletes what outlives its owners, and holds an owner that is to go in the foreground until its dependents are gone.
 * https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 */
export function runGarbageCollector(parts: ControllerParts): WorkQueue {
  const { store, registry, handle, clock, log, signal } = parts;
  const call = controllerCaller(handle, 'generic-garbage-collector');
  const queue = createQueue({ name: 'garbage-collector', work, clock, log, signal });
  const heard = new Set<string>();

  listenToAll();
  return queue;

  /** Custom resources come later, so each change looks whether there is a new kind. */
  function listenToAll(): void {
    for (const resource of registry.all()) {
      const key = keyOf(resource);
      if (resource.review || heard.has(key)) continue;
      heard.add(key);
      store.listen(key, ({ type, object }) => {
        if (key === 'apiextensions.k8s.io/customresourcedefinitions') listenToAll();
        const { uid = '', ownerReferences = [] } = object.metadata;
        const ended = type === 'DELETED' || object.metadata.deletionTimestamp !== undefined;
        if (ended) queue.add(uid);
        if (type === 'ADDED' && ownerReferences.length > 0) queue.add(uid);
        if (type === 'DELETED') for (const owner of ownerReferences) queue.add(owner.uid);
      });
    }
  }

  async function work(uid: string): Promise<void> {
    const all = everything();
    const own = all.find(({ object }) => object.metadata.uid === uid);
    const dependents = all.filter(({ object }) => object.metadata.ownerReferences?.some((owner) => owner.uid === uid));
    if (own === undefined) {
      for (const dependent of dependents) if (!hasOwner(dependent.object)) await remove(dependent, 'Background');
      return;
    }
    const { ownerReferences = [], deletionTimestamp, finalizers = [] } = own.object.metadata;
    if (deletionTimestamp === undefined) {
      if (ownerReferences.length > 0 && !hasOwner(own.object)) await remove(own, 'Background');
      return;
    }
    if (finalizers.includes('orphan')) {
      for (const dependent of dependents) await release(dependent, uid);
      await dropFinalizer(own, 'orphan');
    }
    if (finalizers.includes('foregroundDeletion')) {
      const waiting = dependents.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
      for (const dependent of waiting) await remove(dependent, 'Foreground');
      if (dependents.length === 0) await dropFinalizer(own, 'foregroundDeletion');
    }
  }

  function everything(): readonly Found[] {
    return registry
      .all()
      .filter(({ review }) => !review)
      .flatMap((resource) => store.list(keyOf(resource)).map((object) => ({ resource, object })));
  }

  /** An object stays as long as one of its owners is there. */
  function hasOwner({ metadata }: KubernetesObject): boolean {
    return (metadata.ownerReferences ?? []).some((owner) => isThere(owner, metadata.namespace));
  }

  function isThere({ apiVersion, kind, name, uid }: OwnerReference, namespace: string | undefined): boolean {
    const resource = registry.findKind(apiVersion, kind);
    if (resource === undefined) return true;
    return store.get(keyOf(resource), resource.namespaced ? namespace : undefined, name)?.metadata.uid === uid;
  }

  function remove(found: Found, propagationPolicy: string): Promise<void> {
    const { uid = '' } = found.object.metadata;
    return unless(404, call('DELETE', pathOf(found), { propagationPolicy, preconditions: { uid } }));
  }

  function release(found: Found, uid: string): Promise<void> {
    const { ownerReferences = [], resourceVersion = '' } = found.object.metadata;
    const kept = ownerReferences.filter((owner) => owner.uid !== uid);
    const patch = { metadata: { ownerReferences: kept, resourceVersion } };
    return unless(404, call('PATCH', pathOf(found), patch, 'application/merge-patch+json'));
  }

  function dropFinalizer(found: Found, finalizer: string): Promise<void> {
    const finalizers = (found.object.metadata.finalizers ?? []).filter((one) => one !== finalizer);
    return unless(404, call('PATCH', pathOf(found), { metadata: { finalizers } }, 'application/merge-patch+json'));
  }
}

interface Found {
  readonly resource: Resource;
  readonly object: KubernetesObject;
}

function pathOf({ resource, object }: Found): string {
  const { name, namespace } = object.metadata;
  const root = resource.group === '' ? '/api/v1' : `/apis/${apiVersionOf(resource)}`;
  const place = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${root}${place}/${resource.plural}/${encodeURIComponent(name)}`;
}
