import type { Parsed } from '../../model/detector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { listOf, memberOf, objectOf, stringOf } from '../guards.ts';

/** An object of the Kubernetes API as somebody showed it. */
export interface SeenObject {
  readonly object: JsonObject;
  /** The object as it was before this change, where a watch remembers it. */
  readonly previous?: JsonObject;
  /** True where this is the last that is known of a deleted object. */
  readonly gone: boolean;
}

/**
 * Reads every object in a value: one by itself, a list, an answer with `items`, or a watch event
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes), to which our
 * `kubernetes-watch` adds `previous`. Items of a typed list get the kind that only the list tells.
 */
export function* readObjects(value: Json, read: (seen: SeenObject) => Iterable<Parsed>): Iterable<Parsed> {
  const list = listOf(value) ?? itemsOf(value);
  if (list !== undefined) {
    for (const item of list) yield* readObjects(item, read);
    return;
  }
  const holder = objectOf(value);
  const event = objectOf(holder?.['result']) ?? holder;
  const object = objectOf(event?.['object']) ?? objectOf(event?.['application']);
  const change = stringOf(event?.['type']);
  if (object === undefined || change === undefined || event === undefined) {
    if (holder === undefined) yield { kind: 'malformed', reason: 'a Kubernetes object is an object', record: value };
    else yield* read({ object: holder, gone: false });
    return;
  }
  if (change === 'BOOKMARK' || change === 'ERROR') {
    yield { kind: 'ignored', reason: `a ${change.toLowerCase()} of the watch`, record: value };
    return;
  }
  const previous = objectOf(event['previous']);
  yield* read({ object, gone: change === 'DELETED', ...(previous !== undefined && { previous }) });
}

/**
 * Reads an object that shows a whole state (all that is wrong now): what its previous version said and it says no more is
 * resolved, and so is all that a deleted object said.
 */
export function* readState(
  { object, previous, gone }: SeenObject,
  read: (object: JsonObject) => readonly Parsed[],
): Iterable<Parsed> {
  const now = gone ? [] : read(object);
  yield* now;
  const before = gone ? object : previous;
  if (before === undefined) return;
  const open = new Set(now.map((one) => (one.kind === 'signal' ? one.signal.dedupeKey : undefined)));
  for (const one of read(before))
    if (one.kind === 'signal' && !open.has(one.signal.dedupeKey))
      yield { ...one, signal: { ...one.signal, status: 'resolved' } };
}

/** The uid, else the place of an object: what tells it from all others. */
export function identityOf(object: JsonObject): string {
  const { metadata } = object;
  const uid = stringOf(memberOf(metadata, 'uid'));
  if (uid !== undefined) return uid;
  const parts = [object['kind'], memberOf(metadata, 'namespace'), memberOf(metadata, 'name')];
  return parts.map((part) => stringOf(part) ?? '').join('/');
}

/** Items of `PodList` and the like carry neither kind nor apiVersion of their own. */
function itemsOf(value: Json): readonly Json[] | undefined {
  const items = listOf(memberOf(value, 'items'));
  const kind = stringOf(memberOf(value, 'kind'));
  if (items === undefined || kind === undefined || !kind.endsWith('List') || kind === 'List') return items;
  const apiVersion = memberOf(value, 'apiVersion');
  return items.map((item) => {
    const object = objectOf(item);
    if (object === undefined || Object.hasOwn(object, 'kind')) return item;
    return { kind: kind.slice(0, -'List'.length), ...(apiVersion !== undefined && { apiVersion }), ...object };
  });
}
