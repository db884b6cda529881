import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { endProgram } from './end-program.ts';
import { startOf } from './process-identity.ts';

describe('endProgram', () => {
  it('leaves a process alone that has the pid and another start', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true });
    const exited = once(child, 'exit');
    const pid = child.pid ?? 0;
    const startedAt = (await startOf(pid)) ?? '';
    try {
      expect(await endProgram({ pid, startedAt: `${startedAt}0` })).to.equal('gone');
      expect(await startOf(pid)).to.equal(startedAt);
      expect(await endProgram({ pid, startedAt })).to.equal('ended');
    } finally {
      child.kill('SIGKILL');
      await exited;
    }
    expect(await endProgram({ pid, startedAt })).to.equal('gone');
  });
});
