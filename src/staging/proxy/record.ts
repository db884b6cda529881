import { randomUUID } from 'node:crypto';
import { eventNameOf, isDataEvent, isReadOnly } from './event-names.ts';
import type { CredentialScope, Exchange } from './exchange.ts';
import { failureOf } from './failure.ts';
import { type Identity, recordTime } from './identities.ts';
import type { ServiceIndex } from './models/service-index.ts';
import type { NamedOperation } from './operation.ts';
import { ec2Parameters } from './parameters/ec2.ts';
import { formParameters } from './parameters/form.ts';
import { jsonParameters, lowered, parseJson } from './parameters/json.ts';
import type { Tree } from './parameters/names.ts';
import { answerValue, asTree, restParameters, s3Parameters } from './parameters/rest.ts';
import { withoutSecrets } from './secrets.ts';
import { findElement, parseXml } from './xml.ts';

/**
 * Is a CloudTrail record as far as the staging's calls need it.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export interface TrailRecord {
  readonly eventVersion: string;
  readonly userIdentity: Identity;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: Tree | null;
  readonly responseElements: Tree | null;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly { readonly accountId?: string; readonly type: string; readonly ARN: string }[];
  readonly eventType: 'AwsApiCall';
  readonly managementEvent: boolean;
  readonly recipientAccountId: string;
  readonly eventCategory: 'Management' | 'Data';
}

export interface Call {
  readonly exchange: Exchange;
  readonly scope: CredentialScope;
  readonly service: ServiceIndex;
  readonly named: NamedOperation;
  readonly identity: Identity;
  /** Account that the call worked in. */
  readonly account: string;
}

/** Makes the record of one call; secrets never enter it. */
export function recordOf(call: Call): TrailRecord {
  const { exchange, scope, service, named, identity, account } = call;
  const operation = named.operation.name;
  const readOnly = isReadOnly(operation);
  const failure = failureOf(exchange, service);
  const parameters = asTree(withoutSecrets(requestParameters(call)));
  const managementEvent = !isDataEvent(scope.service, operation);
  const resources = resourcesOf(call, parameters);
  return {
    eventVersion: '1.11',
    userIdentity: identity,
    eventTime: recordTime(exchange.receivedMs),
    eventSource: service.eventSource,
    eventName: eventNameOf(scope.service, operation),
    awsRegion: scope.service === 'iam' ? 'us-east-1' : scope.region,
    sourceIPAddress: exchange.sourceIp,
    userAgent: exchange.headers['user-agent'] ?? '',
    ...failure,
    requestParameters: parameters,
    responseElements: readOnly && !operation.startsWith('AssumeRole') ? null : responseElements(call),
    requestID: exchange.requestId,
    eventID: randomUUID(),
    readOnly,
    ...(resources !== undefined && { resources }),
    eventType: 'AwsApiCall',
    managementEvent,
    recipientAccountId: account,
    eventCategory: managementEvent ? 'Management' : 'Data',
  };
}

function requestParameters({ exchange, scope, service, named }: Call): Tree {
  const { name, input } = named.operation;
  if (scope.service === 's3') return s3Parameters(exchange, named);
  switch (service.protocol) {
    case 'ec2':
      return ec2Parameters(exchange.body, service, name, input);
    case 'query':
      return formParameters(exchange.body, service, input);
    case 'json':
      return jsonParameters(exchange.body, service, input);
    default:
      return restParameters(exchange, named, service);
  }
}

/** S3 answers nothing that records keep; the others' answers are kept in records' spelling. */
function responseElements({ exchange, scope, service, named }: Call): Tree | null {
  if (exchange.status >= 400 || scope.service === 's3') return null;
  if (service.protocol.endsWith('json')) return asTree(withoutSecrets(lowered(parseJson(exchange.answer))));
  const root = parseXml(exchange.answer);
  const result = service.protocol === 'ec2' ? root : findElement(root, `${named.operation.name}Result`);
  return result === undefined ? null : asTree(withoutSecrets(answerValue(result)));
}

function resourcesOf({ scope, account }: Call, parameters: Tree | null): TrailRecord['resources'] {
  const bucket = parameters?.['bucketName'];
  if (scope.service === 's3' && typeof bucket === 'string') {
    return [{ accountId: account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` }];
  }
  const role = parameters?.['roleArn'];
  if (scope.service === 'sts' && typeof role === 'string') {
    return [{ accountId: role.split(':')[4] ?? account, type: 'AWS::IAM::Role', ARN: role }];
  }
  return undefined;
}
