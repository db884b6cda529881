import { expect } from 'chai';
import { isCalled } from './crash.ts';
import { stepNamer } from './label.ts';
import { type Cell, crashesOf, crashMatrix } from './matrix.ts';
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
    expect(name('create', '/s/embedded-3.lock')).to.equal('create embedded.lock');
  });
});

describe('crashesOf', () => {
  it('takes a crash before a write that nothing came before for the one after the write before', () => {
    const crashes = crashesOf([
      { label: 'journal: fault 0 intent', isQuiet: false },
      { label: 'create 1-a', isQuiet: false },
      { label: 'remove 1-a', isQuiet: true },
    ]);
    expect(crashes.map(({ crash, isSame }) => `${crash.when} ${crash.step}${isSame ? ' same' : ''}`)).to.deep.equal([
      ...['before 1', 'torn 1', 'after 1', 'before 2', 'after 2', 'before 3 same', 'after 3'],
    ]);
  });
});

describe('isCalled', () => {
  it('finds an entry of a journal again in whichever batch, and another write by its name', () => {
    const both = 'journal: fault 0 effect + fault 1 effect';
    expect(isCalled('journal: fault 1 effect', both)).to.equal(true);
    expect(isCalled('journal: fault 0 effect', both)).to.equal(false);
    expect(isCalled(both, 'journal: fault 0 effect')).to.equal(true);
    expect(isCalled('write trial.json', 'write run.json')).to.equal(false);
  });

  it('tells writes of one name apart by their order', () => {
    const steps = ['write run.json', 'link latest', 'write run.json'].map((label) => ({ label, isQuiet: false }));
    expect(crashesOf(steps).map(({ crash }) => crash.nth)).to.deep.equal([1, 1, 1, 1, 2, 2]);
  });
});

describe('crashTable', () => {
  it('counts residues by phase, and tells what was not tried or not reached', () => {
    let step = 0;
    const at = (number: number, label: string) => ({ when: 'before' as const, step: number, label, nth: 1 });
    const cell = (label: string, more: Partial<Cell> = {}): Cell => ({
      scenario: 'flip',
      crash: at(++step, label),
      diedAt: label,
      residues: [],
      ...more,
    });
    const { diedAt: _never, ...survivor } = cell('journal: run-ended', { crash: at(9, 'journal: run-ended') });
    const { diedAt: _neither, ...untried } = cell('journal: run-started', {
      isSame: true,
      crash: at(0, 'journal: run-started'),
    });
    const rows = crashRows([
      cell('journal: run-started'),
      cell('journal: control 0 intent'),
      cell('create fault 0', { residues: ['the staging differs'] }),
      cell('journal: fault 0 verified'),
      survivor,
      untried,
    ]);
    expect(crashTable(rows).split('\n')[2]).to.equal(
      '| flip | 0 of 1 (1 the same) | 0 of 1 | 1 of 2 | 0 of 0 (1 not reached) | 1 of 4 (1 the same, 1 not reached) |',
    );
  });
});

/** A sample of `npm run crash-matrix`: a scenario of each platform, each with a few of its crashes. */
describe('windshear recover after a crash at a durable write', function () {
  this.timeout(240_000);
  const scenarios = ['bucket-policy-flip-guarded', 'cluster-admin-binding', 'inference-endpoint-exposed'];
  let cells: readonly Cell[] = [];

  before(async () => {
    cells = await crashMatrix({ scenarios, stagings: 1, together: 3, every: 23, all: false, tell: () => undefined });
  });

  for (const scenario of scenarios) {
    it(`leaves nothing of ${scenario} in`, () => {
      const own = cells.filter((cell) => cell.scenario === scenario);
      expect(own.filter(({ diedAt }) => diedAt !== undefined)).to.have.length.greaterThan(1);
      expect(own.flatMap(({ residues }) => residues)).to.deep.equal([]);
    });
  }
});
