import { expect } from 'chai';
import { MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { detection, gameDay, scenario, scorecard, trial } from '../testing/fixtures/scorecards.ts';
import { manifestSchema, verifyManifest } from './manifest.ts';
import { runWriter } from './write-run.ts';

const card = gameDay();
const folder = `/reports/${card.run.id}`;
const inputs = [{ path: 'windshear.yaml', bytes: new TextEncoder().encode('environments: {}') }];
const writer = (disk: MemoryDisk) =>
  runWriter({ disk, reports: '/reports', runId: card.run.id, showAccounts: false, inputs, gitCommit: 'abc' });
const read = async (disk: MemoryDisk, path: string) => new TextDecoder().decode(await disk.read(path));

describe('runWriter', () => {
  it('leaves scorecard, pages, manifest, history and latest', async () => {
    const disk = new MemoryDisk();
    await writer(disk).finish(card, 1);
    expect([...disk.files().keys()]).to.deep.equal([
      ...['junit.xml', 'manifest.json', 'scorecard.json', 'scorecard.md'].map((name) => `${folder}/${name}`),
      '/reports/history.jsonl',
    ]);
    expect(JSON.parse(await read(disk, '/reports/latest/scorecard.json')).run.exitCode).to.equal(1);
    expect(JSON.parse(await read(disk, '/reports/history.jsonl'))).to.include({ run: card.run.id, exitCode: 1 });
  });

  it('ends with the newest scorecard however fast they come', async () => {
    const disk = new MemoryDisk();
    const w = writer(disk);
    for (let ms = 1; ms <= 5; ms += 1)
      w.save(scorecard([scenario('flip', trial({ detections: [detection({ ttdMs: ms })] }))]));
    await w.finish(card, 0);
    expect(JSON.parse(await read(disk, `${folder}/scorecard.json`)).scenarios).to.have.length(5);
    expect((await read(disk, '/reports/history.jsonl')).trim().split('\n')).to.have.length(1);
  });

  it('keeps what it knew where the run is killed after a trial', async () => {
    const disk = new MemoryDisk();
    writer(disk).save(card);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(await disk.afterCrash().exists(`${folder}/scorecard.md`)).to.equal(true);
  });

  it('makes good at the end what failed before', async () => {
    const disk = new MemoryDisk(({ n }) => (n === 2 ? { fail: 'before', code: 'ENOSPC' } : 'proceed'));
    const w = writer(disk);
    w.save(card);
    await new Promise((resolve) => setImmediate(resolve));
    await w.finish(card, 0);
    expect(await disk.exists(`${folder}/manifest.json`)).to.equal(true);
  });

  it('leaves half-written files of others out of the manifest', async () => {
    const disk = new MemoryDisk();
    await disk.makeFolder(`${folder}/evidence`);
    await disk.writeDurably(`${folder}/evidence/audit.jsonl.c1a1986c3d5a.tmp`, new Uint8Array([1]));
    await writer(disk).finish(card, 0);
    expect(await read(disk, `${folder}/manifest.json`)).to.not.contain('.tmp');
  });

  it('rejects at the end where a write failed', async () => {
    const disk = new MemoryDisk(({ path }) =>
      path.endsWith('junit.xml') ? { fail: 'before', code: 'ENOSPC' } : 'proceed',
    );
    const code = await writer(disk)
      .finish(card, 0)
      .then(
        () => undefined,
        (error: unknown) => (error as { code?: string }).code,
      );
    expect(code).to.equal('ENOSPC');
  });
});

describe('verifyManifest', () => {
  it('names files that were changed, removed and added', async () => {
    const disk = new MemoryDisk();
    await disk.makeFolder(`${folder}/evidence/flip/1`);
    await disk.writeDurably(`${folder}/evidence/flip/1/a.json`, new Uint8Array([1]));
    await writer(disk).finish(card, 0);
    const manifest = manifestSchema.parse(JSON.parse(await read(disk, `${folder}/manifest.json`)));
    expect(await verifyManifest(disk, folder, manifest)).to.deep.equal([]);
    expect(manifest.inputs[0]).to.include({ path: 'windshear.yaml', bytes: 16 });
    await disk.writeDurably(`${folder}/scorecard.json`, new TextEncoder().encode('{}'));
    await disk.remove(`${folder}/evidence/flip/1/a.json`);
    await disk.writeDurably(`${folder}/new.txt`, new Uint8Array());
    expect(await verifyManifest(disk, folder, manifest)).to.deep.equal([
      'evidence/flip/1/a.json is missing.',
      'scorecard.json was changed after the run.',
      'new.txt was added after the run.',
    ]);
  });
});
