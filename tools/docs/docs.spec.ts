import { expect } from 'chai';
import type { Catalogue } from '../../src/model/catalogue.ts';
import { withGenerated } from './generated.ts';
import { catalogueTables, exitCodeTable, reasonCodeTable } from './tables.ts';

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
