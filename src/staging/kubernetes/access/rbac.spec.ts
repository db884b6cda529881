import { expect } from 'chai';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../objects/built-in.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { keyOf } from '../objects/resources.ts';
import { createStore } from '../storage/store.ts';
import { denial } from './denial.ts';
import { checkEscalation } from './escalation.ts';
import { createAuthorizer } from './rbac.ts';
import type { User } from './user.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const ada: User = { username: 'ada', groups: ['team', 'system:authenticated'] };
const podRequest = { verb: 'get', group: '', resource: 'pods', subresource: '', namespace: 'a', name: 'p' };
const binding = (kind: string, name: string, roleRef: object, subject: object, namespace?: string) =>
  ({
    apiVersion,
    kind,
    metadata: { name, ...(namespace && { namespace }) },
    roleRef,
    subjects: [subject],
  }) as unknown as KubernetesObject;

function world() {
  const store = createStore();
  const role = (name: string, rules: object[], namespace?: string) =>
    store.put(keyOf(namespace ? roles : clusterRoles), {
      apiVersion,
      kind: namespace ? 'Role' : 'ClusterRole',
      metadata: { name, ...(namespace && { namespace }) },
      rules,
    } as unknown as KubernetesObject);
  return {
    store,
    role,
    bind: (name: string, role: string, subject: object, namespace?: string) =>
      store.put(
        keyOf(namespace ? roleBindings : clusterRoleBindings),
        binding(
          namespace ? 'RoleBinding' : 'ClusterRoleBinding',
          name,
          { kind: 'ClusterRole', name: role },
          subject,
          namespace,
        ),
      ),
    authorizer: createAuthorizer(store),
  };
}

describe('createAuthorizer', () => {
  it('says which binding allowed a request, and to whom', () => {
    const { role, bind, authorizer } = world();
    role('readers', [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]);
    bind('team-reads', 'readers', { kind: 'Group', name: 'team' });
    expect(authorizer.decide(ada, podRequest)).to.deep.equal({
      allowed: true,
      reason: 'RBAC: allowed by ClusterRoleBinding "team-reads" of ClusterRole "readers" to Group "team"',
    });
  });

  it('keeps a binding of a namespace to that namespace', () => {
    const { role, bind, authorizer } = world();
    role('readers', [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]);
    bind('ada-reads', 'readers', { kind: 'ServiceAccount', name: 'worker' }, 'a');
    const worker = { username: 'system:serviceaccount:a:worker', groups: [] };
    expect(authorizer.decide(worker, podRequest).reason).to.equal(
      'RBAC: allowed by RoleBinding "ada-reads/a" of ClusterRole "readers" to ServiceAccount "worker/a"',
    );
    expect(authorizer.decide(worker, { ...podRequest, namespace: 'b' })).to.deep.equal({ allowed: false, reason: '' });
  });

  for (const [name, rule, request, allowed] of [
    ['a rule for another group', { apiGroups: ['apps'], resources: ['pods'], verbs: ['*'] }, podRequest, false],
    [
      'a rule for the object by name',
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'], resourceNames: ['p'] },
      podRequest,
      true,
    ],
    [
      'a rule for another object',
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'], resourceNames: ['q'] },
      podRequest,
      false,
    ],
    [
      'a rule for the resource without its subresource',
      { apiGroups: [''], resources: ['pods'], verbs: ['*'] },
      { ...podRequest, subresource: 'log' },
      false,
    ],
    [
      'a rule for a subresource of all',
      { apiGroups: [''], resources: ['*/log'], verbs: ['*'] },
      { ...podRequest, subresource: 'log' },
      true,
    ],
    [
      'a rule for paths below',
      { nonResourceURLs: ['/apis/*'], verbs: ['get'] },
      { verb: 'get', path: '/apis/apps' },
      true,
    ],
    [
      'a rule for another path',
      { nonResourceURLs: ['/apis/*'], verbs: ['get'] },
      { verb: 'get', path: '/metrics' },
      false,
    ],
  ] as const) {
    it(`${allowed ? 'allows' : 'does not allow'} by ${name}`, () => {
      const { role, bind, authorizer } = world();
      role('some', [rule]);
      bind('some', 'some', { kind: 'User', name: 'ada' });
      expect(authorizer.decide(ada, request).allowed).to.equal(allowed);
    });
  }

  it('lets masters do everything without a reason', () => {
    const { authorizer } = world();
    expect(authorizer.decide({ username: 'root', groups: ['system:masters'] }, podRequest)).to.deep.equal({
      allowed: true,
      reason: '',
    });
  });

  it('names the role that a binding misses', () => {
    const { bind, authorizer } = world();
    bind('broken', 'nothing', { kind: 'User', name: 'ada' });
    const { reason } = authorizer.decide(ada, podRequest);
    expect(reason).to.equal('RBAC: clusterrole.rbac.authorization.k8s.io "nothing" not found');
    expect(denial(ada, podRequest, reason).message).to.equal(
      `pods "p" is forbidden: User "ada" cannot get resource "pods" in API group "" in the namespace "a": ${reason}`,
    );
  });
});

describe('checkEscalation', () => {
  const everything = [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ];
  const grant = binding(
    'ClusterRoleBinding',
    'backdoor',
    { kind: 'ClusterRole', name: 'cluster-admin' },
    { kind: 'User', name: 'eve' },
  );

  it('refuses to bind what the writer does not hold', () => {
    const { role, authorizer } = world();
    role('cluster-admin', everything);
    expect(() => checkEscalation(authorizer, ada, { resource: clusterRoleBindings, object: grant })).to.throw(
      'clusterrolebindings.rbac.authorization.k8s.io "backdoor" is forbidden: user "ada" ' +
        '(groups=["team" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}',
    );
  });

  it('lets those bind who hold it all, or have the verb bind on that role', () => {
    for (const rules of [
      everything,
      [
        {
          apiGroups: ['rbac.authorization.k8s.io'],
          resources: ['clusterroles'],
          resourceNames: ['cluster-admin'],
          verbs: ['bind'],
        },
      ],
    ]) {
      const { role, bind, authorizer } = world();
      role('cluster-admin', everything);
      role('mine', rules);
      bind('mine', 'mine', { kind: 'User', name: 'ada' });
      checkEscalation(authorizer, ada, { resource: clusterRoleBindings, object: grant });
    }
  });

  it('refuses a role with more than the writer holds', () => {
    const { role, bind, authorizer } = world();
    role('mine', [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }]);
    bind('mine', 'mine', { kind: 'User', name: 'ada' });
    const wanted = (verbs: string[]) =>
      ({
        apiVersion,
        kind: 'ClusterRole',
        metadata: { name: 'x' },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs }],
      }) as KubernetesObject;
    checkEscalation(authorizer, ada, { resource: clusterRoles, object: wanted(['get']) });
    expect(() =>
      checkEscalation(authorizer, ada, { resource: clusterRoles, object: wanted(['get', 'delete']) }),
    ).to.throw('not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}');
  });
});
