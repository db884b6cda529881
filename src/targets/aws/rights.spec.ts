import type { EvaluationResult, SimulatePrincipalPolicyCommandInput } from '@aws-sdk/client-iam';
import { expect } from 'chai';
import { CallError } from '../../model/call.ts';
import type { RightCheck } from '../../model/target.ts';
import type { AwsClients } from './clients.ts';
import { simulateRights } from './rights.ts';

const own = '111122223333';
const principal = `arn:aws:iam::${own}:role/windshear`;
const resources = ['arn:aws:iam:::role/inference-api', 'arn:aws:s3:::b', 'arn:aws:ec2:::instance/*'];
const never = new AbortController().signal;

/** Asks of each action, whose result the simulator is told. */
async function ask(results: Readonly<Record<string, Partial<EvaluationResult> | CallError>>, as: RightCheck['as']) {
  const asked: SimulatePrincipalPolicyCommandInput[] = [];
  const clients = {
    account: own,
    region: 'us-east-1',
    call: async (_name: string, input: SimulatePrincipalPolicyCommandInput) => {
      asked.push(input);
      const result = results[input.ActionNames?.[0] ?? ''];
      if (result instanceof CallError) throw result;
      return { EvaluationResults: [{ EvalActionName: input.ActionNames?.[0], ...result }] };
    },
  } as unknown as AwsClients;
  const request = { as, actions: Object.keys(results), resources, principal, clients };
  return { checks: await simulateRights(request, never), asked };
}

const implicit = { EvalDecision: 'implicitDeny' } as const;
const explicit = { EvalDecision: 'explicitDeny' } as const;
const beyond = { ...implicit, PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } };
const forbidden = { ...implicit, OrganizationsDecisionDetail: { AllowedByOrganizations: false } };

describe('simulateRights', () => {
  it("asks of the role on the resources of each action's own service, with account and region", async () => {
    const { asked } = await ask(
      { 'iam:DetachRolePolicy': implicit, 'ec2:TerminateInstances': implicit, 's3:PutBucketPolicy': implicit },
      'revert',
    );
    expect(new Set(asked.map(({ PolicySourceArn }) => PolicySourceArn))).to.deep.equal(new Set([principal]));
    expect(asked.map(({ ResourceArns }) => ResourceArns)).to.deep.equal([
      [`arn:aws:iam::${own}:role/inference-api`],
      [`arn:aws:ec2:us-east-1:${own}:instance/*`],
      ['arn:aws:s3:::b'],
    ]);
  });

  it('says what is allowed, what is denied, and where the simulator cannot tell', async () => {
    const { checks } = await ask(
      {
        'iam:DetachRolePolicy': { EvalDecision: 'allowed' },
        'iam:DeleteAccessKey': explicit,
        'iam:UpdateAssumeRolePolicy': implicit,
        'iam:AttachRolePolicy': { ...implicit, MissingContextValues: ['iam:PolicyARN'] },
        'lambda:GetFunctionConfiguration': implicit,
        'iam:GetRole': new CallError('denied', 'AccessDenied', 'no simulation for you'),
      },
      'revert',
    );
    const answers = ['allowed', 'denied', 'denied', 'unproven', 'unproven', 'unproven'];
    expect(checks.map(({ answer }) => answer)).to.deep.equal(answers);
    expect(checks[3]?.why).to.contain('iam:PolicyARN');
  });

  it('asks on no resource for an action that knows none, and takes the answer for one', async () => {
    const { checks, asked } = await ask(
      { 'cloudtrail:LookupEvents': implicit, 'ec2:DescribeInstances': implicit },
      'revert',
    );
    expect(asked.map(({ ResourceArns }) => ResourceArns)).to.deep.equal([undefined, undefined]);
    expect(checks.map(({ answer }) => answer)).to.deep.equal(['denied', 'denied']);
  });

  it('takes what may be a guardrail for no lack of the tester, but for a lack of who reverts', async () => {
    const results = {
      'iam:CreateAccessKey': explicit,
      'iam:AttachRolePolicy': beyond,
      's3:PutBucketPolicy': forbidden,
    };
    const [tester, revert] = [await ask(results, 'tester'), await ask(results, 'revert')];
    expect(tester.checks.map(({ answer }) => answer)).to.deep.equal(['unproven', 'unproven', 'unproven']);
    expect(tester.checks[0]?.why).to.contain('explicit deny').and.contain('may be the guardrail under test');
    expect(revert.checks.map(({ answer }) => answer)).to.deep.equal(['denied', 'denied', 'denied']);
  });

  it('says of the tester that it lacks a right where nothing allows it', async () => {
    const { checks } = await ask({ 'iam:AttachRolePolicy': implicit }, 'tester');
    expect(checks[0]).to.include({ answer: 'denied', as: 'tester' });
  });

  it('does not take a simulator that is silent for one that cannot tell', async () => {
    const silent = ask({ 'iam:GetRole': new CallError('unanswered', 'Timeout', 'lost') }, 'revert');
    expect(await silent.catch((error: unknown) => error)).to.include({ kind: 'unanswered' });
  });
});
