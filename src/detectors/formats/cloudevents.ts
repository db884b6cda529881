import { z } from 'zod';
import { defineFormat, type FormatInput, type Parsed } from '../../model/detector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { severityByName } from '../../model/severity.ts';
import type { Signal } from '../../model/signal.ts';
import { countOf, defined, isArn, listOf, memberOf, objectOf, stringOf, techniquesIn, wordOf } from '../guards.ts';
import { parseJson } from '../json.ts';
import { isoFromText } from '../times.ts';
import { fromArn } from './cloudtrail-call.ts';

/**
 * Reads CloudEvents 1.0, structured, in batches, or in binary mode by their `ce-` headers:
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 * Before another format it is an envelope. Alone it reads of `data`: rule, ruleId, severity, resource (ARN, or object with
 * arn, id, kind, name, namespace, account, region, cluster), actor (ARN or name, or object with type, id, arn, name, ip,
 * userAgent), event {time, requestId, errorCode, name}, action, status, count, lastSeen, sample, techniques, tags.
 */
export const cloudevents = defineFormat({
  type: 'cloudevents',
  title: 'CloudEvents',
  description:
    'CloudEvents 1.0 in structured, batched or binary form. Before another format it hands on `data`; as the last format ' +
    'it makes an alert of type, subject, time and the usual names inside `data` (rule, severity, resource, actor, event, ' +
    'action, status, count, lastSeen, alertTime, sample, techniques). Without `data.rule` the extension `rule` counts, then the type.',
  params: z.strictObject({}),
  example: {},
  recurrence: 'none',
  yields: 'either',
  *read(input) {
    const fromHeaders = binaryMode(input);
    if (fromHeaders !== undefined) {
      yield readEvent(fromHeaders, input.last);
      return;
    }
    const list = listOf(input.value);
    if (list === undefined) yield readEvent(input.value, input.last);
    else for (const record of list) yield withRecord(readEvent(record, input.last), record);
  },
});

function withRecord(parsed: Parsed, record: Json): Parsed {
  return parsed.kind === 'content' ? parsed : { ...parsed, record };
}

/** In binary mode attributes are headers, percent-encoded, and the body is the data. */
function binaryMode({ headers, value }: FormatInput): JsonObject | undefined {
  if (headers?.['ce-specversion'] === undefined) return undefined;
  const event = new Map<string, Json>([['data', value]]);
  for (const [name, text] of Object.entries(headers))
    if (name.startsWith('ce-') && name !== 'ce-data') event.set(name.slice(3), percentDecoded(text));
  return Object.fromEntries(event);
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readEvent(value: Json, last: boolean): Parsed {
  const event = objectOf(value);
  if (event === undefined) return { kind: 'malformed', reason: 'a CloudEvent is an object' };
  const id = stringOf(event['id']);
  const source = stringOf(event['source']);
  const type = stringOf(event['type']);
  if (id === undefined || source === undefined || type === undefined || event['specversion'] !== '1.0')
    return { kind: 'malformed', reason: 'a CloudEvent needs specversion 1.0, id, source and type' };

  const subject = stringOf(event['subject']);
  const eventTime = isoFromText(event['time']);
  const dedupeKey = `${source}#${id}`;
  const named = subject === undefined ? undefined : isArn(subject) ? fromArn(subject) : { id: subject };
  const data = dataOf(event);
  if ('problem' in data) return { kind: 'malformed', reason: `the data of a CloudEvent is ${data.problem}` };
  if (!last) {
    if (data.value === undefined) return { kind: 'malformed', reason: 'a CloudEvent without data' };
    return { kind: 'content', value: data.value, known: defined({ id, dedupeKey, eventTime, resource: named }) ?? {} };
  }

  const content = objectOf(data.value) ?? {};
  const rawSeverity = stringOf(content['severity']) ?? stringOf(event['severity']) ?? stringOf(event['priority']) ?? '';
  const fields = defined({
    ruleId: wordOf(content['ruleId']),
    eventTime: isoFromText(memberOf(content, 'event', 'time')) ?? eventTime,
    alertTime: isoFromText(content['alertTime']),
    lastSeen: isoFromText(content['lastSeen']),
    count: countOf(content['count']),
    resource: partsOf(content['resource'], resourceKeys) ?? named,
    actor: partsOf(content['actor'], actorKeys),
    requestId: stringOf(memberOf(content, 'event', 'requestId')),
    errorCode: stringOf(memberOf(content, 'event', 'errorCode')),
    action: stringOf(content['action']) ?? stringOf(memberOf(content, 'event', 'name')),
  });
  return {
    kind: 'signal',
    signal: {
      format: 'cloudevents',
      id,
      dedupeKey,
      rule: stringOf(content['rule']) ?? stringOf(event['rule']) ?? type,
      severity: severityByName(rawSeverity),
      rawSeverity,
      status: statusOf(content['status']),
      sample: content['sample'] === true || event['sample'] === true || event['sample'] === 'true',
      techniques: techniquesIn([...(listOf(content['techniques']) ?? []), ...(listOf(content['tags']) ?? [])]),
      ...fields,
    },
  };
}

function dataOf(event: JsonObject): { readonly value: Json | undefined } | { readonly problem: string } {
  const encoded = event['data_base64'];
  if (typeof encoded === 'string') return parseJson(Buffer.from(encoded, 'base64').toString());
  const { data } = event;
  // JSON in a string is data of another content type that happens to be JSON; anything else stays text.
  return typeof data === 'string' && /^\s*[[{]/.test(data) ? parseJson(data) : { value: data };
}

const resourceKeys = ['kind', 'id', 'arn', 'namespace', 'name', 'account', 'region', 'cluster'] as const;
const actorKeys = ['type', 'id', 'arn', 'name', 'ip', 'userAgent'] as const;

/** A thing named by its ARN, by another text, or by an object with the given keys. */
function partsOf<Key extends string>(
  value: Json | undefined,
  keys: readonly Key[],
): Partial<Record<Key, string>> | undefined {
  const object: Json | undefined = typeof value === 'string' ? textParts(value) : value;
  const parts: Partial<Record<Key, string>> = {};
  let some = false;
  for (const key of keys) {
    const text = wordOf(memberOf(object, key));
    if (text === undefined) continue;
    parts[key] = text;
    some = true;
  }
  return some ? parts : undefined;
}

function textParts(text: string): JsonObject {
  return isArn(text) ? { id: text, arn: text } : { id: text, name: text };
}

function statusOf(value: Json | undefined): Signal['status'] {
  if (value === 'resolved' || value === 'closed') return 'resolved';
  return value === 'suppressed' ? 'suppressed' : 'open';
}
