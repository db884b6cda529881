import { AppsV1Api, CoreV1Api, KubernetesObjectApi, VersionApi } from '@kubernetes/client-node';
import { expect } from 'chai';
import { type ApiUnderTest, eventually, freshName } from './api.ts';
import { suite } from './suite.ts';
import { kubeConfigOf } from './watches.ts';

/** Claims about discovery, custom resources, and clients that find their way by it. */
export function discoveryClaims(api: () => ApiUnderTest): void {
  const { call, in: at, namespace } = suite(api);

  it('names its versions, groups and resources', async () => {
    expect((await call('GET', '/api')).body).to.deep.include({ kind: 'APIVersions', versions: ['v1'] });
    const { body } = await call('GET', '/apis');
    expect(JSON.stringify(body['groups'])).to.contain('"apps/v1"').and.contain('"rbac.authorization.k8s.io/v1"');
    const { body: apps } = await call('GET', '/apis/apps/v1');
    expect(apps).to.include({ kind: 'APIResourceList', groupVersion: 'apps/v1' });
    const resources = apps['resources'] as { name: string; kind: string; namespaced: boolean }[];
    expect(resources.find(({ name }) => name === 'deployments')).to.include({ kind: 'Deployment', namespaced: true });
    expect(resources.find(({ name }) => name === 'deployments/scale')).to.include({ kind: 'Scale' });
  });

  it('answers 404 as plain text for a path that leads nowhere', async () => {
    const { status, body } = await call('GET', '/apis/no.such.group/v1/things');
    expect([status, body['text']]).to.deep.equal([404, '404 page not found\n']);
  });

  it('serves typed clients', async () => {
    const config = kubeConfigOf(api());
    const core = config.makeApiClient(CoreV1Api);
    const { metadata } = await core.createNamespacedConfigMap({
      namespace: namespace(),
      body: { metadata: { name: 'typed' }, data: { a: '1' } },
    });
    expect(metadata?.creationTimestamp).to.be.instanceOf(Date);
    const { items } = await core.listNamespacedConfigMap({ namespace: namespace() });
    expect(items.map((item) => item.metadata?.name)).to.include('typed');
    const list = await config.makeApiClient(AppsV1Api).listDeploymentForAllNamespaces();
    expect(list.items).to.be.an('array');
    expect(await config.makeApiClient(VersionApi).getCode()).to.include({ major: '1' });
    const error = await core
      .readNamespacedPod({ namespace: namespace(), name: 'none' })
      .catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 404 });
  });

  it('serves custom resources from the moment on in which they are defined', async () => {
    const group = `${freshName('g')}.windshear.dev`;
    const name = `widgets.${group}`;
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const { status } = await call('POST', definitions, {
      metadata: { name },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
      },
    });
    expect(status).to.equal(201);
    await eventually('the definition is established', async () => {
      const { body } = await call('GET', `${definitions}/${name}`);
      return JSON.stringify(body['status'] ?? {}).includes('"Established"') ? true : undefined;
    });
    const objects = KubernetesObjectApi.makeApiClient(kubeConfigOf(api()));
    const widget = {
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { name: 'w', namespace: namespace() },
      spec: { size: 1 },
    };
    await objects.create(widget);
    const path = at(`${group}/v1`, 'widgets', 'w');
    const { body: made } = await call('GET', path);
    expect(made).to.deep.include({ kind: 'Widget', spec: { size: 1 } });
    expect(made['metadata']).to.include({ generation: 1 });
    const changed = await call('PUT', `${path}/status`, { ...made, spec: { size: 9 }, status: { phase: 'Ready' } });
    expect(changed.body).to.deep.include({ spec: { size: 1 }, status: { phase: 'Ready' } });
    expect((await call('GET', at(`${group}/v1`, 'widgets'))).body['items'])
      .to.have.lengthOf(1)
      .and.deep.include(changed.body);
    const { metadata: _, ...withoutVersion } = widget;
    const unversioned = await call('PUT', path, { ...withoutVersion, metadata: { name: 'w' } });
    expect(unversioned.status).to.equal(422);
    await call('DELETE', `${definitions}/${name}`);
    await eventually('its objects are gone', async () => ((await call('GET', path)).status === 404 ? true : undefined));
  });
}
