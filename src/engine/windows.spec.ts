import { expect } from 'chai';
import { boundFault, boundScenario, environmentOf } from '../testing/fakes/bound-scenario.ts';
import { switchFault } from '../testing/fakes/memory-world.ts';
import { worldEnvironment, worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';
import { checkWindows } from './windows.ts';

const window = { days: ['mon'], from: '08:00', to: '09:00', zone: 'Europe/Berlin' };
const bound = boundScenario({ faults: [boundFault(switchFault())] }, { maxExposure: '5m', trials: 2 });

describe('checkWindows', () => {
  it('lets a run pass that ends, its revert included, before the window closes', () => {
    checkWindows(at('2026-01-05T07:48:59Z'));
  });

  it('refuses a run that would end outside, and names when the window closes', () => {
    expect(refusal('2026-01-05T07:49:00Z')).to.include({ code: 'outside-window', exitCode: 4 });
    expect(refusal('2026-01-05T07:49:00Z')).to.have.property('message').that.includes('2026-01-05T08:00:00.000Z');
  });

  it('refuses a run outside, and names the windows with their zone', () => {
    const message = 'mon 08:00 to 09:00 Europe/Berlin';
    expect(refusal('2026-01-05T08:00:00Z')).to.have.property('message').that.includes(message);
  });

  it('lets every run pass where no window is listed', () => {
    checkWindows({ ...at('2026-01-06T03:00:00Z'), environment: environmentOf() });
  });
});

describe('runScenarios in windows', () => {
  it('touches nothing outside them', async () => {
    const world = worldWithBucket();
    const request = worldRequest(world, [flip(world)], { environment: closing(world, -60) });
    const failure = await runScenarios(request).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.include({ code: 'outside-window', exitCode: 4 });
    expect(world.events).to.deep.equal([]);
  });

  it('injects no further trial that may outlast them, and ends with 4', async () => {
    const world = worldWithBucket();
    const request = worldRequest(world, [flip(world, 3)], { environment: closing(world, 4) });
    // Somebody holds the first trial up for as long as the window lasts.
    const started = world.clock.epochMs();
    let shiftMs = 0;
    const clock = {
      epochMs: () => world.clock.epochMs() + shiftMs,
      monoMs: () => world.clock.monoMs(),
      sleep: (ms: number, signal?: AbortSignal) => world.clock.sleep(ms, signal),
    };
    const onEvent = (event: Parameters<typeof request.onEvent>[0]) => {
      if (event.kind === 'trial-ended') shiftMs = 180_000;
      request.onEvent(event);
    };
    const { scorecard, exitCode } = await runScenarios({ ...request, clock, onEvent });
    expect(world.clock.epochMs()).to.be.greaterThan(started);
    expect(scorecard.scenarios[0]?.trials).to.have.length(1);
    expect(exitCode).to.equal(4);
    expect(world.resources.get('bucket')).to.equal('private');
    expect(request.told).to.satisfy((told: typeof request.told) =>
      told.some((event) => event.kind === 'notice' && event.text.includes('may be touched only in its windows')),
    );
  });
});

describe('a trial in windows', () => {
  const shared = { type: 'sim.flip', with: { resource: 'bucket', value: 'shared' } };

  it('injects no fault whose control was waited for until too late, and ends with 4', async () => {
    const { values, exitCode, trial } = await runNoisyControl({ rearm: 600_000 });
    expect(values).to.deep.equal(['shared', 'private']);
    expect(exitCode).to.equal(4);
    expect(trial?.verdict).to.equal('aborted');
    expect(trial?.reason).to.include('may be touched only in its windows');
  });

  it('injects no control once its steady state was measured for too long', async () => {
    const steadyState = [{ probe: 'sim.health', tolerance: { atLeast: 1, over: '4m' } }];
    const { values, exitCode } = await runNoisyControl({}, { steadyState });
    expect(values).to.deep.equal([]);
    expect(exitCode).to.equal(4);
  });

  it('begins no wait for a detector to re-arm that lasts for too long', async () => {
    const { endedMonoMs, exitCode, trial } = await runNoisyControl({ rearm: 600_000 });
    expect(exitCode).to.equal(4);
    expect(endedMonoMs).to.be.lessThan(60_000);
    expect(trial?.control?.verdict).to.equal('noisy');
    expect(trial?.reason).to.match(/what is injected in (9 min|10 min|5\d\d s).* may be in|have been waited/);
  });

  it('injects nothing whose state before took too long to read', async () => {
    const { values, exitCode } = await runNoisyControl({}, {}, 240_000);
    expect(values).to.deep.equal([]);
    expect(exitCode).to.equal(4);
  });

  /** Runs one trial, whose control is alerted on, in a window of five minutes; answers what was written. */
  async function runNoisyControl(detector: { readonly rearm?: number }, more: object = {}, captureMs = 5) {
    const world = worldWithBucket();
    world.latencyMs = captureMs;
    for (const one of world.detectors) Object.assign(one, { rule: () => 'public' });
    const base = closing(world, 5);
    const { rules } = base.detectors;
    if (rules === undefined) throw new Error('No detector.');
    const environment = { ...base, detectors: { rules: { ...rules, ...detector } } };
    const scenario = flip(world, 1, { control: [shared], maxExposure: '2m', ...more });
    const { scorecard, exitCode } = await runScenarios(worldRequest(world, [scenario], { environment }));
    const values = world.events.filter(({ action }) => action === 'write').map(({ value }) => value);
    return { values, exitCode, endedMonoMs: world.clock.monoMs(), trial: scorecard.scenarios[0]?.trials[0] };
  }
});

function at(time: string) {
  const epochMs = Date.parse(time);
  const clock = { epochMs: () => epochMs, monoMs: () => 0, sleep: async () => {} };
  const environment = environmentOf({ windows: [window] });
  return { environmentName: 'staging', environment, scenarios: [bound], clock };
}

function refusal(time: string): unknown {
  try {
    checkWindows(at(time));
  } catch (error) {
    return error;
  }
  throw new Error('expected a refusal');
}

function worldWithBucket(): World {
  const world = new World();
  world.resources.set('bucket', 'private');
  world.detectors.push({
    name: 'rules',
    delayMs: 400,
    carriesMarker: true,
    rulesUp: true,
    deliveryUp: true,
    rule: (event) => (event.value === 'public' ? 'public' : undefined),
  });
  return world;
}

function flip(world: World, trials = 1, more: object = {}) {
  return worldScenario(world, {
    id: 'flip',
    trials,
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    expect: { detections: [{ detector: 'rules', rule: 'public', within: '4s' }] },
    ...more,
  });
}

/** An environment whose window closes so many minutes after the world's clock. */
function closing(world: World, minutes: number) {
  const time = (epochMs: number) => new Date(epochMs).toISOString().slice(11, 16);
  const now = world.clock.epochMs();
  const windows = [{ from: time(now - 7_200_000), to: time(now + minutes * 60_000), zone: 'UTC' }];
  return worldEnvironment(world, { windows });
}
