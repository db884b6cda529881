import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import type { Json } from './json.ts';
import type { Path, Problem } from './problems.ts';
import { yamlSentence } from './yaml-sentences.ts';

/** A YAML file as a plain value, which still knows where each part of it stands. */
export interface YamlSource {
  readonly file: string;
  /** Null where the file could not be read as a value; then there are problems. */
  readonly value: Json;
  readonly problems: readonly Problem[];
  /** Makes a problem at the value (or, with `key`, at the key inside it); what is absent stands where its parent does. */
  readonly problem: (path: Path, message: string, key?: string) => Problem;
}

const deepest = 64;
const mostAliased = 100;
/** A file with more is broken in one way, not in many. */
const mostProblems = 20;

/**
 * Reads one YAML 1.2 document. Duplicate keys, several documents, tags, aliases that multiply, nesting over 64 levels
 * and whole numbers that would be rounded are problems, each with its place; nothing is thrown.
 */
export function parseYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  // `uniqueKeys` compares each key with all others, which takes minutes for a file of 60,000 keys.
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'core',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const at = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), message };
  };
  const found = [...document.errors, ...document.warnings].slice(0, mostProblems);
  const problems = found.map((e) => at(e.pos[0], yamlSentence(e.code, e.message)));
  if (problems.length === 0) problems.push(...findBadNodes(document, at).slice(0, mostProblems));
  const value = problems.length === 0 ? toValue(document, at, problems) : null;
  if (problems.length === 0 && value === null) problems.push({ file, message: 'is empty.' });
  const problem = (path: Path, message: string, key?: string) => at(offsetOf(document, path, key), message);
  return { file, value: problems.length === 0 ? value : null, problems, problem };
}

type At = (offset: number, message: string) => Problem;

function findBadNodes(document: Document.Parsed, at: At): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<string>();
      for (const pair of map.items) {
        const offset = startOf(pair.key);
        if (!isScalar(pair.key)) {
          problems.push(at(offset, 'a key must be a plain text.'));
          continue;
        }
        const key = String(pair.key.value);
        if (seen.has(key)) problems.push(at(offset, `the key '${key}' is there twice; keep one.`));
        seen.add(key);
      }
    },
    Scalar: (_, { value, source, range }) => {
      if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
        problems.push(at(range?.[0] ?? 0, `the number ${source} would be rounded; put it in quotes.`));
      if (typeof value === 'number' && !Number.isFinite(value))
        problems.push(at(range?.[0] ?? 0, `${source} is no number that a file may hold.`));
    },
  });
  return problems;
}

function toValue(document: Document.Parsed, at: At, problems: Problem[]): Json {
  try {
    const value: unknown = document.toJS({ maxAliasCount: mostAliased });
    if (depthOf(value) > deepest) problems.push(at(0, `is nested more than ${deepest} levels deep.`));
    return value as Json;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const missing = /^Unresolved alias.*: (.*)$/.exec(error.message)?.[1];
    const sentence =
      missing === undefined
        ? `aliases (*name) multiply to more than ${mostAliased} values; write the values out.`
        : `the alias has no anchor (&name) before it: ${missing}.`;
    problems.push(at(firstAlias(document, missing), sentence));
    return null;
  }
}

/** Counts levels; a value that holds itself, by an alias inside its own anchor, has no end. */
function depthOf(value: unknown, above: Set<unknown> = new Set()): number {
  if (typeof value !== 'object' || value === null) return above.size;
  if (above.has(value) || above.size > deepest) return Number.POSITIVE_INFINITY;
  above.add(value);
  let depth = above.size;
  for (const inner of Object.values(value)) depth = Math.max(depth, depthOf(inner, above));
  above.delete(value);
  return depth;
}

/** Finds the first alias, or the first of a name. */
function firstAlias(document: Document.Parsed, name: string | undefined): number {
  let offset = 0;
  visit(document, {
    Alias: (_, alias) => {
      if (name !== undefined && alias.source !== name) return undefined;
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** Finds where the value at a path begins, or the closest of its parents that is there. */
function offsetOf(document: Document.Parsed, path: Path, key: string | undefined): number {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const part of path) {
    const next = partOf(followed(node, document), part);
    if (next === undefined) return offset;
    node = next.value ?? next.key;
    offset = startOf(node) || startOf(next.key) || offset;
  }
  if (key === undefined) return offset;
  const pair = partOf(followed(node, document), key);
  return pair === undefined ? offset : startOf(pair.key);
}

function followed(node: unknown, document: Document.Parsed): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function partOf(node: unknown, part: string | number): Pick<Pair, 'key' | 'value'> | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(part)];
    return item === undefined ? undefined : { key: item, value: item };
  }
  if (!isMap(node)) return undefined;
  return node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
}

function startOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}
