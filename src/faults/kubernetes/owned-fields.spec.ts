import { expect } from 'chai';
import { ownsContent, ownsField } from './owned-fields.ts';

const object = {
  metadata: { annotations: { n: '1' }, labels: { app: 'api' } },
  spec: {
    replicas: 2,
    containers: [
      { name: 'proxy', image: 'p:1' },
      { name: 'main', image: 'm:1', args: ['--fast'], env: [{ name: 'A', value: '1' }] },
    ],
  },
};
const main = 'k:{"name":"main"}';

describe('ownsField', () => {
  const table: readonly (readonly [string, object, string, boolean])[] = [
    ['a field', { 'f:spec': { 'f:replicas': {} } }, '/spec/replicas', true],
    ['another field', { 'f:metadata': { 'f:annotations': { 'f:n': {} } } }, '/spec/replicas', false],
    [
      'a field of an entry',
      { 'f:spec': { 'f:containers': { [main]: { 'f:image': {} } } } },
      '/spec/containers/1/image',
      true,
    ],
    [
      'that of another entry',
      { 'f:spec': { 'f:containers': { [main]: { 'f:image': {} } } } },
      '/spec/containers/0/image',
      false,
    ],
    [
      'a list that is one value',
      { 'f:spec': { 'f:containers': { [main]: { 'f:args': {} } } } },
      '/spec/containers/1/args/0',
      true,
    ],
    [
      'the entry of a set',
      { 'f:spec': { 'f:containers': { [main]: { 'f:args': { 'v:"--fast"': {} } } } } },
      '/spec/containers/1/args',
      true,
    ],
    ['a map as a whole', { 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } } }, '/metadata/labels', true],
    ['a map without its members', { 'f:metadata': { 'f:labels': { '.': {} } } }, '/metadata/labels', false],
    ['what is not there', { 'f:spec': { 'f:paused': {} } }, '/spec/paused', false],
    [
      'what is not there any more in a list',
      { 'f:spec': { 'f:containers': { [main]: { 'f:env': {} } } } },
      '/spec/containers/1/env/1',
      false,
    ],
    ['nothing', {}, '/spec/replicas', false],
    ['a key that is no JSON', { 'f:spec': { 'f:containers': { 'k:{': {} } } }, '/spec/containers/1/image', false],
  ];
  for (const [what, fields, path, expected] of table)
    it(`says ${expected} of ${path} for an entry that holds ${what}`, () => {
      expect(ownsField(fields as never, object, path)).to.equal(expected);
    });
});

describe('ownsContent', () => {
  it('counts neither metadata nor status', () => {
    expect(ownsContent({ 'f:metadata': { 'f:annotations': { 'f:n': {} } }, 'f:status': {} })).to.equal(false);
    expect(ownsContent({ 'f:metadata': {}, 'f:spec': { 'f:podSelector': {} } })).to.equal(true);
  });
});
