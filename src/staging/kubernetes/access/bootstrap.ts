import type { JsonObject } from '../../../model/json.ts';

/**
 * Lists the roles and bindings that every cluster begins with, as far as somebody here is bound to them or grants
 * them. `view` is the real one for the served resources.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
export function bootstrapAccess(): readonly JsonObject[] {
  const paths = (verbs: string[], ...nonResourceURLs: string[]) => ({ verbs, nonResourceURLs });
  const health = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
  const everyone = [group('system:authenticated')];
  return [
    ...granted('cluster-admin', [rule(['*'], ['*'], ['*']), paths(['*'], '*')], [group('system:masters')]),
    ...granted(
      'system:discovery',
      [paths(['get'], '/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', ...health)],
      everyone,
    ),
    ...granted(
      'system:public-info-viewer',
      [paths(['get'], ...health)],
      [...everyone, group('system:unauthenticated')],
    ),
    ...granted(
      'system:basic-user',
      [
        rule(['authorization.k8s.io'], ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], ['create']),
        rule(['authentication.k8s.io'], ['selfsubjectreviews'], ['create']),
      ],
      everyone,
    ),
    clusterRole('view', viewRules),
    ...Object.entries(controllerRules).flatMap(([name, rules]) =>
      granted(`system:controller:${name}`, rules, [{ kind: 'ServiceAccount', name, namespace: 'kube-system' }]),
    ),
    ...granted('system:kube-controller-manager', managerRules, [
      { kind: 'User', apiGroup, name: 'system:kube-controller-manager' },
    ]),
  ];
}

const apiGroup = 'rbac.authorization.k8s.io';
const reads = ['get', 'list', 'watch'];
const eventWrites = rule(['', 'events.k8s.io'], ['events'], ['create', 'patch', 'update']);

const viewRules = [
  rule([''], ['configmaps', 'events', 'namespaces', 'pods', 'pods/status', 'serviceaccounts'], reads),
  rule(['apps'], ['deployments', 'deployments/scale', 'deployments/status'], reads),
  rule(['apps'], ['replicasets', 'replicasets/scale', 'replicasets/status'], reads),
  rule(['networking.k8s.io'], ['networkpolicies'], reads),
];

const controllerRules: Readonly<Record<string, readonly JsonObject[]>> = {
  'deployment-controller': [
    rule(['apps'], ['deployments'], ['get', 'list', 'update', 'watch']),
    rule(['apps'], ['deployments/status'], ['update']),
    rule(['apps'], ['replicasets'], ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']),
    eventWrites,
  ],
  'replicaset-controller': [
    rule(['apps'], ['replicasets'], ['get', 'list', 'update', 'watch']),
    rule(['apps'], ['replicasets/status'], ['update']),
    rule([''], ['pods'], ['create', 'delete', 'list', 'patch', 'watch']),
    eventWrites,
  ],
  'generic-garbage-collector': [rule(['*'], ['*'], ['delete', 'get', 'list', 'patch', 'update', 'watch'])],
  'namespace-controller': [
    rule([''], ['namespaces'], ['delete', 'get', 'list', 'watch']),
    rule([''], ['namespaces/finalize', 'namespaces/status'], ['update']),
    rule(['*'], ['*'], ['delete', 'deletecollection', 'get', 'list']),
  ],
  'service-account-controller': [rule([''], ['serviceaccounts'], ['create']), eventWrites],
  'root-ca-cert-publisher': [rule([''], ['configmaps'], ['create', 'update'])],
};

const managerRules = [
  rule([''], ['secrets', 'serviceaccounts'], ['create', 'delete', 'get', 'update']),
  rule(['*'], ['*'], ['list', 'watch']),
];

function rule(apiGroups: string[], resources: string[], verbs: string[]): JsonObject {
  return { apiGroups, resources, verbs };
}

function group(name: string): JsonObject {
  return { kind: 'Group', apiGroup, name };
}

function granted(name: string, rules: readonly JsonObject[], subjects: readonly JsonObject[]): readonly JsonObject[] {
  return [
    clusterRole(name, rules),
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels: bootstrapping },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects,
    },
  ];
}

const bootstrapping = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };

function clusterRole(name: string, rules: readonly JsonObject[]): JsonObject {
  return { apiVersion: `${apiGroup}/v1`, kind: 'ClusterRole', metadata: { name, labels: bootstrapping }, rules };
}
