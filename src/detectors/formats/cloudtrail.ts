import { z } from 'zod';
import { defineFormat, type Parsed } from '../../model/detector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { defined, isArn, listOf, memberOf, objectOf, stringOf } from '../guards.ts';
import { parseJson } from '../json.ts';
import { isoFromText } from '../times.ts';
import { callAction, callSubjects, fromArn } from './cloudtrail-call.ts';

/**
 * Reads CloudTrail records: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 * A value is one record, a list, a log file (`Records`), or an answer or item of LookupEvents, whose record is a string.
 */
export const cloudtrail = defineFormat({
  type: 'cloudtrail',
  title: 'CloudTrail records',
  description:
    'The record of an AWS call as a trail, LookupEvents or EventBridge gives it; meant for audit sources. `rule` is the ' +
    'event name as recorded, `action` the IAM action behind it. Records have no severity, and times in whole seconds.',
  params: z.strictObject({}),
  example: {},
  recurrence: 'none',
  statesSeverity: () => false,
  yields: 'signals',
  *read({ value }) {
    yield* readAny(value);
  },
});

function* readAny(value: Json): Iterable<Parsed> {
  const list = listOf(value) ?? listOf(memberOf(value, 'Records')) ?? listOf(memberOf(value, 'Events'));
  if (list !== undefined) {
    for (const item of list) yield* readAny(item);
    return;
  }
  const text = memberOf(value, 'CloudTrailEvent');
  if (text === undefined) {
    yield { ...readRecord(value), record: value };
    return;
  }
  const parsed = typeof text === 'string' ? parseJson(text) : { value: text };
  if ('value' in parsed) yield { ...readRecord(parsed.value), record: parsed.value };
  else yield { kind: 'malformed', reason: `CloudTrailEvent is ${parsed.problem}`, record: value };
}

function readRecord(value: Json): Exclude<Parsed, { kind: 'content' }> {
  const record = objectOf(value);
  if (record === undefined) return { kind: 'malformed', reason: 'a CloudTrail record is an object' };
  if (record['eventCategory'] === 'Insight' || record['eventType'] === 'AwsCloudTrailInsight')
    return { kind: 'ignored', reason: 'an Insights event is no call' };
  const eventSource = stringOf(record['eventSource']);
  const eventName = stringOf(record['eventName']);
  const eventTime = isoFromText(record['eventTime'], { utc: true });
  const id = stringOf(record['eventID']);
  const missing = Object.entries({ eventSource, eventName, eventTime, eventID: id }).filter(
    ([, got]) => got === undefined,
  );
  if (eventSource === undefined || eventName === undefined || eventTime === undefined || id === undefined)
    return { kind: 'malformed', reason: `a CloudTrail record without valid ${missing.map(([key]) => key).join(', ')}` };

  const identity = objectOf(record['userIdentity']);
  const [first, ...rest] = subjects(record, eventSource, eventName);
  const others = rest.map((one) => one.arn ?? one.id).filter((one) => one !== undefined);
  const errorCode = stringOf(record['errorCode']);
  const requestId = stringOf(record['requestID']);
  const { readOnly } = record;
  const actor = defined({
    type: stringOf(identity?.['type']),
    id: stringOf(identity?.['principalId']),
    arn: stringOf(identity?.['arn']),
    name: actorName(identity),
    ip: stringOf(record['sourceIPAddress']),
    userAgent: stringOf(record['userAgent']),
  });
  return {
    kind: 'signal',
    signal: {
      format: 'cloudtrail',
      id,
      dedupeKey: id,
      rule: eventName,
      severity: null,
      rawSeverity: '',
      eventTime,
      ...(first !== undefined && { resource: first }),
      ...(others.length > 0 && { resources: others }),
      ...(actor !== undefined && { actor }),
      ...(requestId !== undefined && { requestId }),
      action: callAction(eventSource, eventName),
      ...(errorCode !== undefined && { errorCode }),
      ...(typeof readOnly === 'boolean' && { readOnly }),
      status: 'open',
      sample: false,
      techniques: [],
    },
  };
}

/** What the request names stands first, since `resources` may list a caller's key or a bucket's owner before it. */
function subjects(record: JsonObject, eventSource: string, eventName: string) {
  const identity = objectOf(record['userIdentity']);
  const named = callSubjects({
    eventSource,
    eventName,
    region: stringOf(record['awsRegion']),
    account: stringOf(record['recipientAccountId']) ?? stringOf(identity?.['accountId']),
    parameters: objectOf(record['requestParameters']),
    answer: objectOf(record['responseElements']),
    callerArn: stringOf(identity?.['arn']),
  });
  const listed = (listOf(record['resources']) ?? [])
    .map((one) => stringOf(memberOf(one, 'ARN')))
    .filter(isArn)
    .map(fromArn);
  const seen = new Set<string>();
  return [...named, ...listed].filter((one) => {
    const key = one.arn ?? one.id ?? '';
    return !seen.has(key) && seen.add(key);
  });
}

function actorName(identity: JsonObject | undefined): string | undefined {
  return (
    stringOf(identity?.['userName']) ??
    stringOf(memberOf(identity, 'sessionContext', 'sessionIssuer', 'userName')) ??
    stringOf(identity?.['invokedBy'])
  );
}
