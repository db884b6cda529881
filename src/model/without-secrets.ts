import { conceal, shownSecret } from './conceal.ts';
import { type JsonFrame, type JsonLayout, type JsonLeaf, layoutOf } from './json-leaves.ts';
import {
  concealInText,
  flagName,
  isAboutSecret,
  isNamedSecret,
  isNamedSecretObject,
  isSecretValue,
  mayHoldSecret,
} from './secret-rules.ts';

/** A record inside of a text of a record, such as an event in an envelope of a queue, is looked into as well. */
const mostInside = 3;

/**
 * Conceals what a record of somebody else's holds of secrets, by where they stand: CloudTrail keeps the session token of
 * whoever assumes a role, and an audit log may be told to keep whole Secrets. What begins like JSON and is none cannot
 * be searched, so that a line of it that may hold a secret is left out. Everything else stays letter for letter.
 */
export function withoutSecrets(text: string): string {
  if (!mayHoldSecret(text)) return text;
  if (!looksLikeJson(text)) return concealInText(text);
  const whole = concealed(text, mostInside, []);
  if (whole !== undefined) return whole;
  const lines = text.split('\n');
  if (lines.length === 1) return leftOut(text);
  return lines
    .map((line) => (mayHoldSecret(line) ? (concealed(line, mostInside, []) ?? leftOut(line)) : line))
    .join('\n');
}

/** Answers a text of JSON without its secrets; undefined where it is none, in which nobody can tell what is secret. */
export function readableWithoutSecrets(text: string): string | undefined {
  if (!looksLikeJson(text) || !isJson(text)) return undefined;
  return mayHoldSecret(text) ? concealed(text, mostInside, []) : text;
}

/** Adds to `secrets` what it finds, so that whatever else quotes it is concealed too. */
function concealed(text: string, inside: number, secrets: string[]): string | undefined {
  if (!looksLikeJson(text) || !isJson(text)) return undefined;
  const parts: string[] = [];
  let done = 0;
  const layout = layoutOf(text);
  const places = placesOf(text, layout);
  let flagged: JsonFrame | undefined;
  for (const leaf of layout.leaves) {
    const { start, end } = leaf;
    const source = text.slice(start, end);
    const isArgument = leaf.frame === flagged && !source.startsWith('"-');
    flagged = isFlag(source) ? leaf.frame : undefined;
    const told =
      isArgument || isSecretAt(leaf, places, source)
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

/** Of a text that may be a record itself, or have a secret in the midst of it. */
function concealedInside(source: string, inside: number, secrets: string[]): string {
  if (!source.startsWith('"') || !mayHoldSecret(source)) return source;
  const value = String(JSON.parse(source));
  const told = toldInside(value, inside, secrets);
  return told === value ? source : JSON.stringify(told);
}

function toldInside(value: string, inside: number, secrets: string[]): string {
  if (!looksLikeJson(value)) return concealInText(value);
  const told = inside === 0 ? undefined : concealed(value, inside, secrets);
  // Prose in brackets is no record.
  const isProse = inside > 0 && !/^\s*[[{]\s*["[{]/.test(value);
  return told ?? (isProse ? concealInText(value) : shownSecret);
}

function isSecretAt({ frame, key }: JsonLeaf, { places, paired }: Places, source: string): boolean {
  const isNumber = /^[-\d]/.test(source);
  if (!isNumber && !source.startsWith('"')) return false;
  const place = places.get(frame);
  if (place === 'value' || (place === 'secret' && holders.has(key))) return true;
  if (paired.has(frame) && /^value$/i.test(key)) return true;
  if (place === 'named' && !isNumber && !isAboutSecret(key)) return true;
  return isNumber ? isSecretValue(key, source) : isNamedSecret(key);
}

/** Says whether the value of a flag comes next in a list of arguments, such as `["--password", "…"]`. */
function isFlag(source: string): boolean {
  const name = source.startsWith('"-') ? flagName(String(JSON.parse(source))) : undefined;
  return name !== undefined && isSecretValue(name, '');
}

/** Within a Secret, within its values, or within an object under the name of a secret. */
type Place = 'secret' | 'value' | 'named';

interface Places {
  readonly places: ReadonlyMap<JsonFrame, Place>;
  /** Objects that name a secret, and hold its value beside: a variable, a header, a parameter, a tag. */
  readonly paired: ReadonlySet<JsonFrame>;
}

const kinds = new Set<unknown>(['Secret', 'SecretList']);
const bodies = new Set(['requestObject', 'responseObject']);
/** Where values stand in a Secret; `value` is that of a JSON Patch. */
const holders = new Set(['data', 'stringData', 'binaryData', 'value']);
const pairNames = new Set(['name', 'Name', 'key', 'Key']);

/** Tells the objects that are Secrets: by kind, or, since the body of a patch has none, as bodies of an event about Secrets. */
function placesOf(text: string, { frames, leaves }: JsonLayout): Places {
  const secrets = new Set<JsonFrame>();
  const events = new Set<JsonFrame>();
  const paired = new Set<JsonFrame>();
  for (const { frame, key, start, end } of leaves) {
    const isPairName = pairNames.has(key);
    if (key !== 'kind' && key !== 'resource' && !isPairName) continue;
    const value: unknown = JSON.parse(text.slice(start, end));
    if (isPairName && typeof value === 'string' && isNamedSecret(value)) paired.add(frame);
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
    else if (outer === 'named' || isNamedSecretObject(key)) places.set(frame, 'named');
  }
  return { places, paired };
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
