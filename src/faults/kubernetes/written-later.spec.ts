import { expect } from 'chai';
import type { JsonObject } from '../../model/json.ts';
import { FakeKubernetes } from '../../testing/fakes/kubernetes.ts';
import { faultContext } from '../../testing/fakes/kubernetes-context.ts';
import { kubernetesApply } from './apply.ts';
import { kubernetesDelete } from './delete.ts';
import { resourceOf } from './kinds.ts';
import { kubernetesPatch } from './patch.ts';

const pod = { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'main', image: 'example.com/stray:1' }] } };
const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};
const role = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'example.com/part': 'true' } }] },
  rules: [],
};
const granted: JsonObject = { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] };
const job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: pod.spec.containers } } },
};

interface Written {
  readonly what: string;
  readonly object: { readonly apiVersion: string; readonly kind: string };
  readonly change: JsonObject;
}

const byTheCluster: readonly Written[] = [
  { what: 'the node of a pod', object: pod, change: { spec: { nodeName: 'node-1' } } },
  {
    what: 'the volume and the default class of a claim',
    object: claim,
    change: { spec: { volumeName: 'pvc-1', storageClassName: 'standard' } },
  },
  { what: 'the rules of an aggregated role', object: role, change: granted },
];

const bySomebody: readonly Written[] = [
  { what: 'an ephemeral container', object: pod, change: { spec: { ephemeralContainers: [{ name: 'debug' }] } } },
  { what: "a pod's image", object: pod, change: { spec: { containers: [{ name: 'main', image: 'other:1' }] } } },
  { what: "a claim's size", object: claim, change: { spec: { resources: { requests: { storage: '2Gi' } } } } },
  { what: 'another aggregation', object: role, change: { aggregationRule: { clusterRoleSelectors: [] } } },
  { what: 'the rules of a plain role', object: { ...role, aggregationRule: null } as never, change: granted },
  { what: 'a Job that is resumed', object: job, change: { spec: { suspend: false } } },
];

describe('what is written to an object after its creation', () => {
  for (const { what, object, change } of byTheCluster) {
    it(`is nobody's change where it is ${what}`, async () => {
      const { here, p, before, after, cluster } = await applied(object, change);
      expect((await kubernetesApply.observe(here, p, before, after)).status).to.equal('ours');
      expect(await kubernetesApply.revert(here, p, before, after)).to.include({ outcome: 'removed' });
      expect(cluster.objects()).to.have.length(0);
    });
  }

  for (const { what, object, change } of bySomebody) {
    it(`is somebody's change where it is ${what}`, async () => {
      const { here, p, before, after } = await applied(object, change);
      expect((await kubernetesApply.observe(here, p, before, after)).status).to.equal('other');
      expect(await kubernetesApply.revert(here, p, before, after)).to.include({ outcome: 'left' });
    });
  }

  it('is no change beside ours where the scheduler binds the pod that was patched', async () => {
    const cluster = new FakeKubernetes();
    const here = faultContext(cluster.clients());
    const at = { of: resourceOf(pod), namespace: 'inference' };
    const body = { ...pod, metadata: { name: 'bare', namespace: 'inference', labels: {} } };
    await cluster.clients().call({ verb: 'create', ...at, body }, here.signal);
    const path = '/metadata/labels/mode';
    const p = kubernetesPatch.params.parse({
      ...{ apiVersion: 'v1', kind: 'Pod', namespace: 'inference', name: 'bare' },
      patch: [{ op: 'add', path, value: 'debug' }],
    });
    const before = await kubernetesPatch.capture(here, p);
    const acknowledged = await kubernetesPatch.inject(here, p, before);
    const bound = {
      metadata: { labels: { 'topology.kubernetes.io/zone': 'a' } },
      spec: { nodeName: 'node-1' },
    };
    await cluster.clients().call({ verb: 'patch', ...at, name: 'bare', body: bound }, here.signal);
    const seen = await kubernetesPatch.observe(here, p, before, { acknowledged });
    expect([seen.status, seen.othersChanged]).to.deep.equal(['ours', false]);
  });

  it('is no other content of an aggregated role that somebody created again', async () => {
    const cluster = new FakeKubernetes();
    const here = faultContext(cluster.clients());
    const at = { of: resourceOf(role) };
    const body = { ...role, metadata: { name: 'sum' } };
    await cluster.clients().call({ verb: 'create', ...at, body: { ...body, ...granted } }, here.signal);
    const p = kubernetesDelete.params.parse({ kind: 'ClusterRole', name: 'sum' });
    const before = await kubernetesDelete.capture(here, p);
    await kubernetesDelete.inject(here, p, before);
    await cluster.clients().call({ verb: 'create', ...at, body }, here.signal);
    const seen = await kubernetesDelete.observe(here, p, before);
    expect([seen.status, seen.othersChanged]).to.deep.equal(['before', false]);
    expect(await kubernetesDelete.revert(here, p, before)).to.deep.equal({ outcome: 'already-gone' });
  });
});

/** An object of ours, read back, which was then written to. */
async function applied(object: Written['object'], change: JsonObject) {
  const cluster = new FakeKubernetes();
  const here = faultContext(cluster.clients());
  const isClusterWide = object.kind === 'ClusterRole';
  const metadata = { name: 'stray', ...(isClusterWide ? {} : { namespace: 'inference' }) };
  const p = kubernetesApply.params.parse({ manifest: { ...object, metadata } });
  const before = await kubernetesApply.capture(here, p);
  const acknowledged = await kubernetesApply.inject(here, p, before);
  const readBack = (await kubernetesApply.observe(here, p, before, { acknowledged })).state;
  const place = { of: resourceOf(object), ...(isClusterWide ? {} : { namespace: 'inference' }) };
  await cluster.clients().call({ verb: 'patch', ...place, name: 'stray', body: change }, here.signal);
  return { cluster, here, p, before, after: { acknowledged, readBack } };
}
