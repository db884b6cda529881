import { once } from 'node:events';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { requestStop } from '../engine/stop.ts';
import { foldersOf } from './folders.ts';
import { listenForStop, ownStopFile, type RunStop } from './run-stop.ts';

describe('listenForStop', () => {
  it('heeds what was asked since its process began, but nothing from before the end of a run of this process', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'run-stop-'));
    const folders = foldersOf(cwd, 'reports');
    const file = ownStopFile(folders);
    try {
      await requestStop(file, { by: 'ada' });
      expect(await whoStops(listenForStop(folders, () => undefined))).to.equal('ada');
      const second = listenForStop(folders, () => undefined);
      const stopped = whoStops(second);
      await requestStop(file, { by: 'bob' });
      // The file system's clock may be some milliseconds behind.
      const soon = Date.now() / 1000 + 1;
      await utimes(file.path, soon, soon);
      expect(await stopped).to.equal('bob');
    } finally {
      await rm(cwd, { recursive: true });
    }
  });
});

async function whoStops({ stop, release }: RunStop): Promise<unknown> {
  try {
    if (!stop.aborted) await once(stop, 'abort', { signal: AbortSignal.timeout(1500) });
  } finally {
    release();
  }
  return stop.reason.by;
}
