import type { ServiceIndex, Shape } from '../models/service-index.ts';
import { isTree, recordName, type Tree } from './names.ts';

/** Reads the body of a JSON service; keys of structures get records' spelling, keys of maps stay as they are. */
export function jsonParameters(body: string, service: ServiceIndex, input: string | undefined): Tree {
  const parsed = parseJson(body);
  return isTree(parsed) ? structure(parsed, input === undefined ? undefined : service.shapes[input], service) : {};
}

/** Answers undefined for what is no JSON, such as a body that was too large to keep. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Gives every key of an answer records' spelling. */
export function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [recordName(key), lowered(inner)]));
}

function structure(tree: Tree, shape: Shape | undefined, service: ServiceIndex): Tree {
  const members = new Map<string, string>();
  for (const [name, member] of Object.entries(shape?.members ?? {})) {
    members.set(member.locationName ?? name, member.shape);
  }
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => {
      const inner = members.get(key);
      return [recordName(key), readValue(value, inner === undefined ? undefined : service.shapes[inner], service)];
    }),
  );
}

function readValue(value: unknown, shape: Shape | undefined, service: ServiceIndex): unknown {
  if (Array.isArray(value)) {
    const item = shape?.member === undefined ? undefined : service.shapes[shape.member.shape];
    return value.map((entry) => readValue(entry, item, service));
  }
  if (!isTree(value)) return value;
  if (shape?.type !== 'map') return structure(value, shape, service);
  const item = shape.value === undefined ? undefined : service.shapes[shape.value.shape];
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, readValue(entry, item, service)]));
}
