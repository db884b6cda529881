import type { JsonObject } from '../../../model/json.ts';
import { admissionNames, type ClusterUser, clusterUsers, namespaceNames } from './names.ts';

const apiGroup = 'rbac.authorization.k8s.io';

interface Rule extends JsonObject {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Lists who may do what in the cluster: what faults do, what puts them back, and the guardrails' own rights. */
export function clusterAccess(): readonly JsonObject[] {
  const app = namespaceNames.app;
  return [
    ...granted('tester', [
      ...knowing,
      rule(apiGroup, ['clusterrolebindings'], ['get', 'create']),
      // https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-binding-creation-or-update
      { ...rule(apiGroup, ['clusterroles'], ['bind']), resourceNames: ['cluster-admin', 'view'] },
      { ...webhooks(['get', 'patch']), resourceNames: [admissionNames.configuration] },
    ]),
    ...grantedIn(app, 'tester', [
      rule('', ['pods'], ['get', 'create']),
      rule('', ['serviceaccounts'], ['get', 'list', 'create']),
      rule('', ['configmaps'], ['get', 'list', 'create', 'delete']),
      rule('', ['secrets'], ['get', 'list', 'create']),
      rule('apps', ['deployments'], ['get', 'create', 'patch']),
      rule('networking.k8s.io', ['networkpolicies'], ['get', 'delete']),
    ]),
    ...grantedIn('kube-system', 'tester', [rule('', ['pods'], ['get', 'create'])]),
    ...granted('revert', [
      ...knowing,
      rule(apiGroup, ['clusterrolebindings'], ['get', 'watch', 'delete']),
      { ...webhooks(['get', 'watch', 'patch']), resourceNames: [admissionNames.configuration] },
    ]),
    ...grantedIn(app, 'revert', [
      rule('', ['pods', 'serviceaccounts', 'secrets'], [...reads, 'delete']),
      rule('', ['configmaps'], [...reads, 'create', 'delete']),
      rule('apps', ['deployments'], ['get', 'watch', 'patch', 'delete']),
      rule('networking.k8s.io', ['networkpolicies'], ['get', 'watch', 'create']),
    ]),
    ...grantedIn('kube-system', 'revert', [rule('', ['pods'], ['get', 'watch', 'delete'])]),
    ...granted('detectors', [
      rule('', ['namespaces', 'pods', 'serviceaccounts', 'events'], reads),
      rule('apps', ['deployments', 'replicasets'], reads),
      rule(apiGroup, ['clusterrolebindings', 'rolebindings'], reads),
    ]),
    ...grantedIn(app, 'reconciler', [
      rule('apps', ['deployments'], [...reads, 'patch', 'update']),
      rule('', ['configmaps'], reads),
    ]),
    ...granted('remediator', [rule(apiGroup, ['clusterrolebindings'], [...reads, 'delete'])]),
  ];
}

const reads = ['get', 'list', 'watch'];

/** Which cluster it is, and that it is staging. */
const knowing: readonly Rule[] = [rule('', ['namespaces'], ['get', 'list'])];

function webhooks(verbs: readonly string[]): Rule {
  return rule('admissionregistration.k8s.io', ['validatingwebhookconfigurations'], verbs);
}

function rule(group: string, resources: readonly string[], verbs: readonly string[]): Rule {
  return { apiGroups: [group], resources, verbs };
}

function granted(who: ClusterUser, rules: readonly Rule[]): readonly JsonObject[] {
  const name = clusterUsers[who];
  return [
    { apiVersion: `${apiGroup}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: [{ kind: 'User', apiGroup, name }],
    },
  ];
}

function grantedIn(namespace: string, who: ClusterUser, rules: readonly Rule[]): readonly JsonObject[] {
  const name = clusterUsers[who];
  return [
    { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata: { name, namespace }, rules },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata: { name, namespace },
      roleRef: { apiGroup, kind: 'Role', name },
      subjects: [{ kind: 'User', apiGroup, name }],
    },
  ];
}
