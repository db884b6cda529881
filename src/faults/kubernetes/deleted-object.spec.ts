import { expect } from 'chai';
import { CallError } from '../../model/call.ts';
import type { JsonObject } from '../../model/json.ts';
import { FakeKubernetes } from '../../testing/fakes/kubernetes.ts';
import { faultContext } from '../../testing/fakes/kubernetes-context.ts';
import { kubernetesDelete } from './delete.ts';
import { asObject } from './objects.ts';

const configmaps = { group: '', version: 'v1', resource: 'configmaps' } as const;
const place = { of: configmaps, namespace: 'inference' } as const;
const signal = new AbortController().signal;
const p = kubernetesDelete.params.parse({ kind: 'ConfigMap', namespace: 'inference', name: 'settings' });

async function cluster(metadata: JsonObject = {}): Promise<FakeKubernetes> {
  const fake = new FakeKubernetes();
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', ...metadata }, data: { a: '1' } };
  await fake.clients().call({ verb: 'create', ...place, body }, signal);
  return fake;
}

describe('an object that a fault deletes', () => {
  it('is deleted in exactly the version captured', async () => {
    const fake = await cluster();
    const ctx = faultContext(fake.clients());
    const before = await kubernetesDelete.capture(ctx, p);
    await fake.clients().call({ verb: 'patch', ...place, name: 'settings', body: { data: { a: '2' } } }, signal);
    expect(await failure(kubernetesDelete.inject(ctx, p, before))).to.include({ kind: 'conflict' });
    expect(fake.objects()).to.have.length(1);
  });

  it('comes back with labels, annotations and content, under a new uid', async () => {
    const fake = await cluster({ labels: { a: 'b' }, annotations: { c: 'd' } });
    const ctx = faultContext(fake.clients());
    const was = fake.objects().get('configmaps/inference/settings');
    const before = await kubernetesDelete.capture(ctx, p);
    const acknowledged = await kubernetesDelete.inject(ctx, p, before);
    expect(acknowledged.advanced).to.include({ to: 'deleted' });
    expect(await kubernetesDelete.observe(ctx, p, before)).to.include({ status: 'ours' });
    await kubernetesDelete.revert(ctx, p, before);
    const is = fake.objects().get('configmaps/inference/settings');
    expect(is?.['data']).to.deep.equal(was?.['data']);
    expect(asObject(is?.['metadata'])['labels']).to.deep.equal({ a: 'b' });
    expect(asObject(is?.['metadata'])['annotations']).to.deep.equal({ c: 'd' });
    expect(asObject(is?.['metadata'])['uid']).to.not.equal(asObject(was?.['metadata'])['uid']);
    expect(await kubernetesDelete.observe(ctx, p, before)).to.include({ status: 'before', othersChanged: false });
  });

  it("is somebody else's once they put another in its place", async () => {
    const fake = await cluster();
    const ctx = faultContext(fake.clients());
    const before = await kubernetesDelete.capture(ctx, p);
    await kubernetesDelete.inject(ctx, p, before);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { a: '9' } };
    await fake.clients().call({ verb: 'create', ...place, body }, signal);
    expect(await kubernetesDelete.observe(ctx, p, before)).to.include({ status: 'other', othersChanged: true });
    expect(await kubernetesDelete.revert(ctx, p, before)).to.include({ outcome: 'left' });
  });

  it('is back where another label or annotation stands on it', async () => {
    const fake = await cluster();
    const ctx = faultContext(fake.clients());
    const before = await kubernetesDelete.capture(ctx, p);
    await kubernetesDelete.inject(ctx, p, before);
    const { object } = before as { readonly object: JsonObject };
    const body = { ...object, metadata: { name: 'settings', labels: { 'argocd.argoproj.io/instance': 'settings' } } };
    await fake.clients().call({ verb: 'create', ...place, body }, signal);
    expect(await kubernetesDelete.observe(ctx, p, before)).to.include({ status: 'before', othersChanged: true });
    expect(await kubernetesDelete.revert(ctx, p, before)).to.include({ outcome: 'already-gone' });
  });

  for (const [title, metadata] of [
    ['finalizers', { finalizers: ['example.org/guard'] }],
    ['an owner', { ownerReferences: [{ kind: 'Deployment', name: 'x' }] }],
  ] as const) {
    it(`is refused where it has ${title}`, async () => {
      const fake = await cluster(metadata);
      const ctx = faultContext(fake.clients());
      const error = await failure(kubernetesDelete.inject(ctx, p, await kubernetesDelete.capture(ctx, p)));
      expect(error).to.be.instanceOf(CallError).and.include({ kind: 'invalid', code: 'NotALeaf' });
      expect(fake.objects()).to.have.length(1);
    });
  }

  it('is of a kind that owns nothing', () => {
    for (const kind of ['Namespace', 'Secret', 'Deployment', 'Pod', 'CustomResourceDefinition', 'ServiceAccount']) {
      expect(kubernetesDelete.params.safeParse({ kind, name: 'x' }).success, kind).to.equal(false);
    }
  });
});

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
