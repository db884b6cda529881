import type { Json, JsonObject } from '../../model/json.ts';

/** Follows a JSON Pointer (RFC 6901); undefined where nothing is there. */
export function valueAt(document: Json, pointer: string): Json | undefined {
  let here: Json | undefined = document;
  for (const step of stepsOf(pointer)) {
    if (here === null || typeof here !== 'object') return undefined;
    if (Array.isArray(here)) here = /^(0|[1-9]\d*)$/.test(step) ? (here as readonly Json[])[Number(step)] : undefined;
    else here = Object.hasOwn(here, step) ? (here as JsonObject)[step] : undefined;
  }
  return here;
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
