import { expect } from 'chai';
import type { MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { type CrashPoint, machine, runId, upWith } from '../testing/fakes/recovery-machine.ts';
import { runsToRecover } from './unfinished-runs.ts';

describe('runsToRecover', () => {
  const folders = { reports: '/reports', state: '/state' };

  for (const going of [`/state/${runId}`, `/state/${runId}/run.json`, `/state/${runId}/.*-intent`]) {
    it(`looks on where a run that is going takes ${going.replace(runId, '<run>')} away meanwhile`, async () => {
      const { crash, disk } = machine();
      await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
      const at = disk();
      const isIt = (path: string) => new RegExp(`^${going}$`).test(path);
      const whileThere = async <T>(path: string, look: () => Promise<T>): Promise<T> => {
        if (isIt(path)) await at.remove(path);
        return look();
      };
      const [list, read] = [at.list.bind(at), at.read.bind(at)];
      at.list = (path) => whileThere(path, () => list(path));
      at.read = (path) => whileThere(path, () => read(path));
      expect(await runsToRecover(at, folders)).to.have.length(1);
    });
  }
});

describe('recover, told of another reports folder than the run had', () => {
  const elsewhere = { folders: { reports: '/elsewhere', state: '/state' } };
  const died = { atCall: { what: 'remove', n: 1, when: 'before' } } as const;

  it('finds the journal by the states, and reverts', async () => {
    const { world, crash, again, disk } = machine();
    await crash(died);
    const { exitCode, runs } = await again(elsewhere);
    expect([exitCode, runs[0]?.faults.length, world.on.size]).to.deep.equal([0, 2, 0]);
    expect([...disk().files().keys()]).to.deep.equal([`/reports/${runId}/journal.jsonl`]);
    expect((await again()).runs).to.deep.equal([]);
  });

  it('says that states lie there whose journal is lost, and reverts nothing', async () => {
    const { world, crash, again, disk } = machine();
    await crash(died);
    await disk().remove(`/reports/${runId}`);
    for (const folders of [{}, elsewhere, { only: 'staging' }]) {
      const { exitCode, runs } = await again(folders);
      expect([exitCode, world.on.size]).to.deep.equal([6, 2]);
      expect(runs[0]?.problems[0]).to.match(/Its journal '\/reports\/.*' is not there.*'\/state\/.*cannot be told/);
    }
    expect((await again({ only: 'other' })).runs).to.deep.equal([]);
  });

  it('says so where the note of whose they are is damaged', async () => {
    const { crash, again, disk } = machine();
    await crash(died);
    await disk().writeDurably(`/state/${runId}/run.json`, Buffer.from('{"journal":'));
    expect((await again({ ...elsewhere, only: 'staging' })).exitCode, 'asked for one environment').to.equal(6);
    const { exitCode, runs } = await again(elsewhere);
    expect([exitCode, runs[0]?.problems[0]]).to.deep.equal([
      6,
      `Its journal is not known, but states that it had kept are, in '/state/${runId}': what it left in cannot be told, and nothing was reverted. Put the journal back, or compare by hand and put right what differs, and delete that folder.`,
    ]);
  });

  for (const [staging, up] of [
    ['is gone', { status: 'gone' as const }],
    ['is another', upWith('staging-2')],
  ] as const)
    it(`closes a run whose journal is lost where its embedded staging ${staging}`, async () => {
      const { crash, again, disk } = machine();
      await crash(died);
      await disk().remove(`/reports/${runId}`);
      const { exitCode, runs } = await again({ environment: async () => up });
      expect([exitCode, runs[0]?.closed]).to.deep.equal([
        0,
        "The embedded staging 'staging-1' that this run used is gone, and with it all that was in it.",
      ]);
      expect([...disk().files().keys()]).to.deep.equal([]);
    });
});

describe('recover of a run whose journal lost lines at its end', () => {
  const path = `/reports/${runId}/journal.jsonl`;
  const statesOf = (disk: MemoryDisk) => [...disk.files().keys()].filter((file) => file.startsWith(`/state/${runId}/`));

  for (const what of ['add', 'remove'] as const)
    for (const n of [1, 2])
      it(`never says that all is put back where something is in: dead after ${what} ${n}, cut after any line`, async () => {
        const died = { atCall: { what, n, when: 'after' } } as const;
        const whole = await linesOf(died);
        for (let kept = 0; kept <= whole.length; kept++) {
          const { world, crash, again, disk } = machine();
          await crash(died);
          await disk().writeDurably(path, Buffer.from(whole.slice(0, kept).join('')));
          const states = statesOf(disk());
          const { exitCode, runs } = await again();
          if (exitCode === 0) {
            expect([world.on.size, statesOf(disk())], `${kept} lines`).to.deep.equal([0, []]);
            continue;
          }
          const left = [...world.on.keys()];
          expect([exitCode, runs.length], `${kept} lines`).to.deep.equal([6, 1]);
          const told = runs[0]?.problems.join() ?? '';
          if (kept > 0) for (const one of left) expect(told, `${kept} lines`).to.include(`'world.switch' on '${one}'`);
          const twice = await again();
          expect([twice.exitCode, [...world.on.keys()]], `${kept} lines, again`).to.deep.equal([6, left]);
          if (left.length > 0) expect(statesOf(disk())).to.deep.equal(states);
          await disk().writeDurably(path, Buffer.from(whole.join('')));
          await again();
          expect(world.on.size, `${kept} lines, and put back`).to.equal(0);
        }
      });

  for (const [what, text] of [
    ['empty', ''],
    ['torn in its first line', '{"seq":0,"at":"2026'],
  ] as const)
    it(`says of a journal that is ${what} that it is empty, reverts nothing and keeps the states`, async () => {
      const { world, crash, again, disk } = machine();
      await crash({ atCall: { what: 'add', n: 2, when: 'after' } });
      await disk().writeDurably(path, Buffer.from(text));
      const states = statesOf(disk());
      for (const time of ['once', 'twice']) {
        const { exitCode, runs } = await again();
        expect([exitCode, world.on.size, statesOf(disk())], time).to.deep.equal([6, 2, states]);
        expect(runs[0]?.problems[0]).to.match(/Its journal '\/reports\/.*' is empty, .*'\/state\/.*cannot be told/);
      }
    });

  it('takes a pre-image whose intent was about to be written for nothing that is in', async () => {
    const { world, crash, again, disk } = machine();
    await crash({ atCall: { what: 'add', n: 1, when: 'before' } });
    const [start = ''] = await linesIn(disk());
    await disk().writeDurably(path, Buffer.from(start));
    for (const file of statesOf(disk())) if (file.endsWith('-intent')) await disk().remove(file);
    const { exitCode } = await again();
    expect([exitCode, world.on.size, statesOf(disk())]).to.deep.equal([0, 0, []]);
  });

  async function linesIn(disk: MemoryDisk): Promise<readonly string[]> {
    return Buffer.from(await disk.read(path))
      .toString()
      .split(/(?<=\n)/);
  }

  async function linesOf(died: CrashPoint): Promise<readonly string[]> {
    const { crash, disk } = machine();
    await crash(died);
    return linesIn(disk());
  }
});
