import type { Json, JsonObject } from '../model/json.ts';

/** What the placeholders of a generic fault stand for. */
export interface Filling {
  readonly marker: string;
  /** The state that was read before; undefined where it is not known yet. */
  readonly before?: Json;
  /** Ids that the service picked, as acknowledged. */
  readonly ids?: Readonly<Record<string, string>>;
  /** The ETag of the last read. */
  readonly etag?: string | undefined;
}

/** Replaces `${marker}`, `${etag}`, `${before}` (a text as it is, else as JSON) and `${id.<name>}` in a text. */
export function fillText(text: string, { marker, before, ids, etag }: Filling): string {
  return text.replaceAll(/\$\{(marker|etag|before|id\.(\w+))\}/g, (whole, name: string, id: string | undefined) => {
    if (name === 'marker') return marker;
    if (name === 'etag') return etag ?? whole;
    if (name === 'before')
      return before === undefined ? whole : typeof before === 'string' ? before : JSON.stringify(before);
    return ids?.[id ?? ''] ?? whole;
  });
}

/** Replaces placeholders in every string of a value, and `{"$before": "/pointer"}` by the value that was read before. */
export function fillJson(value: Json, filling: Filling): Json {
  if (typeof value === 'string') return fillText(value, filling);
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => fillJson(item, filling));
  if (value === null || typeof value !== 'object') return value;
  const object = value as JsonObject;
  if (typeof object['$before'] === 'string') return valueAt(filling.before ?? null, object['$before']);
  return Object.fromEntries(Object.entries(object).map(([name, item]) => [name, fillJson(item, filling)]));
}

/** Says whether a value asks for an id that only the acknowledgement can tell. */
export function idsAskedFor(value: Json): readonly string[] {
  const names = [...JSON.stringify(value).matchAll(/\$\{id\.(\w+)\}/g)].map((match) => match[1] ?? '');
  return [...new Set(names)];
}

/** Follows a JSON Pointer (RFC 6901); what is not there is null. */
export function valueAt(value: Json, pointer: string): Json {
  let here: Json | undefined = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (here === null || typeof here !== 'object') return null;
    here = Array.isArray(here) ? here[Number(key)] : (here as JsonObject)[key];
    if (here === undefined) return null;
  }
  return here;
}

/** Reads a text as JSON where it is JSON, else as the text that it is. */
export function readValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return text.trim();
    throw error;
  }
}
