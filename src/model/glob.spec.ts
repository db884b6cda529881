import { expect } from 'chai';
import fc from 'fast-check';
import { matchesGlob } from './glob.ts';

describe('matchesGlob', () => {
  const cases: readonly [glob: string, text: string, matches: boolean][] = [
    ['s3-*', 's3-public-policy', true],
    ['s3-*', 'S3-public-policy', false],
    ['*', '', true],
    ['?', '', false],
    ['a?c', 'abc', true],
    ['*policy', 's3-public-policy-attempt', false],
    ['a.c', 'abc', false],
    ['*ab*ab', 'abab-ab', true],
    ['a**b', 'ab', true],
  ];
  for (const [glob, text, matches] of cases) {
    it(`${matches ? 'takes' : 'refuses'} '${text}' for '${glob}'`, () => {
      expect(matchesGlob(glob, text)).to.equal(matches);
    });
  }

  it('agrees with the regular expression of the same meaning', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
    const globs = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(globs, letters, (glob, text) => {
        const source = glob.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(matchesGlob(glob, text)).to.equal(new RegExp(`^${source}$`).test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('ends in bounded steps on a glob that makes backtracking explode', () => {
    expect(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(5000))).to.equal(false);
  });
});
