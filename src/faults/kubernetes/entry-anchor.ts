import { sameJson } from '../../model/canonical.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Located } from './field-delta.ts';
import { memberAt, pointerOf, stepsOf, valueAt, withoutAll } from './json-pointer.ts';
import { asList, asObject, digestOf } from './objects.ts';

/** Where a field is to be changed, and by what; undefined takes it away. */
export interface PointedChange {
  /** JSON Pointer, as of the object when it was captured. */
  readonly path: string;
  readonly ours: Json | undefined;
}

/**
 * What tells an entry of a list from the others, wherever it stands later: its name; else all of it that is not to be
 * changed; else, as it is one of several alike, the length of its list and how often the old value and ours are in it.
 */
type Anchor =
  | { readonly name: string }
  | { readonly changed: readonly string[]; readonly rest: string }
  | {
      readonly length: number;
      readonly alike?: { readonly old: string; readonly olds: number; readonly ours: number };
    };

/** Notes, for each list that a pointer leads through, which of its entries is meant; null where it leads through none. */
export function anchorsOf(object: JsonObject, change: PointedChange, all: readonly PointedChange[]): Json {
  const steps = stepsOf(change.path);
  const anchors = steps.map((step, depth) => {
    const list = valueAt(object, pointerOf(steps.slice(0, depth)));
    if (!Array.isArray(list) || memberAt(list, step) === undefined) return null;
    return anchorOf({ object, steps, depth, change }, all) as unknown as Json;
  });
  return anchors.every((anchor) => anchor === null) ? null : anchors;
}

/** Finds the field that was anchored; undefined where its entry is gone, or nothing tells any more which one it is. */
export function anchored(
  object: JsonObject,
  { path, ours }: PointedChange,
  anchors: Json | undefined,
): Located | undefined {
  const steps = [...stepsOf(path)];
  const tests: JsonObject[] = [];
  for (const [depth, noted] of asList(anchors).entries()) {
    if (noted === null) continue;
    const at = pointerOf(steps.slice(0, depth));
    const list = valueAt(object, at);
    if (!Array.isArray(list)) return undefined;
    const entries = list as readonly Json[];
    const anchor = noted as unknown as Anchor;
    const inner = pointerOf(steps.slice(depth + 1));
    const index = indexOf(entries, anchor, { index: Number(steps[depth]), inner, ours });
    if (index === undefined) return undefined;
    steps[depth] = String(index);
    const [entry, place] = [entries[index] ?? null, `${at}/${index}`];
    if ('name' in anchor) tests.push({ op: 'test', path: `${place}/name`, value: anchor.name });
    else if ('rest' in anchor) tests.push({ op: 'test', path: place, value: entry });
    else tests.push({ op: 'test', path: at, value: list });
  }
  return { path: pointerOf(steps), tests };
}

interface Place {
  readonly object: JsonObject;
  readonly steps: readonly string[];
  readonly depth: number;
  readonly change: PointedChange;
}

function anchorOf({ object, steps, depth, change }: Place, all: readonly PointedChange[]): Anchor {
  const at = pointerOf(steps.slice(0, depth));
  const place = pointerOf(steps.slice(0, depth + 1));
  const list = asList(valueAt(object, at));
  const entry = valueAt(object, place) ?? null;
  const changed = all.filter(({ path }) => path.startsWith(`${place}/`)).map(({ path }) => path.slice(place.length));
  const only = (same: (one: Json) => boolean) => list.filter(same).length === 1;

  const { name } = asObject(entry);
  const isNamed = typeof name === 'string' && !changed.includes('/name') && change.path !== place;
  if (isNamed && only((one) => asObject(one)['name'] === name)) return { name };

  const rest = withoutAll(entry, changed);
  const isTelling = change.path !== place && Object.keys(asObject(rest)).length > 0;
  if (isTelling && only((one) => sameJson(withoutAll(one, changed), rest))) return { changed, rest: digestOf(rest) };

  const isAlone = all.filter(({ path }) => path.startsWith(`${at}/`)).length === 1;
  if (!isAlone) return { length: list.length };
  const inner = pointerOf(steps.slice(depth + 1));
  const old = digestAt(entry, inner);
  const count = countIn(list, inner);
  return { length: list.length, alike: { old, olds: count(old), ours: count(digestOfValue(change.ours)) } };
}

interface Sought {
  readonly index: number;
  readonly inner: string;
  readonly ours: Json | undefined;
}

function indexOf(list: readonly Json[], anchor: Anchor, sought: Sought): number | undefined {
  if ('name' in anchor) return onlyIndex(list, (one) => asObject(one)['name'] === anchor.name);
  if ('rest' in anchor) return onlyIndex(list, (one) => digestOf(withoutAll(one, anchor.changed)) === anchor.rest);
  const { index, inner, ours } = sought;
  const hasMoved = list.length !== anchor.length;
  if (anchor.alike === undefined) return hasMoved ? undefined : index;
  const { alike } = anchor;
  const count = countIn(list, inner);
  const isBack = count(digestOfValue(ours)) <= alike.ours && count(alike.old) >= alike.olds;
  if (!isBack) return hasMoved || digestAt(list[index] ?? null, inner) === alike.old ? undefined : index;
  return hasMoved ? list.findIndex((one) => digestAt(one, inner) === alike.old) : index;
}

function onlyIndex(list: readonly Json[], isIt: (one: Json) => boolean): number | undefined {
  const found = [...list.keys()].filter((index) => isIt(list[index] ?? null));
  return found.length === 1 ? found[0] : undefined;
}

function countIn(list: readonly Json[], inner: string) {
  const digests = list.map((one) => digestAt(one, inner));
  return (wanted: string) => digests.filter((digest) => digest === wanted).length;
}

function digestAt(entry: Json, inner: string): string {
  return digestOfValue(valueAt(entry, inner));
}

/** Tells null from nothing. */
function digestOfValue(value: Json | undefined): string {
  return digestOf(value === undefined ? [] : [value]);
}
