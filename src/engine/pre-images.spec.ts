import { expect } from 'chai';
import { MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { rejection } from '../testing/rejection.ts';
import { openPreImages } from './pre-images.ts';

const state = { policy: { Statement: [{ Sid: 'a' }] }, generation: '9007199254740993' };

describe('openPreImages', () => {
  it('reads back what it kept', async () => {
    const { images } = opened();
    expect(await images.read(await images.keep('before', state))).to.deep.equal(state);
  });

  it('says where a state lies', async () => {
    const { images } = opened();
    expect(images.placeOf(await images.keep('before', state))).to.match(/state\/r-1\/0-before$/);
  });

  it('keeps states in 0600 files of a 0700 folder', async () => {
    const modes: number[] = [];
    const { disk, images } = opened();
    const makeFolder = disk.makeFolder.bind(disk);
    disk.makeFolder = (path, mode) => {
      modes.push(mode ?? 0);
      return makeFolder(path, mode);
    };
    await images.keep('before', state);
    expect([...disk.files().values()].map((file) => file.mode)).to.deep.equal([0o600]);
    expect(modes).to.deep.equal([0o700, 0o700]);
  });

  it('gives every state a name of its own, also when kept at once or by a second process', async () => {
    const { disk, images } = opened();
    const again = openPreImages({ disk, stateFolder: '/state', runId: 'r-1' });
    const files = await Promise.all([images, images, again, again].map((one, n) => one.keep('before', { n })));
    expect(new Set(files.map((file) => file.name)).size).to.equal(4);
    for (const [n, file] of files.entries()) expect(await images.read(file)).to.deep.equal({ n });
  });

  it('refuses a state that is not what the journal saw', async () => {
    const { disk, images } = opened();
    const file = await images.keep('before', state);
    await disk.writeDurably(`/state/r-1/${file.name}`, Buffer.from('{}'));
    expect(await rejection(images.read(file))).to.include({ code: 'state-changed', exitCode: 6 });
  });

  it('refuses a state that is missing', async () => {
    const { images } = opened();
    const file = await images.keep('before', state);
    await images.remove([file, file]);
    expect(await rejection(images.read(file))).to.include({ code: 'state-missing' });
  });

  it('follows no name out of its folder', async () => {
    const { images } = opened();
    for (const name of ['../r-2/0-before', '/etc/passwd', '..']) {
      expect(await rejection(images.remove([{ name, sha256: '' }]))).to.include({ code: 'state-changed' });
      expect(await rejection(images.read({ name, sha256: '' }))).to.include({ code: 'state-changed' });
    }
  });

  it('leaves nothing behind once all is removed', async () => {
    const { disk, images } = opened();
    await images.keep('before', state);
    await images.removeAll();
    expect(await disk.list('/state')).to.deep.equal([]);
  });
});

function opened() {
  const disk = new MemoryDisk();
  return { disk, images: openPreImages({ disk, stateFolder: '/state', runId: 'r-1' }) };
}
