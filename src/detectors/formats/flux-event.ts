import { hash } from 'node:crypto';
import { z } from 'zod';
import { defineFormat, type Parsed } from '../../model/detector.ts';
import type { Json } from '../../model/json.ts';
import { severityByName } from '../../model/severity.ts';
import { defined, listOf, memberOf, objectOf, stringOf } from '../guards.ts';
import { isoFromEpoch, isoFromText } from '../times.ts';
import { identityOf } from './kubernetes-objects.ts';
import { kubernetesId, kubernetesResource } from './kubernetes-resource.ts';

/**
 * Reads the events that Flux' notification controller posts to a generic webhook:
 * https://fluxcd.io/flux/components/notification/providers/#generic-webhook
 */
export const fluxEvent = defineFormat({
  type: 'flux-event',
  title: 'Flux events',
  description:
    'Events of Flux, as its generic webhook posts them. `rule` is the reason. Flux knows no drift: that it put an object ' +
    'back is told only by the message (`Deployment/shop/api configured`), whose objects stand before the Kustomization ' +
    'among the resources; such an event has an action and its controller as actor, all others are read-only. Events have ' +
    'no id: it is made of object, reason, time and message. Like events are held back for minutes by Flux itself.',
  params: z.strictObject({}),
  example: {},
  recurrence: 'none',
  yields: 'signals',
  *read({ value }) {
    const list = listOf(value) ?? [value];
    for (const record of list) yield { ...readEvent(record), record };
  },
});

function readEvent(value: Json): Exclude<Parsed, { kind: 'content' }> {
  const event = objectOf(value);
  const about = objectOf(event?.['involvedObject']);
  const rule = stringOf(event?.['reason']);
  if (event === undefined || about === undefined || rule === undefined)
    return { kind: 'malformed', reason: 'a Flux event without involvedObject or reason' };
  // Older controllers give seconds with a fraction.
  const eventTime = isoFromText(event['timestamp']) ?? isoFromEpoch(event['timestamp'], 's');
  const message = stringOf(event['message']) ?? '';
  const rawSeverity = stringOf(event['severity']) ?? '';
  const changes = changesIn(message);
  const own = { kind: part(about, 'kind'), namespace: part(about, 'namespace'), name: part(about, 'name') };
  const [first, ...rest] = [...changes.map(({ ref }) => ref), own];
  const others = rest.map((ref) => kubernetesId(ref)).filter((text) => text !== undefined);
  const name = stringOf(event['reportingController']);
  const id = [identityOf({ kind: own.kind ?? '', metadata: about }), rule, eventTime ?? '', digest(message)].join('/');
  const fields = defined({
    eventTime,
    resource: kubernetesResource(first ?? own),
    resources: others.length > 0 ? others : undefined,
    actor: changes.length === 0 || name === undefined ? undefined : { type: 'controller', name },
    action: changes[0]?.did,
  });
  return {
    kind: 'signal',
    signal: {
      format: 'flux-event',
      id,
      dedupeKey: id,
      rule,
      severity: rawSeverity === 'trace' ? 1 : severityByName(rawSeverity),
      rawSeverity,
      readOnly: changes.length === 0,
      status: 'open',
      sample: false,
      techniques: [],
      ...fields,
    },
  };
}

function part(value: Json, key: string): string | undefined {
  return stringOf(memberOf(value, key));
}

/** Lines of the change set of a server-side apply: https://github.com/fluxcd/pkg/blob/main/ssa/changeset.go */
function changesIn(message: string) {
  return message
    .slice(0, longest)
    .split('\n')
    .flatMap((line) => {
      const [, kind, first, second, did] =
        /^([A-Z][A-Za-z0-9]*)\/([^\s/]+)(?:\/([^\s/]+))? (created|configured|deleted)$/.exec(line.trim()) ?? [];
      if (kind === undefined || first === undefined) return [];
      const ref = second === undefined ? { kind, name: first } : { kind, namespace: first, name: second };
      return [{ ref, did }];
    });
}

const longest = 64 * 1024;

function digest(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 16);
}
