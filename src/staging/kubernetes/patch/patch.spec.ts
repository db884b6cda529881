import { expect } from 'chai';
import { StatusError } from '../objects/status.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

const codeOf = (act: () => unknown): number => {
  try {
    act();
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    throw error;
  }
  return 0;
};

describe('applyJsonPatch', () => {
  const document = { a: { 'b/c': [1, 2, 3] }, d: 'x' };
  for (const [name, patch, result] of [
    ['adds a field', [{ op: 'add', path: '/e', value: 1 }], { ...document, e: 1 }],
    ['puts an entry into a list', [{ op: 'add', path: '/a/b~1c/1', value: 9 }], { a: { 'b/c': [1, 9, 2, 3] }, d: 'x' }],
    ['appends to a list', [{ op: 'add', path: '/a/b~1c/-', value: 4 }], { a: { 'b/c': [1, 2, 3, 4] }, d: 'x' }],
    ['replaces', [{ op: 'replace', path: '/d', value: null }], { a: { 'b/c': [1, 2, 3] }, d: null }],
    ['removes an entry', [{ op: 'remove', path: '/a/b~1c/0' }], { a: { 'b/c': [2, 3] }, d: 'x' }],
    ['moves', [{ op: 'move', from: '/d', path: '/a/f' }], { a: { 'b/c': [1, 2, 3], f: 'x' } }],
    ['copies', [{ op: 'copy', from: '/d', path: '/e' }], { ...document, e: 'x' }],
    ['goes on after a test that holds', [{ op: 'test', path: '/d', value: 'x' }], document],
    ['takes an absent field for null in a test', [{ op: 'test', path: '/none', value: null }], document],
  ] as const) {
    it(name, () => expect(applyJsonPatch(document, patch)).to.deep.equal(result));
  }

  for (const [name, patch, code] of [
    ['a test that fails', [{ op: 'test', path: '/d', value: 'y' }], 422],
    ['the removal of nothing', [{ op: 'remove', path: '/none' }], 422],
    ['the replacement of nothing', [{ op: 'replace', path: '/none', value: 1 }], 422],
    ['a place beyond the list', [{ op: 'add', path: '/a/b~1c/4', value: 1 }], 422],
    ['a path through a text', [{ op: 'add', path: '/d/e', value: 1 }], 422],
    ['an unknown operation', [{ op: 'swap', path: '/d' }], 400],
    ['what is no pointer', [{ op: 'remove', path: 'd' }], 400],
    ['what is no list', { op: 'remove', path: '/d' }, 400],
  ] as const) {
    it(`refuses ${name} with ${code}`, () => expect(codeOf(() => applyJsonPatch(document, patch))).to.equal(code));
  }

  it('leaves the document as it was', () => {
    applyJsonPatch(document, [{ op: 'remove', path: '/d' }]);
    expect(document.d).to.equal('x');
  });
});

describe('applyMergePatch', () => {
  it('merges objects, removes with null and replaces lists', () => {
    const document = { a: { b: 1, c: 2 }, list: [1, 2], text: 'x' };
    expect(applyMergePatch(document, { a: { b: null, d: { e: null, f: 1 } }, list: [3] })).to.deep.equal({
      a: { c: 2, d: { f: 1 } },
      list: [3],
      text: 'x',
    });
  });
});

describe('applyStrategicMergePatch', () => {
  const pod = {
    metadata: { finalizers: ['a'], labels: { app: 'x' } },
    spec: { containers: [{ name: 'main', image: 'a:1', args: ['x'] }, { name: 'side' }], nodeName: 'n' },
  };
  for (const [name, patch, result] of [
    [
      'merges containers by name',
      { spec: { containers: [{ name: 'main', image: 'a:2' }] } },
      { ...pod, spec: { ...pod.spec, containers: [{ name: 'main', image: 'a:2', args: ['x'] }, { name: 'side' }] } },
    ],
    [
      'takes an entry out of a list',
      { spec: { containers: [{ name: 'side', $patch: 'delete' }] } },
      { ...pod, spec: { ...pod.spec, containers: [pod.spec.containers[0]] } },
    ],
    [
      'replaces a list as a whole when told to',
      { spec: { containers: [{ $patch: 'replace' }, { name: 'new' }] } },
      { ...pod, spec: { ...pod.spec, containers: [{ name: 'new' }] } },
    ],
    [
      'replaces a list without key',
      { spec: { containers: [{ name: 'main', args: ['y'] }], nodeName: null } },
      { ...pod, spec: { containers: [{ name: 'main', image: 'a:1', args: ['y'] }, { name: 'side' }] } },
    ],
    [
      'adds to finalizers and removes from them',
      { metadata: { finalizers: ['b'], '$deleteFromPrimitiveList/finalizers': ['a'] } },
      { ...pod, metadata: { ...pod.metadata, finalizers: ['b'] } },
    ],
  ] as const) {
    it(name, () => expect(applyStrategicMergePatch(pod, patch)).to.deep.equal(result));
  }

  it('says which directive it lacks', () => {
    expect(codeOf(() => applyStrategicMergePatch(pod, { spec: { $retainKeys: ['a'] } }))).to.equal(501);
  });

  it('refuses an entry without the key of its list', () => {
    expect(codeOf(() => applyStrategicMergePatch(pod, { spec: { containers: [{ image: 'b' }] } }))).to.equal(400);
  });
});
