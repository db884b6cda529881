import { forgetterOf } from '../../model/forgetter.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { memberOf, stringOf } from '../guards.ts';

/** A change as a watch tells it, with the object as it was before. */
export type WatchEvent = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: JsonObject;
  readonly previous?: JsonObject;
};

/** What a watch has shown: so that a list taken again tells only what changed meanwhile, deletions included. */
export interface WatchMemory {
  /** Undefined where this version was told before, as after a reconnection. */
  readonly changed: (type: WatchEvent['type'], object: JsonObject) => WatchEvent | undefined;
  readonly listed: (objects: readonly JsonObject[]) => readonly WatchEvent[];
}

/** Makes a memory for so many objects; of more the oldest are forgotten, and then told as new by the next list. */
export function newWatchMemory(capacity: number): WatchMemory {
  const known = new Map<string, JsonObject>();
  const forgetOldest = forgetterOf(known);

  const changed: WatchMemory['changed'] = (type, object) => {
    const key = keyOf(object);
    const previous = known.get(key);
    known.delete(key);
    if (type === 'DELETED') return { type, object };
    known.set(key, object);
    if (known.size > capacity) forgetOldest();
    if (previous === undefined) return { type: 'ADDED', object };
    return versionOf(previous) === versionOf(object) ? undefined : { type: 'MODIFIED', object, previous };
  };

  return {
    changed,
    listed(objects) {
      const present = new Set(objects.map(keyOf));
      const gone = [...known].filter(([key]) => !present.has(key));
      for (const [key] of gone) known.delete(key);
      return [
        ...gone.map(([, object]): WatchEvent => ({ type: 'DELETED', object })),
        ...objects.flatMap((object) => changed('ADDED', object) ?? []),
      ];
    },
  };
}

/** An object that is deleted and made again under its name has another uid. */
function keyOf(object: JsonObject): string {
  const part = (key: string) => stringOf(memberOf(object, 'metadata', key));
  return part('uid') ?? `${part('namespace') ?? ''}/${part('name') ?? ''}`;
}

function versionOf(object: JsonObject): Json | undefined {
  return memberOf(object, 'metadata', 'resourceVersion');
}
