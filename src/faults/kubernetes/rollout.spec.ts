import { expect } from 'chai';
import type { JsonObject } from '../../model/json.ts';
import type { ApiResource, KubernetesClients } from '../../targets/kubernetes/clients.ts';
import { FakeKubernetes } from '../../testing/fakes/kubernetes.ts';
import { faultContext } from '../../testing/fakes/kubernetes-context.ts';
import { imageDrift } from './image-drift.ts';
import { deploymentResource, resourceOf } from './kinds.ts';
import { kubernetesPatch } from './patch.ts';

const place = { of: deploymentResource, namespace: 'inference', name: 'api' } as const;
const drift = imageDrift.params.parse({
  namespace: 'inference',
  deployment: 'api',
  container: 'api',
  image: 'api:evil',
});

const all = { observedGeneration: 9, replicas: 3, updatedReplicas: 3 };
const some = { ...all, replicas: 4, updatedReplicas: 1 };

/** A workload of which the controller says what it is told to say. */
async function cluster(of: ApiResource = place.of) {
  const fake = new FakeKubernetes();
  const told = { status: all as JsonObject };
  const clients: KubernetesClients = {
    ...fake.clients(),
    call: async (request, signal) => {
      const answer = await fake.clients().call(request, signal);
      return { ...answer, body: { ...answer.body, status: told.status } };
    },
  };
  const ctx = faultContext(clients);
  const template = { spec: { containers: [{ name: 'api', image: 'api:1' }] } };
  const body = { metadata: { name: 'api' }, spec: { replicas: 3, template } };
  await clients.call({ verb: 'create', of, namespace: 'inference', body }, ctx.signal);
  const write = (change: JsonObject) => clients.call({ verb: 'patch', ...place, of, body: change }, ctx.signal);
  const set = (spec: JsonObject) => write({ spec });
  const heal = () => set({ template });
  return { ctx, told, write, set, heal };
}

async function drifted(status: JsonObject = all) {
  const world = await cluster();
  world.told.status = status;
  const before = await imageDrift.capture(world.ctx, drift);
  world.told.status = all;
  const acknowledged = await imageDrift.inject(world.ctx, drift, before);
  const observe = () => imageDrift.observe(world.ctx, drift, before, { acknowledged });
  const revert = () => imageDrift.revert(world.ctx, drift, before, { acknowledged });
  return { ...world, observe, revert };
}

describe('a change of the template of a workload', () => {
  it('is in by a part until no pod of another template runs', async () => {
    const { heal, told, observe } = await drifted();
    await heal();
    told.status = { ...all, observedGeneration: 2 };
    expect(await observe()).to.include({ status: 'ours-partial', remains: 'its controller has not seen that yet' });
    told.status = some;
    expect(await observe()).to.include({
      status: 'ours-partial',
      remains: '3 of its 4 pods still run another template',
    });
    told.status = all;
    expect(await observe()).to.include({ status: 'before' });
    told.status = { observedGeneration: 9 };
    expect(await observe()).to.include({ status: 'before' });
  });

  it('is waited for by a revert that has nothing more to write', async () => {
    const { told, revert, observe } = await drifted();
    told.status = some;
    expect(await revert()).to.deep.equal({ outcome: 'removed' });
    expect(await revert()).to.deep.equal({ outcome: 'already-gone' });
    told.status = all;
    expect((await observe()).status).to.equal('before');
  });

  it('is left to people where somebody paused the rollout', async () => {
    const { told, set, heal, revert, observe } = await drifted();
    await set({ paused: true });
    await heal();
    told.status = some;
    const remains = '3 of its 4 pods still run another template, and its rollout is paused';
    expect(await observe()).to.include({ status: 'ours-partial', remains });
    expect(await revert()).to.deep.equal({
      outcome: 'left',
      note: `deployment/inference/api is as before, but ${remains}.`,
    });
    told.status = all;
    expect((await observe()).status).to.equal('before');
  });

  for (const [title, status] of [
    ['that was rolling out when it was captured', some],
    ['of which no controller tells', {}],
  ] as const) {
    it(`is judged by its fields in one ${title}`, async () => {
      const { heal, told, observe, revert } = await drifted(status);
      await heal();
      told.status = status;
      expect((await observe()).status).to.equal('before');
      expect(await revert()).to.deep.equal({ outcome: 'already-gone' });
    });
  }

  it('is told from one of its other fields, of which no pod is made', async () => {
    const { ctx, told } = await cluster();
    const patchOf = (path: string, value: string | number) => {
      const patch = [{ op: 'replace', path, value }];
      const base = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'inference', name: 'api' };
      return kubernetesPatch.params.parse({ ...base, patch });
    };
    for (const [path, value, status] of [
      ['/spec/replicas', 1, 'before'],
      ['/spec/template/spec/containers/0/image', 'api:evil', 'ours-partial'],
    ] as const) {
      told.status = all;
      const p = patchOf(path, value);
      const before = await kubernetesPatch.capture(ctx, p);
      const acknowledged = await kubernetesPatch.inject(ctx, p, before);
      await kubernetesPatch.revert(ctx, p, before, { acknowledged });
      told.status = some;
      expect((await kubernetesPatch.observe(ctx, p, before, { acknowledged })).status, path).to.equal(status);
    }
  });

  for (const [kind, count] of [
    ['StatefulSet', (updatedReplicas: number) => ({ ...all, updatedReplicas })],
    ['DaemonSet', (updatedNumberScheduled: number) => ({ ...all, currentNumberScheduled: 3, updatedNumberScheduled })],
  ] as const) {
    it(`is in until its pods are gone in a ${kind} too, whoever has to delete them`, async () => {
      const name = { apiVersion: 'apps/v1', kind, namespace: 'inference', name: 'api' };
      const { ctx, told, write, set } = await cluster(resourceOf(name));
      const patch = [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'api:evil' }];
      const p = kubernetesPatch.params.parse({ ...name, patch });
      told.status = count(3);
      const before = await kubernetesPatch.capture(ctx, p);
      const after = { acknowledged: await kubernetesPatch.inject(ctx, p, before) };
      await write({ metadata: { annotations: { 'deprecated.daemonset.template.generation': '2' } } });
      told.status = count(1);
      expect(await kubernetesPatch.revert(ctx, p, before, after)).to.deep.equal({ outcome: 'removed' });
      const remains = '2 of its 3 pods still run another template';
      expect(await kubernetesPatch.observe(ctx, p, before, after)).to.include({ status: 'ours-partial', remains });
      expect(await kubernetesPatch.revert(ctx, p, before, after)).to.deep.equal({ outcome: 'already-gone' });
      await set({ updateStrategy: { type: 'OnDelete' } });
      expect(await kubernetesPatch.revert(ctx, p, before, after)).to.deep.equal({
        outcome: 'left',
        note: `${kind.toLowerCase()}/inference/api is as before, but ${remains}, and its update strategy leaves them until deleted.`,
      });
      await set({ updateStrategy: null });
      told.status = count(3);
      const end = { status: 'before', othersChanged: false };
      expect(await kubernetesPatch.observe(ctx, p, before, after)).to.include(end);
    });
  }
});
