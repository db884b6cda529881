import { expect } from 'chai';
import { stepNamer } from './label.ts';
import { type Cell, crashMatrix } from './matrix.ts';
import { crashRows, crashTable } from './table.ts';

describe('stepNamer', () => {
  it('names what a journal gains by role and index, in whichever batch', () => {
    const name = stepNamer();
    const bytes = (...entries: readonly object[]) =>
      new TextEncoder().encode(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    expect(name('append', '/r/journal.jsonl', bytes({ seq: 3, kind: 'intent', role: 'fault', index: 1 }))).to.equal(
      'journal: fault 1 intent',
    );
    const both = bytes({ seq: 4, kind: 'acknowledged', of: 3 }, { seq: 5, kind: 'trial-ended' });
    expect(name('append', '/r/journal.jsonl', both)).to.equal('journal: fault 1 acknowledged + trial-ended');
    expect(name('create', '/s/20260101-000000-abcdef/1-a')).to.equal('create 1-a');
  });
});

describe('crashTable', () => {
  it('counts residues by phase, and tells what was not reached', () => {
    const crash = { when: 'before', step: 1 } as const;
    const cell = (label: string, more: Partial<Cell> = {}): Cell => ({
      scenario: 'flip',
      crash,
      label,
      diedAt: label,
      residues: [],
      ...more,
    });
    const { diedAt: _never, ...survivor } = cell('journal: run-ended');
    const rows = crashRows([
      cell('journal: run-started'),
      cell('journal: control 0 intent'),
      cell('create fault 0', { residues: ['the staging differs'] }),
      cell('journal: fault 0 verified'),
      survivor,
    ]);
    expect(crashTable(rows).split('\n')[2]).to.equal(
      '| flip | 0 of 1 | 0 of 1 | 1 of 2 | 0 of 0 (1 not reached) | 1 of 4 (1 not reached) |',
    );
  });
});

/** A sample of `npm run crash-matrix`: a scenario of each platform, each with a few of its crashes. */
describe('windshear recover after a crash at a durable write', function () {
  this.timeout(240_000);
  const scenarios = ['bucket-policy-flip-guarded', 'cluster-admin-binding', 'inference-endpoint-exposed'];
  let cells: readonly Cell[] = [];

  before(async () => {
    cells = await crashMatrix({ scenarios, stagings: 3, every: 23, tell: () => undefined });
  });

  for (const scenario of scenarios) {
    it(`leaves nothing of ${scenario} in`, () => {
      const own = cells.filter((cell) => cell.scenario === scenario);
      expect(own.filter(({ diedAt }) => diedAt !== undefined)).to.have.length.greaterThan(1);
      expect(own.flatMap(({ residues }) => residues)).to.deep.equal([]);
    });
  }
});
