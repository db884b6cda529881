import { expect } from 'chai';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World, type WorldDetector } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

describe('runScenarios with a fault that is taken on trust', () => {
  it('J12: calls silence inconclusive where no detector tells that somebody acted', async () => {
    const silent = await verdictsWith({ rules: false, others: false });
    expect(silent).to.deep.equal([
      ['inconclusive', 'nobody-acted'],
      ['inconclusive', 'nobody-acted'],
    ]);
  });

  it('J12: calls silence a miss where another detector tells that somebody acted', async () => {
    const told = await verdictsWith({ rules: false, others: true });
    expect(told).to.deep.equal([
      ['missed', 'no-alert'],
      ['detected', 'in-time'],
    ]);
  });
});

describe('runScenarios with several faults', () => {
  /** Both faults are expected to be seen by name, and the detector sees the second only. */
  async function verdictsOf(onTrust: boolean) {
    const at = new World();
    for (const resource of ['first', 'second']) at.resources.set(resource, 'private');
    at.detectors.push({
      ...{ name: 'rules', delayMs: 400, carriesMarker: true, rulesUp: true, deliveryUp: true },
      rule: ({ action, resource }) =>
        action === 'canary' ? 'canary' : action === 'write' && resource === 'second' ? 'public' : undefined,
    });
    const named = ['first', 'second'] as const;
    const scenario = worldScenario(at, {
      id: 'flip',
      faults: named.map((resource) => ({ type: 'sim.flip', as: resource, with: { resource, value: 'public' } })),
      expect: {
        detections: named.map((fault) => ({ id: fault, detector: 'rules', rule: 'public', within: '4s', fault })),
      },
    });
    const faults = scenario.faults.map((one, n) => ({
      ...one,
      definition: { ...one.definition, onTrust: onTrust && n === 0 },
    }));
    const { scorecard } = await runScenarios(worldRequest(at, [{ ...scenario, faults }]));
    const detections = scorecard.scenarios[0]?.trials[0]?.detections ?? [];
    return detections.map(({ verdict, reasonCode }) => [verdict, reasonCode]);
  }

  it('J5: takes no alert on another fault alone for one on the fault that is named', async () => {
    expect(await verdictsOf(false)).to.deep.equal([
      ['missed', 'no-alert'],
      ['detected', 'in-time'],
    ]);
  });

  it('J12: takes no alert on another fault for a proof that somebody acted', async () => {
    expect(await verdictsOf(true)).to.deep.equal([
      ['inconclusive', 'nobody-acted'],
      ['detected', 'in-time'],
    ]);
  });
});

/** Plays one trial of two detectors, of which each may see what was done. */
async function verdictsWith(sees: { readonly rules: boolean; readonly others: boolean }) {
  const at = new World();
  at.resources.set('bucket', 'private');
  const detector = (name: 'rules' | 'others'): WorldDetector => ({
    ...{ name, delayMs: 400, carriesMarker: true, rulesUp: true, deliveryUp: true },
    rule: ({ action, value }) => (sees[name] && action === 'write' && value === 'public' ? 'public' : undefined),
  });
  at.detectors.push(detector('rules'), detector('others'));
  const scenario = worldScenario(at, {
    id: 'flip',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    expect: {
      detections: ['rules', 'others'].map((name) => ({ detector: name, rule: 'public', within: '4s' })),
    },
  });
  const faults = scenario.faults.map((one) => ({ ...one, definition: { ...one.definition, onTrust: true } }));
  const { scorecard } = await runScenarios(worldRequest(at, [{ ...scenario, faults }]));
  const detections = scorecard.scenarios[0]?.trials[0]?.detections ?? [];
  return detections.map(({ verdict, reasonCode }) => [verdict, reasonCode]);
}
