import { fileURLToPath } from 'node:url';
import { catalogue } from '../../catalogue.ts';
import { FakeAws } from '../fakes/aws.ts';
import { unreliableAws } from '../fakes/unreliable-aws.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { awsCases } from './aws-cases.ts';
import { buildWorld, readWorld } from './aws-world.ts';
import { describeFaultContract } from './fault-contract.ts';

describe('the contract of faults, on the fake AWS', () => {
  const signal = new AbortController().signal;
  describeFaultContract({
    faults: [...catalogue.faults.values()].filter(({ target }) => target === 'aws'),
    cases: awsCases,
    unreliable: unreliableAws,
    sourceFolder: fileURLToPath(new URL('../..', import.meta.url)),
    place: async () => {
      const clients = new FakeAws().clients();
      await buildWorld(clients, signal);
      return { clients, clock: new VirtualClock({ autoAdvance: true }), dump: () => readWorld(clients, signal) };
    },
  });
});
