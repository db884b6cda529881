import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../model/errors.ts';
import { eventually } from './calls.fixture.ts';
import { stagingDown } from './down.ts';
import { isRunning } from './process-identity.ts';
import { listeners, openPorts } from './sockets.fixture.ts';
import type { StagingState } from './state.ts';
import { stagingStatus } from './status.ts';
import { stagingUp } from './up.ts';

describe('stagingUp', function () {
  this.timeout(180_000);
  let parent: string;
  let folder: string;
  let state: StagingState;

  before(async () => {
    parent = await mkdtemp(join(tmpdir(), 'staging-'));
    folder = join(parent, 'staging');
    state = await stagingUp({ folder, idleTimeoutMs: 120_000 });
  });

  after(async () => {
    await stagingDown(folder);
    await rm(parent, { recursive: true, force: true });
  });

  it('uses a healthy staging with the same options again', async () => {
    expect((await stagingUp({ folder })).id).to.equal(state.id);
    expect((await stagingStatus(folder)).status).to.equal('up');
  });

  it('refuses options that name no detector, and leaves the running staging alone', async () => {
    const error = await stagingUp({ folder, without: ['postur'] }).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(UsageError).with.property('message').that.contains("got 'postur'");
    expect((await stagingStatus(folder)).status).to.equal('up');
  });

  it('keeps its files to their owner, and secrets out of the state', async () => {
    expect((await stat(folder)).mode & 0o777).to.equal(0o700);
    const files = ['state.json', 'credentials/tester.json', 'credentials/kubernetes-admin.token'];
    for (const path of [
      ...files,
      'kubernetes/kubeconfig.json',
      'audit/trail-primary.jsonl',
      'audit/kubernetes.jsonl',
    ]) {
      expect((await stat(join(folder, path))).mode & 0o777, path).to.equal(0o600);
    }
    const { secretAccessKey } = JSON.parse(await readFile(state.credentials.tester, 'utf8'));
    const tokenFiles = [...Object.values(state.kubernetes.tokens), state.application.token];
    const tokens = await Promise.all(tokenFiles.map(async (path) => (await readFile(path, 'utf8')).trim()));
    const open = ['state.json', 'kubernetes/kubeconfig.json'].map((path) => readFile(join(folder, path), 'utf8'));
    const commandLine = await readFile(`/proc/${state.pid}/cmdline`, 'utf8');
    const said = [...(await Promise.all(open)), commandLine].join();
    for (const secret of [secretAccessKey, ...tokens]) expect(said).not.to.contain(secret);
  });

  it('listens on the loopback only', async () => {
    const found = await listeners(state.pid);
    expect(found).to.have.length.greaterThan(7);
    expect(found.filter(({ address }) => address !== '127.0.0.1')).to.deep.equal([]);
  });

  it('is replaced by one with other options', async () => {
    const replaced = await stagingUp({ folder, idleTimeoutMs: 120_000, without: ['posture'] });
    expect(replaced.id).not.to.equal(state.id);
    expect(replaced.options.without).to.deep.equal(['posture']);
    expect(await isRunning({ pid: state.pid, startedAt: state.processStart })).to.equal(false);
    state = replaced;
  });

  it('is ended and replaced where another version of windshear started it', async () => {
    const old = await stagingUp({ folder });
    const text = await readFile(join(folder, 'state.json'), 'utf8');
    await writeFile(join(folder, 'state.json'), JSON.stringify({ ...JSON.parse(text), aws: undefined }));
    const error = await stagingStatus(folder).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(UsageError).with.property('message').that.contains('windshear staging down');
    state = await stagingUp({ folder });
    expect(state.id).to.not.equal(old.id);
    expect(await isRunning({ pid: old.pid, startedAt: old.processStart })).to.equal(false);
  });

  it('takes all its processes along when the supervisor is killed, and comes up again', async () => {
    const ports = (await listeners(state.pid)).map(({ port }) => port);
    process.kill(state.pid, 'SIGKILL');
    await eventually(async () => (await openPorts(ports)).length === 0 || undefined);
    expect((await stagingStatus(folder)).status).to.equal('dead');
    const again = await stagingUp({ folder, idleTimeoutMs: 1500 });
    expect(again.id).not.to.equal(state.id);
    state = again;
  });

  it('ends by itself, and leaves nothing, when nobody has used it for its idle time', async () => {
    const ports = (await listeners(state.pid)).map(({ port }) => port);
    expect(ports).to.have.length.greaterThan(7);
    await eventually(async () => (await readdir(parent)).length === 0 || undefined);
    await eventually(async () => (await openPorts(ports)).length === 0 || undefined);
    expect((await stagingStatus(folder)).status).to.equal('down');
  });

  it('leaves nothing behind when it is taken down', async () => {
    const brief = await stagingUp({ folder });
    const ports = (await listeners(brief.pid)).map(({ port }) => port);
    await stagingDown(folder);
    expect(await openPorts(ports)).to.deep.equal([]);
    expect(await readdir(parent)).to.deep.equal([]);
    await stagingDown(folder);
  });
});
