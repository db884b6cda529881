import { expect } from 'chai';
import { MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { MemoryStore } from '../testing/fakes/memory-store.ts';
import { SeededRandom } from '../testing/fakes/seeded-random.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { refusal } from '../testing/rejection.ts';
import { fetchMirrored, forgetMirrored, type MirrorPlace, mirroredDisk, mirroredRuns } from './mirror.ts';

const runId = '20260101-000000-aaaaaa';
const journal = `/reports/${runId}/journal.jsonl`;
const states = `/state/${runId}`;
const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('mirroredDisk', () => {
  it('keeps what is written here and there, where nobody can read it without the key', async () => {
    const { disk, mirrored, store } = await place();
    await mirrored.createExclusively(`${states}/0-flip`, bytesOf('{"policy":"secret-state"}'), 0o600);
    await mirrored.appendDurably(journal, bytesOf('line one\n'));
    expect(disk.files().get(`${states}/0-flip`)?.text).to.equal('{"policy":"secret-state"}');
    expect([...store.objects.keys()]).to.deep.equal([`runs/${runId}/state/0-flip`, `runs/${runId}/journal/000000`]);
    const all = [...store.objects.values()].map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join();
    expect(all).not.to.contain('secret-state').and.not.to.contain('line one');
  });

  it('copies neither reports nor locks', async () => {
    const { mirrored, store } = await place();
    await mirrored.createExclusively('/state/staging.lock', bytesOf('{}'));
    await mirrored.appendDurably(`/reports/${runId}/evidence.jsonl`, bytesOf('x'));
    await mirrored.writeDurably(`/reports/${runId}/scorecard.json`, bytesOf('{}'));
    expect([...store.objects.keys()]).to.deep.equal([]);
  });

  it('rejects, so that nothing is injected, where the copy cannot be written for 15 s', async () => {
    const { mirrored, store, clock } = await place();
    store.decide = () => ({ fail: 'before', error: new Error('SlowDown') });
    const writing = refusal(mirrored.appendDurably(journal, bytesOf('line\n')));
    await clock.advance(15_000);
    expect(await writing).to.include({ code: 'mirror-failed', exitCode: 6 });
    expect((await writing).message).to.contain('SlowDown');
  });

  it('tries again where a copy fails, and where its answer is lost', async () => {
    for (const fail of ['before', 'after'] as const) {
      const { mirrored, mirror, store, clock, other } = await place();
      let writes = 0;
      store.decide = ({ kind }) =>
        kind === 'write' && ++writes <= 2 ? { fail, error: new Error('no answer') } : 'proceed';
      const writing = mirrored.appendDurably(journal, bytesOf('line\n'));
      await clock.advance(1000);
      await writing;
      await fetchMirrored(mirror, runId, other);
      expect(other.disk.files().get(journal)?.text).to.equal('line\n');
    }
  });
});

describe('fetchMirrored', () => {
  it('brings journal and states to another disk as they were, the states first', async () => {
    const { mirrored, mirror, other } = await place();
    await mirrored.createExclusively(`${states}/0-flip`, bytesOf('state'), 0o600);
    for (let line = 0; line < 12; line++) await mirrored.appendDurably(journal, bytesOf(`line ${line}\n`));
    expect(await mirroredRuns(mirror)).to.deep.equal([runId]);
    expect(await fetchMirrored(mirror, runId, other)).to.equal(journal);
    const files = other.disk.files();
    expect(files.get(journal)?.text).to.match(/^line 0\nline 1\n.*line 10\nline 11\n$/s);
    expect(files.get(`${states}/0-flip`)).to.deep.equal({ text: 'state', mode: 0o600 });
    expect([...files.keys()].sort()).to.deep.equal([journal, `${states}/0-flip`, `${states}/run.json`]);
  });

  it('leaves a journal alone that is here already', async () => {
    const { mirrored, mirror, disk } = await place();
    await mirrored.appendDurably(journal, bytesOf('line\n'));
    await disk.appendDurably(journal, bytesOf('recovered\n'));
    await fetchMirrored(mirror, runId, { disk, reports: '/reports', stateFolder: '/state' });
    expect(disk.files().get(journal)?.text).to.equal('line\nrecovered\n');
  });

  it('takes nothing where a part is missing, was changed or moved, or another key wrote it', async () => {
    const spoils: Readonly<Record<string, (objects: MemoryStore['objects']) => void>> = {
      'is missing': (objects) => objects.delete(`runs/${runId}/journal/000000`),
      'was changed since': (objects) => {
        const name = `runs/${runId}/journal/000001`;
        const bytes = Uint8Array.from(objects.get(name)?.bytes ?? []);
        bytes[20] = (bytes[20] ?? 0) ^ 1;
        objects.set(name, { bytes, version: 'spoilt' });
      },
      'with another key, or': (objects) => {
        const one = objects.get(`runs/${runId}/journal/000001`);
        if (one !== undefined) objects.set(`runs/${runId}/journal/000000`, one);
      },
      'not a copy': (objects) =>
        objects.set(`runs/${runId}/journal/000000`, { bytes: bytesOf('hello'), version: 'spoilt' }),
    };
    for (const [phrase, spoil] of Object.entries(spoils)) {
      const { mirrored, mirror, store, other } = await place();
      for (const line of ['one\n', 'two\n']) await mirrored.appendDurably(journal, bytesOf(line));
      spoil(store.objects);
      expect((await refusal(fetchMirrored(mirror, runId, other))).message).to.contain(phrase);
      expect(other.disk.files().has(journal), phrase).to.equal(false);
    }
    const { mirrored, mirror, other } = await place();
    await mirrored.appendDurably(journal, bytesOf('one\n'));
    const stranger = { ...mirror, key: new Uint8Array(32) };
    expect(await refusal(fetchMirrored(stranger, runId, other))).to.include({ code: 'mirror-key', exitCode: 4 });
    const elsewhere = { ...mirror, environment: 'production' };
    expect(await refusal(fetchMirrored(elsewhere, runId, other))).to.include({ code: 'mirror-key' });
  });
});

describe('forgetMirrored', () => {
  it('leaves nothing of a run, and its neighbours alone', async () => {
    const { mirrored, mirror, store } = await place();
    await mirrored.appendDurably(journal, bytesOf('line\n'));
    await store.write('runs/20260101-000000-aaaaaab/journal/000000', bytesOf('x'), { over: undefined });
    await forgetMirrored(mirror, runId);
    expect([...store.objects.keys()]).to.deep.equal(['runs/20260101-000000-aaaaaab/journal/000000']);
    await forgetMirrored(mirror, runId);
  });

  it('never leaves half a copy that looks like a run that died', async () => {
    for (let lost = 1; lost <= 4; lost++) {
      const { mirrored, mirror, store } = await place();
      for (const line of ['one\n', 'two\n']) await mirrored.appendDurably(journal, bytesOf(line));
      let changes = 0;
      store.decide = ({ kind }) =>
        kind === 'remove' && ++changes === lost ? { fail: 'before', error: new Error('killed') } : 'proceed';
      await forgetMirrored(mirror, runId).catch(() => undefined);
      store.decide = () => 'proceed';
      expect(await mirroredRuns(mirror), `killed at removal ${lost}`).to.deep.equal([]);
    }
  });
});

async function place() {
  const disk = new MemoryDisk();
  for (const folder of [`/reports/${runId}`, states]) await disk.makeFolder(folder);
  const store = new MemoryStore();
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const key = Uint8Array.from({ length: 32 }, (_, index) => index);
  const abandon = new AbortController().signal;
  const mirror: MirrorPlace = { store, key, environment: 'staging', clock, random, abandon };
  const other = { disk: new MemoryDisk(), reports: '/reports', stateFolder: '/state' };
  return { disk, store, clock, mirror, other, mirrored: mirroredDisk(disk, mirror, { runId, journal, states }) };
}
