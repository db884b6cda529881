import type { Json, JsonObject } from '../../model/json.ts';
import type { Signal } from '../../model/signal.ts';
import { defined, listOf, numberOf, objectOf } from '../guards.ts';
import { parseJson } from '../json.ts';
import { callAction, callSubjects } from './cloudtrail-call.ts';

type Subject = Pick<Signal, 'resource' | 'resources' | 'actor' | 'action' | 'errorCode' | 'requestId'>;

/** Reads what was touched and by whom from Falco's output fields, by the event source that they belong to. */
export function falcoSubject(fields: JsonObject, hostname: string | undefined): Subject {
  if (has(fields, 'ct.name')) return cloudTrail(fields);
  if (has(fields, 'ka.verb') || has(fields, 'ka.uri')) return kubernetesAudit(fields);
  return systemCall(fields, hostname);
}

function has(fields: JsonObject, name: string): boolean {
  return Object.hasOwn(fields, name);
}

/** Falco writes what it could not tell as null, an empty text or `<NA>`. */
function told(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' && value !== '<NA>' ? value : undefined;
}

/** https://github.com/falcosecurity/plugins/tree/main/plugins/k8saudit */
function kubernetesAudit(fields: JsonObject): Subject {
  const kind = told(fields['ka.target.resource']);
  const namespace = told(fields['ka.target.namespace']);
  const name = told(fields['ka.target.name']) ?? told(fields['ka.resp.name']);
  const addresses = fields['ka.sourceips'];
  const ip = told(listOf(addresses)?.[0]) ?? told(addresses)?.split(',')[0];
  const code = numberOf(fields['ka.response.code']);
  return assembled({
    resource: {
      kind,
      id: name === undefined ? undefined : [kind, namespace, name].filter((part) => part !== undefined).join('/'),
      namespace,
      name,
      cluster: told(fields['ka.cluster.name']),
    },
    actor: {
      type: told(fields['ka.user.name']) === undefined ? undefined : 'kubernetes-user',
      name: told(fields['ka.user.name']),
      ip,
      userAgent: told(fields['ka.useragent']),
    },
    action: told(fields['ka.verb']) && kind ? `${told(fields['ka.verb'])} ${kind}` : undefined,
    errorCode: code !== undefined && code >= 400 ? (told(fields['ka.response.reason']) ?? String(code)) : undefined,
  });
}

/** https://github.com/falcosecurity/plugins/tree/main/plugins/cloudtrail */
function cloudTrail(fields: JsonObject): Subject {
  const request = told(fields['ct.request']);
  const parsed = request === undefined ? undefined : parseJson(request);
  const call = {
    eventSource: told(fields['ct.src']) ?? '',
    eventName: told(fields['ct.name']) ?? '',
    region: told(fields['ct.region']),
    account: told(fields['ct.recipientaccountid']) ?? told(fields['ct.user.accountid']),
    parameters: parsed !== undefined && 'value' in parsed ? objectOf(parsed.value) : requestFields(fields),
    answer: undefined,
    callerArn: told(fields['ct.user.arn']),
  };
  const [first, ...rest] = callSubjects(call);
  const named = told(fields['ct.request.name']);
  return assembled({
    resource: first ?? { id: named, name: named, account: call.account, region: call.region },
    resources: rest.map((one) => one.arn ?? one.id).filter((one) => one !== undefined),
    actor: {
      type: told(fields['ct.user.identitytype']),
      id: told(fields['ct.user.principalid']),
      arn: told(fields['ct.user.arn']),
      name: told(fields['ct.user']),
      ip: told(fields['ct.srcip']),
      userAgent: told(fields['ct.useragent']),
    },
    action: call.eventSource === '' ? undefined : callAction(call.eventSource, call.eventName),
    errorCode: told(fields['ct.error']),
    requestId: told(fields['ct.requestid']),
  });
}

/** The plugin's single fields under the names that the request has in CloudTrail. */
function requestFields(fields: JsonObject): JsonObject {
  const request: Record<string, Json> = {};
  for (const [field, name] of [
    ['s3.bucket', 'bucketName'],
    ['ct.request.functionname', 'functionName'],
    ['ct.request.groupname', 'groupName'],
    ['ct.request.username', 'userName'],
    ['ct.request.rolename', 'roleName'],
    ['ct.request.subnetid', 'subnetId'],
    ['ct.request.name', 'name'],
    ['ec2.imageid', 'imageId'],
  ] as const) {
    const value = told(fields[field]);
    if (value !== undefined) request[name] = value;
  }
  return request;
}

/** Floods are of these: each part is made as it is, without a pass over fields that are not there. */
function systemCall(fields: JsonObject, hostname: string | undefined): Subject {
  const pod = told(fields['k8s.pod.name']);
  const container = told(fields['container.id']);
  const contained = container !== undefined && container !== 'host' ? container : undefined;
  const file = told(fields['fd.name']);
  const subject: { -readonly [K in keyof Subject]: Subject[K] } = {};
  const resource = touched(fields, { pod, contained, hostname });
  if (resource !== undefined) subject.resource = resource;
  const others = pod === undefined || contained === undefined ? [] : [contained];
  if (file !== undefined) others.push(file);
  if (others.length > 0) subject.resources = others;
  const actor = osUser(told(fields['user.name']), numberOf(fields['user.uid']));
  if (actor !== undefined) subject.actor = actor;
  return subject;
}

interface Where {
  readonly pod: string | undefined;
  readonly contained: string | undefined;
  readonly hostname: string | undefined;
}

function touched(fields: JsonObject, { pod, contained, hostname }: Where): Subject['resource'] {
  if (pod !== undefined) {
    const namespace = told(fields['k8s.ns.name']);
    const id = `pods/${namespace ?? ''}/${pod}`;
    return namespace === undefined ? { kind: 'pods', id, name: pod } : { kind: 'pods', id, namespace, name: pod };
  }
  if (contained !== undefined) {
    const name = told(fields['container.name']);
    return name === undefined ? { kind: 'container', id: contained } : { kind: 'container', id: contained, name };
  }
  return hostname === undefined ? undefined : { kind: 'host', id: hostname, name: hostname };
}

function osUser(name: string | undefined, uid: number | undefined): Subject['actor'] {
  if (name === undefined && uid === undefined) return undefined;
  if (uid === undefined) return { type: 'os-user', ...(name === undefined ? {} : { name }) };
  const id = String(uid);
  return name === undefined ? { type: 'os-user', id } : { type: 'os-user', id, name };
}

interface Parts {
  readonly resource: { readonly [K in keyof NonNullable<Signal['resource']>]: string | undefined };
  readonly resources?: readonly string[];
  readonly actor: { readonly [K in keyof NonNullable<Signal['actor']>]: string | undefined };
  readonly action?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly requestId?: string | undefined;
}

function assembled({ resource, resources, actor, ...rest }: Parts): Subject {
  return (
    defined({
      resource: defined(resource),
      resources: resources === undefined || resources.length === 0 ? undefined : [...resources],
      actor: defined(actor),
      ...rest,
    }) ?? {}
  );
}
