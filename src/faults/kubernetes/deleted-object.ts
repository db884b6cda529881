import { CallError } from '../../model/call.ts';
import { sameJson } from '../../model/canonical.ts';
import type { Acknowledgement, Observation, RevertReport } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { KubernetesFaultContext } from './names.ts';
import {
  asList,
  asObject,
  createObject,
  deleteObject,
  digestOf,
  type FoundObject,
  managersOf,
  type ObjectRef,
  readObject,
} from './objects.ts';
import { ownsContent } from './owned-fields.ts';
import { settled, settledContent } from './written-later.ts';

interface Before {
  readonly uid: string;
  readonly resourceVersion: string;
  /** As it is created again: without what the server writes. */
  readonly object: JsonObject;
  /** Why deleting it could not be taken back. */
  readonly obstacle: string | null;
}

/** Keeps the object. Throws `CallError` `not-found` where it is not there. */
export async function captureObject(ctx: KubernetesFaultContext, ref: ObjectRef): Promise<Json> {
  const now = await readObject(ctx, ref);
  if (now === undefined) throw new CallError('not-found', 'NotFound', `'${ref.name}' is not there to be deleted.`);
  return {
    uid: now.uid,
    resourceVersion: now.resourceVersion,
    object: recreatable(now.object),
    obstacle: obstacleOf(now),
  };
}

/** Deletes exactly the object that was captured, in exactly that version. */
export async function deleteCaptured(
  ctx: KubernetesFaultContext,
  { ref, subject }: { readonly ref: ObjectRef; readonly subject: string },
  before: Json,
): Promise<Acknowledgement> {
  const { uid, resourceVersion, obstacle } = beforeOf(before);
  if (obstacle !== null) throw new CallError('invalid', 'NotALeaf', `Nothing was deleted: ${subject} ${obstacle}.`);
  const wasThere = await deleteObject(ctx, ref, { uid, resourceVersion });
  if (!wasThere) throw new CallError('conflict', 'Gone', `Nothing was deleted: ${subject} was gone already.`);
  return { ids: { uid }, advanced: { what: `uid of ${subject}`, from: uid, to: 'deleted' } };
}

/**
 * Our delta is the absence: whoever puts the object there again, as it was, has taken it away. Labels and annotations
 * may be others, as tools write their own; another content under its name is not what had been there.
 */
export async function observeAbsence(ctx: KubernetesFaultContext, ref: ObjectRef, before: Json): Promise<Observation> {
  const now = await readObject(ctx, ref);
  if (now === undefined) return { status: 'ours', state: { object: null } };
  const object = recreatable(now.object);
  const was = beforeOf(before).object;
  const status = isBack(ref, object, before) ? 'before' : 'other';
  const written = settled(ref.of, object);
  const state = { uid: now.uid, object: digestOf(written) };
  const othersChanged = !sameJson(written, settled(ref.of, was));
  return { status, state, othersChanged, managers: managersOf(now, ownsContent) };
}

/** Creates the object again where there is none; its uid is a new one. */
export async function recreate(ctx: KubernetesFaultContext, ref: ObjectRef, before: Json): Promise<RevertReport> {
  const now = await readObject(ctx, ref);
  if (now !== undefined) {
    if (isBack(ref, recreatable(now.object), before)) return { outcome: 'already-gone' };
    return { outcome: 'left', note: `Somebody created another ${ref.name} in its place.` };
  }
  try {
    await createObject(ctx, ref, beforeOf(before).object);
    return { outcome: 'removed' };
  } catch (error) {
    if (error instanceof CallError && error.code === 'AlreadyExists') return { outcome: 'already-gone' };
    throw error;
  }
}

/** What a person writes of an object: name, labels, annotations and content. */
function recreatable(object: JsonObject): JsonObject {
  const { metadata, status: _status, ...content } = object;
  const { name, namespace, labels, annotations } = asObject(metadata);
  const kept = Object.entries({ name, namespace, labels, annotations }).filter(([, value]) => value !== undefined);
  return { ...content, metadata: Object.fromEntries(kept) as JsonObject };
}

/** Whether an object has the content that was captured, whoever created it. */
function isBack({ of }: ObjectRef, now: JsonObject, before: Json): boolean {
  return sameJson(settledContent(of, now), settledContent(of, beforeOf(before).object));
}

function obstacleOf({ metadata }: FoundObject): string | null {
  if (asList(metadata['finalizers']).length > 0) return 'has finalizers, which act before it goes';
  if (asList(metadata['ownerReferences']).length > 0) return 'has an owner, which makes it anew';
  return metadata['deletionTimestamp'] === undefined ? null : 'is being deleted already';
}

function beforeOf(before: Json): Before {
  return before as unknown as Before;
}
