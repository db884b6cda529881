import { expect } from 'chai';
import { CallError } from '../model/call.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

const flip = (resource: string) => ({ type: 'sim.flip', with: { resource, value: 'public' } });

describe('maxExposure', () => {
  it('ends a measurement that would keep the fault in, which is inconclusive then', async () => {
    const { inMs, exitCode, trial } = await run(new World(), {
      impact: [{ probe: 'sim.health', tolerance: { atLeast: 1, over: '40s' } }],
    });
    expect(inMs).to.be.within(5000, 5100);
    expect(trial?.impact[0]).to.deep.include({ verdict: 'inconclusive', reasonCode: 'gone-before-slo', samples: 1 });
    expect(trial?.impact[0]?.reason).to.equal(
      'The faults were taken back after 5 s (maxExposure), when 1 of 5 samples over 40 s were taken.',
    );
    expect([trial?.verdict, exitCode]).to.deep.equal(['inconclusive', 3]);
  });

  it('leaves a measurement breached that was out of tolerance by then', async () => {
    const at = new World();
    at.health = () => 0;
    const impact = [{ probe: 'sim.health', tolerance: { atLeast: 1, over: '40s' } }];
    const { inMs, exitCode, trial } = await run(at, { impact });
    expect(inMs).to.be.within(5000, 5100);
    expect([trial?.impact[0]?.verdict, exitCode]).to.deep.equal(['breached', 1]);
  });

  it('ends a measurement that does not answer, nor heed its signal', async () => {
    const at = new World();
    const scenario = bind(at, { impact: [{ probe: 'sim.health', tolerance: { atLeast: 1, over: '1s' } }] });
    const impact = scenario.impact.map((probe) => ({
      ...probe,
      definition: {
        ...probe.definition,
        measure: async () => {
          await at.clock.sleep(60_000);
          return { status: 'measured', value: 1 } as const;
        },
      },
    }));
    const { inMs, trial } = await play(at, { ...scenario, impact });
    expect(inMs).to.be.within(5000, 5100);
    expect(trial?.impact[0]).to.include({ verdict: 'inconclusive', reasonCode: 'gone-before-slo', samples: 0 });
  });

  it('ends an injection that gets no answer, counted from the first fault', async () => {
    const at = new World();
    const scenario = bind(at, { faults: [flip('bucket'), flip('other')] });
    const [first, second] = scenario.faults;
    if (first === undefined || second === undefined) throw new Error('No faults.');
    const hanging = {
      ...second,
      definition: {
        ...second.definition,
        async inject({ signal }: { readonly signal: AbortSignal }): Promise<never> {
          await at.clock.sleep(60_000, signal).catch(() => undefined);
          throw new CallError('unanswered', 'Aborted', 'sim:Write was sent and given up before it was answered.');
        },
      },
    };
    const { inMs, exitCode, trial } = await play(at, { ...scenario, faults: [first, hanging] });
    // That nothing more of the second comes is looked for before the first is taken back.
    expect(inMs).to.be.within(5000, 5600);
    expect(trial?.rollback.faults.map(({ verdict }) => verdict)).to.have.length(2);
    expect([trial?.verdict, exitCode]).to.deep.equal(['inconclusive', 3]);
    expect(at.resources.get('bucket')).to.equal('private');
  });

  it('begins no injection once it is over', async () => {
    const at = new World();
    const scenario = bind(at, { faults: [flip('bucket'), flip('other')] });
    const [first, second] = scenario.faults;
    if (first === undefined || second === undefined) throw new Error('No faults.');
    const slow = {
      ...second,
      definition: {
        ...second.definition,
        async capture() {
          await at.clock.sleep(6000);
          return 'private';
        },
      },
    };
    const { trial, exitCode } = await play(at, { ...scenario, faults: [first, slow] });
    expect(at.events.filter(({ resource, action }) => resource === 'other' && action === 'write')).to.deep.equal([]);
    expect([trial?.verdict, exitCode]).to.deep.equal(['inconclusive', 3]);
    expect(trial?.error).to.equal(undefined);
  });
});

function bind(at: World, more: object) {
  at.resources.set('bucket', 'private');
  at.resources.set('other', 'private');
  at.detectors.push({
    ...{ name: 'rules', delayMs: 400, carriesMarker: true, rulesUp: true, deliveryUp: true },
    rule: ({ action, value }) => (action === 'write' && value === 'public' ? 'public' : undefined),
  });
  return worldScenario(at, {
    id: 'flip',
    faults: [flip('bucket')],
    expect: { detections: [{ detector: 'rules', rule: 'public', within: '1s' }] },
    maxExposure: '5s',
    ...more,
  });
}

async function run(at: World, more: object) {
  return play(at, bind(at, more));
}

/** How long the bucket was public, and how the only trial ended. */
async function play(at: World, scenario: ReturnType<typeof bind>) {
  const { scorecard, exitCode } = await runScenarios(worldRequest(at, [scenario]));
  const [went, came] = at.events
    .filter(({ action, resource }) => action === 'write' && resource === 'bucket')
    .map(({ epochMs }) => epochMs);
  return { inMs: (came ?? 0) - (went ?? 0), exitCode, trial: scorecard.scenarios[0]?.trials[0] };
}
