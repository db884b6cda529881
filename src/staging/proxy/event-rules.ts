import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from './parameters/json.ts';
import { fitsPattern } from './pattern.ts';
import type { TrailRecord } from './record.ts';

export const ruleSchema = z.object({
  name: z.string(),
  account: z.string(),
  region: z.string(),
  bus: z.string().default('default'),
  /** Absent: a rule that runs by schedule. */
  pattern: z.unknown(),
  state: z.string().default('ENABLED'),
  targets: z.array(z.object({ id: z.string(), arn: z.string(), input: z.string().optional() })).default([]),
});

export type EventRule = z.infer<typeof ruleSchema>;

export interface Delivery {
  readonly queueArn: string;
  readonly body: string;
}

/** Evaluates the rules for events of AWS itself, which PutEvents does not take, and follows the rules' own changes. */
export interface EventRules {
  readonly deliveries: (record: TrailRecord) => readonly Delivery[];
  /** Takes a successful call of EventBridge in its wire form. */
  readonly learn: (operation: string, body: string, place: Place) => void;
}

export interface Place {
  readonly account: string;
  readonly region: string;
}

const everyCall = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
const longestChain = 3;

/**
 * Read-only calls reach only rules that ask for all management events, and a rule may pass events on to the bus of
 * another region: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export function eventRules(known: readonly EventRule[]): EventRules {
  let rules = [...known];

  function matching(event: Envelope, place: Place, bus: string, readOnly: boolean, chain: number): readonly Delivery[] {
    const here = rules.filter(
      (rule) => isAt(rule, place, bus) && isOn(rule, readOnly) && fitsPattern(rule.pattern, event),
    );
    return here.flatMap(({ targets }) =>
      targets.flatMap(({ arn, input }) => {
        const [, , service, region = '', account = '', rest = ''] = arn.split(':');
        if (service === 'sqs') return [{ queueArn: arn, body: input ?? JSON.stringify(event) }];
        if (service !== 'events' || !rest.startsWith('event-bus/') || chain === longestChain) return [];
        return matching(event, { account, region }, rest.slice('event-bus/'.length), readOnly, chain + 1);
      }),
    );
  }

  return {
    deliveries(record) {
      const place = { account: record.recipientAccountId, region: record.awsRegion };
      return matching(envelopeOf(record), place, 'default', record.readOnly, 1);
    },
    learn(operation, body, place) {
      const parsed = ruleCall.safeParse(parseJson(body));
      if (!parsed.success) return;
      const call = parsed.data;
      const bus = call.EventBusName?.split('/').at(-1) ?? 'default';
      const name = call.Rule ?? call.Name;
      const isIt = (rule: EventRule) => rule.name === name && isAt(rule, place, bus);
      const update = (change: (rule: EventRule) => Partial<EventRule>) => {
        rules = rules.map((rule) => (isIt(rule) ? { ...rule, ...change(rule) } : rule));
      };
      switch (operation) {
        case 'PutRule': {
          const pattern = parseJson(call.EventPattern ?? '');
          const state = call.State ?? 'ENABLED';
          if (rules.some(isIt)) update(() => ({ pattern, state }));
          else if (name !== undefined) rules.push({ name, ...place, bus, pattern, state, targets: [] });
          break;
        }
        case 'DeleteRule':
          rules = rules.filter((rule) => !isIt(rule));
          break;
        case 'EnableRule':
          update(() => ({ state: 'ENABLED' }));
          break;
        case 'DisableRule':
          update(() => ({ state: 'DISABLED' }));
          break;
        case 'PutTargets': {
          const added = call.Targets.map(({ Id: id, Arn: arn, Input }) => ({
            id,
            arn,
            ...(Input && { input: Input }),
          }));
          const replaced = new Set(added.map(({ id }) => id));
          update(({ targets }) => ({ targets: [...targets.filter(({ id }) => !replaced.has(id)), ...added] }));
          break;
        }
        case 'RemoveTargets':
          update(({ targets }) => ({ targets: targets.filter(({ id }) => !call.Ids.includes(id)) }));
          break;
      }
    },
  };
}

const ruleCall = z.object({
  Name: z.string().optional(),
  Rule: z.string().optional(),
  EventBusName: z.string().optional(),
  EventPattern: z.string().optional(),
  State: z.string().optional(),
  Targets: z.array(z.object({ Id: z.string(), Arn: z.string(), Input: z.string().optional() })).default([]),
  Ids: z.array(z.string()).default([]),
});

function isAt(rule: EventRule, { account, region }: Place, bus: string): boolean {
  return rule.account === account && rule.region === region && rule.bus === bus;
}

function isOn({ state }: EventRule, readOnly: boolean): boolean {
  return state === everyCall || (state === 'ENABLED' && !readOnly);
}

type Envelope = ReturnType<typeof envelopeOf>;

/** https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
function envelopeOf(record: TrailRecord) {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'AWS API Call via CloudTrail',
    source: `aws.${record.eventSource.split('.')[0]}`,
    account: record.recipientAccountId,
    time: record.eventTime,
    region: record.awsRegion,
    resources: [],
    detail: record,
  };
}
