import { expect } from 'chai';
import type { BoundStopCondition } from '../model/run.ts';
import type { Stalls } from '../model/stalls.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

const steadyState = [{ probe: 'sim.health', tolerance: { atLeast: 1, over: '100ms' } }];
const health = { probe: 'sim.health', atLeast: 0.9 };

/** A fault that nobody notices, so that only a stop condition ends it before its horizon of 12 s. */
function scenario(at: World, more: Record<string, unknown>, of?: BoundStopCondition['of']) {
  at.resources.set('bucket', 'private');
  const file = {
    id: 'flip',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    expect: { detections: [{ detector: 'rules', rule: 'public', within: '4s' }] },
    hold: '12s',
    ...more,
  };
  return worldScenario(at, file, of);
}

function world(): World {
  const at = new World();
  const quiet = { delayMs: 1, carriesMarker: true, rulesUp: true, deliveryUp: true, rule: () => undefined };
  at.detectors.push({ name: 'rules', ...quiet });
  return at;
}

/** A world that is well until `fromMs` and from `untilMs` on. */
function illness(at: World, fromMs: number, untilMs = Number.POSITIVE_INFINITY, value = 0.25): World {
  at.health = () => (at.clock.monoMs() >= fromMs && at.clock.monoMs() < untilMs ? value : 1);
  return at;
}

async function run(at: World, more: Record<string, unknown>, stalls?: Stalls) {
  const request = worldRequest(at, [scenario(at, more)]);
  const { scorecard, exitCode } = await runScenarios(stalls === undefined ? request : { ...request, stalls });
  const [trial] = scorecard.scenarios[0]?.trials ?? [];
  const writes = at.events.filter(({ action }) => action === 'write');
  return { exitCode, trial, trials: scorecard.scenarios[0]?.trials.length, writes, bucket: at.resources.get('bucket') };
}

describe('a stop condition', () => {
  for (const [title, stopConditions, at, endsWithin, sentence] of [
    [
      'a probe limit',
      { probes: [health] },
      illness(world(), 3000),
      3500,
      "'sim.health' got 0.25 ratio, expected at least 0.9",
    ],
    [
      'a probe limit that is passed for long enough',
      { probes: [{ ...health, id: 'users', for: '2s' }] },
      illness(world(), 3000),
      5700,
      "'users' got 0.25 ratio, expected at least 0.9, for 2.1 s of at most 2 s",
    ],
    ['a time box', { timeBox: '5s' }, world(), 5300, 'it took 5 s, at most 5 s is allowed (timeBox)'],
    [
      'the error budget of the steady state',
      { errorBudget: '1s' },
      illness(world(), 3000),
      4800,
      'the steady state was out of tolerance for 1.2 s in all, at most 1 s is allowed (errorBudget)',
    ],
    [
      'a probe that cannot be measured any more',
      { probes: [health] },
      failing(world(), 3000),
      3500,
      "'sim.health' could not be measured: The world is gone",
    ],
  ] as const) {
    it(`ends the trial by ${title}, takes all back, exits 1 and says which limit at what value`, async () => {
      const { exitCode, trial, bucket } = await run(at, { steadyState, stopConditions });
      expect(trial?.reason).to.contain(sentence).and.contain('What was in was taken back.');
      expect([trial?.verdict, trial?.endedBy, trial?.rollback.verdict, exitCode]).to.deep.equal([
        ...['aborted', 'stop-condition', 'clean'],
        1,
      ]);
      expect(bucket).to.equal('private');
      expect(at.clock.monoMs()).to.be.below(endsWithin);
    });
  }

  for (const [title, stopConditions, at] of [
    ['a value at its limit', { probes: [{ ...health, atLeast: 1, atMost: 1 }] }, world()],
    [
      'a limit that is passed, but not for long enough',
      { probes: [{ ...health, for: '2s' }] },
      illness(world(), 3000, 4500),
    ],
    [
      'a limit that is passed again and again, but never for long enough',
      { probes: [{ ...health, for: '2s' }] },
      ague(),
    ],
    ['an error budget that is not used up', { errorBudget: '2s' }, illness(world(), 3000, 4500)],
    ['a time box that is not over', { timeBox: '1m' }, world()],
  ] as const) {
    it(`does not end it by ${title}`, async () => {
      const { trial } = await run(at, { steadyState, stopConditions });
      expect(trial?.verdict).to.equal('failed');
      expect(trial?.exposureMs).to.be.at.least(12_000);
    });
  }

  for (const [title, stopConditions, untilMs] of [
    ['a value that was measured while we stood still, or right afterwards', { probes: [health] }, 3450],
    ['an error budget that a stall of ours would have used up', { errorBudget: '800ms' }, 4000],
    [
      'a limit that is passed for long enough only with a stall of ours',
      { probes: [{ ...health, for: '800ms' }] },
      4100,
    ],
  ] as const) {
    it(`J19: does not end it by ${title}`, async () => {
      const frozenMs = (from: number, until: number) => Math.max(0, Math.min(until, 3300) - Math.max(from, 2900));
      const stalls = { sinceMonoMs: () => undefined, frozenMs, lastedMs: frozenMs };
      const more = { steadyState, stopConditions };
      expect((await run(illness(world(), 2900, untilMs), more, stalls)).trial?.verdict).to.equal('failed');
      expect((await run(illness(world(), 2900, untilMs), more)).trial?.verdict).to.equal('aborted');
    });
  }

  it('keeps a trial from injecting that would be beyond a limit from the start', async () => {
    const { exitCode, writes, trial } = await run(illness(world(), 0), { stopConditions: { probes: [health] } });
    expect([exitCode, writes.length, trial?.rollback.verdict]).to.deep.equal([1, 0, 'none']);
  });

  it('ends a control too', async () => {
    const control = [{ type: 'sim.flip', with: { resource: 'bucket', value: 'shared' } }];
    const { writes, trial, bucket } = await run(illness(world(), 1500), {
      control,
      stopConditions: { probes: [health] },
    });
    expect(writes.map(({ value }) => value)).to.deep.equal(['shared', 'private']);
    expect([trial?.verdict, bucket]).to.deep.equal(['aborted', 'private']);
  });

  it('is the end of the further trials of its scenario, and of no other scenario', async () => {
    const at = illness(world(), 3000);
    at.resources.set('other', 'private');
    const faults = [{ type: 'sim.flip', with: { resource: 'other', value: 'public' } }];
    const first = scenario(at, { trials: 3, stopConditions: { probes: [health] } });
    const { scorecard } = await runScenarios(worldRequest(at, [first, scenario(at, { id: 'other', faults })]));
    const verdicts = scorecard.scenarios.map(({ trials }) => trials.map(({ verdict }) => verdict));
    expect(verdicts).to.deep.equal([['aborted'], ['failed']]);
  });

  it('ends the whole run where the environment itself is beyond a limit, with exit code 1', async () => {
    const at = illness(world(), 3000);
    at.resources.set('other', 'private');
    const faults = [{ type: 'sim.flip', with: { resource: 'other', value: 'public' } }];
    const first = scenario(at, { stopConditions: { probes: [health] } }, 'environment');
    const { scorecard, exitCode } = await runScenarios(
      worldRequest(at, [first, scenario(at, { id: 'other', faults })]),
    );
    const reasons = scorecard.scenarios.map(({ trials }) => trials[0]?.reason);
    expect(reasons).to.have.length(2);
    for (const reason of reasons) expect(reason).to.contain('A stop condition of the environment ended it');
    expect(exitCode).to.equal(1);
    expect([at.resources.get('bucket'), at.resources.get('other')]).to.deep.equal(['private', 'private']);
  });
});

/** A world that is ill for a second of every two. */
function ague(): World {
  const at = world();
  at.health = () => (at.clock.monoMs() % 2000 < 1000 && at.clock.monoMs() > 2000 ? 0.25 : 1);
  return at;
}

function failing(at: World, fromMs: number): World {
  at.health = () => {
    if (at.clock.monoMs() >= fromMs) throw new Error('The world is gone');
    return 1;
  };
  return at;
}
