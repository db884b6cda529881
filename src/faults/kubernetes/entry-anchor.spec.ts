import { expect } from 'chai';
import type { Json, JsonObject } from '../../model/json.ts';
import { FakeKubernetes } from '../../testing/fakes/kubernetes.ts';
import { faultContext } from '../../testing/fakes/kubernetes-context.ts';
import { deploymentResource } from './kinds.ts';
import { kubernetesPatch } from './patch.ts';

const place = { of: deploymentResource, namespace: 'inference', name: 'api' } as const;
const base = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'inference', name: 'api' };

const sidecar = { name: 'sidecar', image: 'api:1' };
const rule = (group: string, verb: string) => ({ group, verbs: [verb] });

/** A list, what is changed in it, what somebody makes of it then, what is seen, and what a revert leaves. */
interface Meddling {
  readonly title: string;
  readonly list: Json;
  readonly change: Readonly<Record<string, Json>>;
  readonly becomes: Json;
  readonly seen: string;
  readonly outcome: string;
  readonly left: Json;
}

const evil = { '/0/image': 'api:evil' };
const theirs: readonly Meddling[] = [
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
    title: 'leaves an entry that has one like it',
    ...{ list: [{ name: 'api', image: 'api:1' }], change: { '/0/name': 'evil' } },
    becomes: [sidecar, { name: 'evil', image: 'api:1' }],
    ...{ seen: 'other', outcome: 'left', left: [sidecar, { name: 'evil', image: 'api:1' }] },
  },
  {
    title: 'leaves a value that somebody moved in its list',
    ...{ list: ['a', 'b'], change: { '/0': 'evil' } },
    becomes: ['a', 'evil', 'b'],
    ...{ seen: 'other', outcome: 'left', left: ['a', 'evil', 'b'] },
  },
  {
    title: 'leaves a value that changed places with one that is as its own was',
    ...{ list: ['a', 'a'], change: { '/0': 'evil' } },
    becomes: ['a', 'evil'],
    ...{ seen: 'other', outcome: 'left', left: ['a', 'evil'] },
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
];

describe('a patch in an entry of a list', () => {
  for (const { title, list, change, becomes, seen, outcome, left } of theirs) {
    it(title, async () => {
      const fake = new FakeKubernetes();
      const ctx = faultContext(fake.clients());
      const body = { metadata: { name: 'api' }, spec: { list } };
      await fake.clients().call({ verb: 'create', of: place.of, namespace: 'inference', body }, ctx.signal);
      const patch = Object.entries(change).map(([path, value]) => ({ op: 'add', path: `/spec/list${path}`, value }));
      const replaces = patch.map((one) => (one.path.endsWith('/urls') ? one : { ...one, op: 'replace' }));
      const p = kubernetesPatch.params.parse({ ...base, patch: replaces });
      const before = await kubernetesPatch.capture(ctx, p);
      const acknowledged = await kubernetesPatch.inject(ctx, p, before);
      expect((await kubernetesPatch.observe(ctx, p, before, { acknowledged })).status).to.equal('ours');

      await fake.clients().call({ verb: 'patch', ...place, body: { spec: { list: becomes } } }, ctx.signal);
      expect((await kubernetesPatch.observe(ctx, p, before, { acknowledged })).status).to.equal(seen);
      expect(await kubernetesPatch.revert(ctx, p, before, { acknowledged })).to.include({ outcome });
      const spec = fake.objects().get('deployments/inference/api')?.['spec'] as JsonObject;
      expect(spec['list']).to.deep.equal(left);
    });
  }
});
