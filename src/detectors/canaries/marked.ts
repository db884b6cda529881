import type { Json } from '../../model/json.ts';

/** Puts the marker in place of every `${marker}` in the texts of a value; keys stay. */
export function withMarker(value: Json, marker: string): Json {
  if (typeof value === 'string') return value.replaceAll(placeholder, marker);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one: Json) => withMarker(one, marker));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withMarker(one, marker)]));
}

const placeholder = `\${marker}`;
