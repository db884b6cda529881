import { expect } from 'chai';
import { type Rights, removalsFrom } from './removals.ts';

const statement = (Action: string[], Resource: string[]) => ({
  Sid: 'Windshear1',
  Effect: 'Allow' as const,
  Action,
  Resource,
});
const policy = (...Statement: ReturnType<typeof statement>[]) => ({ Version: '2012-10-17' as const, Statement });
const attach = statement(['iam:AttachRolePolicy'], ['role']);
const detach = statement(['iam:DetachRolePolicy', 'iam:ListAttachedRolePolicies'], ['role']);
const ask = statement(['iam:SimulatePrincipalPolicy'], ['*']);
const namespaces = { apiGroups: [''], resources: ['namespaces'], verbs: ['get'], resourceNames: ['a', 'b'] };
const bindings = { apiGroups: ['rbac'], resources: ['bindings'], verbs: ['delete', 'get'] };
const role = (...rules: (typeof namespaces | typeof bindings)[]) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1' as const,
  kind: 'ClusterRole' as const,
  metadata: { name: 'windshear' },
  rules,
});

const rights: Rights = {
  policies: { tester: policy(attach), revert: policy(detach, ask) },
  roles: { tester: [role(namespaces)], revert: [role(bindings)] },
};

function without(right: string, isUnasked = false) {
  return removalsFrom(rights).find((one) => one.right === right && one.isUnasked === isUnasked);
}

describe('removalsFrom', () => {
  it('takes away each action, verb and name, those of the tester in AWS also from who cannot ask', () => {
    const all = removalsFrom(rights).map(
      ({ who, right, isUnasked }) => `${who} ${right}${isUnasked ? ' unasked' : ''}`,
    );
    expect(all).to.deep.equal([
      'tester iam:AttachRolePolicy on role',
      'tester iam:AttachRolePolicy on role unasked',
      'tester get namespaces/a',
      'tester get namespaces/b',
      'revert iam:DetachRolePolicy on role',
      'revert iam:ListAttachedRolePolicies on role',
      'revert iam:SimulatePrincipalPolicy on *',
      'revert delete bindings.rbac',
      'revert get bindings.rbac',
    ]);
  });

  it('leaves all other rights', () => {
    const left = { ...detach, Action: ['iam:ListAttachedRolePolicies'] };
    const { tester } = rights.policies;
    const rest = { ...rights, policies: { tester, revert: policy(left, ask) } };
    expect(without('iam:DetachRolePolicy on role')?.rest).to.deep.equal(rest);
    expect(without('get namespaces/a')?.rest.roles.tester).to.deep.equal([
      role({ ...namespaces, resourceNames: ['b'] }),
    ]);
    expect(without('delete bindings.rbac')?.rest.roles.revert).to.deep.equal([role({ ...bindings, verbs: ['get'] })]);
  });

  it('leaves no statement without an action', () => {
    expect(without('iam:AttachRolePolicy on role', true)?.rest.policies).to.deep.equal({
      tester: policy(),
      revert: policy(detach),
    });
  });
});
