import { canonicalText, sameJson } from '../../model/canonical.ts';
import type { Json } from '../../model/json.ts';
import { pointerOf, withoutAll, withValue } from './json-pointer.ts';
import { asObject } from './objects.ts';
import { type FieldPattern, lackingIn, placesLike, sameValue } from './value-places.ts';

/** One of several fields that change together, in an entry of a list. */
export interface EntryChange {
  /** Of the entry, when captured. */
  readonly index: number;
  /** Of the field in the entry; no steps where the entry itself changes. */
  readonly inner: FieldPattern;
  readonly old: Json | undefined;
  readonly ours: Json | undefined;
}

/** How many fields of all such entries of the object hold a value now, held it before, and would with nothing but our change. */
export interface ValueCounts {
  readonly ours: { readonly now: number; readonly before: number; readonly due: number };
  readonly old: { readonly now: number; readonly before: number };
  /** True where fields change to what others of them were, so that no value tells anything. */
  readonly isCrossed: boolean;
}

export interface SoughtEntry {
  /** The list when captured, and which of its entries is meant. */
  readonly was: readonly Json[];
  readonly index: number;
  /** All that we change in the list. */
  readonly changes: readonly EntryChange[];
  readonly counts: ValueCounts;
}

export interface FoundEntry {
  readonly index: number;
  /** What has to stay as it is until we write: the name, the entry, or the whole list. */
  readonly by: 'name' | 'entry' | 'list';
}

/**
 * Finds an entry of a list wherever it stands now: by its name; else by all of it that we do not change; else, as
 * somebody changed that too, or it is one of several alike, by our value, where exactly one more holds it than did
 * before and the others that hold it are as they were; else by the old value, where none holds ours. Undefined where
 * the entry is gone or nothing surely tells which it is.
 */
export function whichEntry(list: readonly Json[], sought: SoughtEntry): FoundEntry | undefined {
  const { was, index, changes, counts } = sought;
  const mine = changes.filter((one) => one.index === index);
  const inners = mine.map(({ inner }) => pointerOf(inner.steps));
  const isWhole = inners.includes('');
  const entry = was[index] ?? null;

  const { name } = asObject(entry);
  const isNamed = (one: Json) => asObject(one)['name'] === name;
  if (typeof name === 'string' && !isWhole && !inners.includes('/name') && was.filter(isNamed).length === 1) {
    return found(onlyIndex(list, isNamed), 'name');
  }

  const rest = withoutAll(entry, inners);
  const isTelling = !isWhole && Object.keys(asObject(rest)).length > 0;
  const hasRest = (one: Json) => sameJson(withoutAll(one, inners), rest);
  const isUnique = isTelling && was.filter(hasRest).length === 1;
  const same = isUnique ? onlyIndex(list, hasRest) : undefined;
  if (same !== undefined) return found(same, 'entry');

  const lacks = (at: number) => (isTelling ? lackingIn(list[at] ?? null, rest) : 0);
  const search: Search = { ...sought, list, mine, isTelling, lacks, isInPlace: list.length === was.length };
  const byValue = counts.isCrossed ? undefined : (holderOfOurs(search) ?? holderOfOld(search));
  return found(byValue ?? (isUnique ? undefined : asWritten(search)), 'list');
}

interface Search extends SoughtEntry {
  readonly list: readonly Json[];
  readonly mine: readonly EntryChange[];
  /** Whether the entry has anything else than what we change. */
  readonly isTelling: boolean;
  /** How many members of that an entry lacks. */
  readonly lacks: (at: number) => number;
  /** Whether the list is as long as it was. */
  readonly isInPlace: boolean;
}

function holderOfOurs(search: Search): number | undefined {
  const { list, index, mine, isTelling, lacks, isInPlace, counts } = search;
  if (counts.ours.due <= counts.ours.before || counts.ours.now !== counts.ours.due) return undefined;
  const [written, ...others] = textsOf(search, 'ours');
  // Where others are the very same, only its index tells it.
  const isWritten = isInPlace && canonicalText(list[index] ?? null) === written;
  const holders = others.includes(written ?? '') ? (isWritten ? [index] : []) : holdersOf(search, 'ours');
  const at = holders.length === 1 ? holders[0] : undefined;
  if (at === undefined) return undefined;
  // Somebody may have put the old value back and have given ours to another.
  const isOldBack = counts.old.now >= counts.old.before;
  if (isOldBack && !(isTelling && at === index)) return undefined;
  const isAnyValue = mine.every(({ ours }) => ours === undefined);
  return lacks(at) <= (isInPlace && at === index && !isAnyValue ? 1 : 0) ? at : undefined;
}

function holderOfOld(search: Search): number | undefined {
  const { index, isTelling, lacks, isInPlace, counts } = search;
  if (counts.ours.now > counts.ours.before) return undefined;
  if (!isTelling && counts.old.now < counts.old.before) return undefined;
  const holders = holdersOf(search, 'old');
  if (isInPlace && holders.includes(index) && lacks(index) <= 1) return index;
  return holders.find((at) => lacks(at) === 0);
}

/** The entry at the index that it had, where nothing better tells and the list is as long as it was. */
function asWritten({ list, index, mine, isTelling, lacks, isInPlace, counts }: Search): number | undefined {
  const entry = list[index] ?? null;
  if (!isInPlace || lacks(index) > 0) return undefined;
  if (counts.isCrossed) return index;
  if (mine.every((one) => holds(entry, one, one.ours))) {
    return !isTelling && counts.ours.now <= counts.ours.due ? index : undefined;
  }
  return mine.every((one) => holds(entry, one, one.old)) ? undefined : index;
}

/** The entries that hold our values, or the old ones, less those that are as others were then. */
function holdersOf(search: Search, which: 'ours' | 'old'): readonly number[] {
  const { list, mine } = search;
  const [, ...others] = textsOf(search, which);
  const texts = list.map(canonicalText);
  const count = (some: readonly string[], wanted: string) => some.filter((text) => text === wanted).length;
  return [...list.keys()].filter((at) => {
    const text = texts[at] ?? '';
    return mine.every((one) => holds(list[at] ?? null, one, one[which])) && count(texts, text) > count(others, text);
  });
}

/** The entry, and then the others, as they were with what we changed, or without it. */
function textsOf({ was, index, changes }: Search, which: 'ours' | 'old'): readonly string[] {
  const then = was.map((entry, at) =>
    changes
      .filter((one) => which === 'ours' && one.index === at)
      .reduce((made, { inner, ours }) => withValue(made, inner.steps, ours), entry),
  );
  const [entry, others] = [then[index] ?? null, then.filter((_, at) => at !== index)];
  return [entry, ...others].map(canonicalText);
}

function holds(entry: Json, { inner }: EntryChange, value: Json | undefined): boolean {
  return placesLike(entry, inner).some((place) => sameValue(place.value, value));
}

function onlyIndex(list: readonly Json[], isIt: (one: Json) => boolean): number | undefined {
  const indices = [...list.keys()].filter((index) => isIt(list[index] ?? null));
  return indices.length === 1 ? indices[0] : undefined;
}

function found(index: number | undefined, by: FoundEntry['by']): FoundEntry | undefined {
  return index === undefined ? undefined : { index, by };
}
