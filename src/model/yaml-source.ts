import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Json } from './json.ts';
import type { Path, Problem } from './problems.ts';
import { shorten } from './shorten.ts';
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
/** A problem is told on a line, whatever the file holds that it quotes. */
const longestMessage = 1000;

/**
 * Reads one YAML 1.2 document. Duplicate keys, several documents, tags, aliases that multiply, nesting over 64 levels
 * and whole numbers that would be rounded are problems, each with its place; nothing is thrown.
 */
export function parseYaml(file: string, text: string): YamlSource {
  const parsed = parse(file, text);
  const { document, at } = parsed;
  const found = [...document.errors, ...document.warnings].slice(0, mostProblems);
  const problems = found.map((e) => at(e.pos[0], yamlSentence(e.code, e.message)));
  const value = problems.length === 0 ? toValue(parsed, problems) : null;
  if (problems.length === 0 && value === null) problems.push({ file, message: 'is empty.' });
  // Hundreds of node trees would be kept for problems that hardly ever come; the few are parsed again.
  let again: ParsedText | undefined;
  const problem = (path: Path, message: string, key?: string) => {
    again ??= parse(file, text);
    return again.at(offsetOf(again.document, path, key), message);
  };
  return { file, value: problems.length === 0 ? value : null, problems: problems.slice(0, mostProblems), problem };
}

interface ParsedText {
  readonly document: Document.Parsed;
  readonly at: (offset: number, message: string) => Problem;
}

function parse(file: string, text: string): ParsedText {
  // `uniqueKeys` compares each key with all others, which takes minutes for a file of 60,000 keys.
  const document = parseDocument(text, {
    schema: 'core',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  let starts: readonly number[] | undefined;
  const at = (offset: number, message: string): Problem => {
    starts ??= lineStarts(text);
    const line = starts.findLastIndex((start) => start <= offset);
    return {
      file,
      line: line + 1,
      column: offset - (starts[line] ?? 0) + 1,
      message: shorten(message, longestMessage),
    };
  };
  return { document, at };
}

/** The parser's own counter misses lines that end inside of what it gives up on. */
function lineStarts(text: string): readonly number[] {
  return [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
}

function toValue({ document, at }: ParsedText, problems: Problem[]): Json {
  const reading: Reading = { at, problems, hasAliases: false };
  const plain = plainValue(document.contents, 0, reading);
  return reading.hasAliases && problems.length === 0 ? withAliases({ document, at }, problems) : plain;
}

interface Reading {
  readonly at: ParsedText['at'];
  readonly problems: Problem[];
  hasAliases: boolean;
}

/** Makes a plain value of nodes in one pass, and tells what is wrong with them. */
function plainValue(node: unknown, depth: number, reading: Reading): Json {
  const { at, problems } = reading;
  if (depth > deepest) problems.push(at(startOf(node), tooDeep));
  else if (isScalar(node)) return plainScalar(node, reading);
  else if (isSeq(node)) return node.items.map((item) => plainValue(item, depth + 1, reading));
  else if (isMap(node)) return plainMap(node, depth, reading);
  else if (isAlias(node)) reading.hasAliases = true;
  return null;
}

function plainMap(map: YAMLMap, depth: number, reading: Reading): Json {
  const entries = new Map<string, Json>();
  for (const { key, value } of map.items) {
    const name = isScalar(key) ? String(key.value) : undefined;
    if (name === undefined) reading.problems.push(reading.at(startOf(key), 'a key must be a plain text.'));
    else if (entries.has(name))
      reading.problems.push(reading.at(startOf(key), `the key '${name}' is there twice; keep one.`));
    else entries.set(name, plainValue(value, depth + 1, reading));
  }
  return Object.fromEntries(entries);
}

function plainScalar(scalar: Scalar, { at, problems }: Reading): Json {
  const { value, source, range } = scalar;
  if (typeof value === 'number' && !Number.isFinite(value))
    problems.push(at(range?.[0] ?? 0, `${source} is no number that a file may hold.`));
  else if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    problems.push(at(range?.[0] ?? 0, `the number ${source} would be rounded; put it in quotes.`));
  return value as Json;
}

const tooDeep = `is nested more than ${deepest} levels deep.`;

function withAliases({ document, at }: ParsedText, problems: Problem[]): Json {
  try {
    const value: unknown = document.toJS({ maxAliasCount: mostAliased });
    if (depthOf(value) > deepest) problems.push(at(0, tooDeep));
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
