import { expect } from 'chai';
import type { Disk } from '../model/disk.ts';
import { MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { SeededRandom } from '../testing/fakes/seeded-random.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { rejection } from '../testing/rejection.ts';
import { acquireLock, type Lock } from './lock.ts';

const path = '/state/staging.lock';

describe('acquireLock', () => {
  it('refuses a second owner, names the first and says what to do', async () => {
    const { as } = machine();
    await as(1);
    const refusal = await rejection(as(2));
    expect(refusal).to.include({ code: 'locked', exitCode: 4 });
    expect(String(refusal)).to.match(/'staging' is in use by 'run r-1' \(pid 1 on 'here', since .*windshear stop/);
  });

  it('locks one environment and not the others', async () => {
    const { as } = machine();
    await as(1);
    expect((await as(2, { environment: 'other' })).environment).to.equal('other');
  });

  it('is free again after its release', async () => {
    const { as, disk } = machine();
    await (await as(1)).release();
    await as(2);
    expect(await disk.list('/state')).to.deep.equal(['staging.lock']);
  });

  it('takes over the lock of a dead process and leaves no claims', async () => {
    const { as, disk, alive } = machine();
    await as(1);
    alive.delete('1/start');
    await as(2);
    expect(await disk.list('/state')).to.deep.equal(['staging.lock']);
    expect(disk.files().get(path)?.text).to.include('"pid":2');
  });

  it('knows a re-used pid by its start', async () => {
    const { as, alive } = machine();
    await as(1);
    alive.delete('1/start');
    alive.add('1/later');
    await as(2);
  });

  it('trusts no wall clock: neither a clock set back nor one set forward frees the lock', async () => {
    const { as, clock } = machine();
    await as(1);
    for (const jumpMs of [-86_400_000, 2 * 86_400_000]) {
      clock.jumpWallClock(jumpMs);
      expect(await rejection(as(2))).to.include({ code: 'locked' });
    }
  });

  it('leaves the lock of another machine alone, dead or not', async () => {
    const { as } = machine();
    await as(1, { host: 'there' });
    const refusal = await rejection(as(2));
    expect(String(refusal)).to.include("if it does not, delete '/state/staging.lock'");
  });

  it('refuses a lock that it cannot read', async () => {
    const { as, disk } = machine();
    await disk.makeFolder('/state');
    for (const text of ['', '{', '{"pid":1}']) {
      await disk.writeDurably(path, Buffer.from(text));
      expect(await rejection(as(1))).to.include({ code: 'lock-unreadable', exitCode: 4 });
    }
  });

  it('releases nothing that is no longer its own', async () => {
    const { as, disk, alive } = machine();
    const first = await as(1);
    alive.delete('1/start');
    await as(2);
    await first.release();
    expect(disk.files().get(path)?.text).to.include('"pid":2');
  });

  it('lets one of many takers win, in every order of their steps', async () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = new SeededRandom(seed);
      const { as, disk, alive } = machine();
      await as(1);
      alive.delete('1/start');
      const slow = shuffled(disk, random);
      const takers = [2, 3, 4].map((pid) => as(pid, { disk: slow }));
      const won = (await Promise.allSettled(takers)).filter((one) => one.status === 'fulfilled');
      expect(won, `seed ${seed}`).to.have.length(1);
      expect((await disk.list('/state')).filter((name) => name.includes('taken'))).to.deep.equal([]);
    }
  });

  it('takes over from takers that died at any of their writes', async () => {
    for (let dieAt = 1; dieAt <= 6; dieAt++) {
      for (let dieAgainAt = 1; dieAgainAt <= 8; dieAgainAt++) {
        const { as, disk, alive } = machine();
        await as(1);
        alive.delete('1/start');
        const second = disk.afterCrash(({ n }) => (n === dieAt ? { keepBytes: 0 } : 'proceed'));
        await Promise.allSettled([as(2, { disk: second })]);
        alive.delete('2/start');
        const third = second.afterCrash(({ n }) => (n === dieAgainAt ? { keepBytes: 0 } : 'proceed'));
        await Promise.allSettled([as(3, { disk: third })]);
        alive.delete('3/start');
        const fourth = third.afterCrash();
        await as(4, { disk: fourth });
        expect(await rejection(as(5, { disk: fourth }))).to.include({ code: 'locked' });
      }
    }
  });
});

function machine() {
  const disk = new MemoryDisk();
  const clock = new VirtualClock();
  const alive = new Set(['1/start', '2/start', '3/start', '4/start', '5/start']);
  const random = new SeededRandom(7);
  const as = (pid: number, more: { environment?: string; host?: string; disk?: Disk } = {}): Promise<Lock> =>
    acquireLock({
      disk: more.disk ?? disk,
      clock,
      random,
      stateFolder: '/state',
      environment: more.environment ?? 'staging',
      doing: `run r-${pid}`,
      process: {
        pid,
        startedAt: 'start',
        host: more.host ?? 'here',
        isAlive: async (other, startedAt) => alive.has(`${other}/${startedAt}`),
      },
    });
  return { disk, clock, alive, as };
}

/** A disk whose operations take turns in a random order. */
function shuffled(disk: MemoryDisk, random: SeededRandom): Disk {
  const turn = async () => {
    for (let left = random.integer(0, 4); left > 0; left--) await Promise.resolve();
  };
  const wrap = async <R>(operation: () => Promise<R>): Promise<R> => {
    await turn();
    const result = await operation();
    await turn();
    return result;
  };
  return {
    makeFolder: (...args) => wrap(() => disk.makeFolder(...args)),
    read: (...args) => wrap(() => disk.read(...args)),
    list: (...args) => wrap(() => disk.list(...args)),
    exists: (...args) => wrap(() => disk.exists(...args)),
    appendDurably: (...args) => wrap(() => disk.appendDurably(...args)),
    writeDurably: (...args) => wrap(() => disk.writeDurably(...args)),
    createExclusively: (...args) => wrap(() => disk.createExclusively(...args)),
    truncate: (...args) => wrap(() => disk.truncate(...args)),
    remove: (...args) => wrap(() => disk.remove(...args)),
    link: (...args) => wrap(() => disk.link(...args)),
  };
}
