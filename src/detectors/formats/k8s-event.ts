import { z } from 'zod';
import { defineFormat, type Parsed } from '../../model/detector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { severityByName } from '../../model/severity.ts';
import { countOf, defined, memberOf, objectOf, stringOf } from '../guards.ts';
import { isoFromText } from '../times.ts';
import { identityOf, readObjects, type SeenObject } from './kubernetes-objects.ts';
import { kubernetesId, kubernetesResource } from './kubernetes-resource.ts';

/**
 * Reads Events of the Kubernetes API, v1 (involvedObject, message) and events.k8s.io/v1 (regarding, note):
 * https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
 * An Event that happens again is updated in place and its count rises; one without a series happened once.
 */
export const k8sEvent = defineFormat({
  type: 'k8s-event',
  title: 'Kubernetes Events',
  description:
    'Events of both API groups, by themselves, in a list or as watch events. `rule` is the reason (FailedCreate, ' +
    'PolicyViolation), the resource what the Event is about; Warning counts as 3, Normal as 1. A similar Event raises ' +
    '`count` and `lastSeen` of the one before. An Event that expires is ignored. Where Gatekeeper or Kyverno report on a ' +
    'policy, the object that offended it is among the resources.',
  params: z.strictObject({}),
  example: {},
  recurrence: 'count',
  yields: 'signals',
  *read({ value }) {
    yield* readObjects(value, (seen) => [readEvent(seen)]);
  },
});

function readEvent({ object: event, gone }: SeenObject): Exclude<Parsed, { kind: 'content' }> {
  if (gone) return { kind: 'ignored', reason: 'an Event that expired is no news', record: event };
  const about = objectOf(event['involvedObject']) ?? objectOf(event['regarding']);
  const rule = stringOf(event['reason']);
  if (about === undefined || rule === undefined) {
    const missing = about === undefined ? 'involvedObject or regarding' : 'reason';
    return { kind: 'malformed', reason: `a Kubernetes Event without ${missing}`, record: event };
  }
  const id = identityOf(event);
  const rawSeverity = stringOf(event['type']) ?? '';
  const annotations = memberOf(event, 'metadata', 'annotations');
  const resources = [kubernetesId(refOf(event['related'])), offenderOf(event, annotations)];
  const others = resources.filter((text) => text !== undefined);
  const user = stringOf(memberOf(annotations, 'request_username'));
  const fields = defined({
    ruleId: stringOf(memberOf(annotations, 'constraint_name')),
    ...timesOf(event),
    resource: kubernetesResource(refOf(about)),
    resources: others.length > 0 ? others : undefined,
    actor: user === undefined ? undefined : { type: 'kubernetes-user', name: user },
  });
  return {
    kind: 'signal',
    record: event,
    signal: {
      format: 'k8s-event',
      id,
      dedupeKey: id,
      rule,
      severity: rawSeverity === 'Normal' ? 1 : severityByName(rawSeverity),
      rawSeverity,
      status: 'open',
      count: countOf(memberOf(event['series'], 'count')) ?? countIn(event) ?? 1,
      sample: false,
      techniques: [],
      ...fields,
    },
  };
}

function refOf(ref: Json | undefined) {
  const part = (key: string) => stringOf(memberOf(ref, key));
  return { kind: part('kind'), namespace: part('namespace'), name: part('name') };
}

/** Zero where the Event came through the newer API, which counts in `series`. */
function countIn(event: JsonObject): number | undefined {
  const count = countOf(event['count']) ?? countOf(event['deprecatedCount']);
  return count === 0 ? undefined : count;
}

function timesOf(event: JsonObject) {
  const first = ['eventTime', 'firstTimestamp', 'deprecatedFirstTimestamp'].map((key) => isoFromText(event[key]));
  const last = ['lastTimestamp', 'deprecatedLastTimestamp'].map((key) => isoFromText(event[key]));
  return {
    eventTime: first.find((time) => time !== undefined),
    lastSeen:
      isoFromText(memberOf(event['series'], 'lastObservedTime')) ??
      last.find((time) => time !== undefined) ??
      undefined,
  };
}

/**
 * Gatekeeper names the object in annotations (pkg/webhook/policy.go), Kyverno at the start of the message
 * (`Pod default/bad: [rule] fail`).
 */
function offenderOf(event: JsonObject, annotations: Json | undefined): string | undefined {
  const part = (key: string) => stringOf(memberOf(annotations, key));
  const annotated = kubernetesId({
    kind: part('resource_kind'),
    namespace: part('resource_namespace'),
    name: part('resource_name'),
  });
  if (annotated !== undefined) return annotated;
  const message = stringOf(event['message']) ?? stringOf(event['note']) ?? '';
  const [, kind, namespace, name] = /^([A-Z][A-Za-z]+) (?:([a-z0-9-]+)\/)?([a-z0-9.:-]+): /.exec(message) ?? [];
  return event['reason'] === 'PolicyViolation' ? kubernetesId({ kind, namespace, name }) : undefined;
}
