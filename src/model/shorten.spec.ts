import { expect } from 'chai';
import { shorten } from './shorten.ts';

describe('shorten', () => {
  it('leaves a text alone that is short enough', () => {
    expect(shorten('abcd', 4)).to.equal('abcd');
  });

  it('keeps beginning and end, and counts what lies between', () => {
    expect(shorten(`start${'-'.repeat(100)}end!`, 16)).to.equal('start------- … [93 characters cut] … end!');
  });

  it('cuts no character in two', () => {
    expect(shorten('🎉'.repeat(20), 11)).to.equal(`${'🎉'.repeat(4)} … [30 characters cut] … 🎉`);
  });
});
