import { expect } from 'chai';
import type { Json } from '../../model/json.ts';
import { type Meddling, meddle } from '../../testing/fakes/meddled-list.ts';

const sidecar = { name: 'sidecar', image: 'api:1' };
const rule = (group: string, verb: string) => ({ group, verbs: [verb] });
const named = (name: string, image: string) => ({ name, image });

/** What somebody makes of a list, what is seen then, and what a revert leaves. */
interface Seen extends Meddling {
  readonly title: string;
  readonly seen: string;
  readonly outcome: string;
  readonly left: Json;
}

const evil = { '/0/image': 'api:evil' };
const theirs: readonly Seen[] = [
  {
    title: 'follows an entry by its name, and puts back that one alone',
    ...{ list: [{ name: 'api', image: 'api:1' }], change: evil },
    becomes: [sidecar, { name: 'api', image: 'api:evil' }],
    ...{ seen: 'ours-plus-others', outcome: 'removed', left: [sidecar, { name: 'api', image: 'api:1' }] },
  },
  {
    title: 'sees that an entry that was moved was put back',
    ...{ list: [{ name: 'api', image: 'api:1' }], change: evil },
    becomes: [sidecar, { name: 'api', image: 'api:1' }],
    ...{ seen: 'before', outcome: 'already-gone', left: [sidecar, { name: 'api', image: 'api:1' }] },
  },
  {
    title: 'is not taken back where its entry bears another name',
    ...{ list: [{ name: 'api', image: 'api:1' }], change: evil },
    becomes: [sidecar, { name: 'api-2', image: 'api:evil' }],
    ...{ seen: 'other', outcome: 'left', left: [sidecar, { name: 'api-2', image: 'api:evil' }] },
  },
  {
    title: 'follows an entry without a name by the rest of it, though two of its fields change',
    ...{ list: [rule('a', 'get'), rule('b', 'get')], change: { '/0/verbs': ['*'], '/0/urls': ['/x'] } },
    becomes: [rule('c', 'get'), { ...rule('a', '*'), urls: ['/x'] }, rule('b', 'get')],
    ...{ seen: 'ours-plus-others', outcome: 'removed', left: [rule('c', 'get'), rule('a', 'get'), rule('b', 'get')] },
  },
  {
    title: 'follows an entry whose name changes by the rest of it',
    ...{ list: [{ name: 'api', image: 'api:1' }], change: { '/0/name': 'evil' } },
    becomes: [
      { name: 'log', image: 'log:1' },
      { name: 'evil', image: 'api:1' },
    ],
    seen: 'ours-plus-others',
    outcome: 'removed',
    left: [
      { name: 'log', image: 'log:1' },
      { name: 'api', image: 'api:1' },
    ],
  },
  {
    title: 'tells an entry from one like it by its value',
    ...{ list: [{ name: 'api', image: 'api:1' }], change: { '/0/name': 'evil' } },
    becomes: [sidecar, { name: 'evil', image: 'api:1' }],
    ...{ seen: 'ours-plus-others', outcome: 'removed', left: [sidecar, { name: 'api', image: 'api:1' }] },
  },
  {
    title: 'leaves a value that somebody moved in its list',
    ...{ list: ['a', 'b'], change: { '/0': 'evil' } },
    becomes: ['a', 'evil', 'b'],
    ...{ seen: 'other', outcome: 'left', left: ['a', 'evil', 'b'] },
  },
  {
    title: 'follows a value that no other entry holds',
    ...{ list: ['a', 'a'], change: { '/0': 'evil' } },
    becomes: ['c', 'a', 'evil'],
    ...{ seen: 'ours-plus-others', outcome: 'removed', left: ['c', 'a', 'a'] },
  },
  {
    title: 'was taken back where its value is nowhere and the old one is there',
    ...{ list: ['a', 'b'], change: { '/0': 'evil' } },
    becomes: ['c', 'a', 'b'],
    ...{ seen: 'before', outcome: 'already-gone', left: ['c', 'a', 'b'] },
  },
  {
    title: 'puts back a value beside one that somebody changed',
    ...{ list: ['a', 'b'], change: { '/0': 'evil' } },
    becomes: ['evil', 'c'],
    ...{ seen: 'ours-plus-others', outcome: 'removed', left: ['a', 'c'] },
  },
  {
    title: 'leaves several values of a list that somebody made longer',
    ...{ list: ['a', 'b'], change: { '/0': 'b', '/1': 'a' } },
    becomes: ['c', 'b', 'a'],
    ...{ seen: 'other', outcome: 'left', left: ['c', 'b', 'a'] },
  },
  {
    title: 'was taken back where another got what had been there all along',
    ...{ list: [sidecar], change: { '/0/image': 'api:1', '/0/args': ['x'] } },
    becomes: [sidecar, named('log', 'api:1')],
    ...{ seen: 'before', outcome: 'already-gone', left: [sidecar, named('log', 'api:1')] },
  },
  {
    title: 'was taken back where others hold its value as they did',
    list: [named('api', 'api:1'), named('log', 'api:evil'), named('old', 'api:1')],
    change: evil,
    becomes: [named('old', 'api:1'), named('log', 'api:evil'), named('api', 'api:1')],
    ...{ seen: 'before', outcome: 'already-gone' },
    left: [named('old', 'api:1'), named('log', 'api:evil'), named('api', 'api:1')],
  },
];

describe('a patch in an entry of a list', () => {
  for (const { title, seen, outcome, left, ...meddling } of theirs) {
    it(title, async () => {
      expect(await meddle(meddling)).to.deep.include({ injected: 'ours', seen, outcome, left });
    });
  }
});
