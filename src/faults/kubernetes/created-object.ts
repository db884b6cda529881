import { sameJson } from '../../model/canonical.ts';
import type { Acknowledgement, After, Observation, RevertReport } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { demandPods } from './behind-controller.ts';
import { alreadyInPlace, type KubernetesFaultContext, trialLabel } from './names.ts';
import {
  asList,
  asObject,
  createObject,
  deleteObject,
  type FoundObject,
  type ObjectRef,
  readObject,
} from './objects.ts';

/** The state before: the uid of what bore the name already, which is then nobody's to delete. */
export type Before = { readonly uid: string | null };

/** Notes whether the name is taken. */
export async function captureAbsence(ctx: KubernetesFaultContext, ref: ObjectRef): Promise<Before> {
  return { uid: (await readObject(ctx, ref))?.uid ?? null };
}

/** Creates an object under our label; refuses where the name is taken. */
export async function createOurs(
  ctx: KubernetesFaultContext,
  { ref, subject }: { readonly ref: ObjectRef; readonly subject: string },
  { before, manifest }: { readonly before: Json; readonly manifest: JsonObject },
): Promise<Acknowledgement> {
  if (beforeOf(before).uid !== null) throw alreadyInPlace(`${subject} is there`);
  const stored = await createObject(ctx, ref, labelled(manifest, ctx.marker));
  const unasked = await demandPods(ctx, ref, { written: stored });
  return {
    ids: { name: stored.name, uid: stored.uid },
    advanced: { what: `resourceVersion of ${subject}`, from: 'absent', to: stored.resourceVersion },
    ...unasked,
  };
}

/** Writes our label into a manifest. */
export function labelled(manifest: JsonObject, marker: string): JsonObject {
  const metadata = asObject(manifest['metadata']);
  const labels = { ...asObject(metadata['labels']), [trialLabel]: marker };
  return { ...manifest, metadata: { ...metadata, labels } };
}

/**
 * Says whether an object of ours is in. It is ours by the uid that was acknowledged, or else by its label; one of ours
 * that lost the label was adopted by somebody, one that bears it under another uid was created again, and one under
 * its name that never was ours is none of our business.
 */
export function whoseIs(
  ctx: Pick<KubernetesFaultContext, 'marker'>,
  now: FoundObject | undefined,
  { before, after }: { readonly before: Json; readonly after: After | undefined },
): 'none' | 'ours' | 'adopted' | 'again' | 'foreign' {
  if (now === undefined) return 'none';
  const uid = after?.acknowledged?.ids?.['uid'];
  if (now.trial === ctx.marker) return uid === undefined || uid === now.uid ? 'ours' : 'again';
  if (now.uid === beforeOf(before).uid) return 'foreign';
  return uid === undefined || uid === now.uid ? 'adopted' : 'foreign';
}

/** Says what is in of an object that we created; `holds` tells whether it still is what it was created for. */
export function createdStatus(
  whose: ReturnType<typeof whoseIs>,
  found: {
    readonly now: FoundObject | undefined;
    readonly state: Json;
    readonly holds: boolean;
    readonly before: Json;
  },
): Observation {
  const { now, state, holds, before } = found;
  const candidates = now === undefined ? [] : [now.name];
  switch (whose) {
    case 'none':
      return { status: 'before', state, ...(beforeOf(before).uid === null ? {} : { othersChanged: true }) };
    case 'foreign':
      if (beforeOf(before).uid !== null) return { status: 'before', state };
      // Whoever deletes it and creates it again, under whatever label, has taken nothing back.
      return holds ? { status: 'other', state, candidates } : { status: 'before', state, othersChanged: true };
    case 'again':
      // With another content it does no more what ours did, but with our label on it people must look at it.
      return holds
        ? { status: 'other', state, candidates }
        : { status: 'before', state, candidates, othersChanged: true };
    case 'adopted':
      return { status: 'other', state, candidates };
    case 'ours':
      if (!holds) return { status: 'ours-partial', state, isAltered: true };
      // It is going, and may take its time: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
      return { status: now?.metadata['deletionTimestamp'] === undefined ? 'ours' : 'ours-partial', state };
  }
}

/** Deletes an object of ours by its uid, and leaves one that somebody adopted. */
export async function deleteOurs(
  ctx: KubernetesFaultContext,
  ref: ObjectRef,
  context: { readonly before: Json; readonly after: After | undefined },
): Promise<RevertReport> {
  const now = await readObject(ctx, ref);
  const whose = whoseIs(ctx, now, context);
  if (now === undefined || whose === 'none' || whose === 'foreign') return { outcome: 'already-gone' };
  if (whose === 'adopted') {
    return { outcome: 'left', note: `Somebody took our label off ${ref.name}.`, candidates: [ref.name] };
  }
  if (whose === 'again') {
    const note = `Somebody created ${ref.name} again, with our label.`;
    return { outcome: 'left', note, candidates: [ref.name] };
  }
  const gone = await deleteObject(ctx, ref, { uid: now.uid });
  return { outcome: gone ? 'removed' : 'already-gone' };
}

/** Says whether an object still has every field of a manifest; lists of named entries are compared entry by entry. */
export function hasFields(object: Json | undefined, manifest: Json): boolean {
  if (Array.isArray(manifest)) {
    const list = asList(object);
    const wanted = manifest as readonly Json[];
    const named = wanted.length > 0 && wanted.every((entry) => typeof asObject(entry)['name'] === 'string');
    if (!named) return list.length === wanted.length && wanted.every((entry, index) => hasFields(list[index], entry));
    return wanted.every((entry) => {
      const { name } = asObject(entry);
      return hasFields(
        list.find((one) => asObject(one)['name'] === name),
        entry,
      );
    });
  }
  if (manifest === null || typeof manifest !== 'object') return object !== undefined && sameJson(object, manifest);
  const fields = asObject(object);
  return Object.entries(manifest).every(([name, value]) => hasFields(fields[name], value));
}

function beforeOf(before: Json): Before {
  return before as unknown as Before;
}
