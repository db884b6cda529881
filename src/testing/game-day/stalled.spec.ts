import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { openWorkplace, type Workplace } from './workplace.ts';

const scenario = 'role-over-privilege';
const stoodStillMs = 6000;

describe('windshear run that is stopped like a job in a shell, and continued', function () {
  this.timeout(120_000);
  let work: Workplace;

  before(async () => {
    work = await openWorkplace();
    await work.up();
  });

  after(() => work.close());

  it('J20: blames neither detector nor guardrail for the time in which it stood still itself', async () => {
    const going = work.start('run', scenario);
    await going.came('the fault was in', (steps) => steps.some((step) => /^fault \d+ acknowledged$/.test(step)));
    going.kill('SIGSTOP');
    await sleep(stoodStillMs);
    going.kill('SIGCONT');
    const { stdout, stderr } = await going.ended;
    const [trial] = (await work.scorecard()).scenarios[0]?.trials ?? [];
    const verdicts = [...(trial?.detections ?? []), ...(trial?.guardrails ?? [])];
    const blamed = verdicts.filter(({ verdict }) => ['late', 'missed', 'absent'].includes(verdict));
    expect(verdicts).to.have.lengthOf(2);
    expect(blamed, stdout + stderr).to.deep.equal([]);
    expect(trial?.rollback.verdict).to.be.oneOf(['clean', 'by-guardrail']);
  });
});
