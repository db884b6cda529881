import type { Json, JsonObject } from '../../model/json.ts';
import type { FieldChange, Located } from './field-delta.ts';
import { memberAt, pointerOf, stepsOf, valueAt } from './json-pointer.ts';
import { asList } from './objects.ts';
import { bears, contains, type FieldPattern, placesLike, sameValue, type ValuePlace } from './value-places.ts';
import { type EntryChange, type ValueCounts, whichEntry } from './which-entry.ts';

/** Where a field is to be changed, and by what; undefined takes it away. */
export interface PointedChange {
  /** JSON Pointer, as of the object when it was captured. */
  readonly path: string;
  readonly ours: Json | undefined;
}

/** What is noted of a field in an entry of a list, so that it is found wherever the entry stands later. */
interface Anchor {
  /** As of the object when it was captured. */
  readonly path: string;
  /** The pointer to the outermost list that it leads through, and that list. */
  readonly at: string;
  readonly list: readonly Json[];
  /** What the field holds in all such entries of the object; empty where nothing. */
  readonly peers: readonly Peer[];
}

interface Peer extends Pick<ValuePlace, 'entry' | 'whole'> {
  readonly held: readonly Json[];
}

/** Makes a change of a field that keeps its entry of a list; `find` says where it is in the object when captured. */
export function anchoredField(
  find: (object: JsonObject) => string | undefined,
  ours: Json | undefined,
  changes: readonly PointedChange[] = [],
): FieldChange {
  const within = ({ path, at }: Anchor): readonly PointedChange[] => [
    { path, ours },
    ...changes.filter((one) => one.path !== path && one.path.startsWith(`${at}/`)),
  ];
  return {
    ours,
    locate: (object, noted) => {
      if (noted !== undefined) return located(object, anchorIn(noted), within(anchorIn(noted)));
      const path = find(object);
      return path === undefined ? undefined : { path, tests: [] };
    },
    anchor: (object) => anchorOf(object, find(object)),
    standing: (object, noted, isOurs) => {
      const { path, at, list, peers } = anchorIn(noted);
      const { steps, lists, old } = patternIn({ at, list }, { path, ours });
      if (sameValue(ours, old)) return [];
      const pattern = under(at, { steps, lists });
      const stands = (value: Json | undefined) => isOurs(value) || bears(value, ours, old);
      const places = placesLike(object, pattern).filter(({ value }) => stands(value));
      const then = peers.filter(({ held: [value] }) => stands(value));
      return withoutThose(then, places).map((place) => place.path);
    },
  };
}

/** Leaves out the places of entries that are as some were that held the value at the capture, or only grew since. */
function withoutThose(then: readonly Peer[], places: readonly ValuePlace[]): readonly ValuePlace[] {
  const count = (some: readonly Pick<ValuePlace, 'entry'>[], wanted: string) =>
    some.filter(({ entry }) => entry === wanted).length;
  const changed = then.filter(({ entry }) => count(then, entry) > count(places, entry));
  return places
    .filter(({ entry }) => count(places, entry) > count(then, entry))
    .filter(({ whole }) => {
      const was = changed.findIndex((one) => contains(whole, one.whole));
      if (was >= 0) changed.splice(was, 1);
      return was < 0;
    });
}

function anchorOf(object: JsonObject, path: string | undefined): Json {
  if (path === undefined) return null;
  const steps = stepsOf(path);
  const outer = steps.findIndex((_, depth) => isEntry(object, steps, depth));
  if (outer < 0) return null;
  const pattern = { steps, lists: [...steps.keys()].filter((depth) => isEntry(object, steps, depth)) };
  const at = pointerOf(steps.slice(0, outer));
  const peers = placesLike(object, pattern).map(({ value, entry, whole }): Json => {
    return { held: value === undefined ? [] : [value], entry, whole };
  });
  return { path, at, list: asList(valueAt(object, at)), peers };
}

/** Finds the field that was anchored; undefined where its entry is gone, or nothing tells any more which one it is. */
function located(object: JsonObject, anchor: Anchor, changes: readonly PointedChange[]): Located | undefined {
  const [self, ...others] = changes.map((change) => patternIn(anchor, change));
  if (self === undefined) return undefined;
  const all = [self, ...others];
  const counts = countsOf(object, anchor, all);
  const head = stepsOf(anchor.at);
  const steps = [...self.steps];
  const tests: JsonObject[] = [];
  for (const depth of self.lists) {
    const at = pointerOf([...head, ...steps.slice(0, depth)]);
    const list = valueAt(object, at);
    if (!Array.isArray(list)) return undefined;
    const entries = list as readonly Json[];
    const way = pointerOf(self.steps.slice(0, depth));
    const entry = whichEntry(entries, {
      was: asList(valueAt(anchor.list, way)),
      index: Number(self.steps[depth]),
      changes: all
        .filter((one) => one.lists.includes(depth) && pointerOf(one.steps.slice(0, depth)) === way)
        .map((one) => insideOf(one, depth)),
      counts,
    });
    if (entry === undefined) return undefined;
    steps[depth] = String(entry.index);
    const place = `${at}/${entry.index}`;
    if (entry.by === 'list') tests.push({ op: 'test', path: at, value: entries });
    else if (entry.by === 'entry') tests.push({ op: 'test', path: place, value: entries[entry.index] ?? null });
    else tests.push({ op: 'test', path: `${place}/name`, value: valueAt(object, `${place}/name`) ?? null });
  }
  return { path: pointerOf([...head, ...steps]), tests };
}

/** A change as seen from the outermost list. */
interface ChangeInList extends FieldPattern {
  readonly old: Json | undefined;
  readonly ours: Json | undefined;
}

function patternIn({ at, list }: Pick<Anchor, 'at' | 'list'>, { path, ours }: PointedChange): ChangeInList {
  const steps = stepsOf(path).slice(stepsOf(at).length);
  const lists = [...steps.keys()].filter((depth) => isEntry(list, steps, depth));
  return { steps, lists, old: valueAt(list, pointerOf(steps)), ours };
}

function under(at: string, { steps, lists }: FieldPattern): FieldPattern {
  const head = stepsOf(at);
  return { steps: [...head, ...steps], lists: lists.map((depth) => head.length + depth) };
}

function insideOf({ steps, lists, old, ours }: ChangeInList, depth: number): EntryChange {
  const inner = {
    steps: steps.slice(depth + 1),
    lists: lists.filter((one) => one > depth).map((one) => one - depth - 1),
  };
  return { index: Number(steps[depth]), inner, old, ours };
}

function countsOf(object: JsonObject, { at, peers }: Anchor, [self, ...others]: readonly ChangeInList[]): ValueCounts {
  const { old, ours, ...pattern } = self ?? { steps: [], lists: [], old: undefined, ours: undefined };
  const places = placesLike(object, under(at, pattern));
  const now = (wanted: Json | undefined) => places.filter(({ value }) => sameValue(value, wanted)).length;
  const before = (wanted: Json | undefined) => peers.filter(({ held: [value] }) => sameValue(value, wanted)).length;
  const same = others.filter((one) => isSameField(one, pattern));
  const made = [{ old, ours }, ...same].filter((one) => sameValue(one.ours, ours) && !sameValue(one.old, ours));
  return {
    ours: { now: now(ours), before: before(ours), due: before(ours) + made.length },
    old: { now: now(old), before: before(old) },
    isCrossed: same.some((one) => sameValue(one.ours, old) || (sameValue(one.old, ours) && !sameValue(one.ours, ours))),
  };
}

function isSameField(a: FieldPattern, b: FieldPattern): boolean {
  const likeness = ({ steps, lists }: FieldPattern) =>
    pointerOf(steps.map((step, depth) => (lists.includes(depth) ? '*' : step)));
  return likeness(a) === likeness(b);
}

function isEntry(document: Json, steps: readonly string[], depth: number): boolean {
  const holder = valueAt(document, pointerOf(steps.slice(0, depth)));
  return Array.isArray(holder) && memberAt(holder, steps[depth] ?? '') !== undefined;
}

function anchorIn(noted: Json): Anchor {
  return noted as unknown as Anchor;
}
