import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execaNode } from 'execa';
import { root } from './sources.ts';

describe('counting-reporter', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windshear-counts-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('counts what passed and what failed, hooks included, and not what is pending', async () => {
    const counts = await countsOf(`
      it('a', () => {}); it('b', () => {}); it('c');
      it('d', () => { throw new Error('no d\\nat all'); });
      describe('e', () => { before(() => { throw new Error('hook'); }); it('f', () => {}); });
    `);
    expect(counts).to.deep.equal({
      passed: 2,
      failed: 2,
      failures: ['d: no d', 'e "before all" hook for "f": hook'],
      finished: true,
    });
  });

  it('says how far a run came that ended early', async () => {
    const counts = await countsOf("it('a', () => {}); it('b', () => process.exit(0));");
    expect(counts).to.deep.equal({ passed: 1, failed: 0, failures: [], finished: false });
  });

  async function countsOf(spec: string): Promise<unknown> {
    const file = join(folder, 'x.spec.mjs');
    const output = join(folder, 'counts.json');
    await writeFile(file, spec);
    const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
    const reporter = ['--reporter', join(root, 'tools/counting-reporter.ts'), '--reporter-option', `output=${output}`];
    await execaNode(mocha, ['--no-config', ...reporter, file], { reject: false });
    return JSON.parse(await readFile(output, 'utf8'));
  }
});
