import { expect } from 'chai';
import { heard } from '../testing/facts.ts';
import { MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { openSignalRing } from './signal-ring.ts';

const folder = '/reports/run/evidence';

function opened(disk = new MemoryDisk(), fileBytes = 1000) {
  const said: string[] = [];
  const ring = openSignalRing({ disk, folder, fileBytes, log: (line) => said.push(line) });
  const kept = () =>
    [...disk.files()].map(([path, { text }]) => ({
      path,
      bytes: Buffer.byteLength(text),
      raws: text
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line).raw),
    }));
  return { ring, said, kept };
}

const one = (n: number, text = `{"n":${n},"filler":"${'x'.repeat(20)}"}`) => heard(n, {}, { text });

describe('openSignalRing', () => {
  it('keeps the text, the detector and the receipt of each signal, and makes no file for none', async () => {
    const disk = new MemoryDisk();
    await opened(disk).ring.close();
    expect([...disk.files()]).to.deep.equal([]);
    const { ring } = opened(disk);
    ring.keep(heard(1, { receivedAt: '2026-01-01T00:00:00.000Z' }, { text: '{"a":1}' }));
    await ring.close();
    expect(disk.files().get(`${folder}/unclaimed-0.jsonl`)?.text).to.equal(
      '{"detector":"trail-rules","receivedAt":"2026-01-01T00:00:00.000Z","raw":"{\\"a\\":1}"}\n',
    );
  });

  it('keeps no session token that a record tells', async () => {
    const { ring, kept } = opened();
    ring.keep(one(1, '{"credentials":{"sessionToken":"FwoGZXIvYXdzEBYa"}}'));
    await ring.close();
    expect(kept()[0]?.raws).to.deep.equal(['{"credentials":{"sessionToken":"<secret>"}}']);
  });

  it('holds no more than its two files, and the newest signals', async () => {
    const { ring, kept } = opened();
    for (let n = 0; n < 200; n++) {
      ring.keep(one(n));
      await ring.close();
    }
    const files = kept();
    expect(files.map(({ path }) => path)).to.deep.equal([`${folder}/unclaimed-0.jsonl`, `${folder}/unclaimed-1.jsonl`]);
    for (const { bytes } of files) expect(bytes).to.be.at.most(1000);
    const numbers = files.flatMap(({ raws }) => raws.map((raw): number => JSON.parse(String(raw)).n));
    const sorted = numbers.toSorted((a, b) => a - b);
    expect(sorted.at(-1)).to.equal(199);
    expect(sorted).to.deep.equal(sorted.map((_, index) => 200 - sorted.length + index));
    expect(sorted.length).to.be.greaterThan(10);
  });

  it('cuts a huge text, and says how long it was', async () => {
    const disk = new MemoryDisk();
    const { ring } = opened(disk);
    ring.keep(one(1, 'y'.repeat(1_000_000)));
    await ring.close();
    const text = disk.files().get(`${folder}/unclaimed-0.jsonl`)?.text ?? '';
    expect(JSON.parse(text)).to.deep.include({ raw: 'y'.repeat(65_536), length: 1_000_000 });
  });

  it('gathers signals while the disk is busy, and lets go of what it cannot hold', async () => {
    const ready = Promise.withResolvers<void>();
    class SlowDisk extends MemoryDisk {
      override async appendDurably(path: string, bytes: Uint8Array): Promise<void> {
        await ready.promise;
        await super.appendDurably(path, bytes);
      }
    }
    const { ring, kept } = opened(new SlowDisk(), 1e9);
    for (let n = 0; n < 300; n++) ring.keep(one(n, `{"n":${n},"filler":"${'x'.repeat(60_000)}"}`));
    const closing = ring.close();
    ready.resolve();
    await closing;
    const [file] = kept();
    expect(file?.bytes).to.be.within(2_000_000, 3_000_000);
  });

  it('says once that the disk failed, and goes on without it', async () => {
    const { ring, said } = opened(new MemoryDisk(() => ({ fail: 'before', code: 'ENOSPC' })));
    for (let n = 0; n < 3; n++) {
      ring.keep(one(n));
      await ring.close();
    }
    expect(said).to.have.lengthOf(1);
    expect(said[0]).to.match(/^Signals that no trial claimed are no longer kept: .*ENOSPC/);
  });
});
