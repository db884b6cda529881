import { z } from 'zod';
import { defineFormat, type Parsed } from '../../model/detector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { countOf, defined, listOf, memberOf, objectOf, stringOf, wordOf } from '../guards.ts';
import { isoFromEpoch, isoFromText } from '../times.ts';
import { readObjects, readState } from './kubernetes-objects.ts';
import { kubernetesResource } from './kubernetes-resource.ts';

/**
 * Reads constraints of Gatekeeper, whose status holds the violations of the latest audit, and lines of its log:
 * https://open-policy-agent.github.io/gatekeeper/website/docs/audit
 */
export const gatekeeperConstraint = defineFormat({
  type: 'gatekeeper-constraint',
  title: 'Gatekeeper constraints',
  description:
    "Violations in a constraint's status, one signal each; `rule` is the constraint's name, `ruleId` its kind and name, " +
    '`updatedAt` the audit that last saw it, which proves nothing new by itself. Gatekeeper lists at most 20 a constraint ' +
    '(--constraint-violations-limit): what it counted and did not list is told as ignored. Log lines `violation_audited` ' +
    'give the same signals, `violation` (--log-denies) a refused request with who sent it. What a constraint no longer ' +
    'lists is resolved (by watch events that carry `previous`).',
  params: z.strictObject({}),
  example: {},
  recurrence: 'none',
  yields: 'signals',
  statesSeverity: () => false,
  *read({ value }) {
    yield* readObjects(value, (seen) =>
      Object.hasOwn(seen.object, 'event_type') ? [readLogLine(seen.object)] : readState(seen, readConstraint),
    );
  },
});

function readConstraint(constraint: JsonObject): readonly Parsed[] {
  const kind = stringOf(constraint['kind']);
  const name = stringOf(memberOf(constraint, 'metadata', 'name'));
  if (kind === undefined || name === undefined)
    return [{ kind: 'malformed', reason: 'a constraint without kind or name', record: constraint }];
  const updatedAt = isoFromText(memberOf(constraint, 'status', 'auditTimestamp'));
  const violations = listOf(memberOf(constraint, 'status', 'violations')) ?? [];
  const read = violations.map((value): Parsed => {
    const part = (key: string) => stringOf(memberOf(value, key));
    if (part('name') === undefined) return { kind: 'malformed', reason: 'a violation without name', record: value };
    return violation({
      constraint: { kind, name },
      resource: { kind: part('kind'), namespace: part('namespace'), name: part('name') },
      message: part('message') ?? '',
      updatedAt,
      record: { ...objectOf(value), constraint: name },
    });
  });
  const total = countOf(memberOf(constraint, 'status', 'totalViolations')) ?? violations.length;
  const unlisted = total - violations.length;
  if (read.length > 0 && unlisted <= 0) return read;
  const reason = unlisted > 0 ? `${unlisted} of ${total} violations are not listed` : 'no violation is listed';
  return [...read, { kind: 'ignored', reason, record: constraint }];
}

function readLogLine(line: JsonObject): Exclude<Parsed, { kind: 'content' }> {
  const part = (key: string) => stringOf(line[key]);
  const event = part('event_type');
  const denied = event === 'violation';
  if (!denied && event !== 'violation_audited')
    return { kind: 'ignored', reason: `a log line of ${String(event)}`, record: line };
  const constraint = { kind: part('constraint_kind'), name: part('constraint_name') };
  const name = part('resource_name');
  if (constraint.kind === undefined || constraint.name === undefined || name === undefined)
    return { kind: 'malformed', reason: 'a violation without constraint or resource', record: line };
  const at = isoFromEpoch(line['ts'], 's');
  return violation({
    constraint: { kind: constraint.kind, name: constraint.name },
    resource: { kind: part('resource_kind'), namespace: part('resource_namespace'), name },
    message: part('msg') ?? '',
    record: line,
    ...(denied
      ? { denied: { at, user: part('request_username'), id: `${wordOf(line['ts']) ?? ''}/` } }
      : { updatedAt: isoFromText(line['audit_id']) ?? at }),
  });
}

interface Violation {
  readonly constraint: { readonly kind: string; readonly name: string };
  readonly resource: Parameters<typeof kubernetesResource>[0];
  readonly message: string;
  readonly updatedAt?: string | undefined;
  readonly denied?: { readonly at: string | undefined; readonly user: string | undefined; readonly id: string };
  readonly record: Json;
}

function violation(found: Violation): Exclude<Parsed, { kind: 'content' }> {
  const { constraint, message, updatedAt, denied, record } = found;
  const resource = kubernetesResource(found.resource);
  const ruleId = `${constraint.kind}/${constraint.name}`;
  // One object may break a constraint in several ways, a container each.
  const id = `${denied?.id ?? ''}${ruleId}/${resource?.id ?? ''}/${message.slice(0, 256)}`;
  const fields = defined({
    eventTime: denied?.at,
    alertTime: denied?.at,
    updatedAt,
    resource,
    actor: denied?.user === undefined ? undefined : { type: 'kubernetes-user', name: denied.user },
    errorCode: denied === undefined ? undefined : 'denied',
  });
  return {
    kind: 'signal',
    record,
    signal: {
      format: 'gatekeeper-constraint',
      id,
      dedupeKey: id,
      rule: constraint.name,
      ruleId,
      severity: null,
      rawSeverity: '',
      status: 'open',
      sample: false,
      techniques: [],
      ...fields,
    },
  };
}
