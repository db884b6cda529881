import { z } from 'zod';
import { parseJson } from './parameters/json.ts';
import type { TrailRecord } from './record.ts';

/** CloudTrail's event history of every account and region: its newest management events, whether or not a trail logs. */
export interface EventHistory {
  readonly keep: (record: TrailRecord) => void;
  /** Answers LookupEvents, newest first; undefined where it asks by anything but the name of an event. */
  readonly answer: (body: string, where: { readonly account: string; readonly region: string }) => string | undefined;
}

/** As many as a game day of ours needs many times over. */
const kept = 2000;

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html; times are in seconds. */
const lookupSchema = z.object({
  LookupAttributes: z.tuple([z.object({ AttributeKey: z.literal('EventName'), AttributeValue: z.string() })]),
  StartTime: z.number().optional(),
  MaxResults: z.number().int().min(1).max(50).default(50),
  NextToken: z.string().regex(/^\d+$/).optional(),
});

export function eventHistory(): EventHistory {
  const records: TrailRecord[] = [];
  return {
    keep(record) {
      if (!record.managementEvent) return;
      records.push(record);
      if (records.length > kept) records.shift();
    },
    answer(body, { account, region }) {
      const asked = lookupSchema.safeParse(parseJson(body)).data;
      if (asked === undefined) return undefined;
      const { LookupAttributes, StartTime = 0, MaxResults, NextToken = '0' } = asked;
      const found = records.filter(
        (record) =>
          record.eventName === LookupAttributes[0].AttributeValue &&
          record.recipientAccountId === account &&
          record.awsRegion === region &&
          Date.parse(record.eventTime) >= StartTime * 1000,
      );
      const from = Number(NextToken);
      const page = found.toReversed().slice(from, from + MaxResults);
      const next = from + MaxResults;
      return JSON.stringify({
        Events: page.map(eventOf),
        ...(next < found.length ? { NextToken: String(next) } : {}),
      });
    },
  };
}

/** Says whether a call is LookupEvents, by the header of AWS's JSON protocol. */
export function isLookup(headers: Readonly<Record<string, string>>): boolean {
  return headers['x-amz-target']?.endsWith('.LookupEvents') === true;
}

function eventOf(record: TrailRecord) {
  return {
    EventId: record.eventID,
    EventName: record.eventName,
    EventSource: record.eventSource,
    EventTime: Date.parse(record.eventTime) / 1000,
    ReadOnly: String(record.readOnly),
    Username: record.userIdentity.userName,
    Resources: [],
    CloudTrailEvent: JSON.stringify(record),
  };
}
