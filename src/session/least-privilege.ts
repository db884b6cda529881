import { iamAction, knowsNoResource } from '../model/aws-action.ts';
import type { Environment } from '../model/environment.ts';
import type { BoundFault, BoundProbe, BoundScenario } from '../model/run.ts';
import { canariesOf, inTarget } from './in-target.ts';

/** An IAM policy document (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html). */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: 'Allow';
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
  }[];
}

interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/**
 * Writes the least policy that an identity needs in AWS: the actions that each fault declares, on what it touches (`*`
 * for what IAM knows no name). The identity that `measures` also asks for rights, and needs what the probes, the shares and
 * the lease need; the other one reads the beacon and does the canaries. Empty where nothing of it is in AWS.
 */
export function policyFor(
  { environment, scenarios }: { readonly environment: Environment; readonly scenarios: readonly BoundScenario[] },
  identity: { readonly measures: boolean; readonly actionsOf: (fault: BoundFault) => readonly string[] },
): PolicyDocument {
  const { faults, probes, isUsed } = inTarget('aws', scenarios);
  const grants = [
    ...faults.flatMap((fault) =>
      identity
        .actionsOf(fault)
        .map((action) => ({ actions: [action], resources: resourcesOf(action, fault, environment) })),
    ),
    ...(isUsed && identity.measures ? [askRights, ...probeGrants(probes), ...shareGrants(environment, faults)] : []),
    ...(isUsed && !identity.measures ? [...proofGrants(environment), ...canaryGrants(environment, scenarios)] : []),
    ...(identity.measures ? leaseGrants(environment) : []),
  ];
  return { Version: '2012-10-17', Statement: statementsOf(grants) };
}

/** A launch is on images, subnets and more that only its template tells. */
const launch = 'ec2:RunInstances';

/** What a fault touches or makes of the action's own service; `*` where IAM knows no narrower name. */
function resourcesOf(
  action: string,
  { definition, params }: BoundFault,
  { targets: { aws } }: Environment,
): readonly string[] {
  const service = serviceOf(action);
  const named = [...definition.touches(params as never), ...(definition.makes ?? [])];
  const own = named.filter((name) => name.startsWith(`arn:aws:${service}:`));
  if (own.length === 0 || action === launch || knowsNoResource(action)) return ['*'];
  return own.flatMap((arn) => {
    const [head, partition, of, region = '', account = '', ...rest] = arn.split(':');
    if (service === 's3') return [arn];
    const place = region === '' && service !== 'iam' ? (aws?.region ?? '*') : region;
    const accounts = account === '' ? accountsOf(aws) : [account];
    return accounts.map((one) => [head, partition, of, place, one, ...rest].join(':'));
  });
}

type AwsTarget = Environment['targets']['aws'];

function accountsOf(aws: AwsTarget): readonly string[] {
  return aws?.proof.accounts ?? ['*'];
}

/** A role's ARN holds its path, which its name does not tell. */
function rolesNamed(name: string, aws: AwsTarget): readonly string[] {
  return accountsOf(aws).flatMap((account) => ['', '*/'].map((path) => `arn:aws:iam::${account}:role/${path}${name}`));
}

/** Who we are needs no right (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html). */
function proofGrants({ targets: { aws } }: Environment): readonly Grant[] {
  const beacon = aws?.proof.beacon;
  return beacon === undefined ? [] : [{ actions: ['iam:GetRole'], resources: rolesNamed(beacon.role, aws) }];
}

/** Asks before a fault goes in whether its revert is allowed. */
const askRights: Grant = { actions: ['iam:SimulatePrincipalPolicy'], resources: ['*'] };

function probeGrants(probes: readonly BoundProbe[]): readonly Grant[] {
  return probes.map(({ definition }) => ({ actions: definition.permissions, resources: ['*'] }));
}

function shareGrants({ budgets: { share } }: Environment, faults: readonly BoundFault[]): readonly Grant[] {
  const touched = faults.flatMap(({ definition, params }) => definition.touches(params as never)).join('\n');
  return [
    ...(share.roles !== undefined && touched.includes(':role/')
      ? [{ actions: ['iam:ListRoles'], resources: ['*'] }]
      : []),
    ...(share.group !== undefined ? [{ actions: ['autoscaling:DescribeAutoScalingGroups'], resources: ['*'] }] : []),
  ];
}

function canaryGrants(environment: Environment, scenarios: readonly BoundScenario[]): readonly Grant[] {
  return canariesOf(environment, scenarios).flatMap((act): readonly Grant[] => {
    const { type, service, operation, input } = act as Readonly<Record<string, unknown>>;
    if (type !== 'aws.call' || typeof service !== 'string' || typeof operation !== 'string') return [];
    const { RoleName: role } = (input ?? {}) as Readonly<Record<string, unknown>>;
    const isOfRole = service === 'iam' && typeof role === 'string';
    const resources = isOfRole ? rolesNamed(role, environment.targets.aws) : ['*'];
    return [{ actions: [iamAction(service, operation)], resources }];
  });
}

/** A missing object is told from a forbidden one only to who may list: API_GetObject, "Permissions". */
function leaseGrants({ lease, journal }: Environment): readonly Grant[] {
  if (lease?.type !== 's3') return [];
  const bucket = `arn:aws:s3:::${lease.bucket}`;
  const mirrored = `${bucket}/${lease.prefix}/runs/*`;
  return [
    { actions: ['s3:GetObject', 's3:PutObject'], resources: [`${bucket}/${lease.prefix}/lease`] },
    { actions: ['s3:ListBucket'], resources: [bucket] },
    ...(journal?.mirror === undefined
      ? []
      : [{ actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], resources: [mirrored] }]),
  ];
}

/** One statement for all actions of one service on the same resources. */
function statementsOf(grants: readonly Grant[]): PolicyDocument['Statement'] {
  const alike = new Map<string, { readonly actions: Set<string>; readonly resources: readonly string[] }>();
  for (const { actions, resources } of grants) {
    const sorted = [...new Set(resources)].toSorted();
    for (const action of actions) {
      const key = [serviceOf(action), ...sorted].join('\n');
      const known = alike.get(key) ?? { actions: new Set<string>(), resources: sorted };
      alike.set(key, known);
      known.actions.add(action);
    }
  }
  return [...alike.values()].map(({ actions, resources }, index) => ({
    Sid: `Windshear${index + 1}`,
    Effect: 'Allow',
    Action: [...actions].toSorted(),
    Resource: resources,
  }));
}

function serviceOf(action: string): string {
  return action.slice(0, action.indexOf(':'));
}
