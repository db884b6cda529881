import { expect } from 'chai';
import { requestInfoOf } from './request-info.ts';

const info = (method: string, path: string) => requestInfoOf(method, new URL(path, 'https://127.0.0.1'));
const target = (parts: object) => ({
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  namespace: undefined,
  name: undefined,
  ...parts,
});

describe('requestInfoOf', () => {
  for (const [method, path, verb, parts] of [
    ['GET', '/api/v1/pods', 'list', {}],
    ['GET', '/api/v1/namespaces/a/pods?watch=1', 'watch', { namespace: 'a' }],
    ['GET', '/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Db', 'list', { namespace: 'a', name: 'b' }],
    ['GET', '/api/v1/namespaces/a/pods/b', 'get', { namespace: 'a', name: 'b' }],
    ['POST', '/api/v1/namespaces/a/pods/b/eviction', 'create', { namespace: 'a', name: 'b', subresource: 'eviction' }],
    ['GET', '/api/v1/namespaces/a', 'get', { resource: 'namespaces', namespace: 'a', name: 'a' }],
    [
      'PUT',
      '/api/v1/namespaces/a/status',
      'update',
      { resource: 'namespaces', namespace: 'a', name: 'a', subresource: 'status' },
    ],
    ['DELETE', '/api/v1/namespaces/a/pods', 'deletecollection', { namespace: 'a' }],
    [
      'PATCH',
      '/apis/apps/v1/namespaces/a/deployments/d',
      'patch',
      { group: 'apps', resource: 'deployments', namespace: 'a', name: 'd' },
    ],
    [
      'DELETE',
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system:x',
      'delete',
      { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', name: 'system:x' },
    ],
  ] as const) {
    it(`reads ${method} ${path} as ${verb}`, () => {
      expect(info(method, path)).to.deep.include({ verb, target: target(parts) });
    });
  }

  for (const path of ['/version', '/api', '/apis/apps/v1', '/apis/apps', '/api/v1']) {
    it(`sees no resource in ${path}`, () => {
      expect(info('GET', path)).to.deep.equal({ verb: 'get', path });
    });
  }
});
