import { expect } from 'chai';
import type { NewJournalEntry } from '../model/journal.ts';
import { MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { rejection } from '../testing/rejection.ts';
import { openJournal } from './journal.ts';
import { readJournal } from './journal-lines.ts';

const path = '/run/journal.jsonl';

describe('openJournal', () => {
  it('numbers entries from 0 and stamps them with both times', async () => {
    const { journal } = await opened();
    const first = await journal.append(stop('a'));
    const second = await journal.append(stop('b'));
    expect([first.seq, second.seq]).to.deep.equal([0, 1]);
    expect(first.at).to.equal('2026-01-01T00:00:00.000Z');
    expect(first.monoMs).to.equal(0);
  });

  it('keeps the order of concurrent appends', async () => {
    const { disk, journal } = await opened();
    await Promise.all(Array.from({ length: 50 }, (_, n) => journal.append(stop(`${n}`))));
    const { entries } = await readJournal(disk, path);
    expect(entries.map((entry) => entry.kind === 'stop-requested' && entry.by)).to.deep.equal(
      Array.from({ length: 50 }, (_, n) => `${n}`),
    );
  });

  it('resolves an append only once its bytes are durable', async () => {
    const { disk, journal } = await opened();
    await Promise.all(
      ['a', 'b', 'c'].map(async (by) => {
        await journal.append(stop(by));
        expect(disk.afterCrash().files().get(path)?.text).to.include(`"by":"${by}"`);
      }),
    );
  });

  it('rejects every append after one that failed', async () => {
    const { disk, journal } = await opened((n) => (n === 3 ? { fail: 'before', code: 'ENOSPC' } : 'proceed'));
    await journal.append(stop('a'));
    const failed = await rejection(journal.append(stop('b')));
    expect(failed).to.include({ code: 'journal-failed', exitCode: 70 });
    expect(await rejection(journal.append(stop('c')))).to.equal(failed);
    expect(journal.failure()).to.equal(failed);
    expect((await readJournal(disk, path)).entries).to.have.length(1);
  });

  it('rejects the appends that wait behind one that fails', async () => {
    const { journal } = await opened((n) => (n === 2 ? { fail: 'before', code: 'EROFS' } : 'proceed'));
    const all = await Promise.allSettled(['a', 'b', 'c'].map((by) => journal.append(stop(by))));
    expect(all.map((one) => one.status)).to.deep.equal(['rejected', 'rejected', 'rejected']);
  });

  it('refuses an entry that could not be read back, and goes on', async () => {
    const { disk, journal } = await opened();
    await rejection(journal.append({ kind: 'run-ended', exitCode: Number.NaN }));
    await journal.append(stop('a'));
    const { entries, damaged } = await readJournal(disk, path);
    expect(entries.map((entry) => entry.seq)).to.deep.equal([0]);
    expect(damaged).to.deep.equal([]);
  });

  it('cuts off a torn last line when it is opened again, and goes on numbering', async () => {
    const { disk, journal } = await opened();
    await journal.append(stop('a'));
    await disk.appendDurably(path, Buffer.from('{"seq":1,"at":"20'));
    const again = await openJournal({ disk, clock: new VirtualClock(), path });
    expect((await again.append(stop('b'))).seq).to.equal(1);
    const { entries, damaged, tornTail } = await readJournal(disk, path);
    expect(entries).to.have.length(2);
    expect(damaged).to.deep.equal([]);
    expect(tornTail).to.equal(false);
  });

  for (const [name, text] of [
    ['empty', ''],
    ['torn in its first line', '{"seq":0'],
  ] as const) {
    it(`goes on in a journal that is ${name}`, async () => {
      const { disk } = await opened();
      await disk.writeDurably(path, Buffer.from(text));
      const journal = await openJournal({ disk, clock: new VirtualClock(), path });
      expect((await journal.append(stop('a'))).seq).to.equal(0);
    });
  }
});

describe('readJournal', () => {
  it('reads back what was appended', async () => {
    const { disk, journal } = await opened();
    const written = [await journal.append(stop('ü "}\n')), await journal.append({ kind: 'closed', reason: 'gone' })];
    const read = await readJournal(disk, path);
    expect(read.entries).to.deep.equal(written);
    expect(read).to.include({ tornTail: false, nextSeq: 2 });
  });

  it('tells a torn tail at every length of the last line', async () => {
    const { disk, journal } = await opened();
    for (const by of ['a', 'b']) await journal.append(stop(by));
    const whole = await disk.read(path);
    const start = whole.indexOf(0x0a) + 1;
    for (let length = start + 1; length < whole.byteLength - 1; length++) {
      await disk.writeDurably(path, whole.subarray(0, length));
      const read = await readJournal(disk, path);
      expect([read.entries.length, read.damaged.length, read.tornTail, read.wholeBytes]).to.deep.equal([
        1,
        0,
        true,
        start,
      ]);
    }
  });

  it('reads a last line that lacks but its newline, and writes that before another', async () => {
    const { disk, journal } = await opened();
    for (const by of ['a', 'b']) await journal.append(stop(by));
    const whole = await disk.read(path);
    await disk.writeDurably(path, whole.subarray(0, whole.byteLength - 1));
    expect(await readJournal(disk, path)).to.deep.include({ damaged: [], tornTail: false, unended: true, nextSeq: 2 });
    await (await openJournal({ disk, clock: new VirtualClock(), path })).append(stop('c'));
    const read = await readJournal(disk, path);
    expect([read.entries.length, read.damaged.length, read.unended]).to.deep.equal([3, 0, false]);
  });

  for (const [where, nth] of [
    ['between two entries', 0],
    ['behind the last one', 1],
  ] as const) {
    it(`reads every entry where any other byte stands for the newline ${where}, and names the line`, async () => {
      const { disk, journal } = await opened();
      for (const by of ['a', 'b']) await journal.append(stop(by));
      const whole = await disk.read(path);
      const at = nth === 0 ? whole.indexOf(0x0a) : whole.byteLength - 1;
      for (const byte of Array.from({ length: 256 }, (_, n) => n).filter((n) => n !== 0x0a)) {
        await disk.writeDurably(path, whole.with(at, byte));
        const read = await readJournal(disk, path);
        expect(read.entries.map(({ seq }) => seq)).to.deep.equal([0, 1]);
        expect(read.damaged.map(({ line }) => line)).to.deep.equal([nth + 1]);
      }
    });
  }

  it('names a damaged line, whichever of its bytes is flipped, and returns the others', async () => {
    const { disk, journal } = await opened();
    for (const by of ['a', 'b', 'c']) await journal.append(stop(by));
    const whole = await disk.read(path);
    const start = whole.indexOf(0x0a) + 1;
    const end = whole.indexOf(0x0a, start);
    for (let at = start; at < end; at++) {
      const bytes = Uint8Array.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await disk.writeDurably(path, bytes);
      const read = await readJournal(disk, path);
      const whose = read.entries.map((entry) => entry.kind === 'stop-requested' && entry.by);
      expect(whose).to.deep.equal(['a', 'c']);
      expect(read.damaged[0]?.line).to.equal(2);
    }
  });

  it('notices a line that was taken out', async () => {
    const { disk, journal } = await opened();
    for (const by of ['a', 'b', 'c']) await journal.append(stop(by));
    const lines = Buffer.from(await disk.read(path))
      .toString()
      .split('\n');
    await disk.writeDurably(path, Buffer.from([lines[0], lines[2], ''].join('\n')));
    const read = await readJournal(disk, path);
    expect(read.damaged).to.deep.equal([{ line: 2, reason: 'entry 1 was expected here, got entry 2' }]);
    expect(read.entries).to.have.length(2);
  });

  it('goes on numbering behind a damaged last line', async () => {
    const { disk, journal } = await opened();
    await journal.append(stop('a'));
    await disk.appendDurably(path, Buffer.from('rubbish\n'));
    const again = await openJournal({ disk, clock: new VirtualClock(), path });
    expect((await again.append(stop('b'))).seq).to.equal(2);
    expect((await readJournal(disk, path)).damaged).to.deep.equal([{ line: 2, reason: 'it has no checksum' }]);
  });

  it('rejects with ENOENT where there is no journal', async () => {
    expect(await rejection(readJournal(new MemoryDisk(), path))).to.include({ code: 'ENOENT' });
  });
});

function stop(by: string): NewJournalEntry {
  return { kind: 'stop-requested', by };
}

async function opened(
  fate: (n: number) => ReturnType<ConstructorParameters<typeof MemoryDisk>[0] & object> = () => 'proceed',
) {
  const disk = new MemoryDisk(({ n }) => fate(n));
  await disk.makeFolder('/run');
  return { disk, journal: await openJournal({ disk, clock: new VirtualClock(), path }) };
}
