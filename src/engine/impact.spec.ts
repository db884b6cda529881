import { expect } from 'chai';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

const probe = { probe: 'sim.health', tolerance: { atLeast: 1, over: '4s' } };

async function impactIn(at: World, more: object = {}) {
  at.resources.set('bucket', 'private');
  const scenario = worldScenario(at, {
    id: 'flip',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    impact: [probe],
    expect: {},
    hold: '6s',
    ...more,
  });
  const { scorecard } = await runScenarios(worldRequest(at, [scenario]));
  const trial = scorecard.scenarios[0]?.trials[0];
  if (trial === undefined) throw new Error('No trial.');
  expect(trial.error).to.equal(undefined);
  const [impact] = trial.impact;
  return { trial, impact };
}

/** Takes the fault out so long after it went in. */
function takesOutAfter(at: World, ms: number): void {
  at.onWrite = ({ value }) => {
    if (value === 'public') at.later(ms, () => at.resources.set('bucket', 'private'));
  };
}

describe('the impact on a probe', () => {
  it('is judged over its whole window where the fault stays in', async () => {
    expect((await impactIn(new World())).impact).to.deep.include({ verdict: 'held', samples: 5 });
  });

  it('is open where somebody else took the fault out within its window, and says when', async () => {
    const at = new World();
    takesOutAfter(at, 2000);
    const { impact } = await impactIn(at);
    expect(impact).to.deep.include({ verdict: 'inconclusive', reasonCode: 'gone-before-slo' });
    expect(impact?.reason).to.match(
      /The last sample was taken 4(\.\d)? s after the fault\. It was in from 0 s to 1\.\d s; by 2/,
    );
  });

  it('is breached by what was measured while the fault was in, whoever took it out later', async () => {
    const at = new World();
    takesOutAfter(at, 2000);
    at.health = () => (at.resources.get('bucket') === 'public' ? 0.5 : 1);
    expect((await impactIn(at)).impact).to.deep.include({ verdict: 'breached' });
  });

  it('is no breach where only what came later is bad', async () => {
    const at = new World();
    takesOutAfter(at, 2000);
    at.health = () => (at.resources.get('bucket') === 'public' ? 1 : 0.5);
    expect((await impactIn(at)).impact).to.deep.include({ verdict: 'inconclusive', reasonCode: 'gone-before-slo' });
  });

  it('is open where the injected state was never proven to be in (J12)', async () => {
    const at = new World();
    at.auditUp = false;
    at.onWrite = () => at.resources.set('bucket', 'private');
    const { impact } = await impactIn(at);
    expect(impact).to.deep.include({ verdict: 'inconclusive', reasonCode: 'effect-unproven' });
  });
});
