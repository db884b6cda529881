import type { Detection } from '../start-up.ts';
import { allowedPrincipals, isForeign } from './policy-document.ts';

/** Reads the present state of account and application; every answer is the service's own, undefined where there is nothing. */
export interface StateReader {
  readonly roleTrust: (role: string) => Promise<string>;
  readonly attachedPolicies: (role: string) => Promise<readonly string[]>;
  readonly bucketPolicy: (bucket: string) => Promise<string | undefined>;
  readonly publicAccessBlock: (bucket: string) => Promise<readonly boolean[] | undefined>;
  readonly trailIsLogging: (trail: string) => Promise<boolean>;
  /** Whether the endpoint answers who shows no token. */
  readonly answersAnybody: (endpoint: string) => Promise<boolean>;
}

/** A state that should not be. */
export interface Condition {
  readonly alertname: string;
  readonly severity: 'medium' | 'high' | 'critical';
  readonly resource: string;
  readonly region: string;
  readonly summary: string;
}

/** One thing that is read and judged by itself: when its read fails, the others still count. */
export interface Check {
  readonly name: string;
  /** Answers the condition while the state is bad. */
  readonly run: (reader: StateReader) => Promise<Condition | undefined>;
}

/** Lists what posture looks at: the application roles, the model buckets, the first trail and the inference endpoint. */
export function postureChecks(startUp: Detection): readonly Check[] {
  const accounts = [startUp.account, startUp.secondAccount];
  const roles = [startUp.roles.appFirst, startUp.roles.appSecond];
  const buckets = [startUp.buckets.models, startUp.buckets.modelsGuarded];
  return [
    ...roles.flatMap((arn) => [foreignTrust(arn, accounts, startUp.region), adminAttached(arn, startUp.region)]),
    ...buckets.flatMap((bucket) => [publicBucket(bucket, startUp.region), blockOff(bucket, startUp.region)]),
    trailStopped(startUp.trails.primary),
    ...(startUp.endpoint === undefined ? [] : [endpointExposed(startUp.endpoint)]),
  ];
}

function foreignTrust(resource: string, accounts: readonly string[], region: string): Check {
  return check('ForeignTrust', { resource, region, severity: 'high' }, async (reader) => {
    const foreign = allowedPrincipals(await reader.roleTrust(nameIn(resource))).filter((p) => isForeign(p, accounts));
    return foreign.length > 0 && `The role trusts ${foreign.join(', ')}.`;
  });
}

function adminAttached(resource: string, region: string): Check {
  return check('AdminAttached', { resource, region, severity: 'high' }, async (reader) => {
    const policies = await reader.attachedPolicies(nameIn(resource));
    return policies.some((arn) => arn.endsWith(':aws:policy/AdministratorAccess')) && 'The role is an administrator.';
  });
}

function publicBucket(bucket: string, region: string): Check {
  return check('PublicBucket', { resource: `arn:aws:s3:::${bucket}`, region, severity: 'high' }, async (reader) => {
    const policy = await reader.bucketPolicy(bucket);
    return policy !== undefined && allowedPrincipals(policy).includes('*') && 'The bucket policy lets everyone in.';
  });
}

function blockOff(bucket: string, region: string): Check {
  const subject = { resource: `arn:aws:s3:::${bucket}`, region, severity: 'medium' } as const;
  return check('BlockPublicAccessOff', subject, async (reader) => {
    const settings = await reader.publicAccessBlock(bucket);
    return (settings === undefined || settings.includes(false)) && 'Block Public Access is off or incomplete.';
  });
}

function trailStopped(trail: string): Check {
  const region = trail.split(':')[3] ?? '';
  return check('TrailStopped', { resource: trail, region, severity: 'critical' }, async (reader) => {
    return !(await reader.trailIsLogging(trail)) && 'The trail is not logging.';
  });
}

function endpointExposed(url: string): Check {
  const subject = { resource: 'endpoint/inference', region: 'global', severity: 'high' } as const;
  return check('EndpointExposed', subject, async (reader) => {
    return (await reader.answersAnybody(url)) && 'The inference endpoint answers without a token.';
  });
}

function check(
  alertname: string,
  subject: Pick<Condition, 'resource' | 'region' | 'severity'>,
  judge: (reader: StateReader) => Promise<string | false>,
): Check {
  return {
    name: `${alertname} ${subject.resource}`,
    async run(reader) {
      const summary = await judge(reader);
      return summary === false ? undefined : { alertname, ...subject, summary };
    },
  };
}

function nameIn(arn: string): string {
  return arn.split('/').at(-1) ?? arn;
}
