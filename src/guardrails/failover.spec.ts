import { expect } from 'chai';
import { failover } from './failover.ts';

describe('failover', () => {
  it('declares which probe shows that users are well again', () => {
    const params = failover.params.parse({
      probe: 'http.availability',
      with: { url: 'http://127.0.0.1:1/v1/infer' },
      tolerance: { atLeast: 0.99, over: '2s' },
    });
    expect(failover.mitigatedBy?.(params)).to.deep.equal({
      probe: 'http.availability',
      with: { url: 'http://127.0.0.1:1/v1/infer' },
      tolerance: { atLeast: 0.99, overMs: 2000 },
    });
    expect(failover.outcomes).to.deep.equal(['mitigated']);
  });

  it('needs a limit, and a duration with a unit', () => {
    const accepts = (tolerance: object) => failover.params.safeParse({ probe: 'p', tolerance }).success;
    expect(accepts({})).to.equal(false);
    expect(accepts({ atMost: 5, over: '10' })).to.equal(false);
    expect(accepts({ atMost: 5, over: '0s' })).to.equal(false);
    expect(accepts({ atMost: 5 })).to.equal(true);
  });
});
