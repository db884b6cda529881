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

function without(document: Json, pointer: string): Json {
  const [first, ...rest] = stepsOf(pointer);
  if (first === undefined) return null;
  const inner = (value: Json) => without(value, pointerOf(rest));
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

/** Answers a copy without what any of several pointers leads to; the last entries of a list go first, as they move others. */
export function withoutAll(document: Json, pointers: readonly string[]): Json {
  const lastFirst = pointers.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return lastFirst.reduce(without, document);
}

/** Answers a copy in which the steps lead to a value, or to nothing. */
export function withValue(document: Json, steps: readonly string[], value: Json | undefined): Json {
  const [first, ...rest] = steps;
  if (first === undefined) return value ?? null;
  if (rest.length === 0 && value === undefined) return without(document, pointerOf(steps));
  const inner = withValue(memberAt(document, first) ?? null, rest, value);
  if (Array.isArray(document)) {
    return (document as readonly Json[]).map((one, index) => (String(index) === first ? inner : one));
  }
  if (document === null || typeof document !== 'object') return document;
  return { ...(document as JsonObject), [first]: inner };
}

export function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function pointerOf(steps: readonly string[]): string {
  return steps.map((step) => `/${escaped(step)}`).join('');
}

function escaped(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
