import { expect } from 'chai';
import { CallError } from '../../model/call.ts';
import type { KubernetesClients, KubernetesRequest } from './clients.ts';
import { countPeers } from './peers.ts';

const signal = new AbortController().signal;

describe('countPeers of a cluster', () => {
  it('counts the objects of each kind in each namespace that is touched, and never asks for their content', async () => {
    const { clients, asked } = cluster({ 'pods/inference': 5, 'pods/other': 1, 'secrets/inference': 2 });
    const touched = [
      ...['pod/inference/rogue-*', 'pod/other/x', 'pod/inference/api', 'secret/inference/x'],
      'clusterrolebinding/y',
    ];
    expect(await countPeers(clients, touched, signal)).to.deep.equal([
      {
        ...{ share: 'namespace', set: 'pods of namespace inference', existing: 5 },
        members: ['pod/inference/rogue-*', 'pod/inference/api'],
      },
      { share: 'namespace', set: 'pods of namespace other', members: ['pod/other/x'], existing: 1 },
      { share: 'namespace', set: 'secrets of namespace inference', members: ['secret/inference/x'], existing: 2 },
    ]);
    expect(asked.map(({ verb, metadataOnly }) => [verb, metadataOnly])).to.deep.equal(Array(3).fill(['list', true]));
  });

  it('takes a namespace as a whole', async () => {
    expect(await countPeers(cluster({}).clients, ['namespace/inference'], signal)).to.deep.equal([
      { share: 'namespace', set: "'namespace/inference'", members: ['namespace/inference'], existing: 1 },
    ]);
  });

  it('counts no kind whose place in the API it does not know', async () => {
    const failure = await countPeers(cluster({}).clients, ['widget/inference/x'], signal).catch((e: unknown) => e);
    expect(failure).to.be.instanceOf(CallError).and.include({ kind: 'invalid', code: 'UnknownKind' });
  });
});

function cluster(counts: Readonly<Record<string, number>>) {
  const asked: KubernetesRequest[] = [];
  const clients: KubernetesClients = {
    clusterUid: 'uid-1',
    watch: () => Promise.reject(new Error('Nothing is watched here.')),
    call: async (request) => {
      asked.push(request);
      const count = counts[`${request.of.resource}/${request.namespace}`] ?? 0;
      return { status: 200, body: { items: Array.from({ length: count }, () => ({})) }, warnings: [] };
    },
  };
  return { clients, asked };
}
