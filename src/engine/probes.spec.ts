import { expect } from 'chai';
import type { AnyProbe, Measurement } from '../model/probe.ts';
import type { ProbeResult } from '../model/scorecard.ts';
import { worldEnvironment, worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

/** How the samples of a steady state go: each takes 30 ms, but those that we stand still in, which take 3 s. */
async function steadyState(
  standsStillIn: (sample: number) => boolean,
  measured: (tookMs: number) => number,
): Promise<readonly ProbeResult[] | undefined> {
  const world = new World();
  world.resources.set('bucket', 'private');
  const { clock } = world;
  const frozen: (readonly [number, number])[] = [];
  let sample = 0;
  const measure = async (): Promise<Measurement> => {
    const sentMonoMs = clock.monoMs();
    const isStill = standsStillIn(sample++);
    await clock.sleep(isStill ? 3000 : 30);
    if (isStill) frozen.push([sentMonoMs + 10, clock.monoMs() - 10]);
    return { status: 'measured', value: measured(clock.monoMs() - sentMonoMs) };
  };
  const scenario = worldScenario(world, {
    id: 'flip',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    steadyState: [{ probe: 'sim.health', tolerance: { atMost: 500, over: '1s' } }],
    expect: { guardrails: [{ guardrail: 'fixer', outcome: 'reverted', within: '1s' }] },
  });
  const request = worldRequest(world, [scenario], { environment: worldEnvironment(world) });
  const health = scenario.steadyState[0]?.definition;
  const [bound] = scenario.steadyState;
  if (health === undefined || bound === undefined) throw new Error('The scenario has no steady state.');
  const definition = { ...health, measure } as AnyProbe;
  const frozenMs = (from: number, until: number) =>
    frozen.reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, until) - Math.max(a, from)), 0);
  const stalls = { sinceMonoMs: () => undefined, frozenMs, lastedMs: frozenMs };
  const scenarios = [{ ...scenario, steadyState: [{ ...bound, definition }] }];
  const { scorecard } = await runScenarios({ ...request, scenarios, stalls });
  return scorecard.scenarios[0]?.trials[0]?.steadyState;
}

const latency = (tookMs: number) => tookMs;
const failing = (tookMs: number) => {
  if (tookMs > 1000) throw new Error('Timed out.');
  return tookMs;
};

describe('measure', () => {
  it('J19: takes again what we stood still in, and blames nobody for it', async () => {
    for (const value of [latency, failing]) {
      const [before] = (await steadyState((n) => n === 2, value)) ?? [];
      expect(before).to.include({ when: 'before', verdict: 'held', samples: 5, worst: 30 });
    }
  });

  it('J19: is inconclusive where we stood still again and again', async () => {
    const [before] = (await steadyState((n) => n >= 2, latency)) ?? [];
    expect(before).to.include({ verdict: 'inconclusive', reasonCode: 'harness-frozen', samples: 2 });
    expect(before?.reason).to.equal('We stood still in 6 of 8 measurements, so those tell nothing.');
  });

  it('says breached of what was measured while we ran', async () => {
    const [before] =
      (await steadyState(
        (n) => n === 2,
        (tookMs) => tookMs + 600,
      )) ?? [];
    expect(before).to.include({ verdict: 'breached', worst: 630 });
  });
});
