import { askClusterAdmin } from '../../staging/cluster-admin.ts';
import type { StagingState } from '../../staging/state.ts';
import { putRolePolicy, removeRolePolicy, roleName } from '../game-day/role-policies.ts';
import type { Rights } from './removals.ts';

/** Puts printed policies and roles in the place of those that the staging was seeded with. */
export async function grant(state: StagingState, { policies, roles }: Rights): Promise<void> {
  await keepDeny(state);
  for (const who of ['tester', 'revert'] as const) {
    const name = roleName(state, who);
    // IAM takes no policy without a statement.
    if (policies[who].Statement.length === 0) await removeRolePolicy(state, who, name);
    else await putRolePolicy(state, who, { name, document: policies[who] });
    await grantRoles(state, who, roles[who]);
  }
}

/** The guardrail of `access-key-refused` is a deny in the tester's own policy; it stays whatever is printed. */
async function keepDeny(state: StagingState): Promise<void> {
  const Resource = `arn:aws:iam::${state.aws.account}:user/${state.users.protected}`;
  const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'iam:CreateAccessKey', Resource }] };
  await putRolePolicy(state, 'tester', { name: 'deny', document: deny });
}

/** What is printed for no place has no rules. */
async function grantRoles({ kubernetes }: StagingState, who: string, printed: Rights['roles']['tester']) {
  const api = '/apis/rbac.authorization.k8s.io/v1';
  const name = `windshear-${who}`;
  const places = [
    { kind: 'ClusterRole', path: `${api}/clusterroles/${name}`, namespace: undefined },
    ...[kubernetes.namespace, 'kube-system'].map((namespace) => ({
      kind: 'Role',
      path: `${api}/namespaces/${namespace}/roles/${name}`,
      namespace,
    })),
  ];
  for (const { kind, path, namespace } of places) {
    const rules = printed.find((one) => one.metadata.namespace === namespace)?.rules ?? [];
    const now = (await askClusterAdmin(kubernetes, { method: 'GET', path })) as { readonly metadata: object };
    const body = { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata: now.metadata, rules };
    await askClusterAdmin(kubernetes, { method: 'PUT', path, body });
  }
}
