import { z } from 'zod';
import { defineFault } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import { apiVersionField, namespaceField, segmentField, segmentProblem } from '../../model/kubernetes-names.ts';
import { rightsToSeePods } from './behind-controller.ts';
import { anchoredField } from './entry-anchor.ts';
import { captureFields, type FieldDelta, injectFields, observeFields, revertFields } from './field-delta.ts';
import { stepsOf } from './json-pointer.ts';
import { isAmong, kindField, resourceField, resourceOf, rightTo, subjectOf } from './kinds.ts';
import type { KubernetesFaultContext } from './names.ts';
import { watchObject } from './objects.ts';
import { mayWrite } from './undone-by.ts';

const path = z.string().regex(/^(?:\/(?:[^~/]|~[01])+)+$/, { error: 'must be a JSON Pointer (/spec/replicas)' });
const operation = z.discriminatedUnion('op', [
  z.strictObject({ op: z.enum(['add', 'replace']), path, value: z.json() }),
  z.strictObject({ op: z.literal('remove'), path }),
]);

const params = z
  .strictObject({
    apiVersion: apiVersionField,
    kind: kindField,
    resource: resourceField,
    namespace: namespaceField.optional(),
    name: segmentField,
    /** JSON Patch (RFC 6902) of fields; entries of lists can be replaced, not added or removed. */
    patch: z.array(operation).min(1).max(20),
    impairs: z.array(z.string()).default([]),
  })
  .superRefine((p, context) => {
    if (isAmong(p, ['secrets'])) {
      const message = 'must not be Secrets: their values would stand in files';
      context.addIssue({ code: 'custom', path: [p.resource === undefined ? 'kind' : 'resource'], message });
    }
    const message = segmentProblem(resourceOf(p), p.name);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['name'], message });
    for (const [index, { path: at }] of p.patch.entries()) {
      const problem = (message: string) =>
        context.addIssue({ code: 'custom', path: ['patch', index, 'path'], message });
      if (!mayChange(at)) problem(`'${at}' is written by the server and cannot be put back`);
      const other = p.patch.findIndex(({ path: one }, before) => before < index && overlap(one, at));
      if (other >= 0) problem(`'${at}' overlaps with '${p.patch[other]?.path}'`);
    }
  });
type Params = z.infer<typeof params>;

/** Changes fields of one object by a JSON Patch; the inverse patch, each value tested first, takes them back. */
export const kubernetesPatch = defineFault({
  type: 'kubernetes.patch',
  kind: 'change',
  target: 'kubernetes',
  title: 'Patch a Kubernetes object',
  description:
    'Any fields of one object are changed together by a JSON Patch. Revert gives exactly these fields their values back, if they still hold ours; a change of the template of a Deployment is in until its pods are replaced.',
  params,
  example: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'inference',
    name: 'inference-api',
    patch: [{ op: 'replace', path: '/spec/replicas', value: 1 }],
    impairs: [],
  },
  techniques: [],
  permissions: (p: Params) => {
    const of = resourceOf(p);
    return {
      inject: [rightTo('get', of), rightTo('patch', of), ...rightsToSeePods(of)],
      observe: [rightTo('get', of)],
      revert: [rightTo('get', of), rightTo('patch', of)],
      watch: [rightTo('watch', of)],
    };
  },
  touches: ({ kind, namespace, name }) => [subjectOf(kind, namespace, name)],
  undoneBy: (p, action) => mayWrite(action, resourceOf(p)),
  impairs: ({ impairs }) => impairs,
  settleMs: 0,
  volatile: [],
  residue: ['the resourceVersion and generation have moved on, and what controllers made of the change stays made'],

  capture: (ctx: KubernetesFaultContext, p: Params) => captureFields(ctx, deltaOf(p)),
  inject: (ctx, p, before) => injectFields(ctx, deltaOf(p), before),
  observe: (ctx, p, before, after) => observeFields(ctx, deltaOf(p), { before, after }),
  revert: (ctx, p, before, after) => revertFields(ctx, deltaOf(p), { before, after }),
  watch: (ctx, p, onChange) => watchObject(ctx, deltaOf(p).ref, onChange),
});

function deltaOf(p: Params): FieldDelta {
  const changes = p.patch.map((one) => ({
    path: one.path,
    ours: one.op === 'remove' ? undefined : (one.value as Json),
  }));
  return {
    ref: { of: resourceOf(p), namespace: p.namespace, name: p.name },
    subject: subjectOf(p.kind, p.namespace, p.name),
    fields: changes.map((change) => anchoredField(() => change.path, change.ours, changes)),
  };
}

function mayChange(pointer: string): boolean {
  const [first = '', second] = stepsOf(pointer);
  if (first === 'metadata') return second === 'labels' || second === 'annotations';
  return !['apiVersion', 'kind', 'status'].includes(first);
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
