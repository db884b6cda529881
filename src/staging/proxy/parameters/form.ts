import type { ServiceIndex, Shape } from '../models/service-index.ts';
import { isTree, recordName, scalar, type Tree } from './names.ts';

/**
 * Reads the form of a query service (IAM, STS, Auto Scaling) as its input shape says: lists travel as
 * `Tags.member.1.Key`, maps as `entry.1.key`.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function formParameters(body: string, service: ServiceIndex, input: string | undefined): Tree {
  const shape = input === undefined ? undefined : service.shapes[input];
  const read = structure(formTree(body), shape, service);
  return isTree(read) ? read : {};
}

/** Splits `A.member.1.B=x` into nested objects; Action and Version are no parameters. */
export function formTree(body: string): Tree {
  const root: Tree = {};
  for (const [path, value] of new URLSearchParams(body)) {
    if (path === 'Action' || path === 'Version') continue;
    const parts = path.split('.');
    let at = root;
    for (const part of parts.slice(0, -1)) {
      const next = Object.hasOwn(at, part) ? at[part] : undefined;
      const inside: Tree = isTree(next) ? next : {};
      at[part] = inside;
      at = inside;
    }
    at[parts.at(-1) ?? ''] = value;
  }
  return root;
}

function structure(tree: Tree, shape: Shape | undefined, service: ServiceIndex): unknown {
  const read: Tree = {};
  for (const [name, member] of Object.entries(shape?.members ?? {})) {
    const value = tree[member.locationName ?? name];
    if (value !== undefined) read[recordName(name)] = readValue(value, service.shapes[member.shape], service);
  }
  return read;
}

function readValue(value: unknown, shape: Shape | undefined, service: ServiceIndex): unknown {
  if (shape?.type === 'list') return list(value, shape, service);
  if (shape?.type === 'map') return map(value);
  if (isTree(value)) return shape?.type === 'structure' ? structure(value, shape, service) : value;
  return scalar(shape?.type, String(value));
}

function list(value: unknown, shape: Shape, service: ServiceIndex): readonly unknown[] {
  if (!isTree(value)) return [];
  const inner = shape.flattened === true ? value : value[shape.member?.locationName ?? 'member'];
  const item = shape.member === undefined ? undefined : service.shapes[shape.member.shape];
  return inOrder(inner).map((entry) => readValue(entry, item, service));
}

function map(value: unknown): Tree {
  const entries = isTree(value) ? inOrder(value['entry'] ?? value) : [];
  return Object.fromEntries(
    entries.filter(isTree).map((entry) => [String(entry['key'] ?? entry['Name']), entry['value']]),
  );
}

/** Lists what stands under `1`, `2`, …, in that order. */
export function inOrder(value: unknown): readonly unknown[] {
  if (!isTree(value)) return [];
  return Object.entries(value)
    .filter(([index]) => /^\d+$/.test(index))
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, entry]) => entry);
}
