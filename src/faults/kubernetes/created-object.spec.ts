import { expect } from 'chai';
import { FakeKubernetes } from '../../testing/fakes/kubernetes.ts';
import { faultContext } from '../../testing/fakes/kubernetes-context.ts';
import { kubernetesApply } from './apply.ts';
import { clusterAdminBinding } from './cluster-admin-binding.ts';
import { hasFields } from './created-object.ts';
import { clusterRoleBindingResource, podResource } from './kinds.ts';
import { roguePod } from './rogue-pod.ts';

const ctx = faultContext(new FakeKubernetes().clients());

async function rogue() {
  const cluster = new FakeKubernetes();
  const here = faultContext(cluster.clients());
  const p = roguePod.params.parse({ namespace: 'inference', rogue: 'privileged' });
  const before = await roguePod.capture(here, p);
  const acknowledged = await roguePod.inject(here, p, before);
  return { cluster, here, p, before, acknowledged, name: acknowledged.ids?.['name'] ?? '' };
}

describe('what a fault creates', () => {
  it('is no longer what it was made for once somebody empties it, and is deleted all the same', async () => {
    const cluster = new FakeKubernetes();
    const here = faultContext(cluster.clients());
    const p = clusterAdminBinding.params.parse({ namespace: 'inference', serviceAccount: 'worker' });
    const before = await clusterAdminBinding.capture(here, p);
    const acknowledged = await clusterAdminBinding.inject(here, p, before);
    const name = `binding-${here.marker}`;
    expect(acknowledged.ids).to.include({ name });
    expect(acknowledged.advanced).to.include({ what: `resourceVersion of clusterrolebinding/${name}`, from: 'absent' });
    const empty = { verb: 'patch', of: clusterRoleBindingResource, name, body: { subjects: [] } } as const;
    await cluster.clients().call(empty, here.signal);
    expect((await clusterAdminBinding.observe(here, p, before, { acknowledged })).status).to.equal('ours-partial');
    expect(await clusterAdminBinding.revert(here, p, before, { acknowledged })).to.include({ outcome: 'removed' });
    expect(cluster.objects()).to.have.length(0);
  });

  it('is left to somebody who made an object of the same name without our label', async () => {
    const cluster = new FakeKubernetes();
    const here = faultContext(cluster.clients());
    const p = roguePod.params.parse({ namespace: 'inference', rogue: 'privileged' });
    const before = await roguePod.capture(here, p);
    const acknowledged = await roguePod.inject(here, p, before);
    const place = { of: podResource, namespace: 'inference' } as const;
    const name = acknowledged.ids?.['name'] ?? '';
    await cluster.clients().call({ verb: 'delete', ...place, name }, here.signal);
    const theirs = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: {} };
    await cluster.clients().call({ verb: 'create', ...place, body: theirs }, here.signal);
    expect(await roguePod.observe(here, p, before, { acknowledged })).to.include({
      status: 'before',
      othersChanged: true,
    });
    expect(await roguePod.revert(here, p, before, { acknowledged })).to.include({ outcome: 'already-gone' });
    expect(cluster.objects()).to.have.length(1);
  });

  for (const [label, labels] of [
    ['without our label', {}],
    ["under another trial's label", { 'windshear.dev/trial': 'wszzzzzzzzzzzz' }],
  ] as const) {
    it(`is not taken back by somebody who creates it again ${label}`, async () => {
      const { here, p, before, acknowledged, cluster, name } = await rogue();
      const place = { of: podResource, namespace: 'inference' } as const;
      const live = cluster.objects().get(`pods/inference/${name}`);
      await cluster.clients().call({ verb: 'delete', ...place, name }, here.signal);
      const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec: live?.['spec'] ?? {} };
      await cluster.clients().call({ verb: 'create', ...place, body }, here.signal);
      const seen = await roguePod.observe(here, p, before, { acknowledged });
      expect([seen.status, seen.candidates]).to.deep.equal(['other', [name]]);
      expect(await roguePod.revert(here, p, before, { acknowledged })).to.include({ outcome: 'already-gone' });
      expect(cluster.objects()).to.have.length(1);
    });
  }

  for (const [content, status] of [
    ['the same', 'other'],
    ['another', 'before'],
  ] as const) {
    it(`is left, and named, where somebody creates it again with our label and ${content} content`, async () => {
      const { here, p, before, acknowledged, cluster, name } = await rogue();
      const place = { of: podResource, namespace: 'inference' } as const;
      const live = cluster.objects().get(`pods/inference/${name}`);
      await cluster.clients().call({ verb: 'delete', ...place, name }, here.signal);
      const metadata = { name, labels: { 'windshear.dev/trial': here.marker } };
      const spec = content === 'the same' ? (live?.['spec'] ?? {}) : { containers: [{ name: 'main', image: 'api:1' }] };
      const body = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
      await cluster.clients().call({ verb: 'create', ...place, body }, here.signal);
      const seen = await roguePod.observe(here, p, before, { acknowledged });
      expect([seen.status, seen.candidates]).to.deep.equal([status, [name]]);
      const { outcome, candidates } = await roguePod.revert(here, p, before, { acknowledged });
      expect([outcome, candidates]).to.deep.equal(['left', [name]]);
      expect(cluster.objects()).to.have.length(1);
      // Where nothing was acknowledged the label alone tells.
      expect(await roguePod.revert(here, p, before, {})).to.include({ outcome: 'removed' });
    });
  }

  it('is left where somebody applies it again with our label and another content', async () => {
    const cluster = new FakeKubernetes();
    const here = faultContext(cluster.clients());
    const p = kubernetesApply.params.parse(kubernetesApply.example);
    const before = await kubernetesApply.capture(here, p);
    const acknowledged = await kubernetesApply.inject(here, p, before);
    const name = acknowledged.ids?.['name'] ?? '';
    const place = { of: { group: '', version: 'v1', resource: 'configmaps' }, namespace: 'inference' } as const;
    const { metadata } = cluster.objects().get(`configmaps/inference/${name}`) ?? {};
    await cluster.clients().call({ verb: 'delete', ...place, name }, here.signal);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata ?? {}, data: { mode: 'theirs' } };
    await cluster.clients().call({ verb: 'create', ...place, body }, here.signal);
    const seen = await kubernetesApply.observe(here, p, before, { acknowledged });
    expect([seen.status, seen.candidates]).to.deep.equal(['before', [name]]);
    expect(await kubernetesApply.revert(here, p, before, { acknowledged })).to.include({ outcome: 'left' });
    expect(cluster.objects()).to.have.length(1);
  });

  it('is there in part while it is going', async () => {
    const { here, p, before, acknowledged, cluster, name } = await rogue();
    const going = { metadata: { deletionTimestamp: '2026-11-22T20:00:17Z' } };
    const patch = { verb: 'patch', of: podResource, namespace: 'inference', name, body: going } as const;
    await cluster.clients().call(patch, here.signal);
    const seen = await roguePod.observe(here, p, before, { acknowledged });
    expect([seen.status, seen.isAltered]).to.deep.equal(['ours-partial', undefined]);
  });

  it('is left to another trial that has taken its name since, with another content', async () => {
    const cluster = new FakeKubernetes();
    const here = faultContext(cluster.clients());
    const metadata = { name: 'extra', namespace: 'inference' };
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { mode: 'ours' } };
    const p = kubernetesApply.params.parse({ manifest });
    const before = await kubernetesApply.capture(here, p);
    const acknowledged = await kubernetesApply.inject(here, p, before);
    const place = { of: { group: '', version: 'v1', resource: 'configmaps' }, namespace: 'inference' } as const;
    await cluster.clients().call({ verb: 'delete', ...place, name: 'extra' }, here.signal);
    const labels = { 'windshear.dev/trial': 'wszzzzzzzzzzzz' };
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, labels }, data: { mode: 'theirs' } };
    await cluster.clients().call({ verb: 'create', ...place, body }, here.signal);
    expect((await kubernetesApply.observe(here, p, before, { acknowledged })).status).to.equal('before');
    expect(await kubernetesApply.revert(here, p, before, { acknowledged })).to.include({ outcome: 'already-gone' });
    expect(cluster.objects()).to.have.length(1);
  });

  it('is a pod that admission alone is asked about in a dry run', async () => {
    const cluster = new FakeKubernetes();
    const here = faultContext(cluster.clients());
    const p = roguePod.params.parse({ namespace: 'inference', rogue: 'hostPath', dryRun: true });
    const before = await roguePod.capture(here, p);
    const acknowledged = await roguePod.inject(here, p, before);
    expect(acknowledged).to.deep.equal({});
    expect(cluster.objects()).to.have.length(0);
    expect((await roguePod.observe(here, p, before, { acknowledged })).status).to.equal('before');
  });
});

describe('kubernetes.rogue-pod', () => {
  it('names its pod by the marker, under the label of the trial', async () => {
    const cluster = new FakeKubernetes();
    const here = faultContext(cluster.clients());
    const p = roguePod.params.parse({ namespace: 'kube-system', rogue: 'minerLike', name: 'xmr' });
    await roguePod.inject(here, p, await roguePod.capture(here, p));
    const stored = cluster.objects().get(`pods/kube-system/xmr-${here.marker}`);
    expect(JSON.stringify(stored)).to.include(`"windshear.dev/trial":"${here.marker}"`).and.include('stratum+tcp://');
    expect(roguePod.touches(p)).to.deep.equal(['pod/kube-system/xmr-*']);
  });

  for (const [rogue, wrong] of [
    ['privileged', /"privileged":true/],
    ['hostPath', /"hostPath":\{/],
    ['hostNetwork', /"hostNetwork":true/],
    ['unknownImage', /example\.invalid\/unreleased/],
    ['minerLike', /"name":"xmrig"/],
  ] as const) {
    it(`makes nothing wrong but ${rogue}`, async () => {
      const cluster = new FakeKubernetes();
      const here = faultContext(cluster.clients());
      const p = roguePod.params.parse({ namespace: 'inference', rogue });
      await roguePod.inject(here, p, await roguePod.capture(here, p));
      const [pod] = [...cluster.objects().values()].map((object) => JSON.stringify(object['spec']));
      const all = [
        /"privileged":true/,
        /"hostPath":\{/,
        /"hostNetwork":true/,
        /example\.invalid\/unre/,
        /"name":"xmrig"/,
      ];
      expect(pod).to.match(wrong);
      expect(all.filter((one) => one.test(pod ?? ''))).to.have.length(1);
    });
  }

  it('refuses names that are no DNS labels', () => {
    for (const namespace of ['Prod', 'a/b', '', '-a', 'x'.repeat(64)]) {
      expect(roguePod.params.safeParse({ namespace, rogue: 'privileged' }).success, namespace).to.equal(false);
    }
  });
});

describe('kubernetes.apply', () => {
  const manifest = (more: object, kind = 'ConfigMap') => ({
    manifest: { apiVersion: 'v1', kind, metadata: { name: 'x', namespace: 'inference', ...more } },
  });

  it('refuses kinds that take more with them and objects that a revert could not delete', () => {
    for (const bad of [
      manifest({}, 'Secret'),
      manifest({}, 'SECRET'),
      { ...manifest({}, 'Foo'), resource: 'secrets' },
      manifest({}, 'Namespace'),
      { ...manifest({}, 'Foo'), resource: 'namespaces' },
      manifest({}, 'ApiService'),
      manifest({ finalizers: ['a/b'] }),
      manifest({ ownerReferences: [] }),
      manifest({ generateName: 'x-' }),
      manifest({ name: 'a/b' }),
    ]) {
      expect(kubernetesApply.params.safeParse(bad).success, JSON.stringify(bad)).to.equal(false);
    }
    expect(kubernetesApply.params.safeParse(manifest({})).success).to.equal(true);
  });

  it('knows the path of a custom resource by its plural, or by the one that it is given', () => {
    const of = (kind: string, resource?: string) => {
      const params = { ...manifest({}, kind), ...(resource === undefined ? {} : { resource }) };
      const p = kubernetesApply.params.parse(params);
      const { permissions } = kubernetesApply;
      return typeof permissions === 'function' ? permissions(p).inject[0] : undefined;
    };
    expect(of('NetworkPolicy')).to.equal('create networkpolicies');
    expect(of('Ingress')).to.equal('create ingresses');
    expect(of('Gateway')).to.equal('create gateways');
    expect(of('Data', 'data')).to.equal('create data');
  });

  it('puts the marker into every text of the manifest', async () => {
    const cluster = new FakeKubernetes();
    const here = faultContext(cluster.clients());
    const p = kubernetesApply.params.parse({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the scenario's own placeholder
      manifest: { ...kubernetesApply.example.manifest, data: { a: 'b ${marker}' } },
    });
    await kubernetesApply.inject(here, p, await kubernetesApply.capture(here, p));
    expect(cluster.objects().get(`configmaps/inference/drift-${ctx.marker}`)?.['data']).to.deep.equal({
      a: `b ${ctx.marker}`,
    });
    expect(kubernetesApply.touches(p)).to.deep.equal(['configmap/inference/drift-*']);
  });
});

describe('hasFields', () => {
  it('takes what a server adds, and notices what is changed or gone', () => {
    const spec = { containers: [{ name: 'a', image: 'x' }], on: true };
    const served = {
      containers: [{ name: 'sidecar' }, { name: 'a', image: 'x', policy: 'Always' }],
      on: true,
      more: 1,
    };
    expect(hasFields(served, spec)).to.equal(true);
    expect(hasFields({ ...served, on: false }, spec)).to.equal(false);
    expect(hasFields({ ...served, containers: [{ name: 'a', image: 'y' }] }, spec)).to.equal(false);
    expect(hasFields({ args: ['a', 'b'] }, { args: ['a'] })).to.equal(false);
    expect(hasFields(undefined, spec)).to.equal(false);
  });
});
