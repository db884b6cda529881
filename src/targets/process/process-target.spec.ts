import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ProcessTargetConfig } from '../../model/environment-targets.ts';
import { RefusedError } from '../../model/errors.ts';
import { isGone } from '../../testing/is-gone.ts';
import { realTime } from '../../testing/real-time.ts';
import { rejection } from '../../testing/rejection.ts';
import type { ProcessClients, ProcessCommand } from './clients.ts';
import { processTarget } from './process-target.ts';

const marker = 'wsabcdefghij23';
const signal = new AbortController().signal;
const node = process.execPath;
const config: ProcessTargetConfig = { executables: [node], variables: ['GREETING'], proof: {}, grace: 1000 };
const options = {
  embedded: true,
  clock: realTime,
  startOf: async () => 'then',
  variables: { GREETING: 'hello', SECRET: 'no' },
};

function command(script: string, over: Partial<ProcessCommand> = {}): ProcessCommand {
  return { argv: [node, '-e', script], timeoutMs: 8000, mutating: true, ...over };
}

describe('processTarget', () => {
  const target = processTarget(config, options);
  after(() => target.close());

  async function open() {
    const session = await target.session('inject', marker, signal);
    return { session, clients: session.clients as ProcessClients };
  }

  it('runs a listed program with its arguments, and only the named variables', async () => {
    const { clients, session } = await open();
    const script = 'process.stdin.on("data", (d) => console.log(String(d), JSON.stringify(process.env)))';
    const { exitCode, stdout } = await clients.run(command(script, { input: 'in;$(id)' }), signal);
    expect(exitCode).to.equal(0);
    expect(stdout).to.include('in;$(id)').and.include('"GREETING":"hello"');
    expect(stdout).to.include(`"WINDSHEAR_MARKER":"${marker}.i"`).and.not.include('SECRET');
    expect(session.calls().at(-1)).to.include({ action: `exec ${node}`, mutating: true, outcome: 'acknowledged' });
  });

  it('answers an exit code as a result', async () => {
    const { clients } = await open();
    const result = await clients.run(command('console.error("why"); process.exit(3)'), signal);
    expect(result).to.deep.equal({ exitCode: 3, stdout: '', stderr: 'why\n' });
  });

  it('refuses what is not listed, by whatever other name', async () => {
    const { clients } = await open();
    for (const file of ['/bin/sh', 'node']) {
      const error = await rejection(clients.run({ ...command(''), argv: [file, '-c', 'true'] }, signal));
      expect(error).to.be.instanceOf(RefusedError).and.include({ code: 'not-allowed' });
    }
  });

  it('ends the children of a program with it', async () => {
    const { clients } = await open();
    const scratch = await clients.scratch();
    const script = `const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      require('fs').writeFileSync('pid', String(c.pid)); setInterval(() => {}, 1000)`;
    const running = await clients.start(command(script, { cwd: scratch.path }), signal);
    while (((await scratch.read('pid')) ?? '') === '') await realTime.sleep(20);
    const pid = Number(await scratch.read('pid'));
    await running.stop('SIGTERM', 1000);
    expect(await isGone(pid)).to.equal(true);
    await scratch.remove();
  });

  it('ends what is late', async () => {
    const { clients } = await open();
    const late = clients.run(command('setInterval(() => {}, 1000)', { timeoutMs: 50 }), signal);
    expect(await rejection(late)).to.include({ kind: 'unanswered', code: 'TimedOut' });
  });

  it('ends a program that does not end when asked', async () => {
    const { clients } = await open();
    const deaf = 'process.on("SIGINT", () => {}); console.log("up"); setInterval(() => {}, 1000)';
    const running = await clients.start(command(deaf), signal);
    const { signal: how } = await running.stop('SIGINT', 500);
    expect(['SIGKILL', 'SIGINT']).to.include(how);
  });

  it('ends with its signal', async () => {
    const { clients } = await open();
    const stop = new AbortController();
    const running = clients.run(command('setInterval(() => {}, 1000)'), stop.signal);
    stop.abort(new Error('stopped'));
    expect(await rejection(running)).to.be.instanceOf(Error);
  });

  it('starts nothing that cannot be written down, but for what takes back', async () => {
    const noting = processTarget(config, options);
    const failure = new Error('the disk is full');
    noting.notePrograms?.(() => Promise.reject(failure));
    const act = command('console.log("done")');
    const run = async (phase: 'inject' | 'observe' | 'revert', how = act) => {
      const clients = (await noting.session(phase, marker, signal)).clients as ProcessClients;
      return clients.run(how, signal);
    };
    expect(await rejection(run('inject'))).to.equal(failure);
    expect((await noting.session('inject', marker, signal)).calls()).to.deep.equal([]);
    expect((await run('revert')).stdout).to.equal('done\n');
    expect((await run('observe', { ...act, mutating: false })).stdout).to.equal('done\n');
    await noting.close();
  });

  it('proves its programs, and takes a live beacon from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windshear-'));
    const file = join(folder, 'beacon');
    await writeFile(file, 'staging\n');
    const holds = async (over: Partial<ProcessTargetConfig>, embedded: boolean) =>
      (await processTarget({ ...config, ...over }, { ...options, embedded }).prove(signal)).map((one) => one.holds);
    expect(await holds({}, true)).to.deep.equal([true, true]);
    expect(await holds({}, false)).to.deep.equal([true, false]);
    expect(await holds({ proof: { beacon: { file, value: 'staging' } } }, false)).to.deep.equal([true, true]);
    expect(await holds({ executables: ['/nowhere'] }, true)).to.deep.equal([false, true]);
    await rm(folder, { recursive: true });
  });

  it('says what it may run', async () => {
    const actions = [`exec ${node}`, 'exec /bin/sh'];
    const checks = await target.checkRights({ as: 'revert', actions, resources: [] }, signal);
    expect(checks.map(({ answer }) => answer)).to.deep.equal(['allowed', 'denied']);
  });
});
