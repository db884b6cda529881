import { expect } from 'chai';
import { newMarker } from '../model/marker.ts';
import { MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { SeededRandom } from '../testing/fakes/seeded-random.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { rejection } from '../testing/rejection.ts';
import { type Journal, openJournal } from './journal.ts';
import { openPreImages } from './pre-images.ts';
import { checkUnfinished, unfinishedRuns } from './unfinished-runs.ts';

describe('unfinishedRuns', () => {
  it('lists runs without an end and runs with something in, newest first', async () => {
    const { disk, begin } = reports();
    await begin('r-1');
    const dirty = await begin('r-2');
    const of = await intent(dirty);
    await dirty.append({ kind: 'verified', of, verdict: 'dirty', reason: 'still in' });
    await dirty.append({ kind: 'run-ended', exitCode: 6 });
    const clean = await begin('r-3');
    await clean.append({ kind: 'verified', of: await intent(clean), verdict: 'by-guardrail', reason: 'gone' });
    await clean.append({ kind: 'run-ended', exitCode: 1 });
    const found = await unfinishedRuns(disk, '/reports');
    expect(found.map((run) => [run.runId, run.open.length])).to.deep.equal([
      ['r-2', 1],
      ['r-1', 0],
    ]);
  });

  it('lists a run that ended where the last line of its journal is torn', async () => {
    const { disk, begin } = reports();
    await (await begin('r-1')).append({ kind: 'run-ended', exitCode: 0 });
    expect(await unfinishedRuns(disk, '/reports')).to.deep.equal([]);
    await disk.appendDurably('/reports/r-1/journal.jsonl', Buffer.from('{"seq":2,"at'));
    const found = await unfinishedRuns(disk, '/reports');
    expect(found.map((run) => [run.runId, run.open.length, run.tornTail])).to.deep.equal([['r-1', 0, true]]);
  });

  it('lists a run that had ended where its recovery began and did not end', async () => {
    const { disk, begin } = reports();
    const journal = await begin('r-1');
    const of = await intent(journal);
    await journal.append({ kind: 'verified', of, verdict: 'unverified', reason: 'no answer' });
    await journal.append({ kind: 'run-ended', exitCode: 6 });
    await journal.append({ kind: 'recovery-started', pid: 2, processStartedAt: 'then' });
    await journal.append({ kind: 'verified', of, verdict: 'clean', reason: 'as before' });
    expect((await unfinishedRuns(disk, '/reports')).map((run) => run.open.length)).to.deep.equal([0]);
    await journal.append({ kind: 'run-ended', exitCode: 0 });
    expect(await unfinishedRuns(disk, '/reports')).to.deep.equal([]);
  });

  it('lists what was seen out below a change that is in, until it is seen out once more', async () => {
    const { disk, begin } = reports();
    const journal = await begin('r-1');
    const [below, above] = [await intent(journal), await intent(journal)];
    const listed = async () => (await unfinishedRuns(disk, '/reports'))[0]?.open.map((one) => one.intent.seq);
    await journal.append({ kind: 'reverting', of: above });
    await journal.append({ kind: 'verified', of: above, verdict: 'dirty', reason: 'still in' });
    await journal.append({ kind: 'reverting', of: below });
    await journal.append({ kind: 'verified', of: below, verdict: 'clean', reason: 'as before' });
    expect(await listed()).to.deep.equal([above, below]);
    await journal.append({ kind: 'reverting', of: above });
    await journal.append({ kind: 'verified', of: above, verdict: 'clean', reason: 'as before' });
    expect(await listed()).to.deep.equal([below]);
    await journal.append({ kind: 'verified', of: below, verdict: 'clean', reason: 'as before' });
    expect(await listed()).to.deep.equal([]);
  });

  it('lists no run twice through a link', async () => {
    const { disk, begin } = reports();
    await begin('r-1');
    await disk.link('r-1', '/reports/latest');
    expect(await unfinishedRuns(disk, '/reports')).to.have.length(1);
  });

  for (const [name, text] of [
    ['empty', ''],
    ['torn in its first line', '{"seq":0,"at":"2026'],
  ] as const) {
    it(`takes a journal that is ${name} for a run that touched nothing`, async () => {
      const { disk } = reports();
      await disk.makeFolder('/reports/r-1');
      await disk.writeDurably('/reports/r-1/journal.jsonl', Buffer.from(text));
      expect(await unfinishedRuns(disk, '/reports')).to.deep.equal([]);
    });
  }

  it('lists a journal that is all rubbish with its damaged lines', async () => {
    const { disk } = reports();
    await disk.makeFolder('/reports/r-1');
    await disk.writeDurably('/reports/r-1/journal.jsonl', Buffer.from('rub\nbish\n'));
    const found = await unfinishedRuns(disk, '/reports');
    expect(found[0]?.damaged.map((one) => one.line)).to.deep.equal([1, 2]);
    expect(found[0]?.start).to.equal(undefined);
  });

  it('passes over other files and folders', async () => {
    const { disk } = reports();
    await disk.makeFolder('/reports/notes');
    await disk.writeDurably('/reports/baseline.json', Buffer.from('{}'));
    expect(await unfinishedRuns(disk, '/reports')).to.deep.equal([]);
    expect(await unfinishedRuns(disk, '/nowhere')).to.deep.equal([]);
  });
});

describe('checkUnfinished', () => {
  it('hands over the dead runs of an embedded environment', async () => {
    const { disk, begin, check } = reports();
    await begin('r-1');
    await begin('r-2', { environment: 'other' });
    expect((await check('embedded')).map((run) => run.runId)).to.deep.equal(['r-1']);
    expect(await disk.exists('/reports/r-1/journal.jsonl')).to.equal(true);
  });

  it('refuses a live environment and says what to type', async () => {
    const { begin, check } = reports();
    await intent(await begin('r-1'));
    const refusal = await check('live').catch((error: unknown) => error);
    expect(refusal).to.include({ code: 'unfinished-run', exitCode: 4 });
    expect(String(refusal)).to.match(
      /with 1 faults? that may still be in: 'r-1'\. Run: windshear recover --env staging/,
    );
  });

  it('refuses a live environment of which states are left by a run whose journal lies elsewhere, or is lost', async () => {
    const { disk, begin, check } = reports();
    await intent(await begin('r-1'));
    const owner = { journal: '/out/r-1/journal.jsonl', environment: 'staging' };
    const images = openPreImages({ disk, stateFolder: '/state', runId: 'r-1', owner });
    await images.keep('before', {});
    await disk.makeFolder('/out/r-1');
    await disk.writeDurably(owner.journal, await disk.read('/reports/r-1/journal.jsonl'));
    await disk.remove('/reports/r-1');
    expect(String(await rejection(check('live')))).to.contain("with 1 fault that may still be in: 'r-1'");
    await disk.remove(owner.journal);
    expect((await check('embedded')).map((run) => run.runId)).to.deep.equal(['r-1']);
    expect(String(await rejection(check('live')))).to.contain("with faults that may still be in: 'r-1'");
    await disk.writeDurably('/state/r-1/run.json', Buffer.from('{'));
    expect(
      (await check('embedded')).map((run) => run.runId),
      'nobody knows whose',
    ).to.deep.equal(['r-1']);
  });

  it('refuses a live environment whose journal lost a change of which the states tell, though it says that the run ended', async () => {
    const { disk, begin, check } = reports();
    const journal = await begin('r-1');
    const owner = { journal: '/reports/r-1/journal.jsonl', environment: 'staging' };
    const images = openPreImages({ disk, stateFolder: '/state', runId: 'r-1', owner });
    const preImage = await images.keep('before', {});
    await journal.append({ kind: 'run-ended', exitCode: 6 });
    expect(await check('live'), 'nothing was about to be sent').to.deep.equal([]);
    await images.noteIntent(preImage, { fault: 'world.switch', touches: ['s-1'] });
    expect(String(await rejection(check('live')))).to.contain("with 1 fault that may still be in: 'r-1'");
    await images.remove([preImage]);
    expect(await check('live')).to.deep.equal([]);
  });

  it('refuses a live environment where a journal no longer says whose it is', async () => {
    const { disk, check } = reports();
    await disk.makeFolder('/reports/r-1');
    await disk.writeDurably('/reports/r-1/journal.jsonl', Buffer.from('rubbish\n'));
    expect(await check('live').catch((error: unknown) => error)).to.include({ code: 'unfinished-run' });
    expect(await check('embedded')).to.deep.equal([]);
  });

  it('passes over runs whose process is alive, and over the one that asks', async () => {
    const { begin, check } = reports();
    await begin('r-1', { pid: 7 });
    await begin('r-2', { pid: 1 });
    expect(await check('live', 'r-2')).to.deep.equal([]);
  });
});

function reports() {
  const disk = new MemoryDisk();
  const clock = new VirtualClock();
  async function begin(run: string, more: { environment?: string; pid?: number } = {}): Promise<Journal> {
    await disk.makeFolder(`/reports/${run}`);
    const journal = await openJournal({ disk, clock, path: `/reports/${run}/journal.jsonl` });
    const { environment = 'staging', pid = 99 } = more;
    const own = { pid, processStartedAt: 'start', toolVersion: '0' };
    await journal.append({ kind: 'run-started', run, environment, staging: 'embedded', ...own });
    return journal;
  }
  const isAlive = async (pid: number) => pid === 7;
  const check = (staging: 'embedded' | 'live', except?: string) =>
    checkUnfinished({
      disk,
      folders: { reports: '/reports', state: '/state' },
      environment: 'staging',
      staging,
      process: { pid: 1, startedAt: 'start', host: 'here', isAlive },
      ...(except !== undefined && { except }),
    });
  return { disk, begin, check };
}

async function intent(journal: Journal): Promise<number> {
  const { seq } = await journal.append({
    kind: 'intent',
    scenario: 'flip',
    n: 1,
    role: 'fault',
    index: 0,
    fault: 'world.switch',
    params: {},
    marker: newMarker(new SeededRandom(1)),
    touches: ['s-1'],
    settleMs: 0,
    preImage: { name: '0-x', sha256: '0' },
  });
  return seq;
}
