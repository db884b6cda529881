import { expect } from 'chai';
import type { MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { machine, runId } from '../testing/fakes/recovery-machine.ts';
import { readJournal } from './journal-lines.ts';

const journalPath = `/reports/${runId}/journal.jsonl`;

describe('recover of a run of whose journal a line is damaged', () => {
  it('names a damaged line, reverts every whole entry and ends with 6, until a person has taken the states away', async () => {
    const lines = await linesOfCrash();
    for (let damaged = 1; damaged <= lines; damaged++) {
      const here = machine();
      await here.crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
      const intents = (await readJournal(here.disk(), journalPath)).entries.filter((entry) => entry.kind === 'intent');
      const lost = intents.find((entry) => entry.seq === damaged - 1);
      await damage(here.disk(), damaged);
      const { exitCode, runs } = await here.again({ assume: 'staging' });
      expect(exitCode, `line ${damaged}`).to.equal(6);
      expect(runs[0]?.damaged[0]?.line).to.equal(damaged);
      expect([...here.world.on.keys()]).to.deep.equal(lost?.touches ?? []);
      const again = await here.again({ assume: 'staging' });
      expect([again.exitCode, again.runs[0]?.damaged[0]?.line], `line ${damaged}, again`).to.deep.equal([6, damaged]);
      expect([...here.world.on.keys()]).to.deep.equal(lost?.touches ?? []);
      await removeStates(here.disk());
      expect((await here.again({ assume: 'staging' })).runs).to.deep.equal([]);
    }
  });

  it('knows by its states the environment of a run whose journal no longer names it', async () => {
    const { world, crash, again, disk } = machine();
    await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    await damage(disk(), 1);
    const { exitCode, runs } = await again();
    expect([exitCode, runs[0]?.environment, world.on.size]).to.deep.equal([6, 'staging', 0]);
  });

  it('reverts nothing of a run that nothing names the environment of, and says what to type', async () => {
    const { world, crash, again, disk } = machine();
    await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    await damage(disk(), 1);
    await removeOwner(disk());
    const { exitCode, runs } = await again();
    expect(exitCode).to.equal(6);
    expect(runs[0]?.problems[0]).to.include('windshear recover --env');
    expect(world.on.size).to.equal(2);
  });

  it('never closes a run of which nothing says that it was embedded', async () => {
    const { crash, again, disk } = machine();
    await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
    await damage(disk(), 1);
    await removeOwner(disk());
    const lost = await again({ assume: 'staging', environment: async () => ({ status: 'gone' }) });
    expect(lost.exitCode).to.equal(6);
    expect((await again({ assume: 'staging' })).runs[0]?.faults).to.have.length(2);
  });
});

async function linesOfCrash(): Promise<number> {
  const { crash, disk } = machine();
  await crash({ atCall: { what: 'remove', n: 1, when: 'before' } });
  return (await readJournal(disk(), journalPath)).entries.length;
}

async function damage(disk: MemoryDisk, line: number): Promise<void> {
  const lines = Buffer.from(await disk.read(journalPath))
    .toString()
    .split('\n');
  lines[line - 1] = (lines[line - 1] ?? '').replace('"seq"', '"sqe"');
  await disk.writeDurably(journalPath, Buffer.from(lines.join('\n')));
}

async function removeStates(disk: MemoryDisk): Promise<void> {
  for (const path of disk.files().keys()) if (path.startsWith('/state/')) await disk.remove(path);
}

async function removeOwner(disk: MemoryDisk): Promise<void> {
  for (const path of disk.files().keys()) if (path.endsWith('/run.json')) await disk.remove(path);
}
