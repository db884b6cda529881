import type { Json } from '../model/json.ts';

/** What became of a text: its JSON value, or why it is none. */
export type ParsedJson = { readonly value: Json } | { readonly problem: string };

/** Deeper nesting is refused: no tool's alerts come near it, and whoever walks a value may then recurse. */
export const maxDepth = 128;

/**
 * Parses JSON text so that no integer is ever rounded: integers beyond 2^53 become strings with exactly their digits.
 * `__proto__` stays a key like any other. A text without a run of 16 digits goes through plain `JSON.parse`;
 * one where every long number follows a key is requoted first; only what is left takes the slow reviver.
 */
export function parseJson(text: string): ParsedJson {
  if (deeperThan(text, maxDepth)) return { problem: `nested deeper than ${maxDepth} levels` };
  try {
    const requoted = requoteLongIntegers(text);
    return { value: requoted === undefined ? JSON.parse(text, exactIntegers) : JSON.parse(requoted) };
  } catch (error) {
    return { problem: error instanceof Error ? `not JSON: ${error.message}` : 'not JSON' };
  }
}

/** Decodes bytes as UTF-8 without byte order mark; bytes that are no UTF-8 become U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

const utf8 = new TextDecoder();

/** JSON.parse's reviver gets the source text of primitive values: https://github.com/tc39/proposal-json-parse-with-source */
function exactIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? source : value;
}

/**
 * Puts integers beyond 2^53 that follow a key into quotes, or answers undefined where a run of digits cannot be placed
 * without reading the whole text.
 */
function requoteLongIntegers(text: string): string | undefined {
  let requoted = '';
  let copied = 0;
  // A run of 16 digits covers at least one of every 16 places.
  for (let at = runLength - 1; at < text.length; at += runLength) {
    if (!isDigit(text.charCodeAt(at))) continue;
    // Such a run reaches eight places to one side at least; most digits stand in shorter ones.
    if (!isDigit(text.charCodeAt(at - runLength / 2)) && !isDigit(text.charCodeAt(at + runLength / 2))) continue;
    let first = at;
    while (first > copied && isDigit(text.charCodeAt(first - 1))) first--;
    while (isDigit(text.charCodeAt(at + 1))) at++;
    const end = at + 1;
    if (end - first < runLength) continue;
    const start = text.charCodeAt(first - 1) === minus ? first - 1 : first;
    if (!mayStartValue(text, start)) continue;
    if (!followsKey(text, start)) return undefined;
    const next = text.charCodeAt(end);
    const whole = next === comma || next === closeBrace || isSpace(next);
    if (!whole || text.charCodeAt(first) === zero) continue;
    if (end - first === runLength && Number.isSafeInteger(Number(text.slice(first, end)))) continue;
    requoted += `${text.slice(copied, start)}"${text.slice(start, end)}"`;
    copied = end;
  }
  return copied === 0 ? text : requoted + text.slice(copied);
}

const runLength = 16;

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

const tab = 0x09;
const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;

function isSpace(code: number): boolean {
  return code === space || code === newline || code === carriageReturn || code === tab;
}

/** False where the digits must be part of a string, fraction or exponent: no JSON value starts behind such a character. */
function mayStartValue(text: string, start: number): boolean {
  if (start === 0) return true;
  const before = text.charCodeAt(start - 1);
  return before === colon || before === comma || before === openBracket || isSpace(before);
}

/**
 * True where `start` is surely the value of a key. A quote that follows neither a backslash nor anything that may
 * stand before an opening quote closes a string, so what follows its colon is no part of a string.
 */
function followsKey(text: string, start: number): boolean {
  let at = start - 1;
  while (isSpace(text.charCodeAt(at))) at--;
  if (text.charCodeAt(at) !== colon || text.charCodeAt(at - 1) !== quote) return false;
  const before = text.charCodeAt(at - 2);
  return !(
    before === backslash ||
    before === colon ||
    before === comma ||
    before === openBracket ||
    before === openBrace ||
    isSpace(before)
  );
}

/** Counts openers first, since few texts hold more of them than the limit; only those are walked. */
function deeperThan(text: string, limit: number): boolean {
  return openers(text, limit) > limit && walkedDepth(text, limit) > limit;
}

function openers(text: string, enough: number): number {
  let count = 0;
  for (const opener of ['{', '['])
    for (let at = text.indexOf(opener); at !== -1 && count <= enough; at = text.indexOf(opener, at + 1)) count++;
  return count;
}

function walkedDepth(text: string, enough: number): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length && deepest <= enough; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at);
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}

function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return quote;
  }
  return text.length;
}
