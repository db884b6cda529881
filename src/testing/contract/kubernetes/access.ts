import { expect } from 'chai';
import type { JsonObject } from '../../../model/json.ts';
import { type ApiUnderTest, freshName } from './api.ts';
import { suite } from './suite.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';

/** Claims about who may do what: RBAC, its refusals, reviews and tokens of service accounts. */
export function accessClaims(api: () => ApiUnderTest): void {
  const { call, in: at, namespace } = suite(api);
  const asUser = () => ({ token: api().tokens.user });
  const made: string[] = [];
  after(async () => {
    for (const path of made) await call('DELETE', path);
  });

  async function grant(rules: readonly JsonObject[], to: JsonObject): Promise<string> {
    const name = freshName('contract');
    await call('POST', `${rbac}/clusterroles`, { metadata: { name }, rules });
    const roleRef = { apiGroup, kind: 'ClusterRole', name };
    await call('POST', `${rbac}/clusterrolebindings`, { metadata: { name }, roleRef, subjects: [to] });
    made.push(`${rbac}/clusterrolebindings/${name}`, `${rbac}/clusterroles/${name}`);
    return name;
  }

  it('answers 401 to a token that nobody issued', async () => {
    const { status, body } = await call('GET', '/api/v1/namespaces', undefined, { token: 'not-a-token' });
    expect(status).to.equal(401);
    expect(body).to.deep.include({ kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized', code: 401 });
  });

  it('takes a caller without token for anonymous', async () => {
    const { status, body } = await call('GET', '/api/v1/namespaces', undefined, { token: undefined });
    expect(status).to.equal(403);
    expect(body['message']).to.equal(
      'namespaces is forbidden: User "system:anonymous" cannot list resource "namespaces" in API group "" at the cluster scope',
    );
    expect((await call('GET', '/version', undefined, { token: undefined })).status).to.equal(200);
  });

  it('says who cannot do what and where', async () => {
    const { status, body } = await call('DELETE', at('apps/v1', 'deployments', 'x'), undefined, asUser());
    expect(status).to.equal(403);
    expect(body).to.deep.include({
      reason: 'Forbidden',
      message: `deployments.apps "x" is forbidden: User "${api().username}" cannot delete resource "deployments" in API group "apps" in the namespace "${namespace()}"`,
      details: { name: 'x', group: 'apps', kind: 'deployments' },
      code: 403,
    });
  });

  it('lets a bound user do what the role says, and no more', async () => {
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }];
    await grant(rules, { apiGroup, kind: 'User', name: api().username });
    expect((await call('GET', at('v1', 'configmaps'), undefined, asUser())).status).to.equal(200);
    expect((await call('POST', at('v1', 'configmaps'), { metadata: { name: 'x' } }, asUser())).status).to.equal(403);
  });

  it('keeps a RoleBinding to its namespace', async () => {
    const roleRef = { apiGroup, kind: 'Role', name: 'reader' };
    const rules = [{ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['list'] }];
    await call('POST', at('rbac.authorization.k8s.io/v1', 'roles'), { metadata: { name: 'reader' }, rules });
    const subjects = [{ apiGroup, kind: 'User', name: api().username }];
    await call('POST', at('rbac.authorization.k8s.io/v1', 'rolebindings'), {
      metadata: { name: 'reader' },
      roleRef,
      subjects,
    });
    expect((await call('GET', at('v1', 'serviceaccounts'), undefined, asUser())).status).to.equal(200);
    expect((await call('GET', '/api/v1/namespaces/default/serviceaccounts', undefined, asUser())).status).to.equal(403);
  });

  it('fills the API groups of a binding', async () => {
    const name = freshName('contract');
    const subjects = [{ kind: 'User', name: 'nobody' }];
    const { body } = await call('POST', `${rbac}/clusterrolebindings`, {
      metadata: { name },
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects,
    });
    made.push(`${rbac}/clusterrolebindings/${name}`);
    expect(body).to.deep.include({
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'view' },
      subjects: [{ apiGroup, kind: 'User', name: 'nobody' }],
    });
    const other = { ...body, roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' } };
    const changed = await call('PUT', `${rbac}/clusterrolebindings/${name}`, other);
    expect(changed.status).to.equal(422);
    expect(changed.body['message']).to.contain('roleRef: Invalid value').and.contain('cannot change roleRef');
  });

  it('refuses to grant what the granter does not hold, unless it may bind that role', async () => {
    const user = { apiGroup, kind: 'User', name: api().username };
    await grant([{ apiGroups: [apiGroup], resources: ['clusterrolebindings'], verbs: ['create'] }], user);
    const name = freshName('backdoor');
    const binding = {
      metadata: { name },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [user],
    };
    const refused = await call('POST', `${rbac}/clusterrolebindings`, binding, asUser());
    expect(refused.status).to.equal(403);
    expect(refused.body['message']).to.contain(
      `clusterrolebindings.rbac.authorization.k8s.io "${name}" is forbidden: user "${api().username}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:["*"], Resources:["*"], Verbs:["*"]}`,
    );
    const bind = {
      apiGroups: [apiGroup],
      resources: ['clusterroles'],
      resourceNames: ['cluster-admin'],
      verbs: ['bind'],
    };
    await grant([bind], user);
    expect((await call('POST', `${rbac}/clusterrolebindings?dryRun=All`, binding, asUser())).status).to.equal(201);
  });

  it('answers whether the caller may', async () => {
    const name = await grant(
      [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'], resourceNames: ['api'] }],
      { apiGroup, kind: 'User', name: api().username },
    );
    const ask = async (resourceAttributes: JsonObject) => {
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const { status, body } = await call('POST', path, { spec: { resourceAttributes } }, asUser());
      expect(status).to.equal(201);
      return body['status'];
    };
    const patch = { verb: 'patch', group: 'apps', resource: 'deployments', namespace: namespace() };
    expect(await ask({ ...patch, name: 'api' })).to.deep.equal({
      allowed: true,
      reason: `RBAC: allowed by ClusterRoleBinding "${name}" of ClusterRole "${name}" to User "${api().username}"`,
    });
    expect(await ask(patch)).to.include({ allowed: false });
  });

  it('answers a subject access review for somebody else', async () => {
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    const resourceAttributes = { verb: 'delete', resource: 'pods', namespace: 'default' };
    const ask = async (groups: string[]) =>
      (await call('POST', path, { spec: { user: 'somebody', groups, resourceAttributes } })).body['status'];
    expect(await ask(['system:masters'])).to.include({ allowed: true });
    expect(await ask([])).to.include({ allowed: false });
  });

  it('tells a caller who it is', async () => {
    const { body } = await call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, asUser());
    const { userInfo } = body['status'] as { userInfo: JsonObject };
    expect(userInfo).to.deep.include({ username: api().username, groups: ['system:authenticated'] });
  });

  it('issues tokens by which a service account is known', async () => {
    await call('POST', at('v1', 'serviceaccounts'), { metadata: { name: 'worker' } });
    const path = `${at('v1', 'serviceaccounts', 'worker')}/token`;
    const { status, body } = await call('POST', path, { spec: { expirationSeconds: 600 } });
    expect(status).to.equal(201);
    expect(body).to.include({ kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1' });
    const { token } = body['status'] as { token: string };
    const { body: who } = await call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { token });
    expect((who['status'] as { userInfo: JsonObject }).userInfo).to.deep.include({
      username: `system:serviceaccount:${namespace()}:worker`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace()}`, 'system:authenticated'],
    });
    const denied = await call('GET', at('v1', 'pods'), undefined, { token });
    expect(denied.body['message']).to.contain(
      `User "system:serviceaccount:${namespace()}:worker" cannot list resource "pods"`,
    );
    await call('DELETE', at('v1', 'serviceaccounts', 'worker'));
    expect((await call('GET', '/version', undefined, { token })).status).to.equal(401);
  });

  it('refuses a token for less than ten minutes', async () => {
    await call('POST', at('v1', 'serviceaccounts'), { metadata: { name: 'hasty' } });
    const { status } = await call('POST', `${at('v1', 'serviceaccounts', 'hasty')}/token`, {
      spec: { expirationSeconds: 60 },
    });
    expect(status).to.equal(422);
  });
}
