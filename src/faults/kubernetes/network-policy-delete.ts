import { z } from 'zod';
import { defineFault } from '../../model/fault.ts';
import { nameField, namespaceField } from '../../model/kubernetes-names.ts';
import { captureObject, deleteCaptured, observeAbsence, recreate } from './deleted-object.ts';
import { networkPolicyResource, rightTo, subjectOf } from './kinds.ts';
import type { KubernetesFaultContext } from './names.ts';
import { type ObjectRef, watchObject } from './objects.ts';
import { mayWrite } from './undone-by.ts';

const params = z.strictObject({ namespace: namespaceField, name: nameField });
type Params = z.infer<typeof params>;

/**
 * Deletes a NetworkPolicy, by uid and version; revert creates it again as it was. ATT&CK has no technique for firewalls
 * between pods: its parent of all firewalls fits, neither the cloud's (T1686.001) nor a network device's (T1686.002).
 */
export const networkPolicyDelete = defineFault({
  type: 'kubernetes.network-policy-delete',
  kind: 'change',
  target: 'kubernetes',
  title: 'Delete a network policy',
  description:
    'A NetworkPolicy, such as the one that denies by default, is gone, and every pod may talk to every other. Revert creates it again with the same spec, labels and annotations.',
  params,
  example: { namespace: 'inference', name: 'default-deny' },
  techniques: ['T1686'],
  permissions: {
    inject: [rightTo('delete', networkPolicyResource)],
    observe: [rightTo('get', networkPolicyResource)],
    revert: [rightTo('get', networkPolicyResource), rightTo('create', networkPolicyResource)],
    watch: [rightTo('watch', networkPolicyResource)],
  },
  touches: (p) => [nameOf(p)],
  undoneBy: (_, action) => mayWrite(action, networkPolicyResource),
  impairs: () => [],
  settleMs: 0,
  volatile: [],
  residue: ['uid, creation time and managed fields of the policy are new'],

  capture: (ctx: KubernetesFaultContext, p: Params) => captureObject(ctx, refOf(p)),
  inject: (ctx, p, before) => deleteCaptured(ctx, { ref: refOf(p), subject: nameOf(p) }, before),
  observe: (ctx, p, before) => observeAbsence(ctx, refOf(p), before),
  revert: (ctx, p, before) => recreate(ctx, refOf(p), before),
  watch: (ctx, p, onChange) => watchObject(ctx, refOf(p), onChange),
});

function refOf({ namespace, name }: Params): ObjectRef {
  return { of: networkPolicyResource, namespace, name };
}

function nameOf({ namespace, name }: Params): string {
  return subjectOf('networkpolicy', namespace, name);
}
