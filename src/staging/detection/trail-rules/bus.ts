import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Finding } from './finding.ts';

/** PutEvents takes ten at most: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export const busBatch = 10;

/** Puts findings on the default event bus, from where the account's own rule leads them to the consumer's queue. */
export async function findingBus(client: EventBridgeClient): Promise<(findings: readonly Finding[]) => Promise<void>> {
  const { PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
  return async (findings) => {
    const entries = findings.map((finding) => ({
      Source: 'windshear.trail-rules',
      DetailType: 'Detection Finding',
      Detail: JSON.stringify(finding),
    }));
    const { FailedEntryCount, Entries } = await client.send(new PutEventsCommand({ Entries: entries }));
    if (FailedEntryCount) {
      const failed = Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
      throw new Error(`PutEvents refused ${FailedEntryCount} of ${findings.length}: ${failed?.ErrorMessage}`);
    }
  };
}
