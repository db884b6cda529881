import { KubeConfig, Watch } from '@kubernetes/client-node';
import { expect } from 'chai';
import type { JsonObject } from '../../../model/json.ts';
import { type ApiUnderTest, configMap, eventually, patches } from './api.ts';
import { suite } from './suite.ts';

interface Seen {
  readonly type: string;
  readonly object: JsonObject;
}

/** Claims about watches, through the watch of @kubernetes/client-node. */
export function watchClaims(api: () => ApiUnderTest): void {
  const { call, in: at } = suite(api);
  const maps = () => at('v1', 'configmaps');
  const open: AbortController[] = [];
  afterEach(() => {
    for (const controller of open.splice(0)) controller.abort();
  });

  async function watch(query: Record<string, string | number | boolean>, path = maps()) {
    const seen: Seen[] = [];
    let ended = false;
    const controller = await new Watch(kubeConfigOf(api())).watch(
      path,
      query,
      (type: string, object: JsonObject) => void seen.push({ type, object }),
      () => {
        ended = true;
      },
    );
    open.push(controller);
    return { seen, isEnded: () => ended };
  }

  const version = async () => {
    const { body } = await call('GET', maps());
    return (body['metadata'] as { resourceVersion: string }).resourceVersion;
  };
  const told = (seen: readonly Seen[]) => seen.map(({ type, object }) => `${type} ${nameOf(object)}`);

  it('tells every change after a version, what happened before the watch began too', async () => {
    const resourceVersion = await version();
    await call('POST', maps(), configMap('w-1', {}));
    const { seen } = await watch({ resourceVersion });
    await call('PATCH', at('v1', 'configmaps', 'w-1'), { data: { a: '1' } }, patches.merge);
    await call('DELETE', at('v1', 'configmaps', 'w-1'));
    await eventually('three events', async () => (seen.length >= 3 ? seen : undefined));
    expect(told(seen)).to.deep.equal(['ADDED w-1', 'MODIFIED w-1', 'DELETED w-1']);
    const versions = seen.map(({ object }) =>
      Number((object['metadata'] as { resourceVersion: string }).resourceVersion),
    );
    expect(versions).to.deep.equal([...versions].sort((one, other) => one - other));
  });

  it('begins with what there is when no version is named', async () => {
    await call('POST', maps(), configMap('w-2', {}, { watched: 'yes' }));
    const { seen } = await watch({ labelSelector: 'watched=yes' });
    await eventually('the object that is there', async () => seen[0]);
    expect(told(seen)).to.deep.equal(['ADDED w-2']);
  });

  it('takes what ceases to match a selector for deleted, and what begins to for added', async () => {
    await call('POST', maps(), configMap('w-3', {}, { phase: 'in' }));
    const { seen } = await watch({ labelSelector: 'phase=in', resourceVersion: await version() });
    const relabel = (phase: string) =>
      call('PATCH', at('v1', 'configmaps', 'w-3'), { metadata: { labels: { phase } } }, patches.merge);
    await relabel('out');
    await relabel('in');
    await eventually('two events', async () => (seen.length >= 2 ? seen : undefined));
    expect(told(seen)).to.deep.equal(['DELETED w-3', 'ADDED w-3']);
  });

  it('answers 410 to a version that it has forgotten', async () => {
    const { seen, isEnded } = await watch({ resourceVersion: '1' });
    await eventually('the end', async () => (isEnded() ? true : undefined));
    expect(seen).to.have.lengthOf(1);
    expect(seen[0]?.type).to.equal('ERROR');
    expect(seen[0]?.object).to.include({ kind: 'Status', reason: 'Expired', code: 410 });
  });

  it('sends a bookmark before it ends a watch whose time is over', async function () {
    const { watchSeconds } = api();
    this.timeout(watchSeconds * 1000 + 5000);
    const query = { resourceVersion: await version(), allowWatchBookmarks: true, timeoutSeconds: watchSeconds };
    const { seen, isEnded } = await watch(query);
    await new Promise((resolve) => setTimeout(resolve, watchSeconds * 1000));
    await eventually('the end', async () => (isEnded() ? true : undefined));
    expect(seen.map(({ type }) => type)).to.include('BOOKMARK');
  });

  it('tells changes of one object to a watch of its name', async () => {
    const { seen } = await watch({ fieldSelector: 'metadata.name=w-4', resourceVersion: await version() });
    await call('POST', maps(), configMap('w-5', {}));
    await call('POST', maps(), configMap('w-4', {}));
    await eventually('its event', async () => seen[0]);
    expect(told(seen)).to.deep.equal(['ADDED w-4']);
  });
}

/** Builds the configuration of a client without a file. */
export function kubeConfigOf({ server, caFile, tokens }: ApiUnderTest): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'contract', server, caFile, skipTLSVerify: false },
    { name: 'admin', token: tokens.admin },
  );
  return config;
}

function nameOf(object: JsonObject): string {
  return (object['metadata'] as { name: string }).name;
}
