import type { Json } from './json.ts';

/** Writes a JSON value with its keys in order, so that equal values are equal texts. */
export function canonicalText(value: Json): string {
  return JSON.stringify(ordered(value));
}

export function sameJson(a: Json, b: Json): boolean {
  return canonicalText(a) === canonicalText(b);
}

function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, ordered(field)]));
}
