import { expect } from 'chai';
import { type DiskFate, MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { type FoundStop, requestStop, type StopFile, type StopRequest, watchStopFile } from './stop.ts';

describe('watchStopFile', () => {
  it('answers with who asked, within one tick', async () => {
    const { place, watch, clock } = folder();
    const { answer } = watch();
    await clock.advance(1000);
    await requestStop(place, { by: 'ada on laptop' });
    await clock.advance(200);
    expect(answer()?.by).to.equal('ada on laptop');
  });

  it('stops every run that watches', async () => {
    const { place, watch, clock } = folder();
    const both = [watch(), watch()];
    await clock.advance(500);
    await requestStop(place, { by: 'ada' });
    await clock.advance(200);
    expect(both.map(({ answer }) => answer()?.by)).to.deep.equal(['ada', 'ada']);
  });

  it('heeds an empty file, as touch makes it', async () => {
    const { disk, watch, clock } = folder();
    const { answer } = watch();
    await clock.advance(200);
    await disk.makeFolder('/w');
    await disk.writeDurably('/w/stop', new Uint8Array());
    await clock.advance(200);
    expect(answer()?.by).to.equal('the stop file');
  });

  it('removes an old request, and heeds a new one', async () => {
    const { place, disk, watch, clock } = folder();
    await requestStop(place, { by: 'yesterday' });
    await clock.advance(86_400_000);
    const { answer } = watch();
    await clock.advance(1000);
    expect(answer()).to.equal(undefined);
    expect(await disk.exists('/w/stop')).to.equal(false);
    await requestStop(place, { by: 'today' });
    await clock.advance(200);
    expect(answer()?.by).to.equal('today');
  });

  it('leaves a fresh request for the runs that it was meant for', async () => {
    const { place, disk, watch, clock } = folder();
    await requestStop(place, { by: 'ada' });
    await clock.advance(100);
    const { answer } = watch();
    await clock.advance(5000);
    expect(answer()).to.equal(undefined);
    expect(await disk.exists('/w/stop')).to.equal(true);
  });

  it('heeds at its first look what was asked, or touched, since the run began', async () => {
    for (const bytes of [undefined, new Uint8Array()]) {
      const { place, disk, watch, clock } = folder();
      await disk.makeFolder('/w');
      await clock.advance(770);
      if (bytes === undefined) await requestStop(place, { by: 'ada' });
      else await disk.writeDurably('/w/stop', bytes);
      await clock.advance(100);
      const { answer } = watch({ sinceEpochMs: clock.epochMs() - 870 });
      await clock.advance(1);
      expect(answer()?.by).to.equal(bytes === undefined ? 'ada' : 'the stop file');
    }
  });

  it('takes no file that is dated far ahead for one that was written since', async () => {
    const { place, disk, watch, clock } = folder();
    disk.remove = () => Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' }));
    await requestStop(place, { by: 'ada' });
    const { answer } = watch({ sinceEpochMs: clock.epochMs() - 100, place: dated(place, clock.epochMs() + 3_600_000) });
    await clock.advance(5000);
    expect(answer()).to.equal(undefined);
  });

  it('heeds that a file from before is touched', async () => {
    const { place, disk, watch, clock } = folder();
    await requestStop(place, { by: 'ada' });
    await clock.advance(100);
    const { answer } = watch();
    await clock.advance(1000);
    expect(answer()).to.equal(undefined);
    await disk.writeDurably('/w/stop', await disk.read('/w/stop'));
    await clock.advance(200);
    expect(answer()?.by).to.equal('ada');
  });

  it('goes on, and says so once, where the file cannot be read', async () => {
    const { place, disk, watch, clock, lines } = folder();
    const { answer } = watch();
    await clock.advance(200);
    const exists = disk.exists.bind(disk);
    disk.exists = () => Promise.reject(new Error('EIO'));
    await clock.advance(1000);
    disk.exists = exists;
    await requestStop(place, { by: 'ada' });
    await clock.advance(200);
    expect(lines).to.have.length(1);
    expect(answer()?.by).to.equal('ada');
  });

  it('heeds what may not be read, is no file, or is a link that leads nowhere: whoever made it wants an end', async () => {
    for (const found of [
      { contentEpochMs: 7, isFile: true },
      { contentEpochMs: 7, isFile: false },
      { isFile: false },
    ]) {
      const { place, watch, clock } = folder();
      let there: FoundStop | undefined;
      const { answer } = watch({ place: { ...place, look: async () => there } });
      await clock.advance(200);
      expect(answer()).to.equal(undefined);
      there = { entryEpochMs: 7, ...found };
      await clock.advance(200);
      expect(answer()?.by).to.equal('the stop file');
    }
  });

  it('removes nothing but a file, and heeds what a link from before comes to lead to', async () => {
    const { place, disk, watch, clock } = folder();
    await disk.makeFolder('/w/stop');
    let there: FoundStop = { entryEpochMs: 7, contentEpochMs: 8, isFile: false };
    const { answer } = watch({ place: { ...place, look: async () => there } });
    await clock.advance(1000);
    expect(await disk.exists('/w/stop')).to.equal(true);
    there = { entryEpochMs: 7, isFile: false };
    await clock.advance(1000);
    expect(answer()).to.equal(undefined);
    there = { entryEpochMs: 7, contentEpochMs: clock.epochMs(), text: '', isFile: false };
    await clock.advance(200);
    expect(answer()?.by).to.equal('the stop file');
  });

  it('heeds a new request where the old one is of another user and cannot be removed', async () => {
    const { place, disk, watch, clock } = folder();
    await requestStop(place, { by: 'yesterday' });
    await clock.advance(86_400_000);
    disk.remove = () => Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' }));
    const { answer } = watch();
    await clock.advance(1000);
    expect(answer()).to.equal(undefined);
    await requestStop(place, { by: 'today' });
    await clock.advance(200);
    expect(answer()?.by).to.equal('today');
  });

  it('heeds, of the requests that name an environment, only those that name its own', async () => {
    const { place, watch, clock } = folder();
    const [own, other, unknown] = [watch({ environment: 'eu' }), watch({ environment: 'us' }), watch()];
    await clock.advance(200);
    await requestStop(place, { by: 'ada', environment: 'eu' });
    await clock.advance(200);
    expect([own, other, unknown].map(({ answer }) => answer()?.by)).to.deep.equal(['ada', undefined, 'ada']);
  });

  it('ends with the signal', async () => {
    const { watch, clock } = folder();
    const { controller, failure } = watch();
    await clock.advance(300);
    controller.abort(new Error('the run is over'));
    await clock.advance(1);
    expect(String(failure())).to.include('the run is over');
    expect(clock.sleeping).to.equal(0);
  });
});

describe('requestStop', () => {
  it('writes who and when for nobody else to read', async () => {
    const { place, disk } = folder();
    await requestStop(place, { by: 'ada' });
    const file = disk.files().get('/w/stop');
    expect(JSON.parse(file?.text ?? '')).to.deep.equal({ by: 'ada', at: '2026-01-01T00:00:00.000Z' });
    expect(file?.mode).to.equal(0o600);
  });

  it('leaves the folder of a shared file to others, and lets everyone read the file', async () => {
    const { place, disk } = folder();
    await disk.makeFolder('/shared', 0o770);
    await requestStop({ ...place, path: '/shared/stop', shared: true }, { by: 'ada', environment: 'eu' });
    const file = disk.files().get('/shared/stop');
    expect(JSON.parse(file?.text ?? '')).to.include({ by: 'ada', environment: 'eu' });
    expect(file?.mode).to.equal(0o644);
    const nowhere = { ...place, path: '/nowhere/stop', shared: true };
    expect(await requestStop(nowhere, { by: 'ada' }).catch((e: unknown) => e)).to.include({ code: 'ENOENT' });
  });

  it('rejects where the folder cannot be written', async () => {
    const { place } = folder(() => ({ fail: 'before', code: 'EROFS' }));
    const error = await requestStop(place, { by: 'ada' }).catch((caught: unknown) => caught);
    expect(error).to.include({ code: 'EROFS' });
  });
});

interface Watching {
  readonly environment?: string;
  /** When the run began; by default at its first look. */
  readonly sinceEpochMs?: number;
  readonly place?: StopFile;
}

function folder(decide?: () => DiskFate) {
  const disk = new MemoryDisk(decide);
  const clock = new VirtualClock();
  const written = new Map<string, number>();
  const write = disk.writeDurably.bind(disk);
  disk.writeDurably = async (path, bytes, mode) => {
    await write(path, bytes, mode);
    written.set(path, clock.epochMs());
  };
  const path = '/w/stop';
  const look = async (): Promise<FoundStop | undefined> => {
    if (!(await disk.exists(path))) return undefined;
    const at = written.get(path) ?? 0;
    const text = new TextDecoder().decode(await disk.read(path));
    return { isFile: true, entryEpochMs: at, contentEpochMs: at, text };
  };
  const place: StopFile = { disk, clock, path, shared: false, look };
  const lines: string[] = [];
  const watch = ({ environment, sinceEpochMs = clock.epochMs(), place: at = place }: Watching = {}) => {
    const controller = new AbortController();
    let answer: StopRequest | undefined;
    let failure: unknown;
    const options = {
      ...{ everyMs: 200, sinceEpochMs, signal: controller.signal, environment: () => environment },
      log: (line: string) => lines.push(line),
    };
    void watchStopFile(at, options).then(
      (request) => {
        answer = request;
      },
      (error: unknown) => {
        failure = error;
      },
    );
    return { controller, answer: () => answer, failure: () => failure };
  };
  return { disk, clock, place, lines, watch };
}

function dated(place: StopFile, epochMs: number): StopFile {
  return { ...place, look: async () => ({ isFile: true, entryEpochMs: epochMs, contentEpochMs: epochMs }) };
}
