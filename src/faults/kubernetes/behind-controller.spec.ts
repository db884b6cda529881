import { expect } from 'chai';
import { CallError } from '../../model/call.ts';
import type { JsonObject } from '../../model/json.ts';
import type { KubernetesClients } from '../../targets/kubernetes/clients.ts';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { demandPods, rightsToSeePods } from './behind-controller.ts';
import type { FoundObject } from './objects.ts';

const denied = 'admission webhook "rego.example.com" denied the request: container main is privileged';
const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: denied };
const failedCreate = { reason: 'FailedCreate', message: `Error creating: ${denied}`, involvedObject: { uid: 'uid-1' } };

describe('demandPods', () => {
  it('throws what refused the pods of a Deployment, as its condition tells', async () => {
    const { outcome, asked } = await demanded('deployments', [{}, { conditions: [failure] }]);
    expect(outcome).to.be.instanceOf(CallError).and.to.include({ kind: 'denied', code: 'Forbidden' });
    expect((outcome as CallError).denial).to.deep.equal({
      ...{ action: 'create pods', code: 'Forbidden', message: denied },
      resource: 'Deployment/inference/api',
      behind: 'Deployment/inference/api',
    });
    expect(asked).to.deep.equal(['get deployments', 'get deployments']);
  });

  it('throws what refused the pods of a DaemonSet, as an Event about it tells', async () => {
    const others = { ...failedCreate, involvedObject: { uid: 'uid-2' } };
    expect((await demanded('daemonsets', [{}], [others])).outcome).to.have.property('unasked');
    expect((await demanded('daemonsets', [{}], [others, failedCreate])).outcome).to.include({ kind: 'denied' });
  });

  it('returns as soon as there is a pod of what was written, and not for those of before', async () => {
    const { asked, outcome } = await demanded('deployments', [
      { observedGeneration: 1, updatedReplicas: 2 },
      { observedGeneration: 2, updatedReplicas: 1 },
    ]);
    expect([outcome, asked.length]).to.deep.equal([{}, 2]);
  });

  it('takes no failure for a refusal that was there before, or that names no guard', async () => {
    const pods = { observedGeneration: 2, updatedReplicas: 1 };
    const before = { conditions: [failure] };
    expect((await demanded('deployments', [before, { ...before, ...pods }], [], before)).outcome).to.deep.equal({});
    const full = { conditions: [{ ...failure, message: 'etcd is full' }] };
    expect((await demanded('deployments', [full, pods])).outcome).to.deep.equal({});
  });

  it('gives up after five seconds, and says so', async () => {
    const { outcome } = await demanded('deployments', [{}]);
    const unasked = 'no pod of api came within 5 s, and none is known to be refused';
    expect(outcome).to.deep.equal({ unasked });
  });

  it('waits for no pod of a CronJob, which makes Jobs at its times, and says so', async () => {
    const { outcome, asked } = await demanded('cronjobs', [{}], [], {}, { schedule: '0 0 1 1 *' });
    expect([outcome, asked]).to.deep.equal([{ unasked: 'api makes pods at its times alone' }, []]);
    expect(rightsToSeePods({ group: 'batch', version: 'v1', resource: 'cronjobs' })).to.deep.equal([]);
  });

  for (const [resource, before, pods] of [
    ['replicasets', { replicas: 2 }, { replicas: 3 }],
    ['replicationcontrollers', { replicas: 2 }, { replicas: 3 }],
    ['jobs', { active: 1 }, { succeeded: 1, active: 1 }],
    ['statefulsets', { currentReplicas: 2, updatedReplicas: 0 }, { currentReplicas: 2, updatedReplicas: 1 }],
  ] as const) {
    it(`takes no pod from before for one of what was written of ${resource}`, async () => {
      expect((await demanded(resource, [before], [], before)).outcome).to.have.property('unasked');
      expect((await demanded(resource, [before, pods, pods], [], before)).outcome).to.deep.equal({});
    });
  }

  it('throws what refused the pods of a ReplicationController, as its condition tells', async () => {
    const { outcome } = await demanded('replicationcontrollers', [{}, { conditions: [failure] }]);
    expect(outcome).to.include({ kind: 'denied' });
    expect(rightsToSeePods({ group: '', version: 'v1', resource: 'replicationcontrollers' })).to.deep.equal([]);
    expect(rightsToSeePods({ group: 'batch', version: 'v1', resource: 'jobs' })).to.deep.equal(['list events']);
  });

  it('waits for no pod of what has no replicas or is paused, and says so', async () => {
    for (const [spec, unasked] of [
      [{ replicas: 0 }, 'api has no replicas'],
      [{ paused: true }, 'api is paused'],
    ] as const) {
      const { outcome, asked } = await demanded('deployments', [{}], [], {}, spec);
      expect(outcome).to.deep.equal({ unasked });
      expect(asked).to.deep.equal([]);
    }
  });

  it('asks nothing about what makes no pods', async () => {
    expect((await demanded('configmaps', [{}])).asked).to.deep.equal([]);
  });
});

const groups: Readonly<Record<string, string>> = { jobs: 'batch', cronjobs: 'batch', replicationcontrollers: '' };

/** Demands pods of an object whose status goes through these, the last of which stays. */
async function demanded(
  resource: string,
  statuses: readonly JsonObject[],
  events: readonly JsonObject[] = [],
  writtenStatus: JsonObject = {},
  spec: JsonObject = { replicas: 2 },
) {
  const asked: string[] = [];
  let reads = 0;
  const objectWith = (status: JsonObject): JsonObject => ({
    ...{ kind: 'Deployment', metadata: { name: 'api', uid: 'uid-1', generation: 2 }, spec },
    status,
  });
  const clients: KubernetesClients = {
    clusterUid: 'cluster',
    watch: () => Promise.reject(new Error('Nothing is watched here.')),
    call: async ({ verb, of }) => {
      asked.push(`${verb} ${of.resource}`);
      const status = statuses[Math.min(reads++, statuses.length - 1)] ?? {};
      const body = verb === 'list' ? { items: [...events] } : objectWith(status);
      return { status: 200, body, warnings: [], auditId: 'audit' };
    },
  };
  const written: FoundObject = {
    ...{ object: objectWith(writtenStatus), metadata: {}, name: 'api', uid: 'uid-1', resourceVersion: '1' },
    generation: 2,
  };
  const { signal } = new AbortController();
  const clock = new VirtualClock({ autoAdvance: true });
  const group = groups[resource] ?? 'apps';
  const ref = { of: { group, version: 'v1', resource }, namespace: 'inference', name: 'api' };
  const context = { clock, signal, clients, marker: 'wsabcdefghij23', phase: 'inject' } as const;
  const outcome: unknown = await demandPods({ ...context, log: () => undefined }, ref, { written }).catch(
    (error: unknown) => error,
  );
  return { outcome, asked };
}
