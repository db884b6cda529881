import { expect } from 'chai';
import fc from 'fast-check';
import { wilson95 } from './wilson.ts';

const counts = fc.nat(1000).chain((judged) => fc.tuple(fc.nat(judged), fc.constant(judged + 1)));

describe('wilson95', () => {
  it('gives the published interval of 8 hits out of 10', () => {
    const [low, high] = wilson95(8, 10) ?? [];
    expect(low).to.be.closeTo(0.4902, 0.0001);
    expect(high).to.be.closeTo(0.9433, 0.0001);
  });

  it('says nothing where nothing was judged', () => {
    expect(wilson95(0, 0)).to.equal(null);
  });

  it('holds the share and stays inside 0 to 1', () => {
    fc.assert(
      fc.property(counts, ([hits, judged]) => {
        const [low, high] = wilson95(hits, judged) ?? [Number.NaN, Number.NaN];
        expect(low).to.be.within(0, hits / judged);
        expect(high).to.be.within(hits / judged, 1);
      }),
    );
  });

  it('mirrors hits and misses', () => {
    fc.assert(
      fc.property(counts, ([hits, judged]) => {
        const [low] = wilson95(hits, judged) ?? [Number.NaN];
        const [, high] = wilson95(judged - hits, judged) ?? [0, Number.NaN];
        expect(low).to.be.closeTo(1 - high, 1e-12);
      }),
    );
  });

  it('narrows as trials are added at the same share', () => {
    fc.assert(fc.property(counts, ([hits, judged]) => width(hits * 4, judged * 4) < width(hits, judged)));
  });
});

function width(hits: number, judged: number): number {
  const [low, high] = wilson95(hits, judged) ?? [0, 1];
  return high - low;
}
