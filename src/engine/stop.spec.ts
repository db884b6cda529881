import { expect } from 'chai';
import { type DiskFate, MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { requestStop, type StopRequest, watchStopFile } from './stop.ts';

describe('watchStopFile', () => {
  it('answers with who asked, within one tick', async () => {
    const { place, watch, clock } = folder();
    const { answer } = watch();
    await clock.advance(1000);
    await requestStop(place, 'ada on laptop');
    await clock.advance(200);
    expect(answer()?.by).to.equal('ada on laptop');
  });

  it('stops every run that watches', async () => {
    const { place, watch, clock } = folder();
    const both = [watch(), watch()];
    await clock.advance(500);
    await requestStop(place, 'ada');
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
    await requestStop(place, 'yesterday');
    await clock.advance(86_400_000);
    const { answer } = watch();
    await clock.advance(1000);
    expect(answer()).to.equal(undefined);
    expect(await disk.exists('/w/stop')).to.equal(false);
    await requestStop(place, 'today');
    await clock.advance(200);
    expect(answer()?.by).to.equal('today');
  });

  it('leaves a fresh request for the runs that it was meant for', async () => {
    const { place, disk, watch, clock } = folder();
    await requestStop(place, 'ada');
    await clock.advance(100);
    const { answer } = watch();
    await clock.advance(5000);
    expect(answer()).to.equal(undefined);
    expect(await disk.exists('/w/stop')).to.equal(true);
  });

  it('goes on, and says so once, where the file cannot be read', async () => {
    const { place, disk, watch, clock, lines } = folder();
    const { answer } = watch();
    await clock.advance(200);
    const exists = disk.exists.bind(disk);
    disk.exists = () => Promise.reject(new Error('EACCES'));
    await clock.advance(1000);
    disk.exists = exists;
    await requestStop(place, 'ada');
    await clock.advance(200);
    expect(lines).to.have.length(1);
    expect(answer()?.by).to.equal('ada');
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
    await requestStop(place, 'ada');
    const file = disk.files().get('/w/stop');
    expect(JSON.parse(file?.text ?? '')).to.deep.equal({ by: 'ada', at: '2026-01-01T00:00:00.000Z' });
    expect(file?.mode).to.equal(0o600);
  });

  it('rejects where the folder cannot be written', async () => {
    const { place } = folder(() => ({ fail: 'before', code: 'EROFS' }));
    const error = await requestStop(place, 'ada').catch((caught: unknown) => caught);
    expect(error).to.include({ code: 'EROFS' });
  });
});

function folder(decide?: () => DiskFate) {
  const disk = new MemoryDisk(decide);
  const clock = new VirtualClock();
  const place = { disk, clock, folder: '/w' };
  const lines: string[] = [];
  const watch = () => {
    const controller = new AbortController();
    let answer: StopRequest | undefined;
    let failure: unknown;
    const options = { everyMs: 200, signal: controller.signal, log: (line: string) => lines.push(line) };
    void watchStopFile(place, options).then(
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
