import { type Resource, resource } from './resources.ts';

const core = { group: '', version: 'v1', namespaced: true };
const apps = { group: 'apps', version: 'v1', namespaced: true };
const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' };
const authorization = { group: 'authorization.k8s.io', version: 'v1', namespaced: false, review: true };

const podFields = [
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'spec.hostNetwork',
  'status.phase',
  'status.podIP',
  'status.nominatedNodeName',
];
const eventFields = [
  ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
    (field) => `involvedObject.${field}`,
  ),
  'reason',
  'reportingComponent',
  'source',
  'type',
];

export const namespaces = resource({
  ...core,
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
  shortNames: ['ns'],
  subresources: ['status'],
  selectable: ['status.phase'],
  answersDeleted: true,
});

export const pods = resource({
  ...core,
  plural: 'pods',
  kind: 'Pod',
  shortNames: ['po'],
  subresources: ['status', 'eviction'],
  selectable: podFields,
  answersDeleted: true,
});

export const secrets = resource({ ...core, plural: 'secrets', kind: 'Secret', selectable: ['type'] });

export const serviceAccounts = resource({
  ...core,
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
  shortNames: ['sa'],
  subresources: ['token'],
  answersDeleted: true,
});

export const events = resource({
  ...core,
  plural: 'events',
  kind: 'Event',
  shortNames: ['ev'],
  selectable: eventFields,
});

export const deployments = resource({
  ...apps,
  plural: 'deployments',
  kind: 'Deployment',
  shortNames: ['deploy'],
  subresources: ['scale', 'status'],
});

export const replicaSets = resource({
  ...apps,
  plural: 'replicasets',
  kind: 'ReplicaSet',
  shortNames: ['rs'],
  subresources: ['scale', 'status'],
  selectable: ['status.replicas'],
});

export const roles = resource({ ...rbac, namespaced: true, plural: 'roles', kind: 'Role' });
export const roleBindings = resource({ ...rbac, namespaced: true, plural: 'rolebindings', kind: 'RoleBinding' });
export const clusterRoles = resource({ ...rbac, namespaced: false, plural: 'clusterroles', kind: 'ClusterRole' });
export const clusterRoleBindings = resource({
  ...rbac,
  namespaced: false,
  plural: 'clusterrolebindings',
  kind: 'ClusterRoleBinding',
});

export const validatingWebhooks = resource({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
});

export const customResourceDefinitions = resource({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
  shortNames: ['crd', 'crds'],
  subresources: ['status'],
});

export const subjectAccessReviews = resource({
  ...authorization,
  plural: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
});

export const selfSubjectAccessReviews = resource({
  ...authorization,
  plural: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
});

export const selfSubjectReviews = resource({
  group: 'authentication.k8s.io',
  version: 'v1',
  namespaced: false,
  review: true,
  plural: 'selfsubjectreviews',
  kind: 'SelfSubjectReview',
});

/** Lists what is served from the start, as discovery shows it. */
export const builtInResources: readonly Resource[] = [
  namespaces,
  pods,
  resource({ ...core, plural: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'] }),
  secrets,
  serviceAccounts,
  events,
  deployments,
  replicaSets,
  roles,
  roleBindings,
  clusterRoles,
  clusterRoleBindings,
  resource({
    group: 'networking.k8s.io',
    version: 'v1',
    plural: 'networkpolicies',
    kind: 'NetworkPolicy',
    singular: 'networkpolicy',
    namespaced: true,
    shortNames: ['netpol'],
  }),
  validatingWebhooks,
  resource({ group: 'coordination.k8s.io', version: 'v1', plural: 'leases', kind: 'Lease', namespaced: true }),
  customResourceDefinitions,
  subjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectReviews,
];

/** Groups that every real cluster has; what this server leaves out of them is 501 rather than unknown. */
export const realGroups: readonly string[] = [
  ...new Set(builtInResources.map(({ group }) => group)),
  'apiregistration.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'node.k8s.io',
  'policy',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
];
