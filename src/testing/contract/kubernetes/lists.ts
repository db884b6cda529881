import { expect } from 'chai';
import { type ApiUnderTest, configMap, plainPod } from './api.ts';
import { names } from './objects.ts';
import { suite } from './suite.ts';

/** Claims about lists: selectors, pages and forms. */
export function listClaims(api: () => ApiUnderTest): void {
  const { call, in: at, namespace } = suite(api);
  const maps = () => at('v1', 'configmaps');
  before(async () => {
    for (const [name, labels] of [
      ['a-1', { app: 'a', tier: 'front' }],
      ['a-2', { app: 'a', tier: 'back' }],
      ['b-1', { app: 'b', tier: 'front' }],
    ] as const) {
      await call('POST', maps(), configMap(name, { name }, labels));
    }
  });
  const listed = async (query: string) => {
    const { status, body } = await call('GET', `${maps()}?${new URLSearchParams(query)}`);
    expect(status).to.equal(200);
    return names(body['items']).filter((name) => name !== 'kube-root-ca.crt');
  };

  for (const [selector, found] of [
    ['labelSelector=app=a', ['a-1', 'a-2']],
    ['labelSelector=app!=a,tier', ['b-1']],
    ['labelSelector=app in (a,b),tier notin (back)', ['a-1', 'b-1']],
    ['labelSelector=!tier', []],
    ['fieldSelector=metadata.name=a-2', ['a-2']],
  ] as const) {
    it(`finds by ${selector}`, async () => {
      const [key = '', value] = selector.split(/=(.*)/s);
      expect(await listed(new URLSearchParams({ [key]: value ?? '' }).toString())).to.deep.equal(found);
    });
  }

  it('refuses a field that cannot be selected by', async () => {
    const { status, body } = await call('GET', `${maps()}?fieldSelector=data.name%3Dx`);
    expect(status).to.equal(400);
    expect(body['message']).to.contain('field label not supported: data.name');
  });

  it('finds pods by phase and events by what they are about', async () => {
    await call('POST', at('v1', 'pods'), plainPod('phased'));
    const pods = await call('GET', `${at('v1', 'pods')}?fieldSelector=status.phase%3DFailed`);
    expect(pods.body['items']).to.deep.equal([]);
    const involvedObject = { kind: 'Pod', name: 'phased', namespace: namespace() };
    await call('POST', at('v1', 'events'), { metadata: { name: 'phased.1' }, involvedObject, reason: 'Tried' });
    const events = await call('GET', `${at('v1', 'events')}?fieldSelector=involvedObject.name%3Dphased,reason%3DTried`);
    expect(names(events.body['items'])).to.deep.equal(['phased.1']);
  });

  it('answers pages of one list, and 410 for a page of none', async () => {
    const first = await call('GET', `${maps()}?limit=2&labelSelector=app`);
    expect(names(first.body['items'])).to.deep.equal(['a-1', 'a-2']);
    const { continue: token, resourceVersion } = first.body['metadata'] as Record<string, string>;
    const second = await call('GET', `${maps()}?limit=2&labelSelector=app&continue=${encodeURIComponent(token ?? '')}`);
    expect(names(second.body['items'])).to.deep.equal(['b-1']);
    expect(second.body['metadata']).to.include({ resourceVersion }).and.not.have.property('continue');
  });

  it('names the kind of a built-in list once', async () => {
    const { body } = await call('GET', maps());
    expect(body).to.include({ kind: 'ConfigMapList', apiVersion: 'v1' });
    expect((body['items'] as object[])[0]).to.not.have.any.keys('kind', 'apiVersion');
  });

  it('answers metadata alone to whoever prefers it', async () => {
    const accept = (kind: string) => ({
      accept: `application/json;as=${kind};g=meta.k8s.io;v=v1, application/json;q=0.5`,
    });
    const one = await call('GET', at('v1', 'configmaps', 'a-1'), undefined, accept('PartialObjectMetadata'));
    expect(one.body)
      .to.include({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' })
      .and.not.have.property('data');
    const all = await call('GET', maps(), undefined, accept('PartialObjectMetadataList'));
    expect(all.body).to.include({ kind: 'PartialObjectMetadataList' });
    expect(JSON.stringify(all.body)).to.contain('"a-1"').and.not.contain('"data"');
  });

  it('lists over all namespaces', async () => {
    const { body } = await call('GET', '/api/v1/configmaps?labelSelector=app%3Db');
    expect(names(body['items'])).to.include('b-1');
  });
}
