import { expect } from 'chai';
import { mitigationOf, type ProbeSample } from './mitigation.ts';

const tolerance = { atLeast: 1, overMs: 1000 };
const t0 = 500;

/** A sample each 250 ms from t0 on, each answered after 10 ms. */
function samples(...values: readonly number[]): readonly ProbeSample[] {
  return values.map((value, n) => ({ sentMonoMs: t0 + n * 250, receivedMonoMs: t0 + n * 250 + 10, value }));
}

describe('mitigationOf', () => {
  it('answers since when the probe is back, between the last bad sample and the first good one', () => {
    expect(mitigationOf(samples(1, 0, 0.5, 1, 1, 1, 1, 1, 1), tolerance, t0)).to.deep.equal({
      status: 'recovered',
      intervalMs: [500, 760],
      cost: { samples: 3, bad: 2 },
    });
  });

  it('waits until it was in tolerance for long enough', () => {
    expect(mitigationOf(samples(0, 1, 1, 1, 1), tolerance, t0).status).to.equal('felt');
  });

  it('begins anew with each bad sample', () => {
    const flapping = mitigationOf(samples(0, 1, 1, 1, 1, 1, 1, 0, 1, 1), tolerance, t0);
    expect(flapping).to.deep.equal({ status: 'felt', cost: { samples: 8, bad: 2 } });
  });

  it('tells a fault that was never felt, once it was watched for long enough', () => {
    expect(mitigationOf(samples(1, 1, 1), tolerance, t0).status).to.equal('felt');
    expect(mitigationOf(samples(1, 1, 1, 1, 1), tolerance, t0)).to.deep.equal({
      status: 'not-felt',
      intervalMs: [0, 0],
      cost: { samples: 0, bad: 0 },
    });
  });

  it('knows nothing without samples, and holds upper limits too', () => {
    expect(mitigationOf([], tolerance, t0).status).to.equal('felt');
    expect(mitigationOf(samples(900, 20, 20, 20, 20, 20, 20), { atMost: 100, overMs: 1000 }, t0).status).to.equal(
      'recovered',
    );
  });
});
