import type { Json, JsonObject } from '../../model/json.ts';

/** Follows a JSON Pointer (RFC 6901); undefined where nothing is there. */
export function valueAt(document: Json, pointer: string): Json | undefined {
  let here: Json | undefined = document;
  for (const step of stepsOf(pointer)) here = memberAt(here, step);
  return here;
}

/** Answers the member of an object or list that one step leads to. */
export function memberAt(holder: Json | undefined, step: string): Json | undefined {
  if (holder === null || typeof holder !== 'object') return undefined;
  if (Array.isArray(holder)) return /^(0|[1-9]\d*)$/.test(step) ? (holder as readonly Json[])[Number(step)] : undefined;
  return Object.hasOwn(holder, step) ? (holder as JsonObject)[step] : undefined;
}

/** Answers a copy without what a pointer leads to. */
export function without(document: Json, pointer: string): Json {
  const [first, ...rest] = stepsOf(pointer);
  if (first === undefined) return null;
  const inner = (value: Json) => without(value, rest.map((step) => `/${escaped(step)}`).join(''));
  if (Array.isArray(document)) {
    const list = document as readonly Json[];
    return rest.length === 0
      ? list.filter((_, index) => String(index) !== first)
      : list.map((value, index) => (String(index) === first ? inner(value) : value));
  }
  if (document === null || typeof document !== 'object' || !Object.hasOwn(document, first)) return document;
  const { [first]: value, ...others } = document as JsonObject;
  return rest.length === 0 || value === undefined ? others : { ...others, [first]: inner(value) };
}

export function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function escaped(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
