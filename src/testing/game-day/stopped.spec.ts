import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { runsOf, stepsOf } from './command-line.ts';
import { type MeddlingProxy, startMeddlingProxy } from './meddling-proxy.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

describe('windshear run that is stopped', function () {
  this.timeout(240_000);
  let work: Workplace;
  let proxy: MeddlingProxy;
  let untouched: unknown;

  before(async () => {
    work = await openWorkplace();
    await work.hasten('bucket-policy-flip', '1s');
    const { aws } = await work.up();
    proxy = await startMeddlingProxy(aws.endpoint);
    await work.edit('windshear.yaml', (text) => text.replace(/\$\{staging\.aws\.endpoint\}/, proxy.url));
    untouched = await work.account();
  });

  beforeEach(() => {
    proxy.meddle = () => 'pass';
  });

  after(async () => {
    await proxy?.close();
    await work.close();
  });

  for (const [signal, step] of [
    ['SIGINT', 'fault 1 acknowledged'],
    ['SIGTERM', 'fault 1 acknowledged'],
    ['SIGTERM', 'control 0 acknowledged'],
  ] as const) {
    it(`reverts everything and exits 130 on ${signal} at '${step}'`, async () => {
      const going = work.start('run', 'bucket-policy-flip');
      await going.reached(step);
      going.kill(signal);
      const { code, stdout, stderr } = await going.ended;
      expect(code, stdout + stderr).to.equal(130);
      expect(stderr).to.contain('everything that is in is being reverted');
      expect(await work.account()).to.deep.equal(untouched);
      expect((await work.scorecard()).scenarios[0]?.verdict).to.equal('aborted');
      expect((await work.windshear('recover')).stdout).to.contain('Nothing to recover');
    });
  }

  it('reverts everything and exits 130 on windshear stop', async () => {
    const going = work.start('run', 'rogue-instance');
    await going.reached('control 0 acknowledged');
    expect((await work.windshear('stop')).code).to.equal(0);
    const { code, stdout, stderr } = await going.ended;
    expect(code, stdout + stderr).to.equal(130);
    expect(await work.account()).to.deep.equal(untouched);
  });

  it('abandons the revert on a second Ctrl-C, exits 6, and leaves the rest to windshear recover', async () => {
    const going = work.start('run', 'bucket-policy-flip');
    await going.reached('fault 0 acknowledged');
    proxy.meddle = ({ phase }) => (phase === 'r' ? { lateMs: 20_000 } : 'pass');
    await going.reached('fault 1 acknowledged');
    going.kill('SIGINT');
    await going.said('Press Ctrl-C again');
    await going.reached('fault 1 reverting');
    await sleep(1200);
    going.kill('SIGINT');
    const { code, stdout, stderr } = await going.ended;
    expect(code, stdout + stderr).to.equal(6);
    expect(stderr).to.contain('windshear recover');
    expect(await work.account()).not.to.deep.equal(untouched);

    proxy.meddle = () => 'pass';
    const recovered = await work.windshear('recover');
    expect(recovered.code, recovered.stdout + recovered.stderr).to.equal(0);
    expect(await work.account()).to.deep.equal(untouched);
    expect((await work.windshear('recover')).stdout).to.contain('Nothing to recover');
  });

  it('is recovered by the next run where it was killed', async () => {
    const killed = work.start('run', 'bucket-policy-flip');
    await killed.reached('fault 1 acknowledged');
    killed.kill('SIGKILL');
    await killed.ended;
    const [run = ''] = (await runsOf(work.folder)).slice(-1);
    const { code, stdout, stderr } = await work.windshear('run', 'access-key-refused');
    expect(code, stdout + stderr).to.equal(0);
    expect(stdout + stderr).to.contain(`Recovering '${run}'`);
    expect(await stepsOf(work.folder, run)).to.include.members(['recovery-started', 'fault 1 verified', 'run-ended']);
    expect(await work.account()).to.deep.equal(untouched);
  });

  it('is recovered where even a recovery was killed', async () => {
    const killed = work.start('run', 'bucket-policy-flip');
    await killed.reached('fault 1 acknowledged');
    killed.kill('SIGKILL');
    await killed.ended;
    proxy.meddle = ({ method, phase }) => (phase === 'r' && method === 'DELETE' ? { lateMs: 20_000 } : 'pass');
    const [run = ''] = (await runsOf(work.folder)).slice(-1);
    const recovery = work.start('recover');
    await recovery.reached('fault 1 reverting', run);
    recovery.kill('SIGKILL');
    await recovery.ended;
    proxy.meddle = () => 'pass';
    const { code, stdout, stderr } = await work.windshear('recover');
    expect(code, stdout + stderr).to.equal(0);
    expect(await work.account()).to.deep.equal(untouched);
  });
});
