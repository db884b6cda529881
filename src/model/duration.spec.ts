import { expect } from 'chai';
import fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.ts';

describe('parseDuration', () => {
  const read: readonly [text: string, ms: number | undefined][] = [
    ['500ms', 500],
    ['4s', 4000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['0s', 0],
    ['4', undefined],
    ['4 s', undefined],
    ['-4s', undefined],
    ['1d', undefined],
    ['.5s', undefined],
    ['', undefined],
  ];
  for (const [text, ms] of read) {
    it(`reads '${text}' as ${ms}`, () => {
      expect(parseDuration(text)).to.equal(ms);
    });
  }

  it('reads every unit of every count', () => {
    const unit = fc.constantFrom(['ms', 1], ['s', 1000], ['m', 60_000], ['h', 3_600_000] as const);
    fc.assert(
      fc.property(
        fc.nat(10_000),
        unit,
        (count, [name, factor]) => parseDuration(`${count}${name}`) === count * Number(factor),
      ),
    );
  });
});

describe('formatDuration', () => {
  const written: readonly [ms: number, text: string][] = [
    [0, '0 ms'],
    [850.4, '850 ms'],
    [4200, '4.2 s'],
    [90_000, '90 s'],
    [120_000, '2 min'],
    [7_200_000, '2 h'],
  ];
  for (const [ms, text] of written) {
    it(`writes ${ms} as '${text}'`, () => {
      expect(formatDuration(ms)).to.equal(text);
    });
  }
});
