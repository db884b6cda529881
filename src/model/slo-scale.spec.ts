import { expect } from 'chai';
import { boundScenario, environmentOf } from '../testing/fakes/bound-scenario.ts';
import { scaleEnvironment, scaleScenario } from './slo-scale.ts';

const full = boundScenario({ faults: [] as never }, {
  faults: [{ type: 'flip' }],
  expect: {
    detections: [{ detector: 'watcher', rule: '*', within: '4s' }],
    guardrails: [{ guardrail: 'fixer', outcome: 'reverted', within: '2s' }],
    blind: [{ detector: 'watcher', canary: 'rule', within: '3s' }],
    blindGuardrails: [{ guardrail: 'fixer', within: '5ms' }],
  },
  maxExposure: '30s',
} as never);

describe('scaleScenario', () => {
  it('multiplies every SLO and the exposure, and leaves at least a millisecond', () => {
    const { expect: scaled, maxExposure, hold } = scaleScenario(full, 0.1).scenario;
    const all = [scaled.detections, scaled.guardrails, scaled.blind, scaled.blindGuardrails].flat();
    expect(all.map(({ within }) => within)).to.deep.equal([400, 200, 300, 1]);
    expect([maxExposure, hold]).to.deep.equal([3000, undefined]);
  });

  it('changes nothing of the scenario that it was given', () => {
    const before = JSON.stringify(full);
    scaleScenario(full, 0.1);
    expect(JSON.stringify(full)).to.equal(before);
  });
});

describe('scaleEnvironment', () => {
  it('multiplies hold and stability, and nothing that the plugins need', () => {
    const environment = environmentOf({ hold: '2s', stability: '3s', revertBudget: '10s' });
    expect(scaleEnvironment(environment, 0.5)).to.deep.equal({ ...environment, hold: 1000, stability: 1500 });
  });
});
