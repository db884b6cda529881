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

function flip(world: World, trials = 1) {
  return worldScenario(world, {
    id: 'flip',
    trials,
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    expect: { detections: [{ detector: 'rules', rule: 'public', within: '4s' }] },
  });
}

/** An environment whose window closes so many minutes after the world's clock. */
function closing(world: World, minutes: number) {
  const time = (epochMs: number) => new Date(epochMs).toISOString().slice(11, 16);
  const now = world.clock.epochMs();
  const windows = [{ from: time(now - 7_200_000), to: time(now + minutes * 60_000), zone: 'UTC' }];
  return worldEnvironment(world, { windows });
}
