import { expect } from 'chai';
import { loadFacts } from './load-text.ts';

describe('loadFacts', () => {
  it('says when the traffic ended by itself, and what its figures are worth', () => {
    const load = { load: 'k6', figures: [], impaired: [] };
    expect(loadFacts({ ...load, endedMs: 3000, unsound: 'k6 crashed' })).to.deep.equal([
      'it ended by itself 3 s after the fault',
      'not to be relied on: k6 crashed',
    ]);
    expect(loadFacts({ ...load, endedMs: -500 })).to.deep.equal(['it ended by itself 500 ms before the fault']);
    expect(loadFacts(load)).to.deep.equal([]);
  });
});
