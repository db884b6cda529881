import type { Json, JsonObject } from '../model/json.ts';

/** Gives the value as an object, or nothing where it is anything else. */
export function objectOf(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !isList(value) ? value : undefined;
}

/** Gives the value as a list, or nothing. */
export function listOf(value: Json | undefined): readonly Json[] | undefined {
  return isList(value) ? value : undefined;
}

/** Gives a non-empty string, or nothing. */
export function stringOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Gives a string or number as text (ids come as either), or nothing. */
export function wordOf(value: Json | undefined): string | undefined {
  return typeof value === 'number' ? String(value) : stringOf(value);
}

/** Gives a finite number, also where a source writes it as a string; nothing where it is neither. */
export function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Gives a whole number from 0 to 2^53, or nothing. */
export function countOf(value: Json | undefined): number | undefined {
  const number = numberOf(value);
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** Gives the member of an object, and nothing where the value has none or is none. */
export function memberOf(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current = value;
  for (const key of path) {
    const holder = objectOf(current);
    if (holder === undefined || !Object.hasOwn(holder, key)) return undefined;
    current = holder[key];
  }
  return current;
}

/** Leaves out what is undefined; answers undefined where nothing is left. */
export function defined<T extends object>(fields: T): Defined<T> | undefined {
  let kept: Record<string, unknown> | undefined;
  // Literals have no inherited members; Object.entries would cost a list for each.
  for (const key in fields) {
    const value: unknown = fields[key];
    if (value === undefined) continue;
    kept ??= {};
    kept[key] = value;
  }
  return kept as Defined<T> | undefined;
}

export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** MITRE ATT&CK technique ids among tags such as `T1059`, `attack.t1059.004`, `mitre_T1059`; each once, in upper case. */
export function techniquesIn(tags: readonly Json[] | undefined): string[] {
  const found: string[] = [];
  for (const tag of tags ?? []) {
    if (typeof tag !== 'string' || tag.length < 5 || tag.length > 200) continue;
    const id = techniqueIn(tag);
    if (id !== null && !found.includes(id)) found.push(id);
  }
  return found;
}

const techniqueForm = /(?:^|[^a-z0-9])(t\d{4}(?:\.\d{3})?)(?!\d)/i;
/** A tool's rules have few tags, which come with every alert; null where one holds no technique. */
const techniques = new Map<string, string | null>();
const mostTags = 1000;

function techniqueIn(tag: string): string | null {
  const known = techniques.get(tag);
  if (known !== undefined) return known;
  const id = techniqueForm.exec(tag)?.[1]?.toUpperCase() ?? null;
  if (techniques.size >= mostTags) techniques.clear();
  techniques.set(tag, id);
  return id;
}

/** Says whether a text is an ARN. */
export function isArn(text: string | undefined): text is `arn:${string}` {
  return text?.startsWith('arn:') === true;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
