import { expect } from 'chai';
import type { Catalogue } from '../../src/model/catalogue.ts';
import type { Figures } from './figures.ts';
import { withGenerated } from './generated.ts';
import { catalogueTables, exitCodeTable, reasonCodeTable } from './tables.ts';
import { testingPage } from './testing-page.ts';

describe('withGenerated', () => {
  it('replaces what stands between the markers and nothing else', () => {
    const document = 'a\n<!-- generated: x -->\nold\n<!-- end: x -->\nb\n';
    expect(withGenerated(document, 'x', 'new')).to.equal('a\n<!-- generated: x -->\n\nnew\n\n<!-- end: x -->\nb\n');
  });

  it('refuses a document without the markers', () => {
    expect(() => withGenerated('a', 'x', 'new')).to.throw('<!-- generated: x -->');
  });
});

describe('catalogueTables', () => {
  it('lists plugins by kind and type, with a link for each technique', () => {
    const plugins = [
      { type: 'b', title: 'B | b', techniques: ['T1098.003'] },
      { type: 'a', title: 'A', techniques: [] },
    ];
    const empty = new Map();
    const catalogue = {
      faults: new Map(plugins.map((plugin) => [plugin.type, plugin])),
      channels: new Map([['webhook', { type: 'webhook', title: 'Webhook' }]]),
      formats: empty,
      canaries: empty,
      guardrails: empty,
      probes: empty,
      loads: empty,
    } as unknown as Catalogue;
    expect(catalogueTables(catalogue).split('\n')).to.deep.equal([
      '**Faults**',
      '',
      '| type | title | ATT&CK |',
      '| --- | --- | --- |',
      '| `a` | A |  |',
      '| `b` | B \\| b | [T1098.003](https://attack.mitre.org/techniques/T1098/003/) |',
      '',
      '**Channels**',
      '',
      '| type | title |',
      '| --- | --- |',
      '| `webhook` | Webhook |',
    ]);
  });
});

describe('exitCodeTable and reasonCodeTable', () => {
  it('name every code of the model', () => {
    expect(exitCodeTable()).to.match(/\| 130 \| .*\n\nWhere several apply, the first of 6, 70, 4/);
    expect(reasonCodeTable()).to.include('| `no-alert` |');
  });
});

describe('testingPage', () => {
  const on = '2026-11-27';
  const none = { residues: 0, died: 0, same: 0, notReached: 0 };
  const page = (more: Partial<Figures> = {}) =>
    testingPage({
      simulation: {
        ...{ command: 'npm run simulate -- --seeds 2000', on, seeds: 2000, seconds: 10, failing: [7] },
        cells: [
          { of: 'detection', truth: 'in time', verdict: 'detected', times: 1500 },
          { of: 'detection', truth: 'not seen', verdict: 'missed', times: 2 },
          { of: 'rollback', truth: 'never in', verdict: 'none', times: 1 },
        ],
      },
      mutants: {
        ...{ command: 'npm run simulate -- --mutants', on },
        mutants: [
          { name: 'marker ignored', file: 'src/a.ts', caughtBy: 'seed 1: J7' },
          { name: 'horizon cut', file: 'src/b.ts', caughtBy: null },
        ],
      },
      'crash-matrix': {
        ...{ command: 'npm run crash-matrix', on, seconds: 1800 },
        rows: [
          { scenario: 'flip', arm: none, control: { ...none, died: 4 }, fault: { ...none, died: 8 }, after: none },
        ],
      },
      ...more,
    });

  it('crosses what was true with what was said', () => {
    expect(page()).to.contain(
      '| true | detected | missed |\n| --- | --- | --- |\n| in time | 1,500 |  |\n| not seen |  | 2 |',
    );
    expect(page()).to.contain('2,000 game days').and.contain('200 a second; 1 failed: 7.');
  });

  it('names a bug that was not caught', () => {
    expect(page()).to.contain('the simulation caught 1.').and.contain('| horizon cut | `src/b.ts` | **not caught** |');
  });

  it('counts residues of crashes', () => {
    expect(page()).to.contain('| flip | 0 of 0 | 0 of 4 | 0 of 8 | 0 of 0 | 0 of 12 |').and.contain('30 minutes');
  });
});
