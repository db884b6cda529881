import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { runsOf } from './command-line.ts';
import { expectPutBack } from './scene.ts';
import { flat } from './sentences.ts';
import { allAreIn, holdFaults, stoppable, stoppableFaults, stopTimeOf } from './stop-time.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

describe('windshear stop', function () {
  this.timeout(180_000);
  let work: Workplace;
  let untouched: unknown;
  let shared: string;

  before(async () => {
    work = await openWorkplace();
    await holdFaults(work);
    shared = await mkdtemp(join(tmpdir(), 'stop-file-'));
    await chmod(shared, 0o777);
    await work.up();
    untouched = await work.account();
  });

  after(async () => {
    await work.close();
    await rm(shared, { recursive: true, force: true });
  });

  it('takes back every fault that is in within two seconds', async function () {
    const going = work.start('run', ...stoppable);
    await going.came('all faults were in', allAreIn);
    const [run] = await runsOf(work.folder);
    for (const end of [['down'], ['up', '--noise', '1/s']]) {
      const refused = await work.windshear('staging', ...end);
      expect(refused.code, refused.stdout + refused.stderr).to.equal(4);
      expect(flat(refused.stderr)).to.match(new RegExp(`Run '${run}' \\(pid \\d+\\) is using the embedded staging`));
    }
    await work.up();
    const stopped = await work.windshear('stop');
    expect(stopped.stdout).to.contain(`Asked ${run} to stop`);
    const { code, stdout, stderr } = await going.ended;
    expect(code, stdout + stderr).to.equal(130);
    const time = await stopTimeOf(join(work.folder, '.windshear/stop'), join(work.folder, 'reports', String(run)));
    expect(time.in).to.be.at.least(stoppableFaults);
    // 2 s is what an idle machine is held to (`npm run bench`); the suite shares its cores.
    expect(time.revertedMs, JSON.stringify(time)).to.be.below(3 * 2000);
    const test = this.test;
    if (test !== undefined) test.title += ` (${time.in} faults in ${time.revertedMs} ms)`;
    await expectPutBack({ work, untouched });
  });

  it('is not needed where a stop condition ends the trial, with exit code 1 and against any baseline', async () => {
    const file = 'scenarios/aws/rogue-instance.yaml';
    await work.edit(file, (text) => text.replace('maxExposure', 'stopConditions: { timeBox: 6s }\nmaxExposure'));
    const { code, stdout, stderr } = await work.windshear(
      'run',
      'rogue-instance',
      '--baseline',
      'reports/baseline.json',
    );
    await work.edit(file, (text) => text.replace('stopConditions: { timeBox: 6s }\n', ''));
    expect(code, stdout + stderr).to.equal(1);
    expect(flat(stdout)).to.match(
      /A stop condition of the scenario ended it: it took 6.*at most 6 s is allowed \(timeBox\)/,
    );
    await expectPutBack({ work, untouched });
  });

  it("is asked by another user, by the environment's own stop file, of a run whose reports lie elsewhere", async function () {
    const uid = await anotherUser();
    if (uid === undefined && this.test !== undefined)
      this.test.title += ' (asked as ourselves: the code is not readable to others here, or we are not root)';
    const file = join(shared, 'stop');
    await work.edit('windshear.yaml', (text) => text.replace('    hold: 28s', `    stopFile: ${file}\n    hold: 28s`));
    const elsewhere = await mkdtemp(join(tmpdir(), 'reports-'));
    const going = work.start('run', 'rogue-instance', '--reports', elsewhere);
    await going.came('the fault was in', (steps) => steps.includes('fault 0 acknowledged'), elsewhere);
    const theirs = await mkdtemp(join(shared, 'their-'));
    await chmod(theirs, 0o777);
    expect(await stopAs(uid, theirs, '--stop-file', file)).to.contain('No run is going');
    const { code, stdout, stderr } = await going.ended;
    expect(code, stdout + stderr).to.equal(130);
    expect(stderr).to.match(/Stopping on windshear stop \(\w+\)/);
    expect((await work.windshear('stop', '--reports', elsewhere)).stdout).to.contain(
      `No run is going in '${elsewhere}'`,
    );
    await expectPutBack({ work, untouched });
    await rm(elsewhere, { recursive: true });
  });
});

/** The id of a user without rights, where we may become one and it may read this code. */
async function anotherUser(): Promise<number | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (let path = main; path !== '/'; path = dirname(path)) {
    const { mode } = await stat(path);
    if ((mode & 0o005) === 0) return undefined;
  }
  return 65534;
}

async function stopAs(uid: number | undefined, cwd: string, ...args: readonly string[]): Promise<string> {
  const node = ['--conditions=windshear-source', main, 'stop', ...args];
  const { stdout } = await promisify(execFile)(process.execPath, node, {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  return stdout;
}
