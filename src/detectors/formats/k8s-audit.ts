import { z } from 'zod';
import { defineFormat, type Parsed } from '../../model/detector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { defined, listOf, memberOf, objectOf, stringOf } from '../guards.ts';
import { parseJson } from '../json.ts';
import { isoFromText } from '../times.ts';
import { auditAction, changesNothing, refusalOf } from './k8s-audit-call.ts';
import { auditNotes } from './k8s-audit-notes.ts';
import { kubernetesId, kubernetesResource } from './kubernetes-resource.ts';

/**
 * Reads audit events of the Kubernetes API: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 * A value is one event (a line of the log file), an `EventList` (the webhook's body), a list of either, or AKS' record,
 * which holds the event as a string in `properties.log`.
 */
export const k8sAudit = defineFormat({
  type: 'k8s-audit',
  title: 'Kubernetes audit events',
  description:
    'What the API server recorded of a request; meant for audit sources. `rule` and `action` are the verb and the ' +
    'resource (`create pods`, `patch deployments/scale`), `requestId` the audit id (the `Audit-Id` header of the answer). ' +
    'An event counts once: at ResponseComplete or Panic, or already at ResponseStarted of a watch or exec; ' +
    'RequestReceived is ignored. What admission control noted stands behind the rule in brackets: `[failed-open NAME]` of ' +
    'a webhook that could not be asked, `[policy-failed POLICY]` of a ValidatingAdmissionPolicy that only audits or warns, ' +
    '`[pod-security-violated]`. A deletecollection names what it was sent to in `resources` (`pods/prod/*`). Dry runs and reviews of access change nothing and are read-only. ' +
    'Deletions and evictions that ask for a dry run in their body are told as such from the audit level Request on; ' +
    'at level Metadata they look like real ones, so record deletions of what guardrails take back at Request or above.',
  params: z.strictObject({}),
  example: {},
  recurrence: 'none',
  yields: 'signals',
  statesSeverity: () => false,
  *read({ value }) {
    yield* readAny(value);
  },
});

function* readAny(value: Json): Iterable<Parsed> {
  const list = listOf(value) ?? listOf(memberOf(value, 'items'));
  if (list !== undefined) {
    for (const item of list) yield* readAny(item);
    return;
  }
  const wrapped = memberOf(value, 'properties', 'log');
  if (typeof wrapped !== 'string') {
    yield { ...readEvent(value), record: value };
    return;
  }
  const parsed = parseJson(wrapped);
  if ('value' in parsed) yield { ...readEvent(parsed.value), record: parsed.value };
  else yield { kind: 'malformed', reason: `properties.log is ${parsed.problem}`, record: value };
}

function readEvent(value: Json): Exclude<Parsed, { kind: 'content' }> {
  const event = objectOf(value);
  if (event === undefined) return { kind: 'malformed', reason: 'an audit event is an object' };
  const id = stringOf(event['auditID']);
  const action = auditAction(event);
  if (id === undefined || action === undefined) {
    const missing = id === undefined ? 'auditID' : 'verb or what it was asked of';
    return { kind: 'malformed', reason: `an audit event without ${missing}` };
  }
  const stage = stringOf(event['stage']);
  if (stage === 'RequestReceived') return { kind: 'ignored', reason: 'the answer to this request is recorded apart' };

  const resource = resourceOf(event);
  const others = [...ownersOf(event, resource?.namespace), ...collectionOf(event)];
  const eventTime = isoFromText(event['requestReceivedTimestamp']);
  const alertTime = isoFromText(event['stageTimestamp']);
  const actor = actorOf(event);
  const errorCode = refusalOf(event);
  return {
    kind: 'signal',
    signal: {
      format: 'k8s-audit',
      id,
      dedupeKey: id,
      rule: [action, ...auditNotes(event)].join(' '),
      severity: null,
      rawSeverity: '',
      ...(eventTime !== undefined && { eventTime }),
      ...(alertTime !== undefined && { alertTime }),
      ...(resource !== undefined && { resource }),
      ...(others.length > 0 && { resources: others }),
      ...(actor !== undefined && { actor }),
      requestId: id,
      action,
      ...(errorCode !== undefined && { errorCode }),
      readOnly: changesNothing(event),
      status: 'open',
      sample: false,
      techniques: [],
    },
  };
}

/** On create with generateName the request names nothing; the answer does, or else its prefix is all there is. */
function resourceOf(event: JsonObject) {
  const ref = objectOf(event['objectRef']);
  const answer = objectOf(event['responseObject']);
  const created =
    answer?.['kind'] === 'Status' ? memberOf(answer, 'details', 'name') : memberOf(answer, 'metadata', 'name');
  const request = memberOf(event['requestObject'], 'metadata', 'name');
  return kubernetesResource({
    kind: stringOf(ref?.['resource']),
    namespace: stringOf(ref?.['namespace']),
    name: stringOf(ref?.['name']) ?? stringOf(created) ?? stringOf(request),
  });
}

/** The set or job that a pod belongs to, which a random name may not tell. */
function ownersOf(event: JsonObject, namespace: string | undefined): string[] {
  const metadata = memberOf(event['responseObject'], 'metadata') ?? memberOf(event['requestObject'], 'metadata');
  const owners = listOf(memberOf(metadata, 'ownerReferences')) ?? [];
  return owners
    .map((owner) =>
      kubernetesId({ kind: stringOf(memberOf(owner, 'kind')), namespace, name: stringOf(memberOf(owner, 'name')) }),
    )
    .filter((text) => text !== undefined);
}

/** A request to all objects of a kind, or those of a selector, names none of them: `pods/prod/*`. */
function collectionOf(event: JsonObject): string[] {
  const ref = objectOf(event['objectRef']);
  if (event['verb'] !== 'deletecollection' || stringOf(ref?.['name']) !== undefined) return [];
  const id = kubernetesId({ kind: stringOf(ref?.['resource']), namespace: stringOf(ref?.['namespace']), name: '*' });
  return id === undefined ? [] : [id];
}

/** Who sent the request; whom it impersonated is not who acted. A service account is told by its user name alone. */
function actorOf(event: JsonObject) {
  const name = stringOf(memberOf(event['user'], 'username'));
  const groups = listOf(memberOf(event['user'], 'groups')) ?? [];
  return defined({
    type: name === undefined ? undefined : actorType(name, groups),
    id: stringOf(memberOf(event['user'], 'uid')),
    name,
    ip: stringOf(listOf(event['sourceIPs'])?.[0]),
    userAgent: stringOf(event['userAgent']),
  });
}

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings (system groups) */
function actorType(name: string, groups: readonly Json[]): string {
  if (name.startsWith('system:serviceaccount:') || groups.includes('system:serviceaccounts'))
    return 'kubernetes-service-account';
  return groups.includes('system:nodes') ? 'kubernetes-node' : 'kubernetes-user';
}
