import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { isAlive, startOf, thisProcess } from './process-identity.ts';

describe('isAlive', () => {
  it('knows this process by pid and start', async () => {
    const { pid, startedAt } = await thisProcess();
    expect(await isAlive(pid, startedAt)).to.equal(true);
  });

  it('takes another process with the same pid for what it is', async () => {
    const { pid, startedAt } = await thisProcess();
    expect(await isAlive(pid, `${startedAt}0`)).to.equal(false);
  });

  it('tells a killed process from a running one', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const pid = child.pid ?? -1;
    const startedAt = (await startOf(pid)) ?? '';
    expect(await isAlive(pid, startedAt)).to.equal(true);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    expect(await isAlive(pid, startedAt)).to.equal(false);
  });

  for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 40]) {
    it(`finds no process with pid ${pid}`, async () => {
      expect(await startOf(pid)).to.equal(undefined);
    });
  }
});
