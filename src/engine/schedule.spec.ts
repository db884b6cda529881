import { expect } from 'chai';
import { worldEnvironment, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { conflictBetween, type Footprint, footprintOf, runAll, type Scheduled } from './schedule.ts';

const trail = 'arn:aws:cloudtrail:us-east-1:111122223333:trail/main';

function footprint(scenario: string, overrides: Partial<Footprint> = {}): Footprint {
  return {
    scenario,
    touches: [`arn:aws:s3:::${scenario}`],
    subjects: [],
    impairs: [],
    uses: [trail],
    indistinct: [],
    faults: 1,
    ...overrides,
  };
}

describe('conflictBetween', () => {
  it('lets trials that share nothing run at the same time', () => {
    expect(conflictBetween(footprint('a'), footprint('b'))).to.equal(undefined);
  });

  it('keeps trials apart whose touched resources are the same', () => {
    expect(
      conflictBetween(footprint('a', { touches: ['arn:aws:s3:::x'] }), footprint('b', { touches: ['arn:aws:s3:::x'] })),
    ).to.match(/both touch/);
  });

  it('keeps trials apart where one touches what contains the other', () => {
    const object = footprint('a', { touches: ['arn:aws:s3:::x/key'] });
    expect(conflictBetween(object, footprint('b', { touches: ['arn:aws:s3:::x'] }))).to.match(/both touch/);
  });

  it('keeps trials apart of which signals may name the same, though they touch nothing in common', () => {
    const counted = { subjects: ['namespace/inference'] };
    expect(conflictBetween(footprint('a', counted), footprint('b', counted))).to.equal(
      'signals on both may name namespace/inference',
    );
    expect(conflictBetween(footprint('a', counted), footprint('b'))).to.equal(undefined);
  });

  it('keeps whoever impairs a resource apart from whoever uses it, either way round', () => {
    const stopper = footprint('a', { impairs: [trail] });
    expect(conflictBetween(stopper, footprint('b'))).to.match(/a impairs .*which b uses/);
    expect(conflictBetween(footprint('b'), stopper)).to.match(/a impairs .*which b uses/);
  });

  it('keeps trials apart that share a detector which cannot tell them apart', () => {
    const shared = { indistinct: ['posture'] };
    expect(conflictBetween(footprint('a', shared), footprint('b', shared))).to.match(/posture cannot tell/);
  });
});

describe('footprintOf', () => {
  it('uses what the probes of the scenario depend on', () => {
    const at = new World();
    const probe = { probe: 'sim.probe', with: { value: 1 }, tolerance: { atLeast: 1 }, uses: ['region/eu-west-1'] };
    for (const list of ['steadyState', 'impact']) {
      const faults = [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }];
      const bound = worldScenario(at, { id: 'flip', faults, [list]: [probe], expect: {} });
      expect(footprintOf(bound, worldEnvironment(at)).uses, list).to.include('region/eu-west-1');
    }
  });

  it('counts what may be in at once, a control of several acts included', () => {
    const at = new World();
    const flips = (count: number) =>
      Array.from({ length: count }, (_, n) => ({
        type: 'sim.flip',
        with: { resource: `bucket-${n}`, value: 'public' },
      }));
    const count = (faults: number, control: number) =>
      footprintOf(
        worldScenario(at, { id: 'flip', faults: flips(faults), control: flips(control), expect: {} }),
        worldEnvironment(at),
      ).faults;
    expect([count(1, 3), count(2, 1)]).to.deep.equal([3, 2]);
  });
});

describe('runAll', () => {
  it('runs conflicting trials one after the other and says who waited for whom', async () => {
    const log: string[] = [];
    const waited: Record<string, readonly { scenario: string; why: string }[]> = {};
    const task = (print: Footprint): Scheduled => ({
      footprint: print,
      onStart: (waitedFor) => {
        waited[print.scenario] = waitedFor;
      },
      async run() {
        log.push(`${print.scenario} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`${print.scenario} ends`);
      },
    });
    await runAll([task(footprint('a')), task(footprint('b', { impairs: [trail] })), task(footprint('c'))], 8);
    expect(log).to.deep.equal(['a begins', 'c begins', 'a ends', 'c ends', 'b begins', 'b ends']);
    expect(waited['b']?.map((one) => one.scenario)).to.deep.equal(['a', 'c']);
    expect(waited['c']).to.deep.equal([]);
  });

  it('never has more faults in at a time than the budget allows', async () => {
    let running = 0;
    let most = 0;
    const task = (scenario: string): Scheduled => ({
      footprint: footprint(scenario),
      onStart: () => undefined,
      async run() {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
      },
    });
    await runAll(['a', 'b', 'c', 'd', 'e'].map(task), 2);
    expect(most).to.equal(2);
  });

  it('lets what runs end before it tells a failure, and starts nothing more', async () => {
    const ended: string[] = [];
    const task = (scenario: string, fails: boolean): Scheduled => ({
      footprint: footprint(scenario),
      onStart: () => undefined,
      async run() {
        await new Promise((resolve) => setImmediate(resolve));
        if (fails) throw new Error('broken');
        await new Promise((resolve) => setImmediate(resolve));
        ended.push(scenario);
      },
    });
    const all = runAll([task('a', true), task('b', false), task('c', false)], 2);
    const failure = await all.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(Error);
    expect(ended).to.deep.equal(['b']);
  });
});
