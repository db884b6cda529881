import { expect } from 'chai';
import type { RefusedError } from '../model/errors.ts';
import { leaseName, readLease, writeLease } from '../model/lease.ts';
import { MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { MemoryStore } from '../testing/fakes/memory-store.ts';
import { SeededRandom } from '../testing/fakes/seeded-random.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { refusal } from '../testing/rejection.ts';
import { maySitOnLease, takeLease } from './lease.ts';

const ttlMs = 60_000;

describe('takeLease', () => {
  it('refuses a second machine, names the first and says until when', async () => {
    const place = newPlace();
    await place.take('laptop');
    const error = await refusal(place.take('ci'));
    expect(error).to.include({ code: 'leased', exitCode: 4 });
    expect(error.message).to.match(
      /'staging' is in use by 'run r-laptop' \(pid 7 on 'laptop', .*until 2026.*windshear stop/,
    );
  });

  it('lets one of many that take it at once have it', async () => {
    const place = newPlace();
    const results = await Promise.allSettled(['a', 'b', 'c', 'd'].map((host) => place.take(host)));
    expect(results.map(({ status }) => status).toSorted()).to.deep.equal([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ]);
  });

  it('is free for every machine once it was given back', async () => {
    const place = newPlace();
    await (await place.take('laptop')).release('free');
    expect(place.document()).to.include({ status: 'free', run: 'r-laptop' });
    expect(await maySitOnLease(place.disk('laptop'), '/state')).to.deep.equal([]);
    await place.take('ci');
    expect(place.document()).to.include({ status: 'held', run: 'r-ci' });
  });

  it('renews it three times in its time, so that a long run keeps it', async () => {
    const place = newPlace();
    await place.take('laptop');
    for (let minute = 0; minute < 10; minute++) {
      await place.clock.advance(ttlMs);
      expect(await refusal(place.take('ci'))).to.include({ code: 'leased' });
    }
  });

  it('refuses a run where the holder died on another machine, after watching for its whole time', async () => {
    const place = newPlace();
    place.kill(await place.take('laptop'), 'laptop');
    await place.clock.advance(ttlMs);
    const taking = settled(refusal(place.take('ci')));
    await place.clock.advance(ttlMs - 1);
    expect(taking.isSettled).to.equal(false);
    await place.clock.advance(1);
    const error = await taking.value;
    expect(error).to.include({ code: 'lease-unfinished', exitCode: 4 });
    expect(error.message).to.match(
      /'r-laptop' on 'laptop'.*may still be in.*--from memory:\/\/store.*--forget r-laptop/,
    );
  });

  it('leaves the lease to a holder whose clock is behind and who renews it', async () => {
    const place = newPlace();
    await place.take('laptop');
    const ahead = settled(refusal(place.take('ci', { aheadMs: 10 * ttlMs })));
    await place.clock.advance(ttlMs / 3 + 1);
    await place.clock.advance(ttlMs / 6);
    expect(await ahead.value).to.include({ code: 'leased' });
  });

  it('gives the lease of a dead holder to whoever can put back what it left in', async () => {
    const place = newPlace();
    place.kill(await place.take('laptop'), 'laptop');
    await place.clock.advance(ttlMs);
    const taking = place.take('ci', { mayTake: async (run) => run === 'r-laptop' });
    await place.clock.advance(ttlMs + 1);
    await taking;
    expect(place.document()).to.include({ run: 'r-laptop', host: 'ci' });
  });

  it('takes a lease at once that a dead process of the same disk held, without asking for its time', async () => {
    const place = newPlace();
    place.kill(await place.take('laptop'), 'laptop');
    await place.take('laptop', { run: 'r-2' });
    expect(place.document()).to.include({ run: 'r-2' });
  });

  it('still knows the lease of a dead process after another that died before it could take it', async () => {
    const place = newPlace();
    place.kill(await place.take('laptop'), 'laptop');
    place.store.decide = ({ kind }) => (kind === 'write' ? { fail: 'before', error: new Error('cut') } : 'proceed');
    const second = refusal(place.take('laptop', { run: 'r-2' }));
    await place.clock.advance(2000);
    expect(await second).to.include({ code: 'no-lease' });
    place.store.decide = () => 'proceed';
    await place.take('laptop', { run: 'r-3' });
  });

  it('refuses what a run left in until someone deals with it', async () => {
    const place = newPlace();
    await (await place.take('laptop')).release('unfinished');
    expect(await refusal(place.take('ci'))).to.include({ code: 'lease-unfinished' });
    await place.take('laptop', { run: 'r-2' });
  });

  it('holds a lease whose write got no answer but took effect', async () => {
    const place = newPlace();
    let writes = 0;
    place.store.decide = ({ kind }) =>
      kind === 'write' && ++writes === 1 ? { fail: 'after', error: new Error('no answer') } : 'proceed';
    const taking = place.take('laptop');
    await place.clock.advance(200);
    const lease = await taking;
    await lease.demand();
    await lease.release('free');
    expect(place.document()?.status).to.equal('free');
  });

  it('says what the store answered where it cannot be taken', async () => {
    const place = newPlace();
    place.store.decide = () => ({ fail: 'before', error: new Error('AccessDenied (s3:GetObject)') });
    const refused = refusal(place.take('laptop'));
    await place.clock.advance(2000);
    const error = await refused;
    expect(error.message).to.contain('AccessDenied (s3:GetObject)');
  });

  it('never overwrites what is no lease, or that of another environment', async () => {
    for (const bytes of [new TextEncoder().encode('hello'), ofOther()]) {
      const place = newPlace();
      await place.store.write(leaseName, bytes, { over: undefined });
      expect(await refusal(place.take('laptop'))).to.include({ code: 'lease-unreadable', exitCode: 4 });
      expect(place.store.objects.get(leaseName)?.bytes).to.deep.equal(bytes);
    }
  });
});

describe('a held lease', () => {
  it('is lost at the next renewal once somebody else has it, and the run hears of it once', async () => {
    const place = newPlace();
    const lease = await place.take('laptop');
    place.steal();
    await lease.demand();
    await place.clock.advance(ttlMs / 3);
    expect(place.lost).to.have.length(1);
    expect(place.lost[0]).to.include({ code: 'lease-taken', exitCode: 4 });
    expect(String(place.lost[0])).to.contain("'run r-thief' on 'thief'");
    expect(await refusal(lease.demand())).to.include({ code: 'lease-taken' });
    await place.clock.advance(10 * ttlMs);
    expect(place.lost).to.have.length(1);
    await lease.release('free');
    expect(place.document()).to.include({ run: 'r-thief' });
  });

  it('survives a store that is away for less than two thirds of its time', async () => {
    const place = newPlace();
    const lease = await place.take('laptop');
    place.store.decide = () => ({ fail: 'before', error: new Error('away') });
    await place.clock.advance(ttlMs / 3 + 1);
    place.store.decide = () => 'proceed';
    await place.clock.advance(ttlMs / 3);
    await lease.demand();
    expect(place.lost).to.deep.equal([]);
  });

  it('is given up before its time is over where it cannot be renewed', async () => {
    const place = newPlace();
    const lease = await place.take('laptop');
    place.store.decide = () => ({ fail: 'before', error: new Error('away') });
    await place.clock.advance((ttlMs * 2) / 3);
    expect(place.lost[0]).to.include({ code: 'lease-expired', exitCode: 4 });
    expect(String(place.lost[0])).to.match(/last renewed 40000 ms ago: away/);
    expect(await refusal(lease.demand())).to.include({ code: 'lease-expired' });
  });

  it('is renewed before a change where a clock says that the machine slept', async () => {
    const place = newPlace();
    const lease = await place.take('laptop');
    place.clock.jumpWallClock(2 * ttlMs);
    await lease.demand();
    expect(Date.parse(place.document()?.expiresAt ?? '')).to.equal(place.clock.epochMs() + ttlMs);
    place.clock.jumpWallClock(2 * ttlMs);
    place.steal();
    expect(await refusal(lease.demand())).to.include({ code: 'lease-taken' });
  });

  it('is given back after a renewal that got no answer but took effect', async () => {
    const place = newPlace();
    const lease = await place.take('laptop');
    place.store.decide = ({ kind }) =>
      kind === 'write' ? { fail: 'after', error: new Error('no answer') } : 'proceed';
    await place.clock.advance(ttlMs / 3);
    place.store.decide = () => 'proceed';
    await lease.release('free');
    expect(place.document()?.status).to.equal('free');
    expect(place.lost).to.deep.equal([]);
  });
});

/** A store and machines that share it; each host has a disk of its own. */
function newPlace() {
  const store = new MemoryStore();
  const clock = new VirtualClock();
  const disks = new Map<string, MemoryDisk>();
  const lost: RefusedError[] = [];
  const dead = new Map<string, AbortController>();
  const random = new SeededRandom(1);
  const disk = (host: string): MemoryDisk => {
    const found = disks.get(host) ?? new MemoryDisk();
    disks.set(host, found);
    return found;
  };
  const write = (over: object) => {
    const now = readLease(store.objects.get(leaseName)?.bytes ?? new Uint8Array());
    if (now === undefined) throw new Error('no lease');
    store.objects.set(leaseName, { bytes: writeLease({ ...now, ...over }), version: 'stolen' });
  };
  return {
    store,
    clock,
    lost,
    disk,
    document: () => readLease(store.objects.get(leaseName)?.bytes ?? new Uint8Array()),
    steal: () => write({ nonce: 'f'.repeat(32), run: 'r-thief', host: 'thief' }),
    take: async (
      host: string,
      more: {
        readonly run?: string;
        readonly aheadMs?: number;
        readonly mayTake?: (run: string) => Promise<boolean>;
      } = {},
    ) => {
      const life = new AbortController();
      dead.set(host, life);
      await disk(host).makeFolder('/state');
      const { aheadMs = 0 } = more;
      return takeLease({
        store,
        disk: disk(host),
        clock: {
          epochMs: () => clock.epochMs() + aheadMs,
          monoMs: () => clock.monoMs(),
          sleep: (ms, signal) => clock.sleep(ms, signal),
        },
        random,
        stateFolder: '/state',
        environment: 'staging',
        process: { pid: 7, host },
        run: more.run ?? `r-${host}`,
        doing: 'run',
        ttlMs,
        mayTake: more.mayTake ?? (async () => false),
        stop: life.signal,
        abandon: life.signal,
        onLost: (why) => lost.push(why),
        log: () => {},
      });
    },
    /** Its process ends without a word: nothing of it is renewed any more. */
    kill: (_lease: unknown, host: string) => dead.get(host)?.abort(new Error('killed')),
  };
}

function ofOther(): Uint8Array {
  const now = '2026-01-01T00:00:00.000Z';
  return writeLease({
    ...{ schemaVersion: 1, status: 'free', environment: 'other', nonce: 'a'.repeat(32), run: 'r', doing: 'run' },
    ...{ host: 'h', pid: 1, since: now, renewedAt: now, expiresAt: now, ttlMs },
  });
}

function settled<T>(value: Promise<T>): { readonly value: Promise<T>; isSettled: boolean } {
  const watched = { value, isSettled: false };
  const settle = () => {
    watched.isSettled = true;
  };
  value.then(settle, settle);
  return watched;
}
