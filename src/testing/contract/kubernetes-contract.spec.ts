import { fileURLToPath } from 'node:url';
import { catalogue } from '../../catalogue.ts';
import { FakeKubernetes } from '../fakes/kubernetes.ts';
import { unreliableKubernetes } from '../fakes/unreliable-kubernetes.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { describeFaultContract } from './fault-contract.ts';
import { kubernetesCases } from './kubernetes-cases.ts';
import { buildWorld, readWorld } from './kubernetes-world.ts';

describe('the contract of faults, on the fake Kubernetes', () => {
  const signal = new AbortController().signal;
  describeFaultContract({
    faults: [...catalogue.faults.values()].filter(({ target }) => target === 'kubernetes'),
    cases: kubernetesCases,
    unreliable: unreliableKubernetes,
    sourceFolder: fileURLToPath(new URL('../..', import.meta.url)),
    place: async () => {
      const clients = new FakeKubernetes().clients();
      await buildWorld(clients, signal);
      return { clients, clock: new VirtualClock({ autoAdvance: true }), dump: () => readWorld(clients, signal) };
    },
  });
});
