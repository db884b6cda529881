import { expect } from 'chai';
import type { Target } from '../model/target.ts';
import type { MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { worldTarget } from '../testing/fakes/memory-world.ts';
import { type CrashPoint, machine, marker, runId, upWith } from '../testing/fakes/recovery-machine.ts';

const journalPath = `/reports/${runId}/journal.jsonl`;

describe('recover', () => {
  it('finds nothing where there are no reports', async () => {
    const { again } = machine();
    expect(await again()).to.deep.equal({ exitCode: 0, runs: [], refused: [] });
  });

  it('finds nothing of a run that ended clean', async () => {
    const { run, again } = machine();
    await run();
    expect((await again()).runs).to.deep.equal([]);
  });

  it('puts back what a dead run left in, newest first, and leaves no state files', async () => {
    const { world, crash, again, disk } = machine();
    await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    expect([...world.on.keys()]).to.deep.equal(['s-1', 's-2']);
    const { exitCode, runs } = await again();
    expect(exitCode).to.equal(0);
    expect(runs[0]?.faults.map((fault) => [fault.touches[0], fault.rollback.verdict])).to.deep.equal([
      ['s-2', 'clean'],
      ['s-1', 'clean'],
    ]);
    expect(world.on.size).to.equal(0);
    expect([...disk().files().keys()]).to.deep.equal([journalPath]);
  });

  it('restores the world and then finds nothing, whichever write or call the run died at', async () => {
    const { writes, calls } = await measure(({ run }) => run());
    for (const point of crashPoints(writes, calls)) {
      const at = JSON.stringify(point);
      const here = machine();
      await here.crash(point);
      const first = await here.again();
      expect(first.exitCode, at).to.equal(0);
      expect([...here.world.on.keys()], at).to.deep.equal([]);
      expect((await here.again()).runs, at).to.deep.equal([]);
      const left = [...here.disk().files().keys()].filter((path) => path.startsWith('/state/'));
      expect(left, at).to.deep.equal([]);
    }
  });

  it('restores the world whichever write or call the recovery itself died at', async () => {
    const died = { atCall: { what: 'remove', n: 1, when: 'before' } } as const;
    const { writes, calls } = await measure(
      ({ again }) => again(),
      ({ crash }) => crash(died),
    );
    for (const point of crashPoints(writes, calls)) {
      const at = JSON.stringify(point);
      const here = machine();
      await here.crash(died);
      await here.crashIn(point, () => here.again());
      expect((await here.again()).exitCode, at).to.equal(0);
      expect([...here.world.on.keys()], at).to.deep.equal([]);
      expect((await here.again()).runs, at).to.deep.equal([]);
    }
  });

  it('credits nobody else with what the dead run itself had reverted', async () => {
    const { crash, again } = machine();
    await crash({ atCall: { what: 'remove', n: 1, when: 'after' } });
    const { runs } = await again();
    expect(runs[0]?.faults.map((fault) => fault.rollback.verdict)).to.deep.equal(['clean', 'clean']);
  });

  it('takes back an injection that takes effect only while it looks', async () => {
    const { world, clock, crash, again } = machine({ fault: { settleMs: 15_000 } });
    await crash({ atCall: { what: 'add', n: 1, when: 'before' } });
    void clock.sleep(12_000).then(() => world.on.set('s-1', marker));
    const { exitCode } = await again();
    expect(exitCode).to.equal(0);
    expect(world.on.size).to.equal(0);
  });

  it('goes on with the next fault where one cannot be reverted, and tries again when called again', async () => {
    let refuse = true;
    const here = machine({
      decide: (what, name) =>
        refuse && what === 'remove' && name === 's-2' ? { kind: 'denied', when: 'before' } : 'proceed',
    });
    await here.crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    const first = await here.again();
    expect(first.exitCode).to.equal(6);
    expect(first.runs[0]?.faults.map((fault) => fault.rollback.verdict)).to.deep.equal(['dirty', 'clean']);
    refuse = false;
    const second = await here.again();
    expect(second.exitCode).to.equal(0);
    expect(second.runs[0]?.faults.map((fault) => fault.touches[0])).to.deep.equal(['s-2']);
  });

  for (const [name, spoil] of [
    ['missing', (disk: MemoryDisk, path: string) => disk.remove(path)],
    ['changed', (disk: MemoryDisk, path: string) => disk.writeDurably(path, Buffer.from('{"on":"other"}'))],
  ] as const) {
    it(`guesses nothing where a pre-image is ${name}`, async () => {
      const { world, crash, again, disk } = machine();
      await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
      const path = [...disk().files().keys()].find((file) => file.includes('/0-')) ?? '';
      await spoil(disk(), path);
      const { exitCode, runs } = await again();
      expect(exitCode).to.equal(6);
      const dirty = runs[0]?.faults.find((fault) => fault.rollback.verdict === 'dirty');
      expect(dirty?.rollback.reason).to.include('Nothing was guessed');
      expect([...world.on.keys()]).to.deep.equal(['s-1']);
    });
  }

  it('closes the run of an embedded staging that is gone', async () => {
    for (const environment of [{ status: 'gone' as const }, upWith('another')]) {
      const { world, crash, again, disk } = machine();
      await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
      const calls = world.calls.length;
      const { exitCode, runs } = await again({ environment: async () => environment });
      expect(exitCode).to.equal(0);
      expect(runs[0]?.closed).to.include("staging 'staging-1' that this run used is gone");
      expect(world.calls).to.have.length(calls);
      expect([...disk().files().keys()]).to.deep.equal([journalPath]);
      expect((await again()).runs).to.deep.equal([]);
    }
  });

  it('never closes the run of a live environment', async () => {
    const { crash, again } = machine({ staging: 'live' });
    await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    const lost = await again({ environment: async () => ({ status: 'gone' }) });
    expect(lost.exitCode).to.equal(6);
    expect((await again()).exitCode).to.equal(0);
  });

  it('reverts nothing in an account that is not the one of the proof', async () => {
    const { world, crash, again } = machine();
    await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    const stranger: Target = {
      ...worldTarget(world),
      prove: async () => [{ kind: 'identity', what: 'account', expected: '1', got: '2', holds: false }],
    };
    const calls = world.calls.length;
    const { exitCode, runs } = await again({ environment: async () => upWith('staging-1', stranger) });
    expect(exitCode).to.equal(6);
    expect(runs[0]?.problems[0]).to.include("identity 'account' must be 1, got 2");
    expect(world.calls).to.have.length(calls);
  });

  it('is kept from no revert by a target in which nothing is to be reverted', async () => {
    const { world, crash, again } = machine();
    await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    const broken: Target = {
      ...worldTarget(world),
      kind: 'process',
      prove: async () => [{ kind: 'identity', what: '/bin/k6', expected: 'a program', got: 'none', holds: false }],
    };
    const up = upWith('staging-1', worldTarget(world));
    const targets = new Map<Target['kind'], Target>([...up.targets, ['process', broken]]);
    expect((await again({ environment: async () => ({ ...up, targets }) })).exitCode).to.equal(0);
    expect(world.on.size).to.equal(0);
  });

  it('reverts although the journal can no longer be written', async () => {
    const { world, crash, again } = machine();
    await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    const { exitCode, runs } = await again({}, ({ path }) =>
      path === journalPath ? { fail: 'before', code: 'EROFS' } : 'proceed',
    );
    expect(world.on.size).to.equal(0);
    expect(exitCode).to.equal(6);
    expect(runs[0]?.problems[0]).to.include('make the folder writable');
    expect((await again()).exitCode).to.equal(0);
  });

  it('lets one of two recoveries do the work and refuses the other or leaves it nothing', async () => {
    const { world, crash, again } = machine();
    await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    const both = await Promise.all([again({}, undefined, 201), again({}, undefined, 202)]);
    expect(both.map((one) => one.exitCode)).to.have.members([0, 4]);
    expect(both.flatMap((one) => one.runs)).to.have.length(1);
    expect(both.flatMap((one) => one.refused)[0]?.message).to.match(/in use by 'recover' \(pid 20[12]/);
    expect(world.on.size).to.equal(0);
  });

  it('leaves a run alone whose process is alive', async () => {
    const { world, crash, again, alive } = machine();
    await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    alive.add('100/start');
    expect((await again()).runs).to.deep.equal([]);
    expect(world.on.size).to.equal(2);
  });

  it('stops between faults when it is abandoned, and can be called again', async () => {
    const abandon = new AbortController();
    const here = machine({
      decide: (what) => {
        if (what === 'remove') abandon.abort(new Error('second Ctrl-C'));
        return 'proceed';
      },
    });
    await here.crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    const { exitCode } = await here.again({ abandon: abandon.signal });
    expect(exitCode).to.equal(6);
    expect((await here.again()).exitCode).to.equal(0);
    expect(here.world.on.size).to.equal(0);
  });

  it('reports a fault that this version does not know', async () => {
    const { crash, again } = machine();
    await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    const { exitCode, runs } = await again({ catalogue: { faults: new Map() } });
    expect(exitCode).to.equal(6);
    expect(runs[0]?.faults[0]?.rollback.reason).to.include('unknown to this version');
  });

  it('does nothing to runs of other environments', async () => {
    const { world, crash, again } = machine();
    await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    expect((await again({ only: 'other' })).runs).to.deep.equal([]);
    expect(world.on.size).to.equal(2);
  });
});

function* crashPoints(writes: number, calls: number): Generator<CrashPoint> {
  for (let atWrite = 1; atWrite <= writes; atWrite++) {
    for (const keepBytes of [0, 20, Number.POSITIVE_INFINITY]) yield { atWrite, keepBytes };
  }
  for (let n = 1; n <= calls; n++) {
    for (const when of ['before', 'after'] as const) yield { atCall: { what: 'any', n, when } };
  }
}

type Machine = ReturnType<typeof machine>;

async function measure(work: (here: Machine) => Promise<unknown>, before?: (here: Machine) => Promise<void>) {
  const here = machine();
  await before?.(here);
  const start = here.counted();
  await work(here);
  const end = here.counted();
  return { writes: end.writes - start.writes, calls: end.calls - start.calls };
}
