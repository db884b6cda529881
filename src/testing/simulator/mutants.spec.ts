import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { mutants, mutate } from './mutants.ts';

const top = new URL('../../../', import.meta.url);

describe('mutants', () => {
  for (const mutant of mutants) {
    it(`'${mutant.name}' finds its text`, async () => {
      const source = await readFile(new URL(mutant.file, top), 'utf8');
      expect(mutate(mutant, source)).to.not.equal(source);
    });
  }

  for (const name of ['marker ignored', 'late counted as detected', 'journal written after the act']) {
    it(`'${name}' is caught by the simulation`, async function () {
      this.timeout(60_000);
      const tool = fileURLToPath(new URL('tools/simulate.ts', top));
      const args = ['--conditions=windshear-source', tool, '--mutant', name, '--seeds', '50'];
      const { stdout, exitCode } = await execa(process.execPath, args, { reject: false });
      expect(stdout).to.match(/^caught by seed \d+: (J|§)/);
      expect(exitCode).to.equal(0);
    });
  }

  it('fails loudly where the text is not there', () => {
    const [first] = mutants;
    if (first === undefined) throw new Error('No mutant.');
    expect(() => mutate(first, 'nothing')).to.throw(first.file);
  });
});
