import { expect } from 'chai';
import type { Json } from '../../model/json.ts';
import { type Meddling, meddle } from '../../testing/fakes/meddled-list.ts';

const may = (resources: string, ...verbs: readonly string[]) => ({
  ...{ groups: [''], resources: resources.split(' '), verbs },
});
const all = { '/0/verbs': ['*'] };
const port = (number: number, more: object = {}) => ({ protocol: 'TCP', port: number, ...more });
const from = (app: string, ...ports: readonly Json[]) => ({ from: [{ labels: { app } }], ports });
const open = (name: string, ...ports: readonly Json[]) => ({ name, ports });
const opened = { '/0/ports/0/port': 1 };
const named = (name: string, image: string) => ({ name, image });
const runs = (name: string, x: string) => ({ name, env: [{ name: 'X', value: x }] });

/** Somebody edits the entry beside our field. */
const edited: readonly (Meddling & { readonly what: string; readonly left: Json })[] = [
  {
    what: 'another field grew',
    ...{ list: [may('pods', 'get')], change: all, becomes: [may('pods maps', '*')], left: [may('pods maps', 'get')] },
  },
  {
    what: 'another field changed',
    ...{ list: [port(80)], change: { '/0/port': 1 } },
    ...{ becomes: [port(1, { protocol: 'UDP' })], left: [port(80, { protocol: 'UDP' })] },
  },
  {
    what: 'another field grew, and it moved',
    list: [may('pods', 'get'), may('jobs', 'list')],
    change: all,
    becomes: [may('jobs', 'list'), may('pods maps', '*')],
    left: [may('jobs', 'list'), may('pods maps', 'get')],
  },
  {
    what: 'one like it as it was came behind it',
    list: [may('pods', 'get')],
    ...{ change: all, becomes: [may('pods', '*'), may('pods', 'get')] },
    left: [may('pods', 'get'), may('pods', 'get')],
  },
  {
    what: 'another held the same all along',
    list: [may('pods', 'get'), may('nodes', '*')],
    change: all,
    becomes: [may('nodes', '*'), may('pods maps', '*')],
    left: [may('nodes', '*'), may('pods maps', 'get')],
  },
  {
    what: 'the entry around it changed',
    ...{ list: [from('a', port(80))], change: opened },
    ...{ becomes: [from('b', port(1))], left: [from('b', port(80))] },
  },
  {
    what: 'the entry in an entry got a field',
    ...{ list: [from('a', port(80))], change: opened },
    ...{ becomes: [from('a', port(1, { end: 9 }))], left: [from('a', port(80, { end: 9 }))] },
  },
  {
    what: 'two of its fields are ours',
    list: [{ ...may('pods', 'get'), urls: ['/'] }],
    change: { '/0/verbs': ['*'], '/0/urls': ['/x'] },
    becomes: [{ ...may('pods maps', '*'), urls: ['/x'] }],
    left: [{ ...may('pods maps', 'get'), urls: ['/'] }],
  },
  {
    what: 'two entries are changed to the same',
    list: [may('pods', 'get'), may('jobs', 'list')],
    change: { '/0/verbs': ['*'], '/1/verbs': ['*'] },
    becomes: [may('pods maps', '*'), may('jobs', '*')],
    left: [may('pods maps', 'get'), may('jobs', 'list')],
  },
  {
    what: 'another came to be the same',
    list: [may('pods', 'get'), may('pods', 'list')],
    ...{
      change: all,
      becomes: [may('pods', '*'), may('jobs', 'list')],
      left: [may('pods', 'get'), may('jobs', 'list')],
    },
  },
  {
    what: 'one that had been the very same was edited',
    list: [may('jobs', '*'), may('jobs', 'get')],
    change: { '/1/verbs': ['*'] },
    ...{ becomes: [may('jobs x', '*'), may('jobs', '*')], left: [may('jobs x', '*'), may('jobs', 'get')] },
  },
  {
    what: 'a field was taken away',
    list: [port(80, { end: 9 })],
    ...{ change: { '/0/end': null }, becomes: [port(80, { x: 1 })], left: [port(80, { x: 1, end: 9 })] },
  },
  {
    what: 'a value got another before it',
    ...{ list: ['a', 'b'], change: { '/0': 'evil' }, becomes: ['c', 'evil', 'b'], left: ['c', 'a', 'b'] },
  },
];

/** Our value stands where nobody can tell that it is ours, or elsewhere too. */
const elsewhere: readonly (Meddling & { readonly what: string; readonly at: string })[] = [
  {
    what: 'one like the entry before it is there again',
    ...{
      list: [may('pods', 'get')],
      change: all,
      becomes: [may('pods keys', '*'), may('pods', 'get')],
      at: '/0/verbs',
    },
  },
  {
    what: 'it holds more than our value',
    list: [may('pods', 'get')],
    ...{ change: all, becomes: [may('pods keys', '*', 'get'), may('pods', 'get')], at: '/0/verbs' },
  },
  {
    what: 'the entry is ours as a whole',
    list: [may('pods', 'get')],
    ...{ change: { '/0': may('pods', '*') }, becomes: [may('pods keys', '*'), may('pods', 'get')], at: '/0' },
  },
  {
    what: 'another entry bears its name',
    list: [named('api', 'api:1')],
    ...{ change: { '/0/image': 'api:evil' }, becomes: [named('api', 'api:1'), named('b', 'api:evil')], at: '/1/image' },
  },
  {
    what: 'another held the same all along',
    list: [may('nodes', '*'), may('pods', 'get')],
    change: { '/1/verbs': ['*'] },
    ...{ becomes: [may('nodes', '*'), may('pods keys', '*'), may('pods', 'get')], at: '/1/verbs' },
  },
  {
    what: 'each that held it was edited',
    list: [may('nodes', '*'), may('pods', 'get')],
    change: { '/1/verbs': ['*'] },
    ...{ becomes: [may('nodes x', '*'), may('pods x', '*')], at: '/1/verbs' },
  },
  {
    what: 'the entry is gone, and a stranger holds it',
    list: [may('pods', 'get'), may('jobs', 'list')],
    ...{ change: all, becomes: [may('jobs', 'list'), may('nodes', '*')], at: '/1/verbs' },
  },
  {
    what: 'all of the entry is another',
    ...{
      list: [from('a', port(80))],
      change: opened,
      becomes: [{ from: [{ labels: { app: 'b' } }], ports: [port(1, { protocol: 'UDP' })] }],
    },
    at: '/0/ports/0/port',
  },
  {
    what: 'an entry in another entry holds it',
    list: [runs('a', '1'), runs('b', '2')],
    ...{ change: { '/0/env/0/value': 'evil' }, becomes: [runs('a', '1'), runs('b', 'evil')], at: '/1/env/0/value' },
  },
  {
    what: 'the field is gone from another',
    list: [{ name: 'a', end: 9 }],
    ...{ change: { '/0/end': null }, becomes: [{ name: 'a', end: 9 }, { name: 'b' }], at: '/1/end' },
  },
  {
    what: 'the one that held it as well is gone',
    list: [may('nodes', '*'), may('jobs', 'get')],
    change: { '/1/verbs': ['*'] },
    ...{ becomes: [may('jobs', '*'), may('jobs', 'get'), may('pods', 'get')], at: '/0/verbs' },
  },
  {
    what: 'one that had been the very same was edited',
    list: [may('jobs', 'get'), may('jobs', '*')],
    change: all,
    ...{ becomes: [may('pods', 'get'), may('jobs', '*'), may('jobs x', '*')], at: '/2/verbs' },
  },
  {
    what: 'somebody gave another the same',
    list: [open('a', port(80)), open('b', port(80))],
    ...{ change: opened, becomes: [open('a', port(1, { protocol: 'UDP' })), open('b', port(1))] },
    at: '/0/ports/0/port',
  },
  {
    what: 'nothing is left of it but that a field is gone',
    ...{
      list: [{ protocol: 'TCP', end: 9 }],
      change: { '/0/end': null },
      becomes: [{ protocol: 'UDP' }],
      at: '/0/end',
    },
  },
  {
    what: 'two grew of one that had held it',
    list: [may('nodes', '*'), may('pods', 'get')],
    change: { '/1/verbs': ['*'] },
    ...{ becomes: [may('nodes x', '*'), may('nodes y', '*'), may('pods', 'get')], at: '/1/verbs' },
  },
  {
    what: 'two hold what one held',
    ...{ list: ['a', 'b'], change: { '/0': 'evil' }, becomes: ['evil', 'evil'], at: '/0' },
  },
];

describe('an entry of which more changed than our field', () => {
  for (const { what, left, ...meddling } of edited) {
    it(`gets back what was ours where ${what}`, async () => {
      const seen = { injected: 'ours', seen: 'ours-plus-others', outcome: 'removed', left, after: 'before' };
      expect(await meddle(meddling)).to.deep.include(seen);
    });
  }

  for (const { what, at, ...meddling } of elsewhere) {
    it(`is left, and what is ours named, where ${what}`, async () => {
      const { note, ...rest } = await meddle(meddling);
      const seen = { injected: 'ours', seen: 'other', outcome: 'left', left: meddling.becomes, after: 'other' };
      expect(rest).to.deep.include(seen);
      expect(note).to.include(`'/spec/list${at}'`);
    });
  }
});
