import type { Json, JsonObject } from '../../../model/json.ts';

type Step = string | number;

/** Reads what lies at a path of fields and positions; undefined where there is nothing. */
export function at(value: Json | undefined, ...path: readonly Step[]): Json | undefined {
  return path.reduce<Json | undefined>((found, step) => {
    if (isList(found)) return typeof step === 'number' ? found[step] : undefined;
    return isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  }, value);
}

/** Reads an object at a path; empty where there is none. */
export function objectAt(value: Json | undefined, ...path: readonly Step[]): JsonObject {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
}

/** Reads a list at a path; empty where there is none. */
export function listAt(value: Json | undefined, ...path: readonly Step[]): readonly Json[] {
  const found = at(value, ...path);
  return isList(found) ? found : [];
}

export function textAt(value: Json | undefined, ...path: readonly Step[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function numberAt(value: Json | undefined, ...path: readonly Step[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

/** Reads the texts of a list at a path and leaves out the rest. */
export function textsAt(value: Json | undefined, ...path: readonly Step[]): readonly string[] {
  return listAt(value, ...path).filter((entry) => typeof entry === 'string');
}

/** Reads the fields of an object at a path that are texts, such as labels. */
export function textMapAt(value: Json | undefined, ...path: readonly Step[]): Readonly<Record<string, string>> {
  const texts = Object.entries(objectAt(value, ...path)).filter(([, entry]) => typeof entry === 'string');
  return Object.fromEntries(texts) as Record<string, string>;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** Tells whether two values are the same, whatever the order of their fields. */
export function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  if (isList(one)) {
    return isList(other) && one.length === other.length && one.every((entry, index) => sameJson(entry, other[index]));
  }
  if (!isObject(one)) return one === other;
  if (!isObject(other)) return false;
  const fields = Object.keys(one);
  return (
    fields.length === Object.keys(other).length &&
    fields.every((field) => Object.hasOwn(other, field) && sameJson(one[field], other[field]))
  );
}

/** Answers a copy without some fields. */
export function without(object: JsonObject, ...fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));
}

/** Fills fields that are absent; what is there stays, null included. */
export function withDefaults(object: JsonObject, defaults: JsonObject): JsonObject {
  return { ...defaults, ...object };
}
