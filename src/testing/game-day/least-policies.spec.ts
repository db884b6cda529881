import { expect } from 'chai';
import { attemptWithout, printedRights } from '../least-rights/attempt.ts';
import { grant } from '../least-rights/grant.ts';
import { type Rights, removalsFrom } from '../least-rights/removals.ts';
import { fullOutcomes, outcomesOf } from './outcomes.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const scenarios = [
  'role-over-privilege',
  'trust-policy-opened',
  'bucket-policy-flip-guarded',
  'bucket-policy-flip',
  'lambda-environment-drift',
  'rogue-instance',
  'trail-stopped',
  'access-key-refused',
];

/** A few of `npm run least-rights`: where a right is taken away from, and what ends the run. */
const sample = [
  { of: 'role-over-privilege', who: 'tester', right: 'iam:AttachRolePolicy', isUnasked: false, ending: 'preflight' },
  { of: 'role-over-privilege', who: 'tester', right: 'iam:AttachRolePolicy', isUnasked: true, ending: 'refused' },
  { of: 'rogue-instance', who: 'revert', right: 'ec2:TerminateInstances', isUnasked: false, ending: 'preflight' },
] as const;

describe('windshear run with the policies that plan prints, and no other rights in the account', function () {
  this.timeout(180_000);
  let work: Workplace;
  let rights: Rights;

  before(async () => {
    work = await openWorkplace();
    // Nobody detects it, and it is listened for three times as long.
    await work.hasten('lambda-environment-drift', '1s');
    const state = await work.up();
    rights = await printedRights(work, ...scenarios);
    await grant(state, rights);
  });

  after(() => work.close());

  it('succeeds for every scenario of the account', async () => {
    const untouched = await work.account();
    const { stdout, stderr } = await work.windshear('run', ...scenarios);
    const expected = Object.fromEntries(scenarios.map((id) => [id, fullOutcomes[id]]));
    expect(outcomesOf(await work.scorecard()), stdout + stderr).to.deep.equal(expected);
    expect(await work.account()).to.deep.equal(untouched);
  });

  for (const { of, who, right, isUnasked, ending } of sample) {
    const how = ending === 'preflight' ? 'is refused in preflight' : 'ends by the first refused call, all put back,';
    it(`${how} where the ${who} lacks ${right}${isUnasked ? ' and nobody may ask' : ''} (${of})`, async () => {
      const removal = removalsFrom(rights).find(
        (one) => one.who === who && one.isUnasked === isUnasked && one.names.includes(right),
      );
      if (removal === undefined) throw new Error(`Nothing like ${right} is printed.`);
      const { printed, ...ended } = await attemptWithout(work, of, removal);
      expect(ended, printed).to.deep.equal({ ending, faults: [] });
    });
  }
});
