import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const child = fileURLToPath(new URL('../testing/fakes/small-run.child.ts', import.meta.url));

describe('recover, from a process of its own, after kill -9', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windshear-kill-'));
    await mkdir(join(folder, 'world'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const nothingLeft = 'ended {"exitCode":0,"runs":0}';
  const oneRecovered = 'ended {"exitCode":0,"runs":1}';

  // From step 8 on come the intent, injection, acknowledgement and read-back of two faults, then their reverts.
  for (const step of [10, 13, 21, 29]) {
    it(`restores the world after a run that died at step ${step}`, async () => {
      expect(await inProcess(folder, 'run', step)).to.equal('stalled');
      expect(await inProcess(folder, 'recover', 0)).to.equal(oneRecovered);
      expect(await readdir(join(folder, 'world'))).to.deep.equal([]);
      expect(await inProcess(folder, 'recover', 0)).to.equal(nothingLeft);
    });
  }

  for (const step of [5, 9]) {
    it(`restores the world after a recovery that died at step ${step}`, async () => {
      expect(await inProcess(folder, 'run', 21)).to.equal('stalled');
      expect(await inProcess(folder, 'recover', step)).to.equal('stalled');
      expect(await inProcess(folder, 'recover', 0)).to.equal(oneRecovered);
      expect(await readdir(join(folder, 'world'))).to.deep.equal([]);
      expect(await inProcess(folder, 'recover', 0)).to.equal(nothingLeft);
    });
  }
});

/** Runs the child until its first line; kills it -9 where it has stalled. */
async function inProcess(folder: string, what: 'run' | 'recover', step: number): Promise<string> {
  const started = spawn(process.execPath, [child, folder, what, String(step)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(started, 'exit');
  const lines = createInterface({ input: started.stdout });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    exited.then(([code]) => `exit ${code}`),
  ]);
  started.kill('SIGKILL');
  await exited;
  return line;
}
