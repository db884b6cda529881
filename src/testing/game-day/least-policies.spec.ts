import { expect } from 'chai';
import type { Plan } from '../../session/plan.ts';
import type { StagingState } from '../../staging/state.ts';
import { fullOutcomes, outcomesOf } from './outcomes.ts';
import { putRolePolicy, removeRolePolicy, roleName } from './role-policies.ts';
import { flat } from './sentences.ts';
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

type Policies = Plan['policies'];

/** A right of each statement that one scenario needs, for both identities. */
const needed = [
  { scenario: 'role-over-privilege', who: 'tester', action: 'iam:AttachRolePolicy' },
  { scenario: 'role-over-privilege', who: 'tester', action: 'iam:GetRole' },
  { scenario: 'role-over-privilege', who: 'revert', action: 'iam:DetachRolePolicy' },
  { scenario: 'bucket-policy-flip', who: 'tester', action: 's3:PutBucketPolicy' },
  { scenario: 'bucket-policy-flip', who: 'revert', action: 's3:PutBucketPublicAccessBlock' },
  { scenario: 'rogue-instance', who: 'tester', action: 'ec2:RunInstances' },
  { scenario: 'rogue-instance', who: 'revert', action: 'ec2:TerminateInstances' },
  { scenario: 'trust-policy-opened', who: 'revert', action: 'iam:UpdateAssumeRolePolicy' },
  { scenario: 'lambda-environment-drift', who: 'revert', action: 'lambda:UpdateFunctionConfiguration' },
  { scenario: 'trail-stopped', who: 'revert', action: 'cloudtrail:StartLogging' },
] as const;

describe('windshear run with the policies that plan prints, and no other rights in the account', function () {
  this.timeout(300_000);
  let work: Workplace;
  let state: StagingState;
  let untouched: unknown;
  let policies: Policies;

  before(async () => {
    work = await openWorkplace();
    state = await work.up();
    const { stdout } = await work.windshear('plan', '--json', ...scenarios);
    policies = (JSON.parse(stdout) as Plan).policies;
    await keepDeny(state);
  });

  after(() => work.close());

  beforeEach(async () => {
    await grant(state, policies);
    untouched = await work.account();
  });

  it('succeeds for every scenario of the account', async () => {
    const { stdout, stderr } = await work.windshear('run', ...scenarios);
    const expected = Object.fromEntries(scenarios.map((id) => [id, fullOutcomes[id]]));
    expect(outcomesOf(await work.scorecard()), stdout + stderr).to.deep.equal(expected);
    expect(await work.account()).to.deep.equal(untouched);
  });

  for (const { scenario, who, action } of needed) {
    it(`leaves nothing of ${scenario} in where the ${who} lacks its statement with ${action}`, async () => {
      const { stdout } = await work.windshear('plan', '--json', scenario);
      const own = (JSON.parse(stdout) as Plan).policies;
      const rest = own[who].Statement.filter(({ Action }) => !Action.includes(action));
      expect(rest.length, 'statements without it').to.be.lessThan(own[who].Statement.length);
      await grant(state, { ...own, [who]: { ...own[who], Statement: rest } });
      untouched = await work.account();
      const ended = await work.windshear('run', scenario);
      const printed = ended.stdout + ended.stderr;
      expect(ended.code, printed).to.be.oneOf([3, 4]);
      expect(flat(printed)).to.match(/Nothing was touched|AccessDenied|UnauthorizedOperation|not authorized|unproven/);
      expect(await work.account(), printed).to.deep.equal(untouched);
      expect((await work.windshear('recover')).code).to.equal(0);
    });
  }
});

/** The guardrail of `access-key-refused` is a deny in the tester's own policy; it stays whatever is printed. */
async function keepDeny(state: StagingState): Promise<void> {
  const Resource = `arn:aws:iam::${state.aws.account}:user/${state.users.protected}`;
  const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'iam:CreateAccessKey', Resource }] };
  await putRolePolicy(state, 'tester', { name: 'deny', document: deny });
}

/** Puts the printed policies in the place of those that the staging was seeded with; IAM takes none without a statement. */
async function grant(state: StagingState, policies: Policies): Promise<void> {
  for (const who of ['tester', 'revert'] as const) {
    const name = roleName(state, who);
    if (policies[who].Statement.length === 0) await removeRolePolicy(state, who, name);
    else await putRolePolicy(state, who, { name, document: policies[who] });
  }
}
