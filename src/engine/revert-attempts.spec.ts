import { expect } from 'chai';
import { newMarker } from '../model/marker.ts';
import { type CallFate, MemoryWorld, switchFault } from '../testing/fakes/memory-world.ts';
import { SeededRandom } from '../testing/fakes/seeded-random.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { tryRevert } from './revert-attempts.ts';

const failed: CallFate = { kind: 'failed', when: 'before' };
const denied: CallFate = { kind: 'denied', when: 'before' };

async function triesOf(...fates: CallFate[]): Promise<readonly [number, string | undefined]> {
  const world = new MemoryWorld((call) => (call.what === 'remove' ? (fates.shift() ?? 'proceed') : 'proceed'));
  const marker = newMarker(new SeededRandom(1));
  world.on.set('s-1', marker);
  const request = {
    definition: switchFault(),
    params: { switch: 's-1' },
    marker,
    before: { on: null },
    injection: 'acknowledged' as const,
    settleMs: 0,
    budgetMs: 60_000,
    clock: new VirtualClock({ autoAdvance: true }),
    abandon: new AbortController().signal,
    session: async () => ({ clients: world }),
    journal: { append: async () => ({ seq: 0, at: '', monoMs: 0, kind: 'reverting' as const, of: 1 }) },
    of: 1,
  };
  const { tries, report } = await tryRevert(request, 60_000, { tries: 0, tookMs: 0, mayHaveActed: false });
  return [tries, report?.outcome];
}

describe('tryRevert', () => {
  it('gives a refusal its three tries, however often what passes had failed before', async () => {
    expect(await triesOf(failed, failed, denied, denied)).to.deep.equal([5, 'removed']);
    expect(await triesOf(failed, failed, denied, denied, denied)).to.deep.equal([5, undefined]);
  });
});
