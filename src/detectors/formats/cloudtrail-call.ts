import { iamAction } from '../../model/aws-action.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Signal } from '../../model/signal.ts';
import { defined, isArn, listOf, memberOf, stringOf } from '../guards.ts';

type Resource = NonNullable<Signal['resource']>;

/** What a recorded call tells about the things that it touches. */
export interface RecordedCall {
  readonly eventSource: string;
  readonly eventName: string;
  readonly region: string | undefined;
  readonly account: string | undefined;
  readonly parameters: JsonObject | undefined;
  readonly answer: JsonObject | undefined;
  readonly callerArn: string | undefined;
}

/**
 * Names the IAM action of a recorded call, as `CallRecord.action` has it. CloudTrail writes some operations under other
 * names: Lambda's with their API date, S3's Public Access Block of a bucket with `Bucket` inside
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html).
 */
export function callAction(eventSource: string, eventName: string): string {
  const host = eventSource.split('.')[0] ?? eventSource;
  const service = services.get(host) ?? host;
  if (service === 'lambda') return iamAction(service, eventName.replace(/\d{8}(v\d+)?$/, ''));
  const operation = eventName.replace(/^(Get|Put|Delete)BucketPublicAccessBlock$/, '$1PublicAccessBlock');
  return iamAction(service, service === 's3' ? operation : eventName);
}

/** Lists what a call touches, the thing acted on first, then what it names besides; ARNs wherever the parts suffice. */
export function callSubjects(call: RecordedCall): readonly Resource[] {
  const found = (readers.get(call.eventSource.split('.')[0] ?? '') ?? readOther)(new Scope(call));
  return found.length > 0 ? found : readOther(new Scope(call));
}

const services: ReadonlyMap<string, string> = new Map([
  ['monitoring', 'cloudwatch'],
  ['email', 'ses'],
  ['tagging', 'tag'],
]);

/** One call, with the words that ARNs are made of. */
class Scope {
  readonly call: RecordedCall;
  readonly partition: string;
  constructor(call: RecordedCall) {
    this.call = call;
    this.partition = call.callerArn?.split(':')[1] || partitionOf(call.region);
  }

  text(...path: readonly string[]): string | undefined {
    return stringOf(memberOf(this.call.parameters, ...path));
  }

  answered(...path: readonly string[]): Json | undefined {
    return memberOf(this.call.answer, ...path);
  }

  /** A resource by its ARN in a region of the account; `rest` is what follows the account. */
  regional(kind: string, service: string, rest: string, name: string): Resource {
    const { region, account } = this.call;
    const arn =
      region === undefined || account === undefined
        ? undefined
        : `arn:${this.partition}:${service}:${region}:${account}:${rest}`;
    return resource({ kind, id: arn ?? name, arn, name, account, region });
  }

  /** A resource of a service without regions. */
  global(kind: string, service: string, rest: string, name: string): Resource {
    const { account } = this.call;
    const arn = account === undefined ? undefined : `arn:${this.partition}:${service}::${account}:${rest}`;
    return resource({ kind, id: arn ?? name, arn, name, account });
  }
}

type Reader = (scope: Scope) => readonly Resource[];

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['iam', readIam],
  ['sts', (scope) => arns([scope.text('roleArn')])],
  ['s3', readS3],
  ['lambda', readLambda],
  ['cloudtrail', readCloudTrail],
  ['ec2', readEc2],
  ['autoscaling', readAutoScaling],
  ['sqs', readSqs],
  ['events', readEvents],
]);

/** Roles and users are named without their path, which records of calls about them do not tell. */
function readIam(scope: Scope): readonly Resource[] {
  const named = (['role', 'user', 'group'] as const).flatMap((kind) => {
    const arn = stringOf(scope.answered(kind, 'arn'));
    const name = scope.text(`${kind}Name`);
    if (arn !== undefined) return [fromArn(arn)];
    return name === undefined ? [] : [scope.global(kind, 'iam', `${kind}/${name}`, name)];
  });
  const others = [
    ...arns([scope.text('policyArn'), scope.text('permissionsBoundary'), stringOf(scope.answered('policy', 'arn'))]),
    ...byName(scope, 'instanceProfileName', (name) =>
      scope.global('instance-profile', 'iam', `instance-profile/${name}`, name),
    ),
  ];
  if (named.length === 0 && others.length === 0 && /AccessKey/.test(scope.call.eventName)) {
    // Without a user name these calls are about the caller's own keys.
    return isArn(scope.call.callerArn) ? [fromArn(scope.call.callerArn)] : [];
  }
  return [...named, ...others];
}

function readS3(scope: Scope): readonly Resource[] {
  const bucket = scope.text('bucketName');
  if (bucket === undefined) return [];
  const { region } = scope.call;
  const arn = `arn:${scope.partition}:s3:::${bucket}`;
  const asBucket = resource({ kind: 'bucket', id: arn, arn, name: bucket, region });
  const key = scope.text('key');
  if (key === undefined) return [asBucket];
  return [resource({ kind: 'object', id: `${arn}/${key}`, arn: `${arn}/${key}`, name: key, region }), asBucket];
}

/** A function may be named by itself, with its account, or by ARN, each with a version or alias behind. */
function readLambda(scope: Scope): readonly Resource[] {
  const given = scope.text('functionName');
  if (given === undefined) return [];
  if (isArn(given)) return [fromArn(given.split(':').slice(0, 7).join(':'))];
  const parts = given.split(':');
  const name = (parts.includes('function') ? parts[parts.indexOf('function') + 1] : parts[0]) ?? given;
  return [scope.regional('function', 'lambda', `function:${name}`, name)];
}

function readCloudTrail(scope: Scope): readonly Resource[] {
  const trail = scope.text('name') ?? scope.text('trailName');
  if (trail === undefined) return [];
  return [isArn(trail) ? fromArn(trail) : scope.regional('trail', 'cloudtrail', `trail/${trail}`, trail)];
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-resources-for-iam-policies */
const ec2Kinds: ReadonlyMap<string, string> = new Map([
  ['i', 'instance'],
  ['ami', 'image'],
  ['lt', 'launch-template'],
  ['sg', 'security-group'],
  ['subnet', 'subnet'],
  ['vpc', 'vpc'],
  ['vol', 'volume'],
  ['snap', 'snapshot'],
  ['rtb', 'route-table'],
  ['igw', 'internet-gateway'],
  ['eni', 'network-interface'],
]);

function readEc2(scope: Scope): readonly Resource[] {
  const { parameters, answer } = scope.call;
  const ids = new Set<string>();
  const gather = (value: Json | undefined) => {
    const id = stringOf(value);
    if (id !== undefined && ec2Kinds.has(id.slice(0, id.lastIndexOf('-')))) ids.add(id);
  };
  for (const holder of [answer, parameters])
    for (const item of listOf(memberOf(holder, 'instancesSet', 'items')) ?? []) gather(memberOf(item, 'instanceId'));
  gather(memberOf(parameters, 'launchTemplate', 'launchTemplateId'));
  for (const item of listOf(memberOf(parameters, 'instancesSet', 'items')) ?? []) gather(memberOf(item, 'imageId'));
  for (const value of Object.values(parameters ?? {})) gather(value);
  for (const item of listOf(memberOf(parameters, 'resourcesSet', 'items')) ?? []) gather(memberOf(item, 'resourceId'));
  gather(memberOf(answer, 'groupId'));
  return [...ids].map((id) => {
    const kind = ec2Kinds.get(id.slice(0, id.lastIndexOf('-'))) ?? 'resource';
    return scope.regional(kind, 'ec2', `${kind}/${id}`, id);
  });
}

/** A group's ARN holds an id that calls do not tell, so the group keeps its name. */
function readAutoScaling(scope: Scope): readonly Resource[] {
  const { account, region } = scope.call;
  return byName(scope, 'autoScalingGroupName', (name) =>
    resource({ kind: 'auto-scaling-group', id: name, name, account, region }),
  );
}

function readSqs(scope: Scope): readonly Resource[] {
  const url = scope.text('queueUrl');
  const name = url === undefined ? scope.text('queueName') : url.split('/').at(-1);
  return name === undefined || name === '' ? [] : [scope.regional('queue', 'sqs', name, name)];
}

function readEvents(scope: Scope): readonly Resource[] {
  const rule = scope.text('name') ?? scope.text('rule');
  if (rule === undefined) return [];
  const bus = scope.text('eventBusName');
  const path = bus === undefined || bus === 'default' ? rule : `${bus}/${rule}`;
  return [scope.regional('rule', 'events', `rule/${path}`, rule)];
}

/** Every other service: the ARNs that stand in the parameters themselves. */
function readOther(scope: Scope): readonly Resource[] {
  return arns(Object.values(scope.call.parameters ?? {}).map(stringOf));
}

function arns(candidates: readonly (string | undefined)[]): readonly Resource[] {
  return [...new Set(candidates.filter(isArn))].map(fromArn);
}

function byName(scope: Scope, key: string, make: (name: string) => Resource): readonly Resource[] {
  const name = scope.text(key);
  return name === undefined ? [] : [make(name)];
}

/** Reads kind, name, account and region off an ARN. */
export function fromArn(arn: string): Resource {
  const [, , service, region, account, ...rest] = arn.split(':');
  const path = rest.join(':');
  const [kind, name] =
    service === 's3'
      ? [path.includes('/') ? 'object' : 'bucket', path.includes('/') ? path.slice(path.indexOf('/') + 1) : path]
      : [
          /^([a-zA-Z-]+)[/:]/.exec(path)?.[1] ?? service,
          path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf(':')) + 1),
        ];
  return resource({ kind, id: arn, arn, name, account: account || undefined, region: region || undefined });
}

function resource(fields: { readonly [K in keyof Resource]: string | undefined }): Resource {
  return defined(fields) ?? {};
}

function partitionOf(region: string | undefined): string {
  if (region?.startsWith('cn-')) return 'aws-cn';
  return region?.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
