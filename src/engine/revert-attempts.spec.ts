import { expect } from 'chai';
import { newMarker } from '../model/marker.ts';
import { type CallFate, MemoryWorld, switchFault } from '../testing/fakes/memory-world.ts';
import { SeededRandom } from '../testing/fakes/seeded-random.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { revertFault } from './revert.ts';
import { tryRevert } from './revert-attempts.ts';

const failed: CallFate = { kind: 'failed', when: 'before' };
const denied: CallFate = { kind: 'denied', when: 'before' };

function requestFor(fates: CallFate[]) {
  const world = new MemoryWorld((call) => (call.what === 'remove' ? (fates.shift() ?? 'proceed') : 'proceed'));
  const marker = newMarker(new SeededRandom(1));
  world.on.set('s-1', marker);
  return {
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
}

async function triesOf(...fates: CallFate[]): Promise<readonly [number, string | undefined]> {
  const request = requestFor(fates);
  const { tries, report } = await tryRevert(
    request,
    { fromMonoMs: 0, endMonoMs: () => 60_000 },
    { tries: 0, tookMs: 0, mayHaveActed: false },
  );
  return [tries, report?.outcome];
}

/** Reverts on a budget of 5 s, of which a stall takes 8 s in the first call of a phase. */
async function stalledIn(slow: 'revert' | 'observe', knows: 'knows' | 'does not know') {
  const request = { ...requestFor([failed]), budgetMs: 5000, settleMs: 300 };
  const { clock } = request;
  let until = Number.NEGATIVE_INFINITY;
  const session = async (phase: 'revert' | 'observe') => {
    if (phase === slow && until < 0) {
      until = clock.monoMs() + 8000;
      await clock.sleep(8000);
    }
    return request.session();
  };
  const frozenMs = (from: number, to: number) => Math.max(0, Math.min(to, until) - Math.max(from, until - 8000));
  const stalls = { sinceMonoMs: () => undefined, frozenMs, lastedMs: frozenMs };
  const { result } = await revertFault({ ...request, session, ...(knows === 'knows' ? { stalls } : {}) });
  return result;
}

describe('revertFault', () => {
  it('tells its tries together with the time that they took, pauses and reads included', async () => {
    const request = requestFor([]);
    // Answers at once, and changes nothing.
    const definition = { ...request.definition, revert: async () => ({ outcome: 'removed' as const }) };
    const { result } = await revertFault({ ...request, definition });
    const [, tries, tookS] = /after (\d+) tries in ([\d.]+) s: it was answered/.exec(result.reason) ?? [];
    // 100 ms before the second try, and twice as long before each one after it, up to 5 s.
    expect(Number(tries)).to.be.within(14, 18);
    expect(Number(tookS)).to.be.within(54, 60);
  });

  for (const slow of ['revert', 'observe'] as const) {
    it(`takes no stall of ours from its budget that lies in its ${slow}`, async () => {
      expect((await stalledIn(slow, 'knows')).verdict).to.equal('clean');
      expect((await stalledIn(slow, 'does not know')).verdict).to.not.equal('clean');
    });
  }
});

describe('tryRevert', () => {
  it('gives a refusal its three tries, however often what passes had failed before', async () => {
    expect(await triesOf(failed, failed, denied, denied)).to.deep.equal([5, 'removed']);
    expect(await triesOf(failed, failed, denied, denied, denied)).to.deep.equal([5, undefined]);
  });
});
