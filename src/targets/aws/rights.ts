import type { EvaluationResult } from '@aws-sdk/client-iam';
import { knowsNoResource } from '../../model/aws-action.ts';
import { CallError } from '../../model/call.ts';
import type { RightCheck } from '../../model/target.ts';
import type { AwsClients } from './clients.ts';

export interface RightsRequest {
  readonly as: RightCheck['as'];
  readonly actions: readonly string[];
  /** ARNs, with or without account and region, or other names, which are not simulated. */
  readonly resources: readonly string[];
  /** ARN of the role or user whose policies are simulated. */
  readonly principal: string;
  readonly clients: AwsClients;
}

/**
 * Asks IAM's simulator whether an identity may do each action on the resources of the action's own service.
 * `unproven` where it cannot say: it is not allowed to ask, the API is not there, context keys are missing, or only
 * `*` could be asked; and of the tester, where what denies it may be a guardrail. It knows no resource policies and not
 * every SCP.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export async function simulateRights(request: RightsRequest, signal: AbortSignal): Promise<readonly RightCheck[]> {
  const actions = [...new Set(request.actions)];
  return Promise.all(actions.map((action) => simulate(request, action, signal)));
}

async function simulate(request: RightsRequest, action: string, signal: AbortSignal): Promise<RightCheck> {
  const { as, principal, clients } = request;
  const resources = resourcesOf(action, request);
  try {
    const { EvaluationResults: results = [] } = await clients.call(
      'iam:SimulatePrincipalPolicy',
      {
        PolicySourceArn: principal,
        ActionNames: [action],
        ...(resources.length === 0 ? {} : { ResourceArns: [...resources] }),
      },
      signal,
    );
    const decisions = results.map((result) => result.EvalDecision);
    const missing = results.flatMap((result) => result.MissingContextValues ?? []);
    const where = resources.length === 0 ? '*' : resources.join(', ');
    if (decisions.length > 0 && decisions.every((decision) => decision === 'allowed')) {
      return { action, as, answer: 'allowed', why: `the policy simulator allows it on ${where}` };
    }
    if (decisions.includes('explicitDeny') || results.some(isBeyondCeiling)) {
      const why = `the policy simulator finds ${decisions.includes('explicitDeny') ? 'an explicit deny' : 'a boundary or organization that does not allow it'} on ${where}`;
      if (as === 'revert') return { action, as, answer: 'denied', why };
      return { action, as, answer: 'unproven', why: `${why}, which may be the guardrail under test` };
    }
    if (missing.length > 0) {
      return {
        action,
        as,
        answer: 'unproven',
        why: `the policy simulator would need ${[...new Set(missing)].join(', ')}`,
      };
    }
    if ((resources.length === 0 && !knowsNoResource(action)) || decisions.length === 0) {
      return { action, as, answer: 'unproven', why: 'the policy simulator allows it on no resource in general' };
    }
    return { action, as, answer: 'denied', why: `no policy of ${principal} allows it on ${where}` };
  } catch (error) {
    if (!(error instanceof CallError) || error.kind === 'unanswered') throw error;
    return { action, as, answer: 'unproven', why: `iam:SimulatePrincipalPolicy was answered ${error.code}` };
  }
}

/** No allow of its own would help the identity: https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html */
function isBeyondCeiling({
  OrganizationsDecisionDetail,
  PermissionsBoundaryDecisionDetail,
}: EvaluationResult): boolean {
  return (
    OrganizationsDecisionDetail?.AllowedByOrganizations === false ||
    PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false
  );
}

/** Account and region are filled in where the blast radius leaves them out; resources of other services would only mislead. */
function resourcesOf(action: string, { resources, clients }: RightsRequest): readonly string[] {
  if (knowsNoResource(action)) return [];
  const service = action.split(':')[0] ?? '';
  const own = resources.flatMap((resource) => {
    const [arn, partition, of, region, account, ...rest] = resource.split(':');
    if (arn !== 'arn' || of !== service || rest.length === 0) return [];
    if (service === 's3') return [resource];
    const place = region === '' && service !== 'iam' ? clients.region : region;
    return [[arn, partition, of, place, account === '' ? clients.account : account, ...rest].join(':')];
  });
  return [...new Set(own)];
}
