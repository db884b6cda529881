import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Ended } from './command-line.ts';
import { fullOutcomes, outcomesOf } from './outcomes.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const folder = fileURLToPath(new URL('../../../experiments', import.meta.url));
const all = readdirSync(folder).map((name) => `experiments/${name}`);
const withBaseline = ['--baseline', 'reports/baseline.json'];

describe('windshear run of experiments', function () {
  this.timeout(300_000);
  let work: Workplace;
  let delayed: Workplace;
  let seen: { readonly whole: Ended; readonly plain: Ended; readonly worse: Ended; readonly outcomes: unknown };

  before(async () => {
    [work, delayed] = await Promise.all([openWorkplace(), openWorkplace()]);
    const complete = async () => {
      await work.up();
      const whole = await work.windshear('run', ...all, ...withBaseline);
      const outcomes = outcomesOf(await work.scorecard());
      const plain = await work.mocha('--grep', 'role-over-privilege|the run is safe');
      return { whole, outcomes, plain };
    };
    const worse = async () => {
      await delayed.up('--delay', 'identity-rules=8s');
      return delayed.windshear('run', 'experiments/role-over-privilege.experiment.ts', ...withBaseline);
    };
    const [first, second] = await Promise.all([complete(), worse()]);
    seen = { ...first, worse: second };
  });

  after(() => Promise.all([work.close(), delayed.close()]));

  it('exits 0 with the baseline, having run each scenario once', () => {
    expect(seen.whole.code, seen.whole.stdout + seen.whole.stderr).to.equal(0);
    expect(seen.outcomes).to.deep.equal(fullOutcomes);
  });

  it('shows the gap that the baseline knows', () => {
    expect(seen.whole.stdout)
      .to.match(/known gap/i)
      .and.contain('lambda-environment-drift');
  });

  it('exits 1 as soon as something is worse than the baseline', () => {
    expect(seen.worse.code, seen.worse.stdout + seen.worse.stderr).to.equal(1);
    expect(seen.worse.stdout).to.contain('identity-rules/admin-policy-attached').and.contain('late');
  });

  it('is not needed: plain mocha runs the same experiments', () => {
    expect(seen.plain.code, seen.plain.stdout + seen.plain.stderr).to.equal(0);
    expect(seen.plain.stdout)
      .to.contain('is seen by the identity rules within 4 seconds')
      .and.match(/\d+ passing/);
    expect(seen.plain.stdout).to.contain('the run is safe');
  });
});
