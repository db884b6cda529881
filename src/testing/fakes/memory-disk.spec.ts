import { expect } from 'chai';
import { MemoryDisk } from './memory-disk.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = async (disk: MemoryDisk, path: string) => new TextDecoder().decode(await disk.read(path));

describe('MemoryDisk', () => {
  it('rejects a missing file and a missing folder with ENOENT', async () => {
    const disk = new MemoryDisk();
    const codes: unknown[] = [];
    for (const act of [() => disk.read('/none'), () => disk.writeDurably('/none/file', bytes('x'))]) {
      await act().catch((error: unknown) => codes.push((error as { code: unknown }).code));
    }
    expect(codes).to.deep.equal(['ENOENT', 'ENOENT']);
  });

  it('tears an append and is dead from then on, and keeps the torn part for the next process', async () => {
    const disk = new MemoryDisk(({ n }) => (n === 3 ? { keepBytes: 2 } : 'proceed'));
    await disk.makeFolder('/run', 0o700);
    await disk.appendDurably('/run/journal', bytes('one\n'), 0o600);
    const codes: unknown[] = [];
    await disk
      .appendDurably('/run/journal', bytes('two\n'))
      .catch((error: { code: unknown }) => codes.push(error.code));
    await disk.read('/run/journal').catch((error: { code: unknown }) => codes.push(error.code));
    expect(codes).to.deep.equal(['EIO', 'EIO']);
    expect(await text(disk.afterCrash(), '/run/journal')).to.equal('one\ntw');
  });

  it('creates exclusively once', async () => {
    const disk = new MemoryDisk();
    expect(await disk.createExclusively('/lock', bytes('a'))).to.equal(true);
    expect(await disk.createExclusively('/lock', bytes('b'))).to.equal(false);
    expect(await text(disk, '/lock')).to.equal('a');
  });

  it('follows links, lists a folder and removes it with its content', async () => {
    const disk = new MemoryDisk();
    await disk.makeFolder('/reports/run-1');
    await disk.writeDurably('/reports/run-1/a.json', bytes('{}'));
    await disk.link('run-1', '/reports/latest');
    expect(await text(disk, '/reports/latest/a.json')).to.equal('{}');
    expect(await disk.list('/reports')).to.deep.equal(['latest', 'run-1']);
    await disk.remove('/reports/run-1');
    expect(await disk.exists('/reports/run-1/a.json')).to.equal(false);
  });
});
