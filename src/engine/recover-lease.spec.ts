import { expect } from 'chai';
import { leaseName, readLease, writeLease } from '../model/lease.ts';
import { MemoryStore } from '../testing/fakes/memory-store.ts';
import { worldTarget } from '../testing/fakes/memory-world.ts';
import { machine, runId, upWith } from '../testing/fakes/recovery-machine.ts';
import { SeededRandom } from '../testing/fakes/seeded-random.ts';
import { refusal } from '../testing/rejection.ts';
import { takeLease } from './lease.ts';

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

  for (const status of ['unfinished', 'held'] as const)
    it(`gives the ${status} lease of another machine to no run, though this machine failed to recover it`, async () => {
      const { again, store, lease, inject } = await place('there', { status, isOver: true });
      await store.write('runs/r-9/journal/000000', new Uint8Array(), { over: undefined });
      const failed = await again({ only: 'staging', from: store.address });
      expect(failed.exitCode).to.equal(6);
      expect(lease()).to.include({ status: 'unfinished', run: 'r-9', host: 'here' });
      expect(await refusal(inject())).to.include({ code: 'lease-unfinished', exitCode: 4 });
      const once = await again({ only: 'staging' });
      expect(once.refused[0]).to.include({ code: 'lease-unfinished' });
      expect(lease()).to.include({ status: 'unfinished', run: 'r-9' });
      expect((await again({ only: 'staging', forget: 'r-9' })).exitCode).to.equal(0);
      expect(lease()).to.include({ status: 'free' });
      await inject();
    });

  it('gives the lease to no run where a recovery from the mirror died while it held it', async () => {
    const { here, again, store, lease, inject } = await place('there', { status: 'unfinished', isOver: true });
    await store.write('runs/r-9/journal/000000', new Uint8Array(), { over: undefined });
    const killed = new AbortController();
    store.decide = ({ kind, name }) => {
      if (kind === 'read' && name.startsWith('runs/')) killed.abort(new Error('killed'));
      return killed.signal.aborted ? { fail: 'before', error: new Error('killed') } : 'proceed';
    };
    await again({ only: 'staging', from: store.address, abandon: killed.signal });
    store.decide = () => 'proceed';
    expect(lease()).to.include({ status: 'held', run: 'r-9', host: 'here' });
    await here.clock.advance(61_000);
    expect(await refusal(inject())).to.include({ code: 'lease-unfinished' });
  });

  it('frees what another machine took over and left unfinished, of a run that has ended here', async () => {
    const { here, again, steal, lease } = await place('here');
    expect((await here.again()).exitCode).to.equal(0);
    steal('unfinished');
    expect((await again()).exitCode).to.equal(0);
    expect(lease()).to.include({ status: 'free' });
  });

  it('credits a guardrail with what was gone, where nobody else held the lease meanwhile', async () => {
    const { here, again } = await place('here');
    here.world.on.clear();
    const { runs } = await again();
    expect(runs[0]?.faults.map(({ rollback }) => rollback.verdict)).to.deep.equal(['clean', 'by-guardrail']);
  });

  it('credits none where a recovery of another machine may have taken it out', async () => {
    const { here, again, steal } = await place('here');
    here.world.on.clear();
    steal('free');
    const { exitCode, runs } = await again();
    expect(exitCode).to.equal(0);
    // The other one had begun to be taken out by the run itself.
    const rollback = runs[0]?.faults[1]?.rollback;
    expect(rollback).to.include({ verdict: 'clean', reasonCode: 'gone-already' });
    expect(rollback?.reason).to.contain("another machine's recovery may have been faster");
  });

  it('credits none where another machine took the lease while this one stood still', async () => {
    const { here, again, steal, up } = await place('here');
    here.world.on.clear();
    const target = worldTarget(here.world);
    const session: typeof target.session = (...asked) => {
      steal('held');
      here.clock.jumpWallClock(120_000);
      return target.session(...asked);
    };
    const { runs } = await again({
      environment: async () => ({ ...(await up()), targets: new Map([['aws', { ...target, session }]]) }),
    });
    expect(runs[0]?.faults.map(({ rollback }) => rollback.verdict)).to.deep.equal(['clean', 'clean']);
  });

  it('asks nothing of the lease where the caller holds the lock and takes it itself', async () => {
    const { again, store } = await place('here');
    store.decide = () => ({ fail: 'before', error: new Error('asked') });
    const said: string[] = [];
    await again({ locked: 'staging', only: 'staging', log: (line) => said.push(line) });
    expect(said).to.deep.equal([]);
  });
});

interface Holder {
  readonly status?: 'held' | 'unfinished';
  /** Its time is over, and no run died on this machine. */
  readonly isOver?: boolean;
}

/** A machine on which a run died, and a lease that this machine holds, or another. */
async function place(holder: 'here' | 'there', { status = 'held', isOver = false }: Holder = {}) {
  const here = machine({ staging: 'live' });
  if (!isOver) await here.crash(died);
  const store = new MemoryStore();
  const now = new Date(here.clock.epochMs()).toISOString();
  const expiresAt = isOver ? now : new Date(here.clock.epochMs() + 60_000).toISOString();
  const who = holder === 'here' ? { run: runId, pid: 100 } : { run: 'r-9', pid: 9 };
  const held = writeLease({
    ...{ schemaVersion: 1, status, environment: 'staging', nonce, host: holder, doing: 'run', ...who },
    ...{ since: now, renewedAt: now, expiresAt, ttlMs: 60_000 },
  });
  await store.write(leaseName, held, { over: undefined });
  await here.disk().makeFolder('/state');
  if (holder === 'here') await here.disk().writeDurably('/state/staging.lease', Buffer.from(`${nonce}\n`));
  const environment = async () => ({
    ...upWith('staging-1', worldTarget(here.world)),
    lease: { ttlMs: 60_000, store: async () => store, mirrorKey: new Uint8Array(32) },
  });
  const lease = () => readLease(store.objects.get(leaseName)?.bytes ?? new Uint8Array());
  const steal = (left: 'held' | 'unfinished' | 'free') => {
    const taken = { ...lease(), status: left, host: 'there', doing: 'recover', nonce: 'b'.repeat(32) };
    store.objects.set(leaseName, { bytes: new TextEncoder().encode(JSON.stringify(taken)), version: 'taken' });
  };
  const again: typeof here.again = (more) => here.again({ environment, ...more });
  const { signal } = new AbortController();
  // Given back at once: a clock that advances by itself would renew it for ever.
  const inject = async () => {
    const taken = await takeLease({
      ...{ store, disk: here.disk(), clock: here.clock, random: new SeededRandom(7), stateFolder: '/state' },
      ...{ environment: 'staging', process: { pid: 300, host: 'here' }, run: 'r-10', doing: 'run', ttlMs: 60_000 },
      ...{ mayTake: async () => false, stop: signal, abandon: signal, onLost: () => {}, log: () => {} },
    });
    await taken.release('free');
  };
  return { here, store, again, inject, steal, lease, up: environment };
}
