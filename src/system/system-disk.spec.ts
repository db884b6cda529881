import { mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { rejection } from '../testing/rejection.ts';
import { systemDisk as disk } from './system-disk.ts';

describe('systemDisk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windshear-disk-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const bytes = (text: string) => new TextEncoder().encode(text);

  it('makes folders and files with the asked modes', async () => {
    await disk.makeFolder(join(folder, 'a/b'), 0o700);
    await disk.appendDurably(join(folder, 'a/b/file'), bytes('x'), 0o600);
    await disk.createExclusively(join(folder, 'a/b/lock'), bytes('x'), 0o600);
    expect((await stat(join(folder, 'a/b'))).mode & 0o777).to.equal(0o700);
    expect((await stat(join(folder, 'a/b/file'))).mode & 0o777).to.equal(0o600);
    expect((await stat(join(folder, 'a/b/lock'))).mode & 0o777).to.equal(0o600);
  });

  it('appends in order and replaces as a whole', async () => {
    const path = join(folder, 'file');
    await disk.appendDurably(path, bytes('a'));
    await disk.appendDurably(path, bytes('b'));
    expect(await readFile(path, 'utf8')).to.equal('ab');
    await disk.writeDurably(path, bytes('c'));
    await disk.truncate(path, 0);
    expect(await readFile(path, 'utf8')).to.equal('');
  });

  it('lets exactly one of many creators win and shows the others a whole file', async () => {
    const path = join(folder, 'lock');
    const all = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const won = await disk.createExclusively(path, bytes(`owner ${n}`));
        expect(await readFile(path, 'utf8')).to.match(/^owner \d+$/);
        return won ? n : undefined;
      }),
    );
    const winners = all.filter((n) => n !== undefined);
    expect(winners).to.have.length(1);
    expect(await readFile(path, 'utf8')).to.equal(`owner ${winners[0]}`);
    expect(await readdir(folder)).to.deep.equal(['lock']);
  });

  it('replaces a link and follows it', async () => {
    for (const target of ['one', 'two']) {
      await disk.makeFolder(join(folder, target));
      await disk.link(target, join(folder, 'latest'));
    }
    expect(await readlink(join(folder, 'latest'))).to.equal('two');
    expect(await disk.exists(join(folder, 'latest'))).to.equal(true);
  });

  it('removes a folder with all in it, and is content with nothing to remove', async () => {
    await disk.makeFolder(join(folder, 'a/b'));
    await disk.remove(join(folder, 'a'));
    await disk.remove(join(folder, 'a'));
    await disk.remove(join(folder, 'no/such/file'));
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('makes a folder with its parents, also when asked twice at once', async () => {
    const path = join(folder, 'a/b/c');
    await Promise.all([disk.makeFolder(path), disk.makeFolder(path), disk.makeFolder(join(folder, 'a/d'))]);
    expect(await readdir(join(folder, 'a'))).to.deep.equal(['b', 'd']);
    await disk.makeFolder(path);
  });

  it('names a place that is there and takes no folders', async function () {
    if (!(await disk.exists('/proc/self'))) this.skip();
    expect(await rejection(disk.makeFolder('/proc/windshear/a'))).to.include({ code: 'ENOTSUP' });
  });

  it('rejects a missing file with ENOENT', async () => {
    expect(await rejection(disk.read(join(folder, 'none')))).to.include({ code: 'ENOENT' });
    expect(await disk.exists(join(folder, 'none'))).to.equal(false);
  });

  it('names the path and the cause of what the system refuses', async () => {
    await writeFile(join(folder, 'file'), '');
    const error = await rejection(disk.appendDurably(join(folder, 'file/below'), bytes('x')));
    expect(error).to.include({ code: 'ENOTDIR', exitCode: 70 });
    expect(String(error)).to.include(`Cannot append to '${join(folder, 'file/below')}'`);
  });

  it('says that the disk is full', async function () {
    if (process.platform !== 'linux') this.skip();
    const error = await rejection(disk.appendDurably('/dev/full', bytes('x')));
    expect(error).to.include({ code: 'ENOSPC' });
    expect(String(error)).to.include('the disk is full');
  });
});
