import { z } from 'zod';
import { sameJson } from '../../model/canonical.ts';
import { type After, defineFault } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { apiVersionField, nameProblem, namespaceField } from '../../model/kubernetes-names.ts';
import { rightsToSeePods } from './behind-controller.ts';
import { captureAbsence, createdStatus, createOurs, deleteOurs, hasFields, whoseIs } from './created-object.ts';
import { isAmong, kindField, resourceField, resourceOf, rightTo, subjectOf } from './kinds.ts';
import type { KubernetesFaultContext } from './names.ts';
import { asObject, digestOf, type FoundObject, type ObjectRef, readObject, text, watchObject } from './objects.ts';
import { mayDelete } from './undone-by.ts';
import { settledContent } from './written-later.ts';

/** Deleting one of these takes more with it than was created, or would put a secret into a file. */
const refused = ['secrets', 'namespaces', 'customresourcedefinitions', 'apiservices', 'nodes', 'persistentvolumes'];

const hindering = {
  finalizers: 'a revert could not delete the object',
  ownerReferences: 'the owner would delete the object',
  generateName: 'the name must be known in advance',
};

// biome-ignore lint/suspicious/noTemplateCurlyInString: the scenario's own placeholder
const placeholder = '${marker}';

/** Stands for the marker where only its length and letters count (J4). */
const markerOfLength = 'wsaaaaaaaaaaaa';

const manifestNameField = z.string().regex(/^(?!\.{1,2}$)(?:[^/%\s*$]|\$\{marker\})+$/, {
  error: `must be a name that can stand in a path, and may hold ${placeholder}`,
});

const manifestField = z
  .looseObject({
    apiVersion: apiVersionField,
    kind: kindField,
    metadata: z.looseObject({
      name: manifestNameField,
      namespace: namespaceField.optional(),
    }),
  })
  .catchall(z.json())
  .superRefine(({ metadata }, context) => {
    for (const [key, why] of Object.entries(hindering)) {
      if (key in metadata)
        context.addIssue({ code: 'custom', path: ['metadata', key], message: `must be absent: ${why}` });
    }
  });

const params = z
  .strictObject({
    /** The object; `${marker}` in its texts becomes the marker. */
    manifest: manifestField,
    resource: resourceField,
    impairs: z.array(z.string()).default([]),
  })
  .superRefine(({ manifest, resource }, context) => {
    const { name } = manifest.metadata;
    const of = resourceOf({ ...manifest, resource });
    const message = nameProblem(of, name.replaceAll(placeholder, markerOfLength));
    const isTold = !manifestNameField.safeParse(name).success;
    if (message !== undefined && !isTold)
      context.addIssue({ code: 'custom', path: ['manifest', 'metadata', 'name'], message });
    if (!isAmong({ ...manifest, resource }, refused)) return;
    const path = resource === undefined ? ['manifest', 'kind'] : ['resource'];
    context.addIssue({ code: 'custom', path, message: `must not be one of ${refused.join(', ')}` });
  });
type Params = z.infer<typeof params>;

/** Creates one object that must not be there before; revert deletes it by its uid, unless somebody changed or adopted it. */
export const kubernetesApply = defineFault({
  type: 'kubernetes.apply',
  kind: 'change',
  target: 'kubernetes',
  title: 'Create a Kubernetes object',
  description:
    'Any one object that the scenario writes down is created under the label of the trial. It must not exist before; revert deletes it.',
  params,
  example: {
    manifest: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the scenario's own placeholder
      metadata: { name: 'drift-${marker}', namespace: 'inference' },
      data: { mode: 'debug' },
    },
    impairs: [],
  },
  techniques: [],
  permissions: ({ manifest, resource }: Params) => {
    const of = resourceOf({ ...manifest, resource });
    return {
      inject: [rightTo('create', of), rightTo('get', of), ...rightsToSeePods(of)],
      observe: [rightTo('get', of)],
      revert: [rightTo('get', of), rightTo('delete', of)],
      watch: [rightTo('watch', of)],
    };
  },
  touches: ({ manifest: { kind, metadata } }) => [
    subjectOf(kind, metadata.namespace, metadata.name.replace(/\$\{marker\}.*$/, '*')),
  ],
  subjects: ({ manifest: { kind, metadata } }, acknowledged) => {
    const name = acknowledged?.ids?.['name'];
    if (name !== undefined) return [subjectOf(kind, metadata.namespace, name)];
    return metadata.name.includes(placeholder) ? [] : [subjectOf(kind, metadata.namespace, metadata.name)];
  },
  undoneBy: ({ manifest, resource }, action) => mayDelete(action, resourceOf({ ...manifest, resource })),
  impairs: ({ impairs }) => impairs,
  settleMs: 0,
  volatile: [],
  residue: ['what controllers make of the object while it is there'],

  capture: async (ctx: KubernetesFaultContext, p: Params) => captureAbsence(ctx, refOf(ctx, p)),

  inject: (ctx, p, before) => {
    const ref = refOf(ctx, p);
    const subject = subjectOf(p.manifest.kind, ref.namespace, ref.name);
    return createOurs(ctx, { ref, subject }, { before, manifest: filled(p.manifest as JsonObject, ctx.marker) });
  },

  observe: async (ctx, p, before, after) => {
    const ref = refOf(ctx, p);
    const now = await readObject(ctx, ref);
    const state = stateOf(ref, now);
    const whose = whoseIs(ctx, now, { before, after });
    if (whose === 'ours' && isAltered(state, after)) return { status: 'other', state };
    const isOwn = whose === 'ours' || whose === 'adopted';
    const holds =
      isOwn || (now !== undefined && isOfManifest(now.object, filled(p.manifest as JsonObject, ctx.marker), ref));
    return createdStatus(whose, { now, state, holds, before });
  },

  revert: async (ctx, p, before, after) => {
    const ref = refOf(ctx, p);
    const now = await readObject(ctx, ref);
    if (whoseIs(ctx, now, { before, after }) === 'ours' && isAltered(stateOf(ref, now), after)) {
      return { outcome: 'left', note: `Somebody changed ${ref.name}.` };
    }
    return deleteOurs(ctx, ref, { before, after });
  },
  watch: (ctx, p, onChange) => watchObject(ctx, refOf(ctx, p), onChange),
});

/** Servers write defaults and other forms of a value, so only what was read back tells what ours looks like. */
function isAltered(state: Json, after: After | undefined): boolean {
  const { readBack } = after ?? {};
  if (readBack === undefined || asObject(readBack)['object'] === null) return false;
  return !sameJson(asObject(readBack)['content'] ?? null, asObject(state)['content'] ?? null);
}

/** Whether another object has the content that ours was created with. */
function isOfManifest(object: JsonObject, manifest: JsonObject, { of }: ObjectRef): boolean {
  return hasFields(settledContent(of, object), settledContent(of, manifest));
}

function stateOf({ of }: ObjectRef, now: FoundObject | undefined): Json {
  if (now === undefined) return { object: null };
  return { object: now.name, uid: now.uid, content: digestOf(settledContent(of, now.object)) };
}

function refOf(ctx: KubernetesFaultContext, { manifest, resource }: Params): ObjectRef {
  const { namespace, name } = manifest.metadata;
  const filledName = text(filledValue(name, ctx.marker));
  return { of: resourceOf({ ...manifest, resource }), namespace, name: filledName };
}

function filled(object: JsonObject, marker: string): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, filledValue(value, marker)]));
}

function filledValue(value: Json, marker: string): Json {
  if (typeof value === 'string') return value.replaceAll(placeholder, marker);
  if (Array.isArray(value)) return (value as readonly Json[]).map((entry) => filledValue(entry, marker));
  return value === null || typeof value !== 'object' ? value : filled(value as JsonObject, marker);
}
