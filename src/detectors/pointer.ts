import type { Json } from '../model/json.ts';

/** A JSON Pointer of RFC 6901, parsed once. */
export type Pointer = readonly string[];

/** Parses a JSON Pointer: `` is the whole value, `/a/0` a member and an item, `~1` a slash, `~0` a tilde. Undefined where it is none. */
export function parsePointer(text: string): Pointer | undefined {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Gives what a pointer leads to; own members only, so that `__proto__` and `constructor` lead nowhere. */
export function resolvePointer(value: Json, pointer: Pointer): Json | undefined {
  let current: Json = value;
  for (const part of pointer) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    if (Array.isArray(current) && !/^(0|[1-9]\d*)$/.test(part)) return undefined;
    const next: Json | undefined = (current as { readonly [key: string]: Json })[part];
    if (next === undefined) return undefined;
    current = next;
  }
  return current;
}
