import { z } from 'zod';
import { defineFault } from '../../model/fault.ts';
import { nameField } from '../../model/kubernetes-names.ts';
import type { ApiResource } from '../../targets/kubernetes/clients.ts';
import { captureFields, type FieldDelta, injectFields, observeFields, revertFields } from './field-delta.ts';
import { rightTo, subjectOf } from './kinds.ts';
import { fieldOfEntry } from './list-entry.ts';
import type { KubernetesFaultContext } from './names.ts';
import { watchObject } from './objects.ts';
import { mayWrite } from './undone-by.ts';

const params = z.strictObject({
  /** Name of the configuration. */
  name: nameField,
  /** Name of the webhook in it. */
  webhook: nameField,
  kind: z.enum(['validating', 'mutating']).default('validating'),
});
type Params = z.infer<typeof params>;

/**
 * Makes an admission webhook see nothing by one field, its objectSelector: it matches objects of a label that none
 * bears. That is less than deleting the webhook, and unlike a namespaceSelector it reaches cluster-scoped objects too;
 * failurePolicy, rules and clientConfig stay.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-objectselector
 */
export const admissionWebhookDisabled = defineFault({
  type: 'kubernetes.admission-webhook-disabled',
  kind: 'change',
  target: 'kubernetes',
  title: 'Disable an admission webhook',
  description:
    "An admission webhook's selector is changed so that it is asked about nothing any more: the guardrail is still listed and lets everything through. Revert puts back the selector.",
  params,
  example: { name: 'admission-rego', webhook: 'admission-rego.windshear.dev', kind: 'validating' },
  techniques: ['T1685'],
  permissions: (p: Params) => {
    const of = resourceOf(p);
    return {
      inject: [rightTo('get', of), rightTo('patch', of)],
      observe: [rightTo('get', of)],
      revert: [rightTo('get', of), rightTo('patch', of)],
      watch: [rightTo('watch', of)],
    };
  },
  touches: (p) => [nameOf(p)],
  undoneBy: (p, action) => mayWrite(action, resourceOf(p)),
  impairs: (p) => [nameOf(p)],
  settleMs: 0,
  volatile: [],
  residue: [],

  capture: (ctx: KubernetesFaultContext, p: Params) => captureFields(ctx, deltaOf(ctx, p)),
  inject: (ctx, p, before) => injectFields(ctx, deltaOf(ctx, p), before),
  observe: (ctx, p, before, after) => observeFields(ctx, deltaOf(ctx, p), { before, after }),
  revert: (ctx, p, before, after) => revertFields(ctx, deltaOf(ctx, p), { before, after }),
  watch: (ctx, p, onChange) => watchObject(ctx, deltaOf(ctx, p).ref, onChange),
});

function deltaOf(ctx: KubernetesFaultContext, p: Params): FieldDelta {
  const matchesNothing = {
    matchExpressions: [{ key: 'windshear.dev/disabled-by', operator: 'In', values: [ctx.marker] }],
  };
  const field = { name: p.webhook, field: 'objectSelector' };
  return {
    ref: { of: resourceOf(p), name: p.name },
    subject: nameOf(p),
    fields: [fieldOfEntry('/webhooks', field, matchesNothing)],
  };
}

function resourceOf({ kind }: Params): ApiResource {
  return { group: 'admissionregistration.k8s.io', version: 'v1', resource: `${kind}webhookconfigurations` };
}

function nameOf({ kind, name }: Params): string {
  return subjectOf(`${kind}webhookconfiguration`, undefined, name);
}
