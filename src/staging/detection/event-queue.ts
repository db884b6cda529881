import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../../model/clock.ts';
import type { Log } from './child-process.ts';
import { describe } from './outbox.ts';
import { recordInEnvelope, type TrailRecord } from './trail-record.ts';

export interface QueueMessage {
  readonly receipt: string;
  readonly body: string;
}

/** Is the part of SQS that a detector needs. */
export interface EventQueue {
  /** Waits up to a second for messages. */
  readonly receive: (signal: AbortSignal) => Promise<readonly QueueMessage[]>;
  readonly remove: (messages: readonly QueueMessage[]) => Promise<void>;
}

export interface ReadQueueOptions {
  readonly name: string;
  readonly queue: EventQueue;
  readonly handle: (record: TrailRecord) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const rememberedIds = 5000;
const longestPauseMs = 2000;

/**
 * Hands each record of the queue to `handle` once, until the signal ends it. SQS may deliver a message twice, so
 * the records' own ids are remembered. A message that is no record is logged and dropped; a queue that does not
 * answer is asked again.
 */
export async function readQueue({ name, queue, handle, clock, log, signal }: ReadQueueOptions): Promise<void> {
  const seen = new Set<string>();
  let pauseMs = 100;
  while (!signal.aborted) {
    try {
      const messages = await queue.receive(signal);
      for (const message of messages) handleOnce(message);
      if (messages.length > 0) await queue.remove(messages);
      pauseMs = 100;
    } catch (error) {
      if (signal.aborted) return;
      log(`${name}: queue not read, again in ${pauseMs} ms: ${describe(error)}`);
      await clock.sleep(pauseMs, signal).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  function handleOnce(message: QueueMessage): void {
    try {
      const record = recordInEnvelope(message.body);
      if (seen.has(record.eventID)) return;
      seen.add(record.eventID);
      if (seen.size > rememberedIds) for (const oldest of seen.values().take(1)) seen.delete(oldest);
      handle(record);
    } catch (error) {
      log(`${name}: message dropped: ${describe(error)}`);
    }
  }
}

/** Reads an SQS queue by long polling, ten messages at a time. */
export async function sqsQueue(client: SQSClient, queueUrl: string): Promise<EventQueue> {
  const { ReceiveMessageCommand, DeleteMessageBatchCommand } = await import('@aws-sdk/client-sqs');
  return {
    async receive(signal) {
      const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
      const { Messages = [] } = await client.send(command, { abortSignal: signal });
      return Messages.flatMap(({ ReceiptHandle, Body }) =>
        ReceiptHandle === undefined || Body === undefined ? [] : [{ receipt: ReceiptHandle, body: Body }],
      );
    },
    async remove(messages) {
      const entries = messages.map(({ receipt }, at) => ({ Id: String(at), ReceiptHandle: receipt }));
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
    },
  };
}
