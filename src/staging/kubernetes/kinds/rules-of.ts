import { keyOf, type Resource, type ResourceKey } from '../objects/resources.ts';
import { bindingRules, roleRules } from './access-rules.ts';
import type { KindRules } from './kind-rules.ts';
import * as plain from './plain-rules.ts';
import { podRules } from './pods.ts';
import { webhookRules } from './webhook-rules.ts';
import { deploymentRules, replicaSetRules } from './workloads.ts';

const byKey: Readonly<Record<ResourceKey, KindRules>> = {
  '/namespaces': plain.namespaceRules,
  '/pods': podRules,
  '/configmaps': plain.configMapRules,
  '/secrets': plain.secretRules,
  '/events': plain.eventRules,
  'apps/deployments': deploymentRules,
  'apps/replicasets': replicaSetRules,
  'rbac.authorization.k8s.io/roles': roleRules,
  'rbac.authorization.k8s.io/clusterroles': roleRules,
  'rbac.authorization.k8s.io/rolebindings': bindingRules,
  'rbac.authorization.k8s.io/clusterrolebindings': bindingRules,
  'networking.k8s.io/networkpolicies': plain.networkPolicyRules,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': webhookRules,
  'coordination.k8s.io/leases': plain.leaseRules,
  'apiextensions.k8s.io/customresourcedefinitions': plain.definitionRules,
};

/** Finds what a kind adds to the common way of a write. */
export function rulesOfKind(resource: Resource): KindRules {
  return resource.custom ? plain.customRules : (byKey[keyOf(resource)] ?? {});
}
