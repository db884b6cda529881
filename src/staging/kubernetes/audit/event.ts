import type { Json, JsonObject } from '../../../model/json.ts';
import { userInfo } from '../access/user.ts';
import { isObject, numberAt, objectAt, textAt } from '../objects/json.ts';
import type { Call } from '../requests/call.ts';
import type { RequestInfo } from '../requests/request-info.ts';

/** How much of a request is written down: https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy */
export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse';

export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete';

/**
 * Secrets, tokens and reviews keep their content to themselves, reads leave out their answers, events are not
 * written down at all; every other change is there with request and answer.
 */
export function auditLevelOf({ verb, target }: RequestInfo): AuditLevel {
  if (target === undefined) return 'Metadata';
  if (target.group === '' && target.resource === 'events') return 'None';
  const isSecret = target.group === '' && target.resource === 'secrets';
  if (isSecret || target.subresource === 'token' || quietGroups.includes(target.group)) return 'Metadata';
  return ['get', 'list', 'watch'].includes(verb) ? 'Request' : 'RequestResponse';
}

const quietGroups = ['authentication.k8s.io', 'authorization.k8s.io'];

export interface AuditParts {
  readonly id: string;
  readonly level: AuditLevel;
  readonly call: Call;
  readonly info: RequestInfo;
  readonly receivedAt: string;
  readonly annotations: ReadonlyMap<string, string>;
}

export interface Outcome {
  readonly code: number;
  readonly body?: Json;
}

/** Writes one stage of a request as an `audit.k8s.io/v1` event. */
export function auditEvent(parts: AuditParts, stage: AuditStage, at: string, outcome?: Outcome): JsonObject {
  const { id, level, call, info, receivedAt, annotations } = parts;
  const sent = level === 'Metadata' ? undefined : sentObject(call);
  const annotated = annotations.size > 0 ? { annotations: Object.fromEntries(annotations) } : {};
  const shows = level === 'RequestResponse' && stage === 'ResponseComplete' && outcome?.body !== undefined;
  const wrote = info.target === undefined ? {} : { objectRef: objectRef(call, info) };
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level,
    auditID: id,
    stage,
    requestURI: `${call.url.pathname}${call.url.search}`,
    verb: info.verb,
    user: userInfo(call.user),
    sourceIPs: [call.sourceIp],
    userAgent: call.userAgent,
    ...wrote,
    ...(outcome !== undefined && { responseStatus: responseStatus(outcome) }),
    ...(sent !== undefined && stage !== 'RequestReceived' && { requestObject: sent }),
    ...(shows && { responseObject: outcome.body ?? null }),
    requestReceivedTimestamp: receivedAt,
    stageTimestamp: at,
    ...annotated,
  };
}

function responseStatus({ code, body }: Outcome): JsonObject {
  if (!isObject(body) || textAt(body, 'kind') !== 'Status' || code < 400) return { metadata: {}, code };
  const details = objectAt(body, 'details');
  return {
    metadata: {},
    status: 'Failure',
    message: textAt(body, 'message') ?? '',
    ...(textAt(body, 'reason') !== undefined && { reason: textAt(body, 'reason') ?? '' }),
    ...(Object.keys(details).length > 0 && { details }),
    code: numberAt(body, 'code') ?? code,
  };
}

/** Takes name, uid and version from the object that was sent when the URL has none. */
function objectRef(call: Call, { target }: RequestInfo): JsonObject {
  const meta = objectAt(sentObject(call) ?? null, 'metadata');
  const name = target?.name ?? textAt(meta, 'name');
  const { group = '', version = '', resource = '', subresource = '', namespace } = target ?? {};
  const [uid, resourceVersion] = [textAt(meta, 'uid'), textAt(meta, 'resourceVersion')];
  return {
    resource,
    ...(namespace !== undefined && { namespace }),
    ...(name && { name }),
    ...(uid && { uid }),
    ...(group !== '' && { apiGroup: group }),
    apiVersion: version,
    ...(resourceVersion && { resourceVersion }),
    ...(subresource !== '' && { subresource }),
  };
}

function sentObject({ body }: Call): Json | undefined {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
