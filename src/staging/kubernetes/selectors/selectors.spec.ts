import { expect } from 'chai';
import { parseFieldSelector } from './fields.ts';
import { labelSelectorOf, parseLabelSelector } from './labels.ts';

describe('parseLabelSelector', () => {
  const labels = { app: 'api', tier: 'front', 'windshear.dev/trial': 'wsab' };
  for (const [text, matches] of [
    ['', true],
    ['app=api', true],
    ['app==api,tier=front', true],
    ['app=api,tier=back', false],
    ['app!=api', false],
    ['none!=x', true],
    ['windshear.dev/trial', true],
    ['!windshear.dev/trial', false],
    ['app in (web, api),tier notin (back)', true],
    ['none in (x)', false],
    ['none notin (x)', true],
  ] as const) {
    it(`${matches ? 'matches' : 'does not match'} '${text}'`, () => {
      expect(parseLabelSelector(text)(labels)).to.equal(matches);
    });
  }

  it('refuses what it cannot read', () => {
    expect(() => parseLabelSelector('a=b=c')).to.throw('unable to parse requirement');
  });
});

describe('labelSelectorOf', () => {
  it('reads labels and expressions, and matches everything when empty', () => {
    const selector = labelSelectorOf({
      matchLabels: { app: 'api' },
      matchExpressions: [{ key: 'tier', operator: 'In', values: ['front'] }],
    });
    expect(selector({ app: 'api', tier: 'front' })).to.equal(true);
    expect(selector({ app: 'api' })).to.equal(false);
    expect(labelSelectorOf({})({})).to.equal(true);
  });
});

describe('parseFieldSelector', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, status: { phase: 'Running' } };
  const selectable = ['metadata.name', 'status.phase', 'spec.nodeName'];

  it('compares fields as text, absent ones as empty', () => {
    const matches = (text: string) => parseFieldSelector(text, selectable).matches(pod);
    expect(matches('metadata.name=a,status.phase!=Pending,spec.nodeName=')).to.equal(true);
    expect(matches('metadata.name=b')).to.equal(false);
  });

  it('names the one object that can match', () => {
    expect(parseFieldSelector('metadata.name=a', selectable).name).to.equal('a');
    expect(parseFieldSelector('metadata.name!=a', selectable)).not.to.have.property('name');
  });

  it('refuses a field that cannot be selected by', () => {
    expect(() => parseFieldSelector('spec.host=x', selectable)).to.throw('field label not supported: spec.host');
  });
});
