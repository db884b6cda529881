import type { Json } from '../../../model/json.ts';
import { isList, isObject, sameJson } from '../objects/json.ts';
import { badRequest, patchRefused } from '../objects/status.ts';

/**
 * Applies a JSON Patch (RFC 6902), all of it or nothing.
 * @throws StatusError 400 when it is no JSON Patch, 422 when it cannot be applied or a `test` fails
 */
export function applyJsonPatch(document: Json, patch: Json): Json {
  if (!isList(patch)) throw badRequest('error decoding patch: a JSON Patch must be a list of operations');
  return patch.map(readOperation).reduce<Json>(applyOperation, document);
}

type Operation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: readonly string[]; readonly value: Json }
  | { readonly op: 'remove'; readonly path: readonly string[] }
  | { readonly op: 'move' | 'copy'; readonly path: readonly string[]; readonly from: readonly string[] };

function readOperation(entry: Json): Operation {
  if (!isObject(entry)) throw badRequest('error decoding patch: an operation must be an object');
  const path = steps(entry['path']);
  switch (entry['op']) {
    case 'add':
    case 'replace':
    case 'test':
      return { op: entry['op'], path, value: entry['value'] ?? null };
    case 'remove':
      return { op: 'remove', path };
    case 'move':
    case 'copy':
      return { op: entry['op'], path, from: steps(entry['from']) };
    default:
      throw badRequest(`error decoding patch: unexpected operation ${JSON.stringify(entry['op'] ?? null)}`);
  }
}

function steps(pointer: Json | undefined): readonly string[] {
  if (pointer === '') return [];
  if (typeof pointer !== 'string' || !pointer.startsWith('/')) {
    throw badRequest(`error decoding patch: ${JSON.stringify(pointer ?? null)} is no JSON Pointer`);
  }
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function applyOperation(document: Json, operation: Operation): Json {
  switch (operation.op) {
    case 'add':
      return write(document, operation.path, operation.value, 'add');
    case 'replace':
      return write(document, operation.path, operation.value, 'replace');
    case 'remove':
      return write(document, operation.path, undefined, 'remove');
    case 'test': {
      const found = read(document, operation.path);
      if (found === undefined ? operation.value !== null : !sameJson(found, operation.value)) throw patchRefused();
      return document;
    }
    case 'copy':
      return write(document, operation.path, readExisting(document, operation.from), 'add');
    case 'move': {
      const moved = readExisting(document, operation.from);
      return write(write(document, operation.from, undefined, 'remove'), operation.path, moved, 'add');
    }
  }
}

function readExisting(document: Json, path: readonly string[]): Json {
  const found = read(document, path);
  if (found === undefined) throw patchRefused();
  return found;
}

function read(document: Json, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((found, step) => {
    if (isList(found)) return found[position(step, found.length - 1)];
    return isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  }, document);
}

function write(
  document: Json,
  [step, ...rest]: readonly string[],
  value: Json | undefined,
  how: 'add' | 'replace' | 'remove',
): Json {
  if (step === undefined) {
    if (value === undefined) throw patchRefused();
    return value;
  }
  if (isList(document)) {
    if (rest.length > 0) {
      const index = position(step, document.length - 1);
      return document.with(index, write(document[index] ?? null, rest, value, how));
    }
    if (how === 'add') {
      const index = step === '-' ? document.length : position(step, document.length);
      return document.toSpliced(index, 0, value ?? null);
    }
    const index = position(step, document.length - 1);
    return how === 'remove' ? document.toSpliced(index, 1) : document.with(index, value ?? null);
  }
  if (!isObject(document)) throw patchRefused();
  const present = Object.hasOwn(document, step);
  if (!present && (rest.length > 0 || how !== 'add')) throw patchRefused();
  if (rest.length > 0) return { ...document, [step]: write(document[step] ?? null, rest, value, how) };
  if (how === 'remove') return Object.fromEntries(Object.entries(document).filter(([field]) => field !== step));
  return { ...document, [step]: value ?? null };
}

function position(step: string, last: number): number {
  const index = /^(?:0|[1-9]\d*)$/.test(step) ? Number(step) : -1;
  if (index < 0 || index > last) throw patchRefused();
  return index;
}
