import { expect } from 'chai';
import type { BoundScenario } from '../model/run.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

/** A world that acknowledges each write and keeps none, as for a dry run. */
function forgetful(): World {
  const at = new World();
  at.resources.set('bucket', 'private');
  at.auditUp = false;
  at.onWrite = () => at.resources.set('bucket', 'private');
  return at;
}

function scenario(at: World): BoundScenario {
  return worldScenario(at, {
    id: 'dry',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    control: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'partner' } }],
    expect: { guardrails: [{ guardrail: 'guard', outcome: 'prevented', within: '2s' }] },
  });
}

async function trialOf(at: World, bound: BoundScenario) {
  const { scorecard } = await runScenarios(worldRequest(at, [bound]));
  const trial = scorecard.scenarios[0]?.trials[0];
  if (trial === undefined) throw new Error('No trial.');
  expect(trial.error).to.equal(undefined);
  return trial;
}

function askingOnly(bound: BoundScenario): BoundScenario {
  const control = bound.control.map((one) => ({ ...one, definition: { ...one.definition, asksOnly: () => true } }));
  return { ...bound, control };
}

describe('a change that is acknowledged and stored nowhere', () => {
  it('leaves nothing to revert, and credits nobody with it (J12)', async () => {
    const at = forgetful();
    const { rollback } = await trialOf(at, scenario(at));
    expect(rollback.verdict).to.equal('none');
    expect(rollback.faults).to.have.length(2);
    for (const fault of rollback.faults) {
      expect(fault).to.include({ verdict: 'none', reasonCode: 'nothing-to-revert' });
      expect(fault.reason).to.equal(
        'The change was acknowledged, but never seen to be in. The state read back is as before.',
      );
    }
  });

  it('is the doing of whoever took it back where it was proven to have been in', async () => {
    const at = forgetful();
    at.auditUp = true;
    expect((await trialOf(at, scenario(at))).rollback.verdict).to.equal('by-guardrail');
  });

  it('fails the control that was to be in, and not one that only asks', async () => {
    const at = forgetful();
    const { control } = await trialOf(at, scenario(at));
    expect(control).to.include({ verdict: 'inconclusive', reasonCode: 'control-failed' });
    const asking = forgetful();
    expect((await trialOf(asking, askingOnly(scenario(asking)))).control).to.include({ verdict: 'unheard' });
  });

  it('blocks a control that only asks and is refused', async () => {
    const at = forgetful();
    at.guard = (_resource, value) => (value === 'partner' ? { code: 'Guard', message: 'no' } : undefined);
    expect((await trialOf(at, askingOnly(scenario(at)))).control).to.include({ verdict: 'blocked' });
  });
});
