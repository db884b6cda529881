import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { withMeta } from '../objects/kubernetes-object.ts';
import type { ResourceKey } from '../objects/resources.ts';

export interface StoredEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly object: KubernetesObject;
  /** The object before a change. */
  readonly previous?: KubernetesObject;
}

export type StoreListener = (event: StoredEvent) => void;

/** Keeps objects in memory, each change under its own revision, as etcd does; everything happens in one turn. */
export interface Store {
  readonly revision: () => number;
  readonly get: (key: ResourceKey, namespace: string | undefined, name: string) => KubernetesObject | undefined;
  /** Lists by namespace and name. */
  readonly list: (key: ResourceKey, namespace?: string) => readonly KubernetesObject[];
  /** Creates or replaces; answers what is now stored. */
  readonly put: (key: ResourceKey, object: KubernetesObject) => KubernetesObject;
  /** Removes; the event carries the object as given. */
  readonly remove: (key: ResourceKey, object: KubernetesObject) => KubernetesObject;
  /** Lists the changes after a revision; undefined when they are no longer known. */
  readonly since: (key: ResourceKey, revision: number) => readonly StoredEvent[] | undefined;
  /** Hears every later change; the answer ends that. */
  readonly listen: (key: ResourceKey, listener: StoreListener) => () => void;
  readonly keys: () => readonly ResourceKey[];
}

/** Revisions below it were never served, so a watch from 1 is always too old, as in a cluster of some age. */
const firstRevision = 100;

export function createStore({ historyLimit = 2000 }: { readonly historyLimit?: number } = {}): Store {
  let revision = firstRevision;
  const shelves = new Map<ResourceKey, Shelf>();
  const shelf = (key: ResourceKey): Shelf => {
    const found = shelves.get(key) ?? {
      objects: new Map(),
      history: [],
      forgotten: firstRevision,
      listeners: new Set(),
    };
    shelves.set(key, found);
    return found;
  };

  function record(key: ResourceKey, event: StoredEvent): void {
    const { history, listeners } = shelf(key);
    history.push(event);
    if (history.length > historyLimit) shelf(key).forgotten = history.shift()?.revision ?? revision;
    for (const listener of [...listeners]) listener(event);
  }

  const stamped = (object: KubernetesObject) => {
    revision += 1;
    return withMeta(object, { resourceVersion: String(revision) });
  };

  return {
    revision: () => revision,
    get: (key, namespace, name) => shelf(key).objects.get(idOf(namespace, name)),
    list(key, namespace) {
      const entries = [...shelf(key).objects].filter(
        ([, { metadata }]) => namespace === undefined || metadata.namespace === namespace,
      );
      return entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, object]) => object);
    },
    put(key, object) {
      const { objects } = shelf(key);
      const id = idOf(object.metadata.namespace, object.metadata.name);
      const previous = objects.get(id);
      const stored = stamped(object);
      objects.set(id, stored);
      record(
        key,
        previous === undefined
          ? { type: 'ADDED', revision, object: stored }
          : { type: 'MODIFIED', revision, object: stored, previous },
      );
      return stored;
    },
    remove(key, object) {
      shelf(key).objects.delete(idOf(object.metadata.namespace, object.metadata.name));
      const removed = stamped(object);
      record(key, { type: 'DELETED', revision, object: removed, previous: object });
      return removed;
    },
    since(key, from) {
      const { history, forgotten } = shelf(key);
      return from < forgotten ? undefined : history.filter((event) => event.revision > from);
    },
    listen(key, listener) {
      const { listeners } = shelf(key);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    keys: () => [...shelves.keys()],
  };
}

interface Shelf {
  readonly objects: Map<string, KubernetesObject>;
  readonly history: StoredEvent[];
  /** Changes up to this revision are gone. */
  forgotten: number;
  readonly listeners: Set<StoreListener>;
}

function idOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}
