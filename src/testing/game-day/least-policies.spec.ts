import { DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { expect } from 'chai';
import type { Plan } from '../../session/plan.ts';
import { rootClients } from '../../staging/seed/clients.ts';
import type { StagingState } from '../../staging/state.ts';
import { fullOutcomes, outcomesOf } from './outcomes.ts';
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
async function keepDeny({ aws, users, roles }: StagingState): Promise<void> {
  const { iam } = rootClients(aws.emulator, aws.account, aws.region);
  const Resource = `arn:aws:iam::${aws.account}:user/${users.protected}`;
  const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'iam:CreateAccessKey', Resource }] };
  const PolicyDocument = JSON.stringify(deny);
  await iam.send(new PutRolePolicyCommand({ RoleName: nameOf(roles.tester), PolicyName: 'deny', PolicyDocument }));
}

/** Puts the printed policies in the place of those that the staging was seeded with. */
async function grant({ aws, roles }: StagingState, policies: Policies): Promise<void> {
  const { iam } = rootClients(aws.emulator, aws.account, aws.region);
  for (const who of ['tester', 'revert'] as const) {
    const RoleName = nameOf(roles[who]);
    const { Statement } = policies[who];
    if (Statement.length === 0) await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: RoleName }));
    else {
      const PolicyDocument = JSON.stringify(policies[who]);
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: RoleName, PolicyDocument }));
    }
  }
}

function nameOf(arn: string): string {
  return arn.split('/').at(-1) ?? '';
}
