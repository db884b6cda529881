import { expect } from 'chai';
import { leaseName, readLease, writeLease } from '../model/lease.ts';
import { MemoryStore } from '../testing/fakes/memory-store.ts';
import { worldTarget } from '../testing/fakes/memory-world.ts';
import { machine, runId, upWith } from '../testing/fakes/recovery-machine.ts';

const died = { atCall: { what: 'remove', n: 1, when: 'before' } } as const;
const nonce = 'a'.repeat(32);

describe('recover, in an environment with a lease', () => {
  it('takes the lease that the dead run held and gives it back', async () => {
    const { here, again, lease } = await place('here');
    expect((await again()).exitCode).to.equal(0);
    expect(here.world.on.size).to.equal(0);
    expect(lease()).to.include({ status: 'free', run: runId, doing: 'recover' });
  });

  it('frees the lease of a process that died with nothing in', async () => {
    const { here, again, lease } = await place('here');
    expect((await here.again()).exitCode).to.equal(0);
    expect(lease()).to.include({ status: 'held' });
    expect(await again()).to.deep.include({ exitCode: 0, runs: [] });
    expect(lease()).to.include({ status: 'free' });
  });

  it('leaves it unfinished where something stays in', async () => {
    const { here, again, lease } = await place('here');
    const { exitCode } = await again({ catalogue: { faults: new Map() } });
    expect(exitCode).to.equal(6);
    expect(here.world.on.size).to.equal(2);
    expect(lease()).to.include({ status: 'unfinished', run: runId });
  });

  it('reverts all the same where the store of the lease does not answer, and says so', async () => {
    const { here, again, store } = await place('here');
    store.decide = () => ({ fail: 'before', error: new Error('NoSuchBucket') });
    const said: string[] = [];
    expect((await again({ log: (line) => said.push(line) })).exitCode).to.equal(0);
    expect(here.world.on.size).to.equal(0);
    expect(said.join('\n')).to.match(/NoSuchBucket.*What is in is reverted all the same/);
  });

  it('changes nothing while another machine injects', async () => {
    const { here, again, lease } = await place('there');
    const { exitCode, refused } = await again();
    expect(exitCode).to.equal(4);
    expect(refused[0]?.message).to.contain("in use by 'run r-9' (pid 9 on 'there'");
    expect(here.world.on.size).to.equal(2);
    expect(lease()).to.include({ status: 'held', host: 'there' });
  });

  it('reverts nothing of a run that is still going in another folder, and leaves its lease unfinished', async () => {
    const { here, again, store, lease } = await place('here');
    here.alive.add('100/start');
    await here.clock.advance(61_000);
    await store.write(`runs/${runId}/journal/000000`, new Uint8Array(), { over: undefined });
    const folders = { reports: '/reports', state: '/elsewhere' };
    const { exitCode, refused } = await again({ folders, only: 'staging', from: store.address });
    expect(refused[0]?.message).to.contain(`Run '${runId}' is still going, as process 100`);
    expect(exitCode).to.equal(4);
    expect(here.world.on.size).to.equal(2);
    expect(lease()).to.include({ status: 'unfinished' });
  });

  it('asks nothing of the lease where the caller holds the lock and takes it itself', async () => {
    const { again, store } = await place('here');
    store.decide = () => ({ fail: 'before', error: new Error('asked') });
    const said: string[] = [];
    await again({ locked: 'staging', only: 'staging', log: (line) => said.push(line) });
    expect(said).to.deep.equal([]);
  });
});

/** A machine on which a run died, and a lease that this machine holds, or another. */
async function place(holder: 'here' | 'there') {
  const here = machine({ staging: 'live' });
  await here.crash(died);
  const store = new MemoryStore();
  const now = new Date(here.clock.epochMs()).toISOString();
  const expiresAt = new Date(here.clock.epochMs() + 60_000).toISOString();
  const who = holder === 'here' ? { run: runId, pid: 100 } : { run: 'r-9', pid: 9 };
  const held = writeLease({
    ...{ schemaVersion: 1, status: 'held', environment: 'staging', nonce, host: holder, doing: 'run', ...who },
    ...{ since: now, renewedAt: now, expiresAt, ttlMs: 60_000 },
  });
  await store.write(leaseName, held, { over: undefined });
  if (holder === 'here') await here.disk().writeDurably('/state/staging.lease', Buffer.from(`${nonce}\n`));
  const environment = async () => ({
    ...upWith('staging-1', worldTarget(here.world)),
    lease: { ttlMs: 60_000, store: async () => store, mirrorKey: new Uint8Array(32) },
  });
  const again: typeof here.again = (more) => here.again({ environment, ...more });
  return { here, store, again, lease: () => readLease(store.objects.get(leaseName)?.bytes ?? new Uint8Array()) };
}
