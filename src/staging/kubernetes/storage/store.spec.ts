import { expect } from 'chai';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { createStore, type StoredEvent } from './store.ts';

const pods = '/pods';
const pod = (name: string, namespace = 'a', labels = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels },
});

describe('createStore', () => {
  it('gives every change its own rising revision', () => {
    const store = createStore();
    const one = store.put(pods, pod('one'));
    const two = store.put('/secrets', pod('two'));
    const gone = store.remove(pods, one);
    const revisions = [one, two, gone].map(({ metadata }) => Number(metadata.resourceVersion));
    expect(revisions).to.deep.equal([101, 102, 103]);
    expect(store.get(pods, 'a', 'one')).to.equal(undefined);
  });

  it('lists by namespace and name', () => {
    const store = createStore();
    for (const [name, namespace] of [
      ['b', 'z'],
      ['c', 'a'],
      ['a', 'a'],
    ] as const)
      store.put(pods, pod(name, namespace));
    const names = (namespace?: string) => store.list(pods, namespace).map(({ metadata }) => metadata.name);
    expect(names()).to.deep.equal(['a', 'c', 'b']);
    expect(names('z')).to.deep.equal(['b']);
  });

  it('tells what came after a revision, until it has forgotten it', () => {
    const store = createStore({ historyLimit: 2 });
    const start = store.revision();
    for (const name of ['a', 'b', 'c']) store.put(pods, pod(name));
    expect(store.since(pods, start)).to.equal(undefined);
    expect(store.since(pods, start + 1)?.map(({ object }) => object.metadata.name)).to.deep.equal(['b', 'c']);
    expect(store.since(pods, 1)).to.equal(undefined);
  });

  it('tells listeners of their resource what changed, and from what', () => {
    const store = createStore();
    const heard: StoredEvent[] = [];
    const stop = store.listen(pods, (event) => heard.push(event));
    const first = store.put(pods, pod('a'));
    store.put('/secrets', pod('a'));
    const second = store.put(pods, { ...first, spec: {} });
    stop();
    store.remove(pods, second);
    expect(heard.map(({ type }) => type)).to.deep.equal(['ADDED', 'MODIFIED']);
    expect(heard[1]?.previous).to.equal(first);
  });
});
