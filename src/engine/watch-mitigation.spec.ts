import { expect } from 'chai';
import type { AnyGuardrail, GuardrailDefinition } from '../model/guardrail.ts';
import type { AnyProbe, Measurement } from '../model/probe.ts';
import type { GuardrailResult } from '../model/scorecard.ts';
import { worldEnvironment, worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

/** Users feel the fault until it is mitigated; what we stand still in, or measure right afterwards, comes out bad. */
async function mitigated(
  mitigatedMs: number,
  frozen?: readonly [number, number],
  otherOutMs?: number,
): Promise<GuardrailResult | undefined> {
  const world = new World();
  world.resources.set('bucket', 'private');
  world.resources.set('other', 'private');
  const { clock } = world;
  let injectedMs = Number.POSITIVE_INFINITY;
  world.onWrite = ({ value, resource }) => {
    if (value !== 'public' || resource === 'other') return;
    injectedMs = clock.monoMs();
    if (otherOutMs !== undefined)
      world.later(otherOutMs, () => world.write({ actor: 'role/somebody', userAgent: 'x' }, 'other', 'private'));
  };
  const [from, until] = frozen ?? [0, 0];
  const measure = async (): Promise<Measurement> => {
    await clock.sleep(20);
    const sinceMs = clock.monoMs() - injectedMs;
    if (sinceMs >= from && sinceMs < until) await clock.sleep(until - sinceMs);
    // The first request after a stall meets a connection that was given up.
    const isStale = frozen !== undefined && sinceMs >= from && sinceMs < until + 100;
    return { status: 'measured', value: sinceMs >= mitigatedMs && !isStale ? 1 : 0 };
  };
  const scenario = worldScenario(world, {
    id: 'flip',
    faults: ['other', 'bucket'].map((resource) => ({ type: 'sim.flip', with: { resource, value: 'public' } })),
    expect: { guardrails: [{ guardrail: 'router', outcome: 'mitigated', within: '4s' }] },
  });
  const environment = worldEnvironment(world, { guardrails: { router: { type: 'sim.failover' } } });
  const request = worldRequest(world, [scenario], { environment });
  const health = request.catalogue.probes.get('sim.health');
  const reverter = request.catalogue.guardrails.get('sim.reverter');
  if (health === undefined || reverter === undefined) throw new Error('The world lacks a plugin.');
  const failover = {
    ...reverter,
    type: 'sim.failover',
    params: health.params,
    outcomes: ['mitigated'],
    attributeRevert: () => undefined,
    mitigatedBy: () => ({ probe: 'sim.health', with: {}, tolerance: { atLeast: 1, overMs: 1000 } }),
  } as unknown as GuardrailDefinition<unknown>;
  const catalogue = {
    ...request.catalogue,
    probes: new Map([['sim.health', { ...health, measure } as AnyProbe]]),
    guardrails: new Map([['sim.failover', failover as unknown as AnyGuardrail]]),
  };
  const frozenMs = (a: number, b: number) =>
    frozen === undefined ? 0 : Math.max(0, Math.min(b, injectedMs + until) - Math.max(a, injectedMs + from));
  const stalls = { sinceMonoMs: () => undefined, frozenMs, lastedMs: frozenMs };
  const { scorecard } = await runScenarios({ ...request, catalogue, stalls });
  return scorecard.scenarios[0]?.trials[0]?.guardrails[0];
}

describe('watchMitigations', () => {
  it('J17: credits what came back in tolerance', async () => {
    expect(await mitigated(316)).to.include({ verdict: 'mitigated', reasonCode: 'in-time' });
    expect(await mitigated(6000)).to.include({ verdict: 'late', reasonCode: 'after-slo' });
    expect(await mitigated(60_000)).to.include({ verdict: 'absent', reasonCode: 'still-in' });
  });

  it('J17: credits nothing where another fault of the trial was taken out by then', async () => {
    const result = await mitigated(1800, undefined, 1500);
    expect(result).to.include({ verdict: 'inconclusive', reasonCode: 'gone-before-slo' });
    expect(result?.reason).to.contain("somebody had taken out 'sim.flip' on 'other'");
    expect(await mitigated(1800, undefined, 60_000)).to.include({ verdict: 'mitigated' });
  });

  it('J19: takes no reading that we stood still in for what users felt', async () => {
    const result = await mitigated(316, [200, 6200]);
    expect(result).to.include({ verdict: 'inconclusive', reasonCode: 'harness-frozen' });
    expect(result?.reason).to.match(
      /^Mitigated between \d+ ms and 6\.\d+ s, and we stood still for [56](\.\d+)? s meanwhile/,
    );
  });
});
