import { hash } from 'node:crypto';
import { canonicalText } from '../../model/canonical.ts';
import type { FieldManager } from '../../model/guardrail.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { ApiResource } from '../../targets/kubernetes/clients.ts';
import { type KubernetesFaultContext, orAbsent, trialLabel } from './names.ts';

/** Where one object stands. */
export interface ObjectRef {
  readonly of: ApiResource;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** An object as read, with what every fault needs of it. */
export interface FoundObject {
  readonly object: JsonObject;
  readonly metadata: JsonObject;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  /** The marker of the trial that created it. */
  readonly trial?: string;
}

/** Reads one object; undefined where it is not there. */
export async function readObject(ctx: KubernetesFaultContext, ref: ObjectRef): Promise<FoundObject | undefined> {
  const answer = await orAbsent(ctx.clients.call({ verb: 'get', ...placeOf(ref), name: ref.name }, ctx.signal));
  return answer === undefined ? undefined : found(answer.body);
}

/** Calls `onChange` for one object as it is, and at each change of it. */
export function watchObject(
  ctx: KubernetesFaultContext,
  { of, namespace, name }: ObjectRef,
  onChange: () => void,
): Promise<void> {
  return ctx.clients.watch({ ...placeOf({ of, namespace }), name }, ctx.signal, onChange);
}

/** Lists the metadata of a namespace's objects; whatever else a server sends is dropped. */
export async function listMetadata(
  ctx: KubernetesFaultContext,
  place: { readonly of: ApiResource; readonly namespace: string },
): Promise<readonly FoundObject[]> {
  const { body } = await ctx.clients.call({ verb: 'list', ...place, metadataOnly: true }, ctx.signal);
  return asList(body['items']).map((item) => found({ metadata: asObject(item)['metadata'] ?? {} }));
}

/** Creates one object and answers it as it was stored. */
export async function createObject(
  ctx: KubernetesFaultContext,
  { of, namespace }: Omit<ObjectRef, 'name'>,
  body: JsonObject,
): Promise<FoundObject> {
  const { body: stored } = await ctx.clients.call({ verb: 'create', ...placeOf({ of, namespace }), body }, ctx.signal);
  return found(stored);
}

/** Sends a JSON Patch (RFC 6902) and answers the object as it then is. */
export async function patchObject(
  ctx: KubernetesFaultContext,
  ref: ObjectRef,
  body: readonly JsonObject[],
): Promise<FoundObject> {
  const answer = await ctx.clients.call({ verb: 'patch', ...placeOf(ref), name: ref.name, body }, ctx.signal);
  return found(answer.body);
}

/** Deletes exactly the object that was read; says whether it was still there. Throws `conflict` for another of its name. */
export async function deleteObject(
  ctx: KubernetesFaultContext,
  ref: ObjectRef,
  preconditions: { readonly uid: string; readonly resourceVersion?: string },
): Promise<boolean> {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy: 'Background' };
  const request = { verb: 'delete', ...placeOf(ref), name: ref.name, body } as const;
  return (await orAbsent(ctx.clients.call(request, ctx.signal))) !== undefined;
}

function placeOf({ of, namespace }: Omit<ObjectRef, 'name'>) {
  return namespace === undefined ? { of } : { of, namespace };
}

/** Picks an object's identity out of its metadata. */
function found(object: JsonObject): FoundObject {
  const metadata = asObject(object['metadata']);
  const trial = asObject(metadata['labels'])[trialLabel];
  const { generation } = metadata;
  return {
    object,
    metadata,
    name: text(metadata['name']),
    uid: text(metadata['uid']),
    resourceVersion: text(metadata['resourceVersion']),
    ...(typeof generation === 'number' ? { generation } : {}),
    ...(typeof trial === 'string' ? { trial } : {}),
  };
}

/** https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
export function managersOf(
  { metadata }: Pick<FoundObject, 'metadata'>,
  ownsChange: (fields: Json) => boolean,
): readonly FieldManager[] {
  return asList(metadata['managedFields']).map((entry) => {
    const { manager, operation, subresource, time, fieldsV1 } = asObject(entry);
    return {
      manager: text(manager),
      operation: text(operation),
      ...(text(subresource) === '' ? {} : { subresource: text(subresource) }),
      ...(text(time) === '' ? {} : { time: text(time) }),
      ownsChange: ownsChange(asObject(fieldsV1)),
    };
  });
}

/** What our acknowledged call advanced (J12): the generation where the kind has one, else the resourceVersion. */
export function advancedBy(what: string, from: FoundObject, to: FoundObject) {
  return from.generation === undefined || to.generation === undefined
    ? { what: `resourceVersion of ${what}`, from: from.resourceVersion, to: to.resourceVersion }
    : { what: `generation of ${what}`, from: String(from.generation), to: String(to.generation) };
}

export function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Stands for a value in files that should not hold it. */
export function digestOf(value: Json): string {
  return hash('sha256', canonicalText(value), 'hex');
}
