import { z } from 'zod';
import { defineFormat, type Parsed } from '../../model/detector.ts';
import type { Json } from '../../model/json.ts';
import { severityByName } from '../../model/severity.ts';
import { type Severity, type Signal, severitySchema } from '../../model/signal.ts';
import { countOf, defined, isArn, listOf, memberOf, techniquesIn, wordOf } from '../guards.ts';
import { type Pointer, parsePointer, resolvePointer } from '../pointer.ts';
import { isoFromEpoch, isoFromText } from '../times.ts';
import { fromArn } from './cloudtrail-call.ts';

const pointer = z.string().transform((text, issues): Pointer => {
  const parsed = parsePointer(text);
  if (parsed === undefined) issues.addIssue({ code: 'custom', message: "must be a JSON Pointer such as '/data/rule'" });
  return parsed ?? [];
});

const time = z.union([
  pointer.transform((at) => ({ at, unit: 'iso' as const })),
  z.strictObject({ at: pointer, unit: z.enum(['iso', 's', 'ms', 'us', 'ns']) }),
]);

const word = z.union([
  pointer.transform((at) => ({ at, equals: undefined })),
  z.strictObject({ at: pointer, equals: z.array(z.json()).min(1) }),
]);

const params = z.strictObject({
  /** Where the list of alerts stands; without it the value is one alert, or a list of them. */
  items: pointer.optional(),
  id: pointer,
  rule: pointer,
  ruleId: pointer.optional(),
  severity: pointer.optional(),
  /** Own words for 1 (info) to 5 (critical), or null; words that are not here go through the common table. */
  severityMap: z.record(z.string(), severitySchema.nullable()).default({}),
  eventTime: time.optional(),
  alertTime: time.optional(),
  updatedAt: time.optional(),
  lastSeen: time.optional(),
  count: pointer.optional(),
  resource: pointer.optional(),
  actor: pointer.optional(),
  userAgent: pointer.optional(),
  ip: pointer.optional(),
  tags: pointer.optional(),
  requestId: pointer.optional(),
  /** Values of a status that mean resolved or suppressed; all others are open. */
  status: z
    .strictObject({ at: pointer, resolved: z.array(z.json()).default([]), suppressed: z.array(z.json()).default([]) })
    .optional(),
  /** True, "true" and 1 mark a sample, or the values listed. */
  sample: word.optional(),
});

type Params = z.infer<typeof params>;

/**
 * Reads a tool's own JSON by JSON Pointers (RFC 6901) that the user names. An alert without its id or rule is malformed;
 * everything else that a pointer does not find is absent.
 */
export const mapped = defineFormat<Params>({
  type: 'mapped',
  title: "A user's own JSON",
  description:
    'Any JSON: each field of a signal is named by a JSON Pointer. Times are ISO texts, or epoch counts with their unit. ' +
    "Where alerts are updated in place, name `count` or `lastSeen` and declare the detector's `recurrence`.",
  params,
  example: params.parse({
    items: '/items',
    id: '/id',
    rule: '/policy/name',
    severity: '/policy/severity',
    severityMap: { severe: 5 },
    eventTime: { at: '/timestamp', unit: 'ns' },
    resource: '/resource/arn',
    status: { at: '/status', resolved: ['closed'] },
  }),
  recurrence: 'none',
  statesSeverity: ({ severity }) => severity !== undefined,
  yields: 'signals',
  *read({ value }, map) {
    const place = map.items === undefined ? value : resolvePointer(value, map.items);
    if (place === undefined) {
      yield { kind: 'malformed', reason: `nothing at items (/${map.items?.join('/') ?? ''})` };
      return;
    }
    const list = listOf(place);
    if (list === undefined) yield readAlert(place, map);
    else for (const record of list) yield { ...readAlert(record, map), record };
  },
});

function readAlert(value: Json, map: Params): Exclude<Parsed, { kind: 'content' }> {
  const at = (place: Pointer | undefined) => (place === undefined ? undefined : resolvePointer(value, place));
  const id = wordOf(at(map.id));
  const rule = wordOf(at(map.rule));
  if (id === undefined || rule === undefined)
    return { kind: 'malformed', reason: `an alert without ${id === undefined ? 'id' : 'rule'} where the mapping says` };
  const rawSeverity = wordOf(at(map.severity)) ?? '';
  const timeAt = (place: Params['eventTime']) => (place === undefined ? undefined : timeOf(at(place.at), place.unit));
  const fields = defined({
    ruleId: wordOf(at(map.ruleId)),
    eventTime: timeAt(map.eventTime),
    alertTime: timeAt(map.alertTime),
    updatedAt: timeAt(map.updatedAt),
    lastSeen: timeAt(map.lastSeen),
    count: countOf(at(map.count)),
    resource: resourceOf(at(map.resource)),
    actor: actorOf(at(map.actor), wordOf(at(map.userAgent)), wordOf(at(map.ip))),
    requestId: wordOf(at(map.requestId)),
  });
  return {
    kind: 'signal',
    signal: {
      format: 'mapped',
      id,
      dedupeKey: id,
      rule,
      severity: severityOf(rawSeverity, map.severityMap),
      rawSeverity,
      status: statusOf(at(map.status?.at), map.status),
      sample: map.sample !== undefined && isOneOf(at(map.sample.at), map.sample.equals ?? [true, 'true', 1]),
      techniques: techniquesIn(tagsOf(at(map.tags))),
      ...fields,
    },
  };
}

function timeOf(value: Json | undefined, unit: 'iso' | 's' | 'ms' | 'us' | 'ns'): string | undefined {
  return unit === 'iso' ? isoFromText(value) : isoFromEpoch(value, unit);
}

function severityOf(raw: string, own: Params['severityMap']): Severity | null {
  return Object.hasOwn(own, raw) ? (own[raw] ?? null) : severityByName(raw);
}

function statusOf(value: Json | undefined, map: Params['status']): Signal['status'] {
  if (map === undefined) return 'open';
  if (isOneOf(value, map.resolved)) return 'resolved';
  return isOneOf(value, map.suppressed) ? 'suppressed' : 'open';
}

function isOneOf(value: Json | undefined, words: readonly unknown[]): boolean {
  return value !== undefined && words.includes(value);
}

/** A text (ARNs are taken apart), or an object with the keys of a signal's resource. */
function resourceOf(value: Json | undefined): Signal['resource'] {
  const text = wordOf(value);
  if (text !== undefined) return isArn(text) ? fromArn(text) : { id: text };
  const part = (key: string) => wordOf(memberOf(value, key));
  return defined({
    kind: part('kind') ?? part('type'),
    id: part('id'),
    arn: part('arn'),
    namespace: part('namespace'),
    name: part('name'),
    account: part('account'),
    region: part('region'),
    cluster: part('cluster'),
  });
}

function actorOf(value: Json | undefined, userAgent: string | undefined, ip: string | undefined): Signal['actor'] {
  const text = wordOf(value);
  const part = (key: string) => wordOf(memberOf(value, key));
  return defined({
    type: part('type'),
    id: text ?? part('id'),
    arn: isArn(text) ? text : part('arn'),
    name: text === undefined ? part('name') : isArn(text) ? undefined : text,
    ip: ip ?? part('ip'),
    userAgent: userAgent ?? part('userAgent'),
  });
}

function tagsOf(value: Json | undefined): readonly Json[] | undefined {
  return typeof value === 'string' ? value.split(',') : listOf(value);
}
