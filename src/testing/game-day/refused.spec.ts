import { expect } from 'chai';
import { flat } from './sentences.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/** What keeps a run from touching anything, on the embedded staging. */
describe('windshear run beyond a safety rail', function () {
  this.timeout(180_000);
  let work: Workplace;
  let untouched: unknown;
  let config: string;

  before(async () => {
    work = await openWorkplace();
    await work.up();
    untouched = await work.account();
    await work.edit('windshear.yaml', (text) => {
      config = text;
      return `${text}\n`;
    });
  });

  after(() => work.close());

  for (const [title, share, scenario, phrase] of [
    [
      'of the objects of a namespace',
      'namespace: 50%',
      'service-account-sprawl',
      /5 of \d+ serviceaccounts of namespace \S+, which is \d+(\.\d)?% of at most 50% \(budgets\.share\.namespace\)/,
    ],
    [
      'of the roles',
      'roles: 1%',
      'role-over-privilege',
      /1 of \d+ roles of the account, which is \d+(\.\d)?% of at most 1% \(budgets\.share\.roles\)/,
    ],
    [
      'of a group',
      'group: 10%',
      'rogue-instance',
      /1 of \d+ instances of group \S+, which is \d+(\.\d)?% of at most 10% \(budgets\.share\.group\)/,
    ],
  ] as const) {
    it(`is refused with exit code 4 where it would touch too large a share ${title}`, async () => {
      await work.edit('windshear.yaml', () =>
        config.replace('    budgets:', `    budgets:\n      share: { ${share} }`),
      );
      const { code, stdout, stderr } = await work.windshear('run', scenario);
      expect(code, stdout + stderr).to.equal(4);
      expect(flat(stderr)).to.match(phrase).and.contain('Nothing was touched');
      expect(await work.account()).to.deep.equal(untouched);
      expect((await work.windshear('plan', scenario)).code).to.equal(4);
    });
  }

  for (const [budget, scenario, phrase] of [
    ['concurrentFaults: 1', 'bucket-policy-flip', /faults at once 2 of 1 \(budgets\.concurrentFaults\)/],
    ['resources: 9', 'service-account-sprawl', /resources touched 10 of 9 \(budgets\.resources\)/],
    ['exposureMinutes: 0.4', 'rogue-instance', /minutes of exposure 0\.5 of 0\.4 \(budgets\.exposureMinutes\)/],
    ['apiWrites: 3', 'bucket-policy-flip', /API writes \d+ of 3 \(budgets\.apiWrites\)/],
    ['load: 1', 'region-failover', /requests a second of load \d+ of 1 \(budgets\.load\)/],
  ] as const) {
    it(`is refused with exit code 4 over budgets.${budget}`, async () => {
      const [name = ''] = budget.split(':');
      const others = config.replace(new RegExp(`\n {6}${name}: .*`), '');
      await work.edit('windshear.yaml', () => others.replace('    budgets:', `    budgets:\n      ${budget}`));
      const { code, stdout, stderr } = await work.windshear('run', scenario);
      expect(code, stdout + stderr).to.equal(4);
      expect(flat(stderr)).to.match(phrase).and.contain('Nothing was touched');
      expect(await work.account()).to.deep.equal(untouched);
    });
  }

  it('is planned with the shares that it would touch', async () => {
    await work.edit('windshear.yaml', () =>
      config.replace('    budgets:', `    budgets:\n      share: { roles: 90% }`),
    );
    const { code, stdout } = await work.windshear('plan', 'role-over-privilege');
    expect(code, stdout).to.equal(0);
    expect(stdout).to.match(/✔ roles of the account: 1 of \d+, at most 90%/);
  });
});
