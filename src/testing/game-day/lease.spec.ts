import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readLease } from '../../model/lease.ts';
import { fileStore } from '../../system/file-store.ts';
import { systemDisk } from '../../system/system-disk.ts';
import { runsOf } from './command-line.ts';
import { shareAsLive } from './live-environment.ts';
import { flat } from './sentences.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const scenario = 'bucket-policy-flip';
const run = ['run', scenario, '--env', 'shared'] as const;
const recover = ['recover', '--env', 'shared'] as const;

describe('a live environment that two machines share', function () {
  this.timeout(300_000);
  let laptop: Workplace;
  let ci: Workplace;
  let untouched: unknown;
  let shared: string;
  const signal = new AbortController().signal;
  const store = () => fileStore(systemDisk, shared);
  const lease = async () => readLease((await store().read('lease', signal))?.bytes ?? new Uint8Array());
  const copies = () => store().list('runs/', signal);

  before(async () => {
    laptop = await openWorkplace();
    ci = await openWorkplace();
    const state = await laptop.up();
    untouched = await laptop.account();
    shared = join(laptop.folder, 'shared');
    await writeFile(join(laptop.folder, 'mirror.key'), randomBytes(32).toString('base64'), { mode: 0o600 });
    for (const work of [laptop, ci]) {
      await shareAsLive(
        work,
        state,
        [
          `lease: { type: file, folder: ${shared}, ttl: 2s }`,
          `journal: { mirror: { key: { file: ${join(laptop.folder, 'mirror.key')} } } }`,
          'watchdog: false',
          '',
        ].join('\n'),
      );
      await work.hasten(scenario, '500ms');
    }
  });

  after(async () => {
    await ci.close();
    await laptop.close();
  });

  afterEach(async () => {
    await laptop.windshear(...recover);
  });

  /** Kills a run of the laptop once its last fault is in, and answers its id. */
  async function killOnLaptop(): Promise<string> {
    const going = laptop.start(...run);
    await going.reached('fault 1 acknowledged');
    going.kill('SIGKILL');
    await going.ended;
    return (await runsOf(laptop.folder)).at(-1) ?? '';
  }

  it('is injected into by one of them at a time, and by the other afterwards', async () => {
    const first = laptop.start(...run);
    await first.reached('fault 0 acknowledged');
    const second = await ci.windshear(...run);
    expect(second.code, second.stdout + second.stderr).to.equal(4);
    const [id] = await runsOf(laptop.folder);
    expect(flat(second.stderr)).to.contain(`Environment 'shared' is in use by 'run ${id}'`);
    const { code, stdout, stderr } = await first.ended;
    expect(code, stdout + stderr).to.be.oneOf([0, 1, 3]);
    expect(await lease()).to.include({ status: 'free', run: id });
    expect((await ci.windshear(...run)).code).to.be.oneOf([0, 1, 3]);
    expect(await laptop.account()).to.deep.equal(untouched);
    expect(await copies(), 'mirrored copies of runs that ended').to.deep.equal([]);
  });

  it('is refused to the other machine while what a killed run left in may be in', async () => {
    const id = await killOnLaptop();
    let refused = await ci.windshear(...run);
    // At first it may still be running, for all that the other machine knows.
    while (flat(refused.stderr).includes('is in use by')) refused = await ci.windshear(...run);
    expect(refused.code, refused.stdout + refused.stderr).to.equal(4);
    expect(flat(refused.stderr)).to.match(new RegExp(`Run '${id}' on .* did not end in order.*recover --env shared`));
    const early = await ci.windshear(...recover);
    expect(early.code, 'a recovery that knows nothing of that run').to.equal(0);
    expect(await lease()).to.include({ run: id });
    const recovered = await laptop.windshear(...recover);
    expect(recovered.code, recovered.stdout + recovered.stderr).to.equal(0);
    expect(await laptop.account()).to.deep.equal(untouched);
    expect(await lease()).to.include({ status: 'free' });
    expect(await copies()).to.deep.equal([]);
    expect([...(await laptop.files('.windshear/state')).keys()]).to.deep.equal([]);
  });

  it('is put back from the mirror by the other machine where the disk of a killed run is lost', async () => {
    const id = await killOnLaptop();
    expect(await laptop.account(), 'the run was not in the middle').not.to.deep.equal(untouched);
    for (const lost of [`reports/${id}`, '.windshear/state']) await rm(join(laptop.folder, lost), { recursive: true });
    const from = `file://${shared}`;
    const elsewhere = await ci.windshear(...recover, '--from', 's3://other/place');
    expect(elsewhere.code).to.equal(4);
    expect(flat(elsewhere.stderr)).to.contain(`its mirror is '${from}'`);
    const { code, stdout, stderr } = await ci.windshear(...recover, '--from', from);
    expect(code, stdout + stderr).to.equal(0);
    expect(flat(stdout)).to.contain(id).and.to.contain('Everything is put back.');
    expect(await laptop.account()).to.deep.equal(untouched);
    expect(await copies()).to.deep.equal([]);
    const again = await ci.windshear(...recover, '--from', from);
    expect(again.stdout).to.equal('Nothing to recover: no dead run of this folder has left anything in.');
    expect((await laptop.windshear(...run)).code).to.be.oneOf([0, 1, 3]);
  });

  it('takes nothing from a mirror that another key wrote, and gives no lease away', async () => {
    const id = await killOnLaptop();
    await writeFile(join(ci.folder, 'other.key'), randomBytes(32).toString('base64'));
    const key = join(laptop.folder, 'mirror.key');
    await ci.edit('windshear.yaml', (text) => text.replace(key, join(ci.folder, 'other.key')));
    const { code, stdout, stderr } = await ci.windshear(...recover, '--from', `file://${shared}`);
    expect(code, stdout + stderr).to.equal(6);
    expect(flat(stdout)).to.contain('was written with another key, or was changed since');
    expect(await runsOf(ci.folder)).not.to.include(id);
    for (const next of [run, recover]) {
      const refused = await ci.windshear(...next);
      expect(refused.code, refused.stdout + refused.stderr).to.equal(4);
      expect(flat(refused.stderr)).to.contain(`Run '${id}'`).and.to.contain('did not end in order');
    }
    expect(await lease()).to.include({ status: 'unfinished', run: id });
    expect((await laptop.windshear(...recover)).code).to.equal(0);
    expect(await laptop.account()).to.deep.equal(untouched);
    await ci.edit('windshear.yaml', (text) => text.replace(join(ci.folder, 'other.key'), key));
  });

  it('is given to the other machine once a person says that a lost run may be forgotten', async () => {
    const id = await killOnLaptop();
    expect((await laptop.windshear(...recover)).code).to.equal(0);
    const held = await store().read('lease', signal);
    const text = new TextDecoder().decode(held?.bytes).replace('"free"', '"unfinished"');
    await store().write('lease', new TextEncoder().encode(text), { over: held?.version, signal });
    expect((await ci.windshear(...run)).code).to.equal(4);
    expect((await ci.windshear(...recover, '--forget', 'another-run')).code).to.equal(4);
    expect((await ci.windshear(...recover, '--forget', (await lease())?.run ?? id)).code).to.equal(0);
    expect((await ci.windshear(...run)).code).to.be.oneOf([0, 1, 3]);
  });
});
