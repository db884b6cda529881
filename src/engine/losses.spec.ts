import { expect } from 'chai';
import { newLosses } from './losses.ts';

describe('newLosses', () => {
  it('tells whether anything was lost in a window, both ends included', () => {
    const losses = newLosses();
    losses.note(5000, 3);
    expect(losses.between(5000, 6000)).to.equal(true);
    expect(losses.between(4000, 5000)).to.equal(true);
    expect(losses.between(0, 4999)).to.equal(false);
    expect(losses.between(5001, 9000)).to.equal(false);
  });

  it('takes losses in quick succession for one that lasted', () => {
    const losses = newLosses();
    losses.note(5000, 1);
    losses.note(6000, 1);
    expect(losses.between(5400, 5600)).to.equal(true);
  });

  it('forgets none, however many there are', () => {
    const losses = newLosses();
    for (let n = 0; n < 2000; n++) losses.note(n * 10_000, 1);
    for (let n = 0; n < 2000; n++) expect(losses.between(n * 10_000, n * 10_000), String(n)).to.equal(true);
    expect(losses.between(19_980_001, 19_989_999)).to.equal(false);
  });

  it('takes no count of nothing for a loss', () => {
    const losses = newLosses();
    losses.note(5000, 0);
    expect(losses.between(0, 9000)).to.equal(false);
  });
});
