import { conceal, secretField, shownSecret } from './conceal.ts';
import { type JsonFrame, type JsonLayout, type JsonLeaf, layoutOf } from './json-leaves.ts';

/** What a text that holds a secret by our rules has in it somewhere; most texts are told by it without being read. */
const words = /secret|password|key[-_. ]?material|plain[-_. ]?text/i;
const wholeNames =
  /(?<=token|passwd|passphrase|private[-_. ]?key|api[-_. ]?key|authorization|assertion|variables)\\*"\s*:/i;
const escapedLetter = /\\u00[4-7]/i;
/** A record inside of a text of a record, such as an event in an envelope of a queue, is looked into as well. */
const mostInside = 3;

/**
 * Conceals what a record of somebody else's holds of secrets, by where they stand: CloudTrail keeps the session token of
 * whoever assumes a role, and an audit log may be told to keep whole Secrets. What begins like JSON and is none cannot
 * be searched, so that a line of it that may hold a secret is left out. Everything else stays letter for letter.
 */
export function withoutSecrets(text: string): string {
  if (!mayHold(text) || !looksLikeJson(text)) return text;
  const whole = concealed(text, mostInside, []);
  if (whole !== undefined) return whole;
  const lines = text.split('\n');
  if (lines.length === 1) return leftOut(text);
  return lines.map((line) => (mayHold(line) ? (concealed(line, mostInside, []) ?? leftOut(line)) : line)).join('\n');
}

/** Answers a text of JSON without its secrets; undefined where it is none, in which nobody can tell what is secret. */
export function readableWithoutSecrets(text: string): string | undefined {
  if (!looksLikeJson(text) || !isJson(text)) return undefined;
  return mayHold(text) ? concealed(text, mostInside, []) : text;
}

/** Adds to `secrets` what it finds, so that whatever else quotes it is concealed too. */
function concealed(text: string, inside: number, secrets: string[]): string | undefined {
  if (!looksLikeJson(text) || !isJson(text)) return undefined;
  const parts: string[] = [];
  let done = 0;
  const layout = layoutOf(text);
  const places = placesOf(text, layout);
  for (const leaf of layout.leaves) {
    const { start, end } = leaf;
    const source = text.slice(start, end);
    const told = isSecretAt(leaf, places, source)
      ? hide(source, secrets)
      : concealedInside(source, inside - 1, secrets);
    if (told === source) continue;
    parts.push(text.slice(done, start), told);
    done = end;
  }
  parts.push(text.slice(done));
  return secrets.length === 0 ? parts.join('') : conceal(parts.join(''), secrets);
}

function hide(source: string, secrets: string[]): string {
  const value: unknown = JSON.parse(source);
  if (typeof value === 'string') {
    secrets.push(value);
    // A value of a Secret is base64 of what is secret.
    const bytes = Buffer.from(value, 'base64');
    if (bytes.length > 0 && bytes.toString('base64') === value) secrets.push(bytes.toString('utf8'));
  }
  return value === '' ? source : JSON.stringify(shownSecret);
}

/** A quoted text that may begin like JSON once it is read. */
const mayBeJson = /^"(?:\s|\\[nrt])*(?:[[{]|\\u00)/;

function concealedInside(source: string, inside: number, secrets: string[]): string {
  if (!mayBeJson.test(source) || !mayHold(source)) return source;
  const value = String(JSON.parse(source));
  if (!looksLikeJson(value)) return source;
  const told = inside === 0 ? undefined : concealed(value, inside, secrets);
  if (told === value) return source;
  // Prose in brackets is no record.
  if (told === undefined && inside > 0 && !/^\s*[[{]\s*["[{]/.test(value)) return source;
  return JSON.stringify(told ?? shownSecret);
}

function isSecretAt({ frame, key }: JsonLeaf, places: ReadonlyMap<JsonFrame, Place>, source: string): boolean {
  const isNumber = /^[-\d]/.test(source);
  if (!isNumber && !source.startsWith('"')) return false;
  const place = places.get(frame);
  if (place === 'value' || (place === 'secret' && holders.has(key))) return true;
  // What is counted by its name (`secretCount`) is no secret.
  if (isNumber) return /pass(word|wd|phrase)$/i.test(key);
  return isNamedSecret(key) || (key === 'value' && isNamedSecret(frame.key));
}

/** Within a Secret, or within its values. */
type Place = 'secret' | 'value';

const kinds = new Set<unknown>(['Secret', 'SecretList']);
const bodies = new Set(['requestObject', 'responseObject']);
/** Where values stand in a Secret; `value` is that of a JSON Patch. */
const holders = new Set(['data', 'stringData', 'value']);

/** Tells the objects that are Secrets: by kind, or, since the body of a patch has none, as bodies of an event about Secrets. */
function placesOf(text: string, { frames, leaves }: JsonLayout): ReadonlyMap<JsonFrame, Place> {
  const secrets = new Set<JsonFrame>();
  const events = new Set<JsonFrame>();
  for (const { frame, key, start, end } of leaves) {
    if (key !== 'kind' && key !== 'resource') continue;
    const value: unknown = JSON.parse(text.slice(start, end));
    if (key === 'kind' && kinds.has(value)) secrets.add(frame);
    if (key === 'resource' && value === 'secrets' && frame.key === 'objectRef' && frame.parent !== undefined)
      events.add(frame.parent);
  }
  const places = new Map<JsonFrame, Place>();
  for (const frame of frames) {
    const { parent, key } = frame;
    const outer = parent === undefined ? undefined : places.get(parent);
    const isVariables = key === 'Variables' || (key === 'variables' && parent?.key === 'environment');
    const isBody = parent !== undefined && events.has(parent) && bodies.has(key);
    if (outer === 'value' || isVariables || (outer === 'secret' && holders.has(key))) places.set(frame, 'value');
    else if (outer === 'secret' || isBody || secrets.has(frame)) places.set(frame, 'secret');
  }
  return places;
}

const names =
  /^(?:(?:(?:access|refresh|id|bearer|auth|authorization|api|service[-_. ]?account|web[-_. ]?identity)[-_. ]?)?token|passwd|passphrase|api[-_. ]?key|authorization|saml[-_. ]?assertion)$|(?:security|session)[-_. ]?token|private[-_. ]?key|key[-_. ]?material|plain[-_. ]?text/i;

function isNamedSecret(name: string): boolean {
  return secretField.test(name) || names.test(name);
}

function mayHold(text: string): boolean {
  return words.test(text) || wholeNames.test(text) || escapedLetter.test(text);
}

function looksLikeJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function leftOut(text: string): string {
  return `<${text.length} characters left out: no JSON, so that what is secret in them cannot be told>`;
}
