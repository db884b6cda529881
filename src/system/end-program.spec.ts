import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { isGone } from '../testing/is-gone.ts';
import { endProgram } from './end-program.ts';
import { startOf } from './process-identity.ts';

const marker = 'wsabcdefghij23';

describe('endProgram', () => {
  it('leaves a process alone that has the pid and another start', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true });
    const exited = once(child, 'exit');
    const pid = child.pid ?? 0;
    const startedAt = (await startOf(pid)) ?? '';
    try {
      expect(await endProgram({ pid, marker, startedAt: `${startedAt}0` })).to.equal('gone');
      expect(await startOf(pid)).to.equal(startedAt);
      expect(await endProgram({ pid, marker, startedAt })).to.equal('ended');
    } finally {
      child.kill('SIGKILL');
      await exited;
    }
    expect(await endProgram({ pid, marker, startedAt })).to.equal('gone');
  });

  it('ends what a program left of its group, by the marker that it was started with', async function () {
    if (process.platform !== 'linux') this.skip();
    const leaves = `
      const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      process.stdout.write(child.pid + '\\n');
      process.stdin.on('end', () => process.exit()).resume();`;
    const leader = spawn(process.execPath, ['-e', leaves], {
      detached: true,
      env: { WINDSHEAR_MARKER: `${marker}.i` },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const exited = once(leader, 'exit');
    const pid = leader.pid ?? 0;
    const startedAt = (await startOf(pid)) ?? '';
    const [text] = await once(leader.stdout, 'data');
    const left = Number(String(text));
    // Only now that its start is known may it go.
    leader.stdin.end();
    await exited;
    expect(await endProgram({ pid, startedAt, marker: 'wszzzzzzzzzzzz' })).to.equal('gone');
    expect(await startOf(left)).to.be.a('string');
    expect(await endProgram({ pid, startedAt, marker })).to.equal('ended');
    expect(await isGone(left)).to.equal(true);
    expect(await endProgram({ pid, startedAt, marker })).to.equal('gone');
  });
});
