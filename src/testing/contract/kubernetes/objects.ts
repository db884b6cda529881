import { expect } from 'chai';
import { type ApiUnderTest, configMap, freshName, patches, plainPod } from './api.ts';
import { suite } from './suite.ts';

/** Claims about objects: creating, reading, replacing, patching and deleting them. */
export function objectClaims(api: () => ApiUnderTest): void {
  const { call, in: at, namespace } = suite(api);
  const maps = () => at('v1', 'configmaps');

  it('gives a new object a uid, a version, a time and the namespace of the path', async () => {
    const { status, body } = await call('POST', maps(), configMap('fresh', { a: '1' }));
    expect(status).to.equal(201);
    expect(body).to.deep.include({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } });
    expect(body['metadata']).to.include({ name: 'fresh', namespace: namespace() });
    expect(body['metadata']).to.include.keys('uid', 'resourceVersion', 'creationTimestamp');
  });

  it('makes a name from generateName', async () => {
    const { body } = await call('POST', maps(), { metadata: { generateName: 'made-' } });
    expect(body['metadata'])
      .to.have.property('name')
      .that.matches(/^made-[a-z0-9]{5}$/);
  });

  it('refuses a second object of the same name', async () => {
    await call('POST', maps(), configMap('twice', {}));
    const { status, body } = await call('POST', maps(), configMap('twice', {}));
    expect(status).to.equal(409);
    expect(body).to.deep.include({
      kind: 'Status',
      status: 'Failure',
      reason: 'AlreadyExists',
      message: 'configmaps "twice" already exists',
      details: { name: 'twice', kind: 'configmaps' },
      code: 409,
    });
  });

  it('answers 404 for an object that is not there, with its group in the message', async () => {
    const { status, body } = await call('GET', at('apps/v1', 'deployments', 'none'));
    expect(status).to.equal(404);
    expect(body).to.deep.include({
      reason: 'NotFound',
      message: 'deployments.apps "none" not found',
      details: { name: 'none', group: 'apps', kind: 'deployments' },
    });
  });

  it('refuses an object in a namespace that is not there', async () => {
    const { status, body } = await call('POST', '/api/v1/namespaces/no-such/configmaps', configMap('x', {}));
    expect([status, body['message']]).to.deep.equal([404, 'namespaces "no-such" not found']);
  });

  for (const [what, object, field] of [
    ['a name that is none', configMap('Not_A_Name', {}), 'metadata.name'],
    ['no name', { metadata: {} }, 'metadata.name'],
    ['a label that is too long', configMap('long', {}, { a: 'x'.repeat(64) }), 'metadata.labels'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { status, body } = await call('POST', maps(), object);
      expect([status, body['reason']]).to.deep.equal([422, 'Invalid']);
      expect(body['message']).to.contain(field);
    });
  }

  it('refuses an object of another kind or name than the path says', async () => {
    const other = await call('POST', maps(), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } });
    expect(other.status).to.equal(400);
    await call('POST', maps(), configMap('one', {}));
    expect((await call('PUT', at('v1', 'configmaps', 'one'), configMap('two', {}))).status).to.equal(400);
  });

  it('replaces an object of the version that is named, and refuses an old one', async () => {
    const path = at('v1', 'configmaps', 'replaced');
    const { body } = await call('POST', maps(), configMap('replaced', { a: '1' }));
    const second = await call('PUT', path, { ...body, data: { a: '2' } });
    expect(second.body['data']).to.deep.equal({ a: '2' });
    const { status, body: stale } = await call('PUT', path, { ...body, data: { a: '3' } });
    expect(status).to.equal(409);
    expect(stale).to.deep.include({
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "replaced": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  it('keeps the version of an object that a write leaves as it was', async () => {
    const { body } = await call('POST', maps(), configMap('same', { a: '1' }));
    const again = await call('PATCH', at('v1', 'configmaps', 'same'), { data: { a: '1' } }, patches.merge);
    expect(again.body['metadata']).to.deep.include({ resourceVersion: version(body) });
  });

  it('applies a JSON Patch whose tests hold, and none of one whose test fails', async () => {
    const path = at('v1', 'configmaps', 'patched');
    const { body } = await call('POST', maps(), configMap('patched', { a: '1' }));
    const good = await call(
      'PATCH',
      path,
      [
        { op: 'test', path: '/metadata/resourceVersion', value: version(body) },
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'replace', path: '/data/a', value: '2' },
        { op: 'add', path: '/data/b', value: '3' },
      ],
      patches.json,
    );
    expect(good.body['data']).to.deep.equal({ a: '2', b: '3' });
    const bad = await call(
      'PATCH',
      path,
      [
        { op: 'remove', path: '/data/b' },
        { op: 'test', path: '/data/a', value: '1' },
      ],
      patches.json,
    );
    expect(bad.status).to.equal(422);
    expect(bad.body).to.include({
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
    });
    expect((await call('GET', path)).body['data']).to.deep.equal({ a: '2', b: '3' });
  });

  it('applies a merge patch, and refuses one that names an old version', async () => {
    const path = at('v1', 'configmaps', 'merged');
    const { body } = await call('POST', maps(), configMap('merged', { a: '1', b: '2' }));
    const merged = await call('PATCH', path, { data: { a: null, c: '3' } }, patches.merge);
    expect(merged.body['data']).to.deep.equal({ b: '2', c: '3' });
    const stale = { metadata: { resourceVersion: version(body) }, data: { d: '4' } };
    expect((await call('PATCH', path, stale, patches.merge)).status).to.equal(409);
  });

  it('merges containers by name in a strategic merge patch', async () => {
    const name = freshName('merge');
    const labels = { app: name };
    const containers = [
      { name: 'main', image: 'registry.internal/app:1' },
      { name: 'side', image: 'registry.internal/side:1' },
    ];
    const spec = {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    };
    await call('POST', at('apps/v1', 'deployments'), { metadata: { name }, spec });
    const change = {
      spec: { template: { spec: { containers: [{ name: 'side', image: 'registry.internal/side:2' }] } } },
    };
    const { body } = await call('PATCH', at('apps/v1', 'deployments', name), change, patches.strategic);
    expect(JSON.stringify(body['spec'])).to.contain('app:1').and.contain('side:2').and.not.contain('side:1');
  });

  it('refuses a patch of an unknown type', async () => {
    await call('POST', maps(), configMap('odd', {}));
    const { status, body } = await call('PATCH', at('v1', 'configmaps', 'odd'), {}, { type: 'application/json' });
    expect([status, body['reason']]).to.deep.equal([415, 'UnsupportedMediaType']);
  });

  it('does everything but the writing in a dry run', async () => {
    const made = await call('POST', `${maps()}?dryRun=All`, configMap('dry', {}));
    expect(made.status).to.equal(201);
    expect(made.body['metadata']).to.include.keys('uid');
    expect((await call('GET', at('v1', 'configmaps', 'dry'))).status).to.equal(404);
    await call('POST', maps(), configMap('dry', { a: '1' }));
    const path = at('v1', 'configmaps', 'dry');
    const changed = await call('PATCH', `${path}?dryRun=All`, { data: { a: '2' } }, patches.merge);
    expect(changed.body['data']).to.deep.equal({ a: '2' });
    expect((await call('DELETE', `${path}?dryRun=All`)).status).to.equal(200);
    expect((await call('GET', path)).body['data']).to.deep.equal({ a: '1' });
  });

  it('deletes an object of the uid that is named, and no other', async () => {
    const path = at('v1', 'configmaps', 'deleted');
    const { body } = await call('POST', maps(), configMap('deleted', {}));
    const other = await call('DELETE', path, { preconditions: { uid: 'another' } });
    expect(other.status, JSON.stringify(other.body)).to.equal(409);
    expect(other.body['message']).to.contain('Precondition failed: UID in precondition: another');
    const uid = (body['metadata'] as { uid: string }).uid;
    const { status, body: success } = await call('DELETE', path, { preconditions: { uid } });
    expect(status).to.equal(200);
    expect(success).to.deep.include({ status: 'Success', details: { name: 'deleted', kind: 'configmaps', uid } });
    expect((await call('DELETE', path)).status).to.equal(404);
  });

  it('deletes those of a collection that a selector matches', async () => {
    for (const [name, set] of [
      ['set-1', 'x'],
      ['set-2', 'x'],
      ['set-3', 'y'],
    ] as const) {
      await call('POST', maps(), configMap(name, {}, { set }));
    }
    expect((await call('DELETE', `${maps()}?labelSelector=set%3Dx`)).status).to.equal(200);
    const { body } = await call('GET', `${maps()}?labelSelector=set`);
    expect(names(body['items'])).to.deep.equal(['set-3']);
  });

  it('keeps an object with a finalizer until that is gone', async () => {
    const path = at('v1', 'configmaps', 'held');
    await call('POST', maps(), { metadata: { name: 'held', finalizers: ['windshear.dev/held'] } });
    expect((await call('DELETE', path)).status).to.equal(200);
    expect((await call('GET', path)).body['metadata']).to.include.keys('deletionTimestamp');
    await call('PATCH', path, { metadata: { finalizers: null } }, patches.merge);
    expect((await call('GET', path)).status).to.equal(404);
  });

  it('fills what a pod leaves out', async () => {
    const { body } = await call('POST', at('v1', 'pods'), plainPod('filled'));
    expect(body['spec']).to.include({
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      terminationGracePeriodSeconds: 30,
    });
    expect(JSON.stringify(body['spec'])).to.contain('"imagePullPolicy":"IfNotPresent"');
    expect(body['status']).to.include({ phase: 'Pending', qosClass: 'BestEffort' });
  });

  it("lets a pod's image be changed and nothing else of its containers", async () => {
    const path = at('v1', 'pods', 'fixed');
    await call('POST', at('v1', 'pods'), plainPod('fixed'));
    const image = [{ op: 'replace', path: '/spec/containers/0/image', value: 'registry.internal/app:2' }];
    expect((await call('PATCH', path, image, patches.json)).status).to.equal(200);
    const command = [{ op: 'add', path: '/spec/containers/0/command', value: ['sh'] }];
    const { status, body } = await call('PATCH', path, command, patches.json);
    expect(status).to.equal(422);
    expect(body['message']).to.contain('spec: Forbidden: pod updates may not change fields other than');
  });

  it('encodes the plain texts of a Secret', async () => {
    const { body } = await call('POST', at('v1', 'secrets'), { metadata: { name: 'plain' }, stringData: { a: 'b' } });
    expect(body)
      .to.deep.include({ type: 'Opaque', data: { a: 'Yg==' } })
      .and.not.have.property('stringData');
  });

  it('serves a lease for one holder at a time', async () => {
    const leases = at('coordination.k8s.io/v1', 'leases');
    const { body } = await call('POST', leases, { metadata: { name: 'run' }, spec: { holderIdentity: 'one' } });
    const mine = { ...body, spec: { holderIdentity: 'one', leaseDurationSeconds: 30 } };
    expect((await call('PUT', `${leases}/run`, mine)).status).to.equal(200);
    expect((await call('PUT', `${leases}/run`, { ...body, spec: { holderIdentity: 'two' } })).status).to.equal(409);
  });

  it('fills a network policy, and counts changes of its spec', async () => {
    const policies = at('networking.k8s.io/v1', 'networkpolicies');
    const { body } = await call('POST', policies, { metadata: { name: 'deny' }, spec: { podSelector: {} } });
    expect(body['spec']).to.deep.include({ podSelector: {}, policyTypes: ['Ingress'] });
    expect(body['metadata']).to.include({ generation: 1 });
    const change = { spec: { policyTypes: ['Ingress', 'Egress'] } };
    const { body: changed } = await call('PATCH', `${policies}/deny`, change, patches.merge);
    expect(changed['metadata']).to.include({ generation: 2 });
  });
}

function version(object: object): string {
  return (object as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
}

export function names(items: unknown): readonly string[] {
  return (items as readonly { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
}
