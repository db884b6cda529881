import { expect } from 'chai';
import { CallError } from '../model/call.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

/** Runs two faults on one bucket: `private` becomes `shared`, and then `public`. */
async function runStacked(at: World) {
  at.resources.set('bucket', 'private');
  const flip = (value: string) => ({ type: 'sim.flip', with: { resource: 'bucket', value } });
  const scenario = worldScenario(at, { id: 'flip', faults: [flip('shared'), flip('public')], expect: {}, hold: '1s' });
  const { scorecard, exitCode } = await runScenarios(worldRequest(at, [scenario]));
  const rollback = scorecard.scenarios[0]?.trials[0]?.rollback.faults.map(({ verdict }) => verdict);
  return { exitCode, rollback };
}

function has(at: World, text: string): boolean {
  return [...at.disk.files()].some(([path, file]) => path.endsWith('journal.jsonl') && file.text.includes(text));
}

describe('the rollback of faults that were made on top of each other', () => {
  it('puts back the oldest state where somebody had taken out the whole stack at once', async () => {
    const at = new World();
    at.onWrite = ({ value }) => {
      if (value === 'public') at.later(100, () => at.resources.set('bucket', 'private'));
    };
    expect(await runStacked(at)).to.deep.equal({ exitCode: 0, rollback: ['by-guardrail', 'by-guardrail'] });
    expect(at.resources.get('bucket')).to.equal('private');
  });

  it('keeps what the older one is put back to for as long as the newer may come in again', async () => {
    const at = new World();
    at.beforeCall = () => {
      if (has(at, '"verified"')) at.resources.set('bucket', 'private');
      else if (has(at, '"reverting"')) throw new CallError('failed', 'InternalError', 'The service failed.');
    };
    expect(await runStacked(at)).to.deep.equal({ exitCode: 6, rollback: ['by-guardrail', 'unverified'] });
    const kept = [...at.disk.files().keys()].filter((path) => path.includes('-fault-')).toSorted();
    expect(kept.map((path) => path.replace(/.*-fault-/, 'fault-'))).to.deep.equal([
      'fault-0',
      'fault-0-intent',
      'fault-1',
      'fault-1-intent',
      'fault-1-after',
    ]);
  });
});
