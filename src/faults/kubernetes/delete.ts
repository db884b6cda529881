import { z } from 'zod';
import { defineFault } from '../../model/fault.ts';
import { namespaceField, segmentField, segmentProblem } from '../../model/kubernetes-names.ts';
import { captureObject, deleteCaptured, observeAbsence, recreate } from './deleted-object.ts';
import { resourceOf, rightTo, subjectOf } from './kinds.ts';
import type { KubernetesFaultContext } from './names.ts';
import { type ObjectRef, watchObject } from './objects.ts';
import { mayWrite } from './undone-by.ts';

/** Kinds that own nothing and hold no state of their own: created again, they are as they were but for the uid. */
const leafKinds = {
  ConfigMap: 'v1',
  LimitRange: 'v1',
  ResourceQuota: 'v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  Ingress: 'networking.k8s.io/v1',
  PodDisruptionBudget: 'policy/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  Role: 'rbac.authorization.k8s.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  ClusterRole: 'rbac.authorization.k8s.io/v1',
  ClusterRoleBinding: 'rbac.authorization.k8s.io/v1',
  ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  MutatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  ValidatingAdmissionPolicy: 'admissionregistration.k8s.io/v1',
  ValidatingAdmissionPolicyBinding: 'admissionregistration.k8s.io/v1',
  PriorityClass: 'scheduling.k8s.io/v1',
} as const;
type LeafKind = keyof typeof leafKinds;

const kinds = Object.keys(leafKinds) as [LeafKind, ...LeafKind[]];

const params = z
  .strictObject({
    kind: z.enum(kinds),
    namespace: namespaceField.optional(),
    name: segmentField,
    impairs: z.array(z.string()).default([]),
  })
  .superRefine((p, context) => {
    const message = segmentProblem(refOf(p).of, p.name);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['name'], message });
  });
type Params = z.infer<typeof params>;

/** Deletes one object of a kind that can be created again, by uid and version; one with finalizers or an owner is refused. */
export const kubernetesDelete = defineFault({
  type: 'kubernetes.delete',
  kind: 'change',
  target: 'kubernetes',
  title: 'Delete a Kubernetes object',
  description:
    'One object of a kind that owns nothing, such as a quota or a role binding, is deleted. Revert creates it again as it was.',
  params,
  example: { kind: 'ConfigMap', namespace: 'inference', name: 'settings', impairs: [] },
  techniques: [],
  permissions: ({ kind, name }: Params) => {
    const of = resourceOf({ kind, apiVersion: leafKinds[kind] });
    return {
      inject: [rightTo('delete', of)],
      observe: [rightTo('get', of)],
      // Creating roles and bindings again takes the rights that they give, or these verbs.
      revert: [rightTo('get', of), rightTo('create', of), ...(isRole(kind) ? [`escalate ${rbac(kind)}/${name}`] : [])],
      watch: [rightTo('watch', of)],
    };
  },
  touches: ({ kind, namespace, name }) => [subjectOf(kind, namespace, name)],
  undoneBy: (p, action) => mayWrite(action, refOf(p).of),
  impairs: ({ impairs }) => impairs,
  settleMs: 0,
  volatile: [],
  residue: ['uid, creation time and managed fields of the object are new, and its status is worked out anew'],

  capture: (ctx: KubernetesFaultContext, p: Params) => captureObject(ctx, refOf(p)),
  inject: (ctx, p, before) => {
    const subject = subjectOf(p.kind, p.namespace, p.name);
    return deleteCaptured(ctx, { ref: refOf(p), subject }, before);
  },
  observe: (ctx, p, before) => observeAbsence(ctx, refOf(p), before),
  revert: (ctx, p, before) => recreate(ctx, refOf(p), before),
  watch: (ctx, p, onChange) => watchObject(ctx, refOf(p), onChange),
});

function refOf({ kind, namespace, name }: Pick<Params, 'kind' | 'namespace' | 'name'>): ObjectRef {
  return { of: resourceOf({ kind, apiVersion: leafKinds[kind] }), namespace, name };
}

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping */
function isRole(kind: LeafKind): boolean {
  return kind === 'Role' || kind === 'ClusterRole';
}

function rbac(kind: LeafKind): string {
  return kind === 'Role' ? 'roles.rbac.authorization.k8s.io' : 'clusterroles.rbac.authorization.k8s.io';
}
