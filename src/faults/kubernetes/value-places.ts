import { sameJson } from '../../model/canonical.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { memberAt, pointerOf } from './json-pointer.ts';
import { asList, digestOf } from './objects.ts';

/** A field in entries of lists: the steps to it in one of them, and which of the steps are entries, of which any counts. */
export interface FieldPattern {
  readonly steps: readonly string[];
  /** Depths, from 0. */
  readonly lists: readonly number[];
}

export interface ValuePlace {
  /** JSON Pointer. */
  readonly path: string;
  /** Undefined where what would hold the field does not. */
  readonly value: Json | undefined;
  /** What tells the entry: its names and those of what it is in, or all of it. */
  readonly entry: string;
  /** The innermost entry that it is in. */
  readonly whole: Json;
}

/** Lists that run the same in one pod. */
const containers: readonly string[] = ['containers', 'initContainers', 'ephemeralContainers'];

/** Finds a field in all entries that have it or could have it; a container is one wherever in a pod it stands. */
export function placesLike(document: Json, pattern: FieldPattern): readonly ValuePlace[] {
  return placesIn(document, pattern, { steps: [], entry: '', whole: document });
}

interface Way extends Pick<ValuePlace, 'entry' | 'whole'> {
  readonly steps: readonly string[];
}

function placesIn(holder: Json | undefined, pattern: FieldPattern, way: Way): readonly ValuePlace[] {
  const depth = way.steps.length;
  const step = pattern.steps[depth];
  if (step === undefined) return [{ path: pointerOf(way.steps), value: holder, entry: way.entry, whole: way.whole }];
  if (holder === undefined || holder === null || typeof holder !== 'object') return [];
  const isOfContainers = containers.includes(step) && pattern.lists.includes(depth + 1);
  const likes = isOfContainers ? containers : [step];
  const keys = pattern.lists.includes(depth) ? [...asList(holder).keys()].map(String) : likes;
  return keys.flatMap((key) => {
    const member = memberAt(holder, key);
    const steps = [...way.steps, key];
    if (!pattern.lists.includes(depth)) return placesIn(member, pattern, { ...way, steps });
    const whole = member ?? null;
    return placesIn(member, pattern, { steps, entry: `${way.entry}/${identity(whole, pattern, depth)}`, whole });
  });
}

function identity(entry: Json, { steps, lists }: FieldPattern, depth: number): string {
  const name = memberAt(entry, 'name');
  if (typeof name === 'string' && steps[depth + 1] !== 'name') return name;
  return depth === lists.at(-1) ? digestOf(entry) : '';
}

/** Tells nothing from null. */
export function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameJson(a, b);
}

/** Says whether a value is ours, or has in it all that ours brought over the old one. */
export function bears(value: Json | undefined, ours: Json | undefined, old: Json | undefined): boolean {
  if (sameValue(value, ours)) return true;
  if (Array.isArray(ours)) {
    const brought = (ours as readonly Json[]).filter((item) => !includes(old, item));
    return brought.length > 0 && brought.every((item) => includes(value, item));
  }
  if (!isObject(ours) || !isObject(value)) return false;
  const was = isObject(old) ? old : {};
  const changed = Object.keys({ ...was, ...ours }).filter((key) => !sameValue(memberAt(ours, key), memberAt(was, key)));
  return (
    changed.length > 0 && changed.every((key) => bears(memberAt(value, key), memberAt(ours, key), memberAt(was, key)))
  );
}

/** Says whether a value has all of another in it, as one that only grew. */
export function contains(value: Json | undefined, part: Json | undefined): boolean {
  if (sameValue(value, part)) return true;
  if (Array.isArray(part)) {
    const items = asList(value);
    return Array.isArray(value) && (part as readonly Json[]).every((one) => items.some((item) => contains(item, one)));
  }
  return isObject(part) && isObject(value) && lackingIn(value, part) === 0;
}

/** Counts the members that a value lacks of another, or does not have all of. */
export function lackingIn(value: Json, part: Json): number {
  if (!isObject(part)) return 0;
  return Object.keys(part).filter((key) => !contains(memberAt(value, key), memberAt(part, key))).length;
}

function includes(list: Json | undefined, item: Json): boolean {
  return asList(list).some((one) => sameJson(one, item));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
