import { z } from 'zod';
import { defineFormat, type Parsed } from '../../model/detector.ts';
import type { Json } from '../../model/json.ts';
import { defined, isArn, listOf, memberOf, objectOf, stringOf } from '../guards.ts';
import { parseJson } from '../json.ts';
import { isoFromText } from '../times.ts';
import { fromArn } from './cloudtrail-call.ts';

/**
 * Opens the envelope of EventBridge events: https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
 * An event may come by itself, in a list, through SNS as a string in `Message`
 * (https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html), or in a saved answer of ReceiveMessage.
 */
export const eventbridge = defineFormat({
  type: 'eventbridge',
  title: 'EventBridge envelope',
  description:
    'Opens the envelope and hands its `detail` to the next format of the list. What the envelope knows (id, time of ' +
    'sending, account, region, first resource) fills in what the detail does not say. Also through SNS.',
  params: z.strictObject({}),
  example: {},
  recurrence: 'none',
  yields: 'content',
  *read({ value }) {
    yield* open(value, 0);
  },
});

/** An event in SNS in SQS is three deep; more is nobody's envelope. */
const deepest = 4;

function* open(value: Json, depth: number): Iterable<Parsed> {
  const list = listOf(value) ?? listOf(memberOf(value, 'Messages'));
  if (list !== undefined && depth < deepest) {
    for (const one of list) yield* open(one, depth + 1);
    return;
  }
  const event = objectOf(value);
  if (event === undefined) {
    yield { kind: 'malformed', reason: 'an EventBridge event is an object', record: value };
    return;
  }
  if (event['Type'] === 'SubscriptionConfirmation' || event['Type'] === 'UnsubscribeConfirmation') {
    yield { kind: 'ignored', reason: `SNS ${event['Type']}`, record: value };
    return;
  }
  const wrapped = event['Type'] === 'Notification' ? event['Message'] : event['Body'];
  if (typeof wrapped === 'string' && depth < deepest) {
    const parsed = parseJson(wrapped);
    if ('value' in parsed) yield* open(parsed.value, depth + 1);
    else
      yield { kind: 'malformed', reason: `the message in an SNS or SQS envelope is ${parsed.problem}`, record: value };
    return;
  }
  const { detail } = event;
  if (detail === undefined || stringOf(event['detail-type']) === undefined) {
    yield { kind: 'malformed', reason: 'an EventBridge event without detail or detail-type', record: value };
    return;
  }
  const id = stringOf(event['id']);
  const first = stringOf(listOf(event['resources'])?.[0]);
  yield {
    kind: 'content',
    value: detail,
    known:
      defined({
        id,
        dedupeKey: id,
        alertTime: isoFromText(event['time']),
        resource: defined({
          ...(isArn(first) ? fromArn(first) : { id: first }),
          account: stringOf(event['account']),
          region: stringOf(event['region']),
        }),
      }) ?? {},
  };
}
