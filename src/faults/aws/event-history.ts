import { CallError } from '../../model/call.ts';
import { type AwsFaultContext, partitionOf } from './names.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html (global service events) */
const regionOfIam: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
};

/** Clocks of services differ, and times are told in whole seconds. */
const marginMs = 5 * 60_000;

/**
 * Lists what calls of ours were answered with, by CloudTrail's event history: the records of an IAM operation that carry
 * our marker and were not refused. The history tells of a call within about five minutes, for 90 days, also where no
 * trail logs; where it cannot be read, nothing is listed, and so nothing proven.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export async function ourIamAnswers(
  { clients, marker, signal, log }: AwsFaultContext,
  asked: { readonly operation: string; readonly since: Date },
): Promise<readonly unknown[]> {
  const region = regionOfIam[partitionOf(clients.region)] ?? clients.region;
  const there = region === clients.region ? clients : clients.inRegion(region);
  const answers: unknown[] = [];
  let token: string | undefined;
  try {
    do {
      const page = await there.call(
        'cloudtrail:LookupEvents',
        {
          LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: asked.operation }],
          StartTime: new Date(asked.since.getTime() - marginMs),
          ...(token === undefined ? {} : { NextToken: token }),
        },
        signal,
      );
      for (const { CloudTrailEvent: text } of page.Events ?? []) answers.push(...answersOf(text, marker));
      token = page.NextToken;
    } while (token !== undefined);
  } catch (error) {
    if (!(error instanceof CallError) || signal.aborted) throw error;
    log(`CloudTrail's event history cannot be read: ${error.message}`);
    return [];
  }
  return answers;
}

function answersOf(text: string | undefined, marker: string): readonly unknown[] {
  const record = JSON.parse(text ?? '{}') as Readonly<Record<string, unknown>>;
  const { userAgent, responseElements, errorCode } = record;
  const isOurs = typeof userAgent === 'string' && userAgent.includes(marker) && errorCode === undefined;
  return isOurs && responseElements !== null && responseElements !== undefined ? [responseElements] : [];
}
