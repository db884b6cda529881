import { expect } from 'chai';
import type { Json, JsonObject } from '../../model/json.ts';
import type { KubernetesClients } from '../../targets/kubernetes/clients.ts';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { demandPods } from './behind-controller.ts';
import type { FoundObject } from './objects.ts';

const template = (image: string): JsonObject => ({ spec: { containers: [{ name: 'main', image }] } });
const spec = { replicas: 2, template: template('api:1') };
const nothing = 'api was given nothing that new pods are made for';
const none = 'no pod of api came within 5 s, and none is known to be refused';

/** By resource: the spec before, what was written to it, and whether somebody has to wait for pods. */
const cases: readonly (readonly [string, string, JsonObject, JsonObject, string])[] = [
  ['a label', 'deployments', spec, {}, nothing],
  ['a label', 'statefulsets', spec, {}, nothing],
  ['a label', 'daemonsets', { template: template('api:1') }, {}, nothing],
  ['a label', 'replicasets', spec, {}, nothing],
  ['a label', 'jobs', { parallelism: 1, template: template('api:1') }, {}, nothing],
  ['fewer replicas', 'deployments', spec, { replicas: 1 }, nothing],
  ['another deadline', 'deployments', spec, { progressDeadlineSeconds: 5 }, nothing],
  ['more replicas', 'deployments', spec, { replicas: 3 }, none],
  ['another template', 'replicasets', spec, { template: template('api:2') }, none],
  ['a resumed rollout', 'deployments', { ...spec, paused: true }, { paused: false }, none],
  ['another strategy', 'daemonsets', { template: template('api:1') }, { updateStrategy: { type: 'OnDelete' } }, none],
  ['more at once', 'jobs', { template: template('api:1') }, { parallelism: 2 }, none],
  ['a resumed Job', 'jobs', { suspend: true, template: template('api:1') }, { suspend: false }, none],
];

describe('demandPods of an object that was there', () => {
  for (const [what, resource, before, change, unasked] of cases) {
    it(`takes pods of ${resource} from before for none of what was written: ${what}`, async () => {
      const { outcome, reads } = await changed(resource, { before, change, pods: [2] });
      expect(outcome).to.deep.equal({ unasked });
      expect(reads === 0).to.equal(unasked === nothing);
    });
  }

  it('returns as soon as there are more pods than before, where the template is the same', async () => {
    const { outcome, reads } = await changed('deployments', { before: spec, change: { replicas: 3 }, pods: [2, 2, 3] });
    expect([outcome, reads]).to.deep.equal([{}, 3]);
  });

  it('returns as soon as there is a pod of another template', async () => {
    const change = { template: template('api:2') };
    const { outcome, reads } = await changed('deployments', { before: spec, change, pods: [0, 1] });
    expect([outcome, reads]).to.deep.equal([{}, 2]);
  });
});

interface Changed {
  readonly before: JsonObject;
  readonly change: JsonObject;
  /** How many pods its controller tells of, look by look; the last stays. */
  readonly pods: readonly number[];
}

async function changed(resource: string, { before, change, pods }: Changed) {
  let reads = 0;
  const object = (own: Json, count: number): JsonObject => ({
    ...{ kind: 'Workload', metadata: { name: 'api', uid: 'uid-1', generation: 2 }, spec: own },
    status: { observedGeneration: 2, ...Object.fromEntries(counted.map((field) => [field, count])) },
  });
  const found = (own: JsonObject): FoundObject => ({
    ...{ object: object(own, 2), metadata: {}, name: 'api', uid: 'uid-1', resourceVersion: '1', generation: 2 },
  });
  const clients: KubernetesClients = {
    clusterUid: 'cluster',
    watch: () => Promise.reject(new Error('Nothing is watched here.')),
    call: async ({ verb }) => {
      if (verb === 'list') return { status: 200, body: { items: [] }, warnings: [], auditId: 'audit' };
      const body = object({ ...before, ...change }, pods[Math.min(reads++, pods.length - 1)] ?? 0);
      return { status: 200, body, warnings: [], auditId: 'audit' };
    },
  };
  const { signal } = new AbortController();
  const clock = new VirtualClock({ autoAdvance: true });
  const group = resource === 'jobs' ? 'batch' : 'apps';
  const ref = { of: { group, version: 'v1', resource }, namespace: 'inference', name: 'api' };
  const context = { clock, signal, clients, marker: 'wsabcdefghij23', phase: 'inject', log: () => undefined } as const;
  const write = { before: found(before), written: found({ ...before, ...change }) };
  return { outcome: await demandPods(context, ref, write), reads };
}

const counted = ['replicas', 'updatedReplicas', 'updatedNumberScheduled', 'active'];
