import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { recover } from '../engine/recover.ts';
import type { EndProgram } from '../model/program.ts';
import { endProgram } from '../system/end-program.ts';
import { isAlive, startOf, thisProcess } from '../system/process-identity.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemDisk } from '../system/system-disk.ts';
import { systemRandom } from '../system/system-random.ts';
import { isGone } from '../testing/is-gone.ts';
import { realTime } from '../testing/real-time.ts';

const child = fileURLToPath(new URL('../testing/fakes/program-run.child.ts', import.meta.url));

describe('recover, of a run that had started a program', function () {
  this.timeout(20_000);
  let folder: string;
  let program: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windshear-programs-'));
    program = join(folder, 'k6');
    const hangs = `['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }`;
    const text = `const { pid } = require('node:child_process').spawn(process.execPath, ${hangs});
require('node:fs').writeFileSync(process.argv[2] + '/child', String(pid) + ' ');
setInterval(() => {}, 1000);`;
    await writeFile(program, `#!${process.execPath}\n${text}`);
    await chmod(program, 0o700);
  });
  const started: number[] = [];
  afterEach(async () => {
    for (const pid of started.splice(0)) await endProgram({ pid, marker: 'ws', startedAt: (await startOf(pid)) ?? '' });
    await rm(folder, { recursive: true, force: true });
  });

  const childOf = () => readFile(join(folder, 'child'), 'utf8').catch(() => '');

  /** Answers the pid of the program; the run is dead by then. */
  async function killedRun(how: 'noted' | 'unnoted'): Promise<number> {
    const run = spawn(process.execPath, [child, folder, how, program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(run, 'exit');
    const [line] = await once(createInterface({ input: run.stdout }), 'line');
    while (how === 'noted' && !(await childOf()).endsWith(' ')) await realTime.sleep(20);
    run.kill('SIGKILL');
    await exited;
    const pid = Number(line);
    started.push(pid);
    return pid;
  }

  async function recovered(by: EndProgram) {
    return recover({
      disk: systemDisk,
      clock: systemClock,
      random: systemRandom,
      folders: { reports: join(folder, 'reports'), state: join(folder, 'state') },
      process: { ...(await thisProcess()), isAlive },
      endProgram: by,
      catalogue: { faults: new Map() },
      environment: async () => ({ status: 'gone' }),
      abandon: new AbortController().signal,
    });
  }

  it('ends it with its group, says so, and finds nothing after that', async () => {
    const pid = await killedRun('noted');
    const grandchild = Number(await childOf());
    expect(await startOf(pid)).to.be.a('string');
    const { exitCode, runs } = await recovered(endProgram);
    expect(exitCode).to.equal(0);
    expect(runs[0]?.programs).to.deep.equal([{ program, pid, end: 'ended', scenario: 'flip' }]);
    expect(await isGone(pid)).to.equal(true);
    expect(await isGone(grandchild)).to.equal(true);
    expect((await recovered(endProgram)).runs).to.deep.equal([]);
  });

  it('stays unfinished as long as the program cannot be ended', async () => {
    const pid = await killedRun('noted');
    const { exitCode, runs } = await recovered(async () => 'still-there');
    expect(exitCode).to.equal(6);
    expect(runs[0]?.problems[0]).to.contain(`Program '${program}' (pid ${pid})`).and.contain('could not be ended');
    expect((await recovered(endProgram)).exitCode).to.equal(0);
    expect(await isGone(pid)).to.equal(true);
  });

  it('has nothing to end where the run died before the program was written down: it has done nothing', async () => {
    const pid = await killedRun('unnoted');
    expect(await isGone(pid)).to.equal(true);
    expect(await childOf()).to.equal('');
    expect((await recovered(endProgram)).runs[0]?.programs).to.deep.equal([]);
  });
});
