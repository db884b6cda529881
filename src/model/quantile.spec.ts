import { expect } from 'chai';
import fc from 'fast-check';
import { ttdQuantile } from './quantile.ts';

const times = fc.array(fc.oneof(fc.nat(100_000), fc.constant('beyond' as const)), { minLength: 1 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('ttdQuantile', () => {
  it('picks by nearest rank', () => {
    const twenty = Array.from({ length: 20 }, (_, i) => (i + 1) * 100);
    expect(ttdQuantile(twenty, 0.5, 12_000)).to.equal(1000);
    expect(ttdQuantile(twenty, 0.95, 12_000)).to.equal(1900);
  });

  it('ranks a miss beyond the horizon', () => {
    expect(ttdQuantile([100, 'beyond', 'beyond'], 0.5, 90_000)).to.equal('> 90 s');
    expect(ttdQuantile([100, 200, 'beyond'], 0.5, 90_000)).to.equal(200);
  });

  it('refuses an empty list', () => {
    expect(() => ttdQuantile([], 0.5, 1000)).to.throw(RangeError, 'at least one');
  });

  it('answers one of the times, whatever their order', () => {
    fc.assert(
      fc.property(times, share, (list, q) => {
        const picked = ttdQuantile(list, q, 1000);
        expect(picked).to.equal(ttdQuantile(list.toReversed(), q, 1000));
        expect(typeof picked === 'string' ? list.includes('beyond') : list.includes(picked)).to.equal(true);
      }),
    );
  });

  it('never falls as the share rises', () => {
    fc.assert(
      fc.property(times, share, share, (list, a, b) => {
        const at = (q: number) => {
          const picked = ttdQuantile(list, q, 1000);
          return typeof picked === 'string' ? Number.POSITIVE_INFINITY : picked;
        };
        expect(at(Math.min(a, b))).to.be.at.most(at(Math.max(a, b)));
      }),
    );
  });
});
