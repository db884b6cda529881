import { expect } from 'chai';
import { leaseName, readLease } from '../model/lease.ts';
import { MemoryStore } from '../testing/fakes/memory-store.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

describe('a run in an environment with a lease', () => {
  it('gives it back free where all is put back', async () => {
    expect(await leftBy({})).to.include({ status: 'free', run: 'run-1', doing: 'run' });
  });

  it('leaves it unfinished where something stays in', async () => {
    expect(await leftBy({ alters: true })).to.include({ status: 'unfinished', run: 'run-1' });
  });
});

/** What the lease says after a run whose change somebody alters, or not. */
async function leftBy({ alters = false }: { readonly alters?: boolean }) {
  const world = new World();
  world.resources.set('bucket', 'private');
  world.onWrite = (event) => {
    if (alters && event.value === 'public')
      world.later(300, () => world.write({ actor: 'role/other', userAgent: 'other' }, 'bucket', 'half-public'));
  };
  const scenario = worldScenario(world, {
    id: 'flip',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    expect: { guardrails: [{ guardrail: 'fixer', outcome: 'reverted', within: '4s' }] },
  });
  const store = new MemoryStore();
  const lease = { ttlMs: 60_000, store: async () => store };
  await runScenarios(worldRequest(world, [scenario], { lease }));
  return readLease(store.objects.get(leaseName)?.bytes ?? new Uint8Array());
}
