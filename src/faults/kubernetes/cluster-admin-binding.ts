import { z } from 'zod';
import { defineFault } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { nameField, namespaceField, segmentField } from '../../model/kubernetes-names.ts';
import { captureAbsence, createdStatus, createOurs, deleteOurs, hasFields, whoseIs } from './created-object.ts';
import { clusterRoleBindingResource, rightTo, subjectOf } from './kinds.ts';
import { type KubernetesFaultContext, markedName, prefixField } from './names.ts';
import { type ObjectRef, readObject, watchObject } from './objects.ts';
import { mayDelete } from './undone-by.ts';

const params = z.strictObject({
  namespace: namespaceField,
  serviceAccount: nameField,
  /** Beginning of the binding's name; the marker follows. */
  name: prefixField.default('binding'),
  /** A harmless role, such as `view`, makes a control. */
  clusterRole: segmentField.default('cluster-admin'),
});
type Params = z.infer<typeof params>;

/** Binds a service account to a cluster role, by default `cluster-admin`; revert deletes that binding by its uid. */
export const clusterAdminBinding = defineFault({
  type: 'kubernetes.cluster-admin-binding',
  kind: 'change',
  target: 'kubernetes',
  title: 'Bind a service account to cluster-admin',
  description:
    "A workload's service account gets every right in the cluster, as by a hasty fix or an intruder. Revert deletes that binding only.",
  params,
  example: {
    namespace: 'inference',
    serviceAccount: 'inference-worker',
    name: 'binding',
    clusterRole: 'cluster-admin',
  },
  techniques: ['T1098.006'],
  permissions: ({ clusterRole }: Params) => ({
    inject: [
      rightTo('create', clusterRoleBindingResource),
      // https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-binding-creation-or-update
      `bind clusterroles.rbac.authorization.k8s.io/${clusterRole}`,
    ],
    observe: [rightTo('get', clusterRoleBindingResource)],
    revert: [rightTo('get', clusterRoleBindingResource), rightTo('delete', clusterRoleBindingResource)],
    watch: [rightTo('watch', clusterRoleBindingResource)],
  }),
  touches: ({ name, namespace, serviceAccount }) => [
    subjectOf('clusterrolebinding', undefined, `${name}-*`),
    subjectOf('serviceaccount', namespace, serviceAccount),
  ],
  subjects: ({ namespace, serviceAccount }, acknowledged) => {
    const name = acknowledged?.ids?.['name'];
    const account = subjectOf('serviceaccount', namespace, serviceAccount);
    return name === undefined ? [account] : [subjectOf('clusterrolebinding', undefined, name), account];
  },
  undoneBy: (_, action) => mayDelete(action, clusterRoleBindingResource),
  impairs: () => [],
  settleMs: 0,
  volatile: [],
  residue: [],

  capture: async (ctx: KubernetesFaultContext, p: Params) => captureAbsence(ctx, refOf(ctx, p)),

  inject: (ctx, p, before) => {
    const ref = refOf(ctx, p);
    const subject = subjectOf('clusterrolebinding', undefined, ref.name);
    return createOurs(ctx, { ref, subject }, { before, manifest: bindingOf(ctx, p) });
  },

  observe: async (ctx, p, before, after) => {
    const ref = refOf(ctx, p);
    const now = await readObject(ctx, ref);
    const { roleRef, subjects } = bindingOf(ctx, p);
    // A remediator may empty the binding rather than delete it: the account has lost the role all the same.
    const holds = now !== undefined && hasFields(now.object, { roleRef: roleRef ?? null, subjects: subjects ?? null });
    const state: Json =
      now === undefined
        ? { binding: null }
        : {
            binding: now.name,
            uid: now.uid,
            subjects: now.object['subjects'] ?? [],
            role: now.object['roleRef'] ?? null,
          };
    return createdStatus(whoseIs(ctx, now, { before, after }), { now, state, holds, before });
  },

  revert: (ctx, p, before, after) => deleteOurs(ctx, refOf(ctx, p), { before, after }),
  watch: (ctx, p, onChange) => watchObject(ctx, refOf(ctx, p), onChange),
});

function refOf(ctx: KubernetesFaultContext, { name }: Params): ObjectRef {
  return { of: clusterRoleBindingResource, name: markedName(ctx, name) };
}

function bindingOf(ctx: KubernetesFaultContext, p: Params): JsonObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: markedName(ctx, p.name) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: p.clusterRole },
    subjects: [{ kind: 'ServiceAccount', name: p.serviceAccount, namespace: p.namespace }],
  };
}
