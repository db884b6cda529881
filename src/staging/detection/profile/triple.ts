import { lastingActor, serviceOf, type TrailRecord } from '../trail-record.ts';

/** Who did what to what, without anything that differs from one time to the next: sessions, ids of new things. */
export interface Triple {
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
}

/**
 * Reduces a record to its habit. Reads of a service are one habit, whatever is read. RunInstances is told apart by
 * its launch template, else its image, never by the instance that it makes.
 */
export function tripleOf(record: TrailRecord): Triple {
  const actor = lastingActor(record);
  const service = serviceOf(record);
  if (isRead(record)) return { actor, action: `${service}:read`, resource: '*' };
  return { actor, action: `${service}:${plainName(record.eventName)}`, resource: resourceOf(service, record) };
}

export function tripleKey({ actor, action, resource }: Triple): string {
  return [actor, action, resource].join(' ');
}

/** CloudTrail calls AssumeRole a read; who becomes whom is a habit of its own. */
function isRead({ readOnly, eventName }: TrailRecord): boolean {
  if (eventName === 'AssumeRole') return false;
  return readOnly ?? /^(Get|List|Describe|Lookup|Head|Simulate|Decode)/.test(eventName);
}

/** Lambda's event names carry the version of its API: `UpdateFunctionConfiguration20150331v2`. */
function plainName(eventName: string): string {
  return eventName.replace(/\d{8}(v\d+)?$/, '');
}

function resourceOf(service: string, record: TrailRecord): string {
  const { eventName, awsRegion } = record;
  const account = record.recipientAccountId ?? record.userIdentity.accountId ?? '';
  const own = (kind: string, name: string) =>
    name.startsWith('arn:') ? name : `arn:aws:${service}:${awsRegion}:${account}:${kind}${name}`;
  const global = (kind: string, name: string) =>
    name.startsWith('arn:') ? name : `arn:aws:${service}::${account}:${kind}${name}`;
  const named = (...path: readonly string[]) => textAt(record.requestParameters, path);

  switch (service) {
    case 'iam':
      return (
        map(named('roleName'), (name) => global('role/', name)) ??
        map(named('userName'), (name) => global('user/', name)) ??
        map(named('groupName'), (name) => global('group/', name)) ??
        named('policyArn') ??
        '*'
      );
    case 'sts':
      return named('roleArn') ?? '*';
    case 's3':
      return map(named('bucketName'), (name) => `arn:aws:s3:::${name}`) ?? '*';
    case 'lambda':
      return map(named('functionName'), (name) => own('function:', name)) ?? '*';
    case 'cloudtrail':
      return map(named('name'), (name) => own('trail/', name)) ?? '*';
    case 'autoscaling':
      return named('autoScalingGroupName') ?? '*';
    case 'sqs':
      return map(named('queueUrl'), (url) => own('', url.split('/').at(-1) ?? url)) ?? '*';
    case 'ec2':
      return eventName === 'RunInstances' ? launchedFrom(record) : 'instance/*';
    default:
      return '*';
  }
}

function launchedFrom({ requestParameters }: TrailRecord): string {
  const template =
    textAt(requestParameters, ['launchTemplate', 'launchTemplateId']) ??
    textAt(requestParameters, ['launchTemplate', 'launchTemplateName']);
  return (
    template ??
    textAt(requestParameters, ['imageId']) ??
    textAt(requestParameters, ['instancesSet', 'items', '0', 'imageId']) ??
    '*'
  );
}

function textAt(value: unknown, path: readonly string[]): string | undefined {
  let at = value;
  for (const key of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
  return typeof at === 'string' ? at : undefined;
}

function map(text: string | undefined, change: (text: string) => string): string | undefined {
  return text === undefined ? undefined : change(text);
}
