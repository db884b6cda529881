import { expect } from 'chai';
import { marker, staged } from '../testing/fakes/staged-revert.ts';

describe('revertFault, where the delta is in again after a revert', () => {
  it('reverts once more what is in by a part only', async () => {
    let looks = 0;
    const { fault, run, kinds } = staged();
    const observe: typeof fault.observe = async (...args) => {
      const now = await fault.observe(...args);
      return ++looks === 1 ? { ...now, status: 'ours-partial' } : now;
    };
    expect((await run({ definition: { ...fault, observe } })).result.verdict).to.equal('clean');
    expect(kinds().filter((kind) => kind === 'reverted')).to.have.length(2);
  });

  it('credits no guardrail with what an earlier try of ours had taken out', async () => {
    let looks = 0;
    let reverts = 0;
    const { world, run } = staged((call) => {
      if (call.what === 'read' && call.phase === 'observe' && ++looks === 1) world.on.set('s-1', marker);
      // Somebody is faster than the second revert.
      if (call.what === 'read' && call.phase === 'revert' && ++reverts === 2) world.on.clear();
      return 'proceed';
    });
    expect((await run()).result.verdict).to.equal('clean');
    expect([looks, reverts]).to.deep.equal([2, 2]);
  });
});
