import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeLease } from '../../model/lease.ts';
import type { Store } from '../../model/store.ts';
import { stagingDown } from '../../staging/down.ts';
import type { StagingState } from '../../staging/state.ts';
import { stagingUp } from '../../staging/up.ts';
import { fileStore } from '../../system/file-store.ts';
import { systemDisk } from '../../system/system-disk.ts';
import { openConnection as openAws } from '../../targets/aws/connection.ts';
import { s3Store } from '../../targets/aws/s3-store.ts';
import type { KubernetesClients } from '../../targets/kubernetes/clients.ts';
import { openConnection as openKubernetes } from '../../targets/kubernetes/connection.ts';
import { kubernetesStore } from '../../targets/kubernetes/kubernetes-store.ts';
import { checkServer, pinServer } from '../../targets/kubernetes/server.ts';
import { MemoryStore } from '../fakes/memory-store.ts';
import { realTime } from '../real-time.ts';

const signal = new AbortController().signal;
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : new TextDecoder().decode(bytes));

describe('the contract of stores', () => {
  let parent: string;
  let state: StagingState;
  let cluster: KubernetesClients;
  const closing: { close: () => void }[] = [];
  const stores = new Map<string, Store>();

  before(async function () {
    this.timeout(120_000);
    parent = await mkdtemp(join(tmpdir(), 'stores-'));
    state = await stagingUp({ folder: join(parent, 'staging'), idleTimeoutMs: 120_000 });
    const account = '700000000777';
    const common = {
      userAgent: { version: '0.0.0' },
      phase: 'observe',
      requestTimeoutMs: 5000,
      clock: realTime,
    } as const;
    const aws = openAws({
      ...common,
      endpoint: state.aws.emulator,
      region: state.aws.region,
      account,
      embedded: true,
      credentials: async () => ({ accessKeyId: account, secretAccessKey: 'test' }),
    });
    const { server, caFile, clusterUid, tokens } = state.kubernetes;
    const kubernetes = openKubernetes({
      ...common,
      server: await pinServer(checkServer(server, true), caFile),
      clusterUid,
      token: async () => (await readFile(tokens.admin, 'utf8')).trim(),
    });
    closing.push(aws, kubernetes);
    cluster = kubernetes.clients;
    await aws.clients.call('s3:CreateBucket', { Bucket: 'leases' }, signal);
    stores.set('memory', new MemoryStore());
    stores.set('file', fileStore(systemDisk, join(parent, 'shared')));
    stores.set('s3', s3Store(aws.clients, { bucket: 'leases', prefix: 'windshear' }));
    stores.set('kubernetes', kubernetesStore(cluster, { namespace: 'default', name: 'windshear' }));
  });

  after(async () => {
    for (const one of closing) one.close();
    await stagingDown(join(parent, 'staging'));
    await rm(parent, { recursive: true, force: true });
  });

  for (const kind of ['memory', 'file', 's3', 'kubernetes']) {
    describe(kind, () => {
      const store = (): Store => {
        const found = stores.get(kind);
        if (found === undefined) throw new Error(`no store '${kind}'`);
        return found;
      };
      const write = (name: string, text: string, over?: string) => store().write(name, bytesOf(text), { over, signal });

      it('knows nothing under a name that nobody wrote', async () => {
        expect(await store().read('runs/none', signal)).to.equal(undefined);
        expect(await store().list('runs/none', signal)).to.deep.equal([]);
        await store().remove('runs/none', signal);
      });

      it('reads back what was written, bytes and version', async () => {
        const bytes = Uint8Array.from([0, 255, 10, 13, 128]);
        const version = await store().write('runs/bytes', bytes, { over: undefined, signal });
        const read = await store().read('runs/bytes', signal);
        expect([...(read?.bytes ?? [])]).to.deep.equal([...bytes]);
        expect(read?.version).to.be.a('string').and.equal(version);
      });

      it('lets only one of those who make a name first', async () => {
        const texts = ['one', 'two', 'three', 'four'];
        const versions = await Promise.all(texts.map((text) => write('runs/race', text)));
        const winners = texts.filter((_, index) => versions[index] !== undefined);
        expect(winners).to.have.length(1);
        expect(textOf((await store().read('runs/race', signal))?.bytes)).to.equal(winners[0]);
      });

      it('lets only one of those who replace the same version', async () => {
        const first = await write('runs/replaced', 'first');
        const texts = ['one', 'two', 'three', 'four'];
        const versions = await Promise.all(texts.map((text) => write('runs/replaced', text, first)));
        const winners = texts.filter((_, index) => versions[index] !== undefined);
        expect(winners).to.have.length(1);
        expect(textOf((await store().read('runs/replaced', signal))?.bytes)).to.equal(winners[0]);
      });

      it('replaces neither an older version nor what is gone', async () => {
        const first = await write('runs/older', 'first');
        const second = await write('runs/older', 'second', first);
        expect(second).to.be.a('string').and.not.equal(first);
        expect(await write('runs/older', 'third', first)).to.equal(undefined);
        await store().remove('runs/older', signal);
        expect(await write('runs/older', 'fourth', second)).to.equal(undefined);
        expect(await store().read('runs/older', signal)).to.equal(undefined);
      });

      it('lists names by what they begin with, in order, until they are removed', async () => {
        for (const name of ['runs/list/2', 'runs/list/10', 'runs/list/1', 'runs/listed']) await write(name, name);
        expect(await store().list('runs/list/', signal)).to.deep.equal(['runs/list/1', 'runs/list/10', 'runs/list/2']);
        await store().remove('runs/list/10', signal);
        expect(await store().list('runs/list/', signal)).to.deep.equal(['runs/list/1', 'runs/list/2']);
      });

      it('names its place', () => {
        expect(store().address).to.match(/^(memory|file|s3|kubernetes):\/\/\S+$/);
      });
    });
  }

  it('shows the holder of a lease where Kubernetes shows it', async () => {
    const store = stores.get('kubernetes');
    const now = '2026-01-02T03:04:05.678Z';
    const lease = writeLease({
      ...{ schemaVersion: 1, status: 'held', environment: 'staging', nonce: 'a'.repeat(32), run: '20260102-abc' },
      ...{ doing: 'run', host: 'ci-7', pid: 7, since: now, renewedAt: now, expiresAt: now, ttlMs: 60_000 },
    });
    await store?.write('lease', lease, { over: undefined, signal });
    const of = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };
    const { body } = await cluster.call({ verb: 'get', of, namespace: 'default', name: 'windshear' }, signal);
    expect(body['spec']).to.deep.equal({
      holderIdentity: '20260102-abc@ci-7',
      leaseDurationSeconds: 60,
      acquireTime: '2026-01-02T03:04:05.678000Z',
      renewTime: '2026-01-02T03:04:05.678000Z',
    });
    expect(textOf((await store?.read('lease', signal))?.bytes)).to.equal(textOf(lease));
  });
});
