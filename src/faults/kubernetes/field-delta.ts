import { CallError } from '../../model/call.ts';
import { sameJson } from '../../model/canonical.ts';
import type { Acknowledgement, After, Observation, RevertReport } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { demandPods } from './behind-controller.ts';
import { valueAt, withoutAll } from './json-pointer.ts';
import { alreadyInPlace, type KubernetesFaultContext } from './names.ts';
import {
  advancedBy,
  digestOf,
  type FoundObject,
  managersOf,
  type ObjectRef,
  patchObject,
  readObject,
} from './objects.ts';
import { ownsField } from './owned-fields.ts';
import { isOfTemplate, isRolledOut, pendingRollout } from './rollout.ts';
import { settled } from './written-later.ts';

/** A field of an object, and the value that we give it; undefined takes it away. */
export interface FieldChange {
  /**
   * Finds the field in the object as it is now, by its anchor where it has one; undefined where what holds it is gone,
   * or cannot be told from others.
   */
  readonly locate: (object: JsonObject, anchor?: Json) => Located | undefined;
  /** Notes at the capture what will tell where the field is later. */
  readonly anchor?: (object: JsonObject) => Json;
  /**
   * Where our value stands in entries such as the anchored one that did not hold it at the capture; `isOurs` knows it
   * in another form too.
   */
  readonly standing?: (
    object: JsonObject,
    anchor: Json,
    isOurs: (value: Json | undefined) => boolean,
  ) => readonly string[];
  readonly ours: Json | undefined;
}

export interface Located {
  /** JSON Pointer. */
  readonly path: string;
  /** Makes sure that the pointer still leads to the same thing when the patch arrives. */
  readonly tests: readonly JsonObject[];
}

/** Fields of one object that change together, in one JSON Patch. */
export interface FieldDelta {
  readonly ref: ObjectRef;
  readonly subject: string;
  readonly fields: readonly FieldChange[];
}

/** A value, or null where the field is not there. */
type Held = { readonly value: Json } | null;

interface Before {
  readonly values: readonly Held[];
  /** Digest of all else that people and controllers write. */
  readonly rest: string;
  /** What tells where each field is. */
  readonly anchors?: readonly Json[];
  /** True where pods run the fields, and all of them ran these. */
  readonly rolledOut?: boolean;
}

interface Known {
  readonly before: Json;
  readonly after: After | undefined;
}

const attempts = 5;

/** Notes the fields' values. Throws `CallError` `not-found` where the object or what holds a field is not there. */
export async function captureFields(ctx: KubernetesFaultContext, delta: FieldDelta): Promise<Json> {
  const { found, places, values, rest } = inPlace(await read(ctx, delta)) ?? missing(delta);
  const anchors = delta.fields.map(({ anchor }) => anchor?.(found.object) ?? null);
  const rolledOut = places.some(({ path }) => isOfTemplate(delta.ref, path)) && isRolledOut(delta.ref, found);
  return {
    ...{ values: values.map(asJson), rest },
    ...(anchors.every((one) => one === null) ? {} : { anchors }),
    ...(rolledOut ? { rolledOut } : {}),
  };
}

/**
 * Writes all fields in one JSON Patch whose `test`s hold the object to the version just read and each field to the
 * value captured. Throws `CallError` `conflict` where somebody changed a field in between.
 */
export async function injectFields(
  ctx: KubernetesFaultContext,
  delta: FieldDelta,
  before: Json,
): Promise<Acknowledgement> {
  for (let attempt = 1; ; attempt++) {
    const now = inPlace(await read(ctx, delta, before)) ?? missing(delta);
    const ours = delta.fields.map(({ ours: value }) => held(value));
    if (sameAll(now.values, ours)) throw alreadyInPlace(`${delta.subject} is as it would be made`);
    if (!sameAll(now.values, beforeOf(before).values)) {
      throw new CallError('conflict', 'Changed', `Nothing was injected: ${delta.subject} changed since the capture.`);
    }
    for (const [index, { path }] of now.places.entries())
      checkPlace(now.found.object, path, ours[index] ?? null, delta);
    const version = { op: 'test', path: '/metadata/resourceVersion', value: now.found.resourceVersion };
    try {
      const patched = await patchObject(ctx, delta.ref, [version, ...operations(now.places, now.values, ours)]);
      const values = locatedIn(patched.object, delta, before).map((place) => valueIn(patched.object, place));
      const unasked = await demandPods(ctx, delta.ref, { before: now.found, written: patched });
      return {
        ids: { patched: digestOf(values.map(asJson)) },
        advanced: advancedBy(delta.subject, now.found, patched),
        ...unasked,
      };
    } catch (error) {
      // Status and leases change an object all the time; what matters is whether our fields are still as captured.
      if (!(error instanceof CallError) || error.kind !== 'conflict' || attempt === attempts) throw error;
    }
  }
}

/** Says whether our values, the captured ones, or somebody else's are in; in part, while pods may still run ours. */
export async function observeFields(
  ctx: KubernetesFaultContext,
  delta: FieldDelta,
  { before, after }: Known,
): Promise<Observation> {
  return statusOf(delta, await read(ctx, delta, before), { before, after });
}

/** Puts the captured values back where ours are in, and leaves those that somebody changed. */
export async function revertFields(
  ctx: KubernetesFaultContext,
  delta: FieldDelta,
  { before, after }: Known,
): Promise<RevertReport> {
  for (let attempt = 1; ; attempt++) {
    const now = await read(ctx, delta, before);
    const { status, remains } = statusOf(delta, now, { before, after });
    if (now !== undefined && remains !== undefined) {
      return pendingRollout(delta.ref, now.found)?.isPaused === true
        ? { outcome: 'left', note: `${delta.subject} is as before, but ${remains}.` }
        : { outcome: 'already-gone' };
    }
    if (status === 'before') return { outcome: 'already-gone' };
    if (now === undefined || status === 'other')
      return { outcome: 'left', note: noteOf(delta, now, { before, after }) };
    const { places, values } = inPlace(now) ?? missing(delta);
    try {
      const undo = operations(places, values, beforeOf(before).values);
      await patchObject(ctx, delta.ref, undo);
      return { outcome: 'removed' };
    } catch (error) {
      const changedMeanwhile = error instanceof CallError && (error.kind === 'conflict' || error.kind === 'not-found');
      if (!changedMeanwhile || attempt === attempts) throw error;
    }
  }
}

/** The object, and its fields where all of them were found. */
type Read = Fields | { readonly found: FoundObject; readonly places?: undefined };

interface Fields {
  readonly found: FoundObject;
  readonly places: readonly Located[];
  readonly values: readonly Held[];
  readonly rest: string;
}

async function read(ctx: KubernetesFaultContext, delta: FieldDelta, before?: Json): Promise<Read | undefined> {
  const found = await readObject(ctx, delta.ref);
  if (found === undefined) return undefined;
  const places = locatedIn(found.object, delta, before);
  if (!places.every((place) => place !== undefined)) return { found };
  const values = places.map(({ path }) => held(valueAt(found.object, path)));
  const rest = withoutAll(
    settled(delta.ref.of, found.object),
    places.map(({ path }) => path),
  );
  return { found, places, values, rest: digestOf(rest) };
}

function locatedIn(object: JsonObject, { fields }: FieldDelta, before: Json | undefined) {
  const anchors = before === undefined ? [] : (beforeOf(before).anchors ?? []);
  return fields.map(({ locate }, index) => locate(object, anchors[index] ?? undefined));
}

function inPlace(now: Read | undefined): Fields | undefined {
  return now?.places === undefined ? undefined : now;
}

/** Where our values stand, other than in our fields as long as those hold them. */
function standingOf(delta: FieldDelta, now: Read, { before, after }: Known): readonly string[] {
  const anchors = beforeOf(before).anchors ?? [];
  const [only, ...more] = delta.fields;
  // Of a single field, the server's answer tells in what form it wrote ours.
  const isOurs = (value: Json | undefined) =>
    only !== undefined && more.length === 0 && isPatched([held(value)], after);
  return delta.fields.flatMap(({ standing }, index) =>
    anchors[index] === undefined || anchors[index] === null
      ? []
      : (standing?.(now.found.object, anchors[index], isOurs) ?? []),
  );
}

function noteOf(delta: FieldDelta, now: Read | undefined, known: Known): string {
  const { subject } = delta;
  const standing = now === undefined ? [] : standingOf(delta, now, known);
  if (standing.length > 0) {
    const places = standing.slice(0, 5).map((path) => `'${path}'`);
    const more = standing.length > 5 ? ` and ${standing.length - 5} more` : '';
    return `Somebody changed the list in ${subject}; what we wrote, or all that it brought, is at ${places.join(', ')}${more}.`;
  }
  if (now?.places === undefined) return `${subject}, or what we changed in it, is gone.`;
  return `Somebody set other values in ${subject}.`;
}

function statusOf(delta: FieldDelta, now: Read | undefined, { before, after }: Known): Observation {
  const { ref, fields } = delta;
  const { values, rest, rolledOut } = beforeOf(before);
  // With the object our delta is gone too, but nothing is as it was.
  if (now?.places === undefined) return { status: 'other', state: { values: null }, othersChanged: true };
  const othersChanged = now.rest !== rest;
  const state: Json = { values: now.values.map(asJson), rest: now.rest };
  if (sameAll(now.values, values)) {
    if (standingOf(delta, now, { before, after }).length > 0) return { status: 'other', state, othersChanged };
    const pending = rolledOut === true ? pendingRollout(ref, now.found) : undefined;
    if (pending !== undefined) return { status: 'ours-partial', state, othersChanged, remains: pending.why };
    const { object } = now.found;
    const ownsAll = (owned: Json) => now.places.every(({ path }) => ownsField(owned, object, path));
    return { status: 'before', state, othersChanged, managers: managersOf(now.found, ownsAll) };
  }
  const ours = fields.map(({ ours: value }) => held(value));
  // A server may write a value in another form; what it answered to our patch is ours too.
  if (!sameAll(now.values, ours) && !isPatched(now.values, after)) return { status: 'other', state, othersChanged };
  return { status: othersChanged ? 'ours-plus-others' : 'ours', state, othersChanged };
}

function operations(places: readonly Located[], from: readonly Held[], to: readonly Held[]): readonly JsonObject[] {
  const tests = places.flatMap(({ path, tests: own }, index) => [
    ...own,
    { op: 'test', path, value: from[index]?.value ?? null },
  ]);
  const writes = places.flatMap(({ path }, index): readonly JsonObject[] => {
    const [is, becomes] = [from[index] ?? null, to[index] ?? null];
    if (becomes === null) return is === null ? [] : [{ op: 'remove', path }];
    return [{ op: is === null ? 'add' : 'replace', path, value: becomes.value }];
  });
  return [...tests, ...writes];
}

function isPatched(values: readonly Held[], after: After | undefined): boolean {
  return digestOf(values.map(asJson)) === after?.acknowledged?.ids?.['patched'];
}

/** An entry that comes or goes moves its neighbours, so that no pointer would lead back to it. */
function checkPlace(object: JsonObject, path: string, ours: Held, { subject }: FieldDelta): void {
  const parent = path.slice(0, path.lastIndexOf('/'));
  const holder = valueAt(object, parent);
  const isThere = valueAt(object, path) !== undefined;
  if (Array.isArray(holder) && (!isThere || ours === null)) {
    const said = `Nothing was injected: '${path}' of ${subject} is an entry of a list; replace it, or the whole list.`;
    throw new CallError('invalid', 'ListEntry', said);
  }
  if (holder === undefined || holder === null || typeof holder !== 'object') {
    const said = `Nothing was injected: ${subject} has nothing at '${parent}' that '${path}' could be put into; add all of '${parent}' instead.`;
    throw new CallError('invalid', 'NoParent', said);
  }
}

function valueIn(object: JsonObject, place: Located | undefined): Held {
  return place === undefined ? null : held(valueAt(object, place.path));
}

function held(value: Json | undefined): Held {
  return value === undefined ? null : { value };
}

function asJson(value: Held): Json {
  return value === null ? null : { value: value.value };
}

function sameAll(some: readonly Held[], others: readonly Held[]): boolean {
  return sameJson(some.map(asJson), others.map(asJson));
}

function missing({ subject, ref }: FieldDelta): never {
  throw new CallError('not-found', 'NotFound', `${subject} or what is to change in it is not there (${ref.name}).`);
}

function beforeOf(before: Json): Before {
  return before as unknown as Before;
}
