import { expect } from 'chai';
import fc from 'fast-check';
import { editDistance, nearest, suggestion } from './nearest.ts';

describe('nearest', () => {
  const known = ['trail-rules', 'identity-rules', 'posture', 'profile'];

  it('finds a name behind swapped letters', () => {
    expect(nearest('postrue', known)).to.deep.equal(['posture']);
  });

  it('finds a name by its end', () => {
    expect(nearest('attach-managed-policy', ['aws.iam.attach-managed-policy'])).to.have.length(1);
  });

  it('offers nothing that is far off', () => {
    expect(nearest('guardduty', known)).to.deep.equal([]);
  });

  it('offers at most three, the closest first', () => {
    expect(nearest('abc', ['abcde', 'abcd', 'abc1', 'ab', 'abc'])).to.deep.equal(['abc', 'ab', 'abc1']);
  });
});

describe('suggestion', () => {
  it('lists what is known where nothing is near', () => {
    expect(suggestion('guardduty', ['posture', 'profile'])).to.equal('; known: posture, profile.');
  });

  it('lists the least far of many where nothing is near', () => {
    const known = Array.from({ length: 20 }, (_, n) => `rule-of-a-trail-${n + 10}`);
    expect(suggestion('nosuch', known)).to.match(/^; 20 are known, the nearest are (rule-of-a-trail-\d+(, )?){3}\.$/);
  });
});

describe('editDistance', () => {
  it('counts a swap of neighbours as one edit', () => {
    expect(editDistance('ab', 'ba')).to.equal(1);
  });

  it('is symmetric, zero only for equals and at most the longer length', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).to.equal(editDistance(b, a));
        expect(distance === 0).to.equal(a === b);
        expect(distance).to.be.at.most(Math.max(a.length, b.length));
      }),
    );
  });
});
