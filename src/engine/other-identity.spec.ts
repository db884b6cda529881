import { expect } from 'chai';
import { OtherIdentityError, RefusedError } from '../model/errors.ts';
import type { Phase } from '../model/marker.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

const elsewhere = new OtherIdentityError('wrong-account', 'The credentials belong elsewhere.');

/** Two scenarios, of which the second waits for the first; credentials of these phases are somebody else's by then. */
async function runWith(changed: (phase: Phase, writes: number) => boolean, why: RefusedError = elsewhere) {
  const at = new World();
  at.resources.set('bucket', 'private');
  at.detectors.push({
    ...{ name: 'rules', delayMs: 100, carriesMarker: true, rulesUp: true, deliveryUp: true },
    rule: ({ action, value }) => (action === 'write' && value === 'public' ? 'public' : undefined),
  });
  const writes = () => at.events.filter(({ action }) => action === 'write');
  at.beforeCall = (phase) => {
    if (changed(phase, writes().length)) throw why;
  };
  const scenario = (id: string) =>
    worldScenario(at, {
      id,
      faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
      control: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'shared' } }],
      expect: { detections: [{ detector: 'rules', rule: 'public', within: '4s' }] },
    });
  const { scorecard, exitCode } = await runScenarios(worldRequest(at, [scenario('first'), scenario('second')]));
  return { exitCode, scorecard, values: writes().map(({ value }) => value), bucket: at.resources.get('bucket') };
}

describe('runScenarios with credentials that change in mid-run', () => {
  it('injects nothing more, takes back what is in, and ends with exit code 4', async () => {
    const { exitCode, scorecard, values, bucket } = await runWith((phase) => phase === 'inject');
    expect(values, 'only the control').to.deep.equal(['shared', 'private']);
    const [first, second] = scorecard.scenarios;
    expect(first?.trials[0]?.reason).to.equal('The credentials belong elsewhere. What was in was taken back.');
    expect([first?.verdict, second?.trials.length, exitCode]).to.deep.equal(['aborted', 0, 4]);
    expect(bucket).to.equal('private');
  });

  it('captures nothing with them either', async () => {
    const { exitCode, values } = await runWith((phase) => phase === 'observe');
    expect(values).to.deep.equal([]);
    expect(exitCode).to.equal(4);
  });

  it('reverts nothing elsewhere: what is in is unverified, and the run ends with 6', async () => {
    const { exitCode, values } = await runWith((phase, writes) => phase === 'revert' && writes >= 1);
    expect(values).to.deep.equal(['shared']);
    expect(exitCode).to.equal(6);
  });
});

describe('runScenarios that meets a safety rule in a trial', () => {
  it('takes back what is in, goes on with the next scenario, and ends with exit code 4', async () => {
    let refused = 0;
    const once = (phase: Phase) => phase === 'inject' && refused++ === 0;
    const { exitCode, scorecard, bucket } = await runWith(once, new RefusedError('foreign-host', 'Not that host.'));
    const verdicts = scorecard.scenarios.map(({ verdict }) => verdict);
    expect(verdicts).to.deep.equal(['aborted', 'passed']);
    expect(scorecard.scenarios[0]?.trials[0]?.reason).to.contain('Not that host.');
    expect(scorecard.scenarios[0]?.trials[0]?.endedBy).to.equal('safety-rule');
    expect([exitCode, bucket]).to.deep.equal([4, 'private']);
  });
});
