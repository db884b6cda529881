import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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

  for (const [what, make] of Object.entries<(path: string) => unknown>({
    'a FIFO': (path) => promisify(execFile)('mkfifo', [path]),
    'a folder': (path) => mkdir(path),
    'a file of 3 GB': (path) => writeFile(path, '').then(() => truncate(path, 3 * 2 ** 30)),
    'a link that leads nowhere': (path) => symlink('/nowhere/at-all', path),
  })) {
    it(`is stopped by ${what} at the place of the stop file, without a complaint`, async () => {
      const cwd = await mkdtemp(join(tmpdir(), 'run-stop-'));
      const lines: string[] = [];
      try {
        const stopped = whoStops(
          listenForStop(foldersOf(cwd, 'reports'), (line) => lines.push(line), join(cwd, 'end')),
        );
        await make(join(cwd, 'end'));
        expect(await stopped).to.equal('the stop file');
        expect(lines.join()).not.to.contain('cannot be read');
      } finally {
        await rm(cwd, { recursive: true });
      }
    });
  }
});

async function whoStops({ stop, release }: RunStop): Promise<unknown> {
  try {
    if (!stop.aborted) await once(stop, 'abort', { signal: AbortSignal.timeout(1500) });
  } finally {
    release();
  }
  return stop.reason.by;
}
