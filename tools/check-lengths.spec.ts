import { expect } from 'chai';
import { findLongFiles } from './check-lengths.ts';

describe('findLongFiles', () => {
  const long = { path: 'src/long.ts', text: 'x\n'.repeat(301) };

  it('names a file of more than 300 lines that has no reason', () => {
    expect(findLongFiles([long], {})[0]?.message).to.match(/has 301 lines/);
  });

  it('accepts a file of 300 lines, and a longer one with a reason', () => {
    expect(findLongFiles([{ path: 'src/a.ts', text: 'x\n'.repeat(300) }], {})).to.deep.equal([]);
    expect(findLongFiles([long], { 'src/long.ts': 'One table.' })).to.deep.equal([]);
  });

  it('names a reason that no file needs', () => {
    expect(findLongFiles([], { 'src/gone.ts': 'One table.' })[0]?.message).to.match(/'src\/gone.ts' .* remove it/);
  });
});
