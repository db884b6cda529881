import { expect } from 'chai';
import type { Tried } from './matrix.ts';
import { rightsTable } from './table.ts';

const whole: Tried = { scenario: 'flip', faults: [], printed: '' };

function without(right: string, more: Partial<Tried>): Tried {
  return { ...whole, removal: { who: 'tester', right, names: [right], isUnasked: false }, ...more };
}

describe('rightsTable', () => {
  it('counts endings by scenario, what is wrong apart, and says why some may do without', () => {
    const lines = rightsTable([
      whole,
      without('a', { ending: 'preflight' }),
      without('b', { ending: 'refused' }),
      without('c', { ending: 'refused', faults: ['left something'] }),
      without('iam:SimulatePrincipalPolicy on *', { ending: 'borne' }),
      { ...whole, scenario: 'drift', faults: ['came to nothing'] },
    ]).split('\n');
    expect(lines.slice(2, 5)).to.deep.equal([
      '| drift | 0 of 1 | 0 | 0 | 0 | 0 |',
      '| flip | 1 of 1 | 1 | 1 | 1 | 1 |',
      '| **all** | 1 of 2 | 1 | 1 | 1 | 1 |',
    ]);
    expect(lines.slice(5)).to.deep.equal([
      '1 borne: the embedded staging goes on with rights that nobody could confirm.',
    ]);
  });
});
