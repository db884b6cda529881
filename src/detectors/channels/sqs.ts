import type { DeleteMessageBatchCommandOutput, Message, ReceiveMessageCommandOutput } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { CallError } from '../../model/call.ts';
import { type ChannelContext, defineChannel, type Payload } from '../../model/detector.ts';
import { formatDuration } from '../../model/duration.ts';
import { durationSchema } from '../../model/fields.ts';
import { DeadlineError, withDeadline } from './deadline.ts';

const params = z.strictObject({
  queueUrl: z.url({ protocol: /^https?$/ }),
  /** How long a poll waits for the first message, in seconds. */
  waitSeconds: z.number().int().min(0).max(20).default(1),
  /** How long an answer may take beyond that wait. */
  timeout: durationSchema.default(5000),
  /** The client is made of these three by whoever opens the channel; an identity of the detector's own, not the tester's. */
  region: z.string().min(1).optional(),
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  credentials: z
    .union([
      z.strictObject({
        env: z.strictObject({
          accessKeyId: z.string(),
          secretAccessKey: z.string(),
          sessionToken: z.string().optional(),
        }),
      }),
      z.strictObject({ file: z.string().min(1) }),
    ])
    .optional(),
});

/** The part of the AWS clients that this channel asks for; region, endpoint and credentials are theirs. */
export interface SqsClients {
  readonly sqs: () => SqsSender | Promise<SqsSender>;
}

/** As much of the SDK's client as is used. */
export interface SqsSender {
  send(command: unknown, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
}

/** The most that a batch holds. */
const fullBatch = 10;

/** So long a poll takes full batches: what it has is handed over before a flood could hold it back past an SLO. */
const longestMs = 1000;

/**
 * Takes messages off a queue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 * A message is deleted by the poll after the one that handed it over, or on close, so that a lost poll loses none; the
 * queue may then show a message twice, which the alert's own key tells.
 */
export const sqs = defineChannel({
  type: 'sqs',
  title: 'SQS queue',
  description:
    'Receives from an SQS queue as long as it gives full batches, and deletes what was handed over. The body of each ' +
    'message is a payload. A queue that is not empty after a second of full batches counts as overloaded: what waits in ' +
    'it may be late because of us. A poll that is not answered within its wait and `timeout` has failed. Use a queue of its own for the harness: what it takes, no one else sees.',
  params,
  example: params.parse({ queueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/alerts' }),
  delivery: 'queue',
  async open(ctx, { queueUrl, waitSeconds, timeout }) {
    const { DeleteMessageBatchCommand, ReceiveMessageCommand } = await import('@aws-sdk/client-sqs');
    const client = await (await sqsClientsOf(ctx)).sqs();
    let handedOver: string[] = [];

    const send = (command: unknown, { signal, ms }: { readonly signal: AbortSignal; readonly ms: number }) =>
      withDeadline({ clock: ctx.clock, signal, ms }, async (bounded) => {
        try {
          return await client.send(command, { abortSignal: bounded });
        } catch (error) {
          if (!(bounded.reason instanceof DeadlineError)) throw error;
          throw new CallError('unanswered', 'timeout', `${queueUrl} did not answer within ${formatDuration(ms)}.`);
        }
      });

    const receive = async (seconds: number, signal: AbortSignal): Promise<readonly Message[]> => {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: fullBatch,
        WaitTimeSeconds: seconds,
      });
      const answer = (await send(command, { signal, ms: seconds * 1000 + timeout })) as ReceiveMessageCommandOutput;
      return answer.Messages ?? [];
    };

    /** What cannot be deleted comes again and is recognised; it does not fail a poll. */
    const deleteHandedOver = async (signal: AbortSignal): Promise<void> => {
      const receipts = handedOver;
      handedOver = [];
      for (let from = 0; from < receipts.length; from += fullBatch) {
        const entries = receipts
          .slice(from, from + fullBatch)
          .map((receipt, index) => ({ Id: String(index), ReceiptHandle: receipt }));
        try {
          const command = new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries });
          const answer = (await send(command, { signal, ms: timeout })) as DeleteMessageBatchCommandOutput;
          for (const { Code } of answer.Failed ?? []) ctx.log(`A message of ${queueUrl} was not deleted: ${Code}`);
        } catch (error) {
          if (signal.aborted) {
            handedOver = receipts.slice(from);
            return;
          }
          ctx.log(
            `Messages of ${queueUrl} were not deleted: ${error instanceof Error ? error.message : String(error)}`,
          );
        }
      }
    };

    return {
      address: queueUrl,
      waitsMs: waitSeconds * 1000,
      async poll(signal) {
        const payloads: Payload[] = [];
        const receipts: string[] = [];
        const deleting = deleteHandedOver(signal);
        try {
          let firstMonoMs: number | undefined;
          for (let seconds = waitSeconds; ; seconds = 0) {
            const messages = await receive(seconds, signal);
            const arrivedMonoMs = ctx.clock.monoMs();
            firstMonoMs ??= arrivedMonoMs;
            for (const { Body, ReceiptHandle } of messages) {
              if (Body !== undefined) payloads.push({ bytes: Buffer.from(Body), arrivedMonoMs });
              if (ReceiptHandle !== undefined) receipts.push(ReceiptHandle);
            }
            if (messages.length < fullBatch) break;
            if (arrivedMonoMs - firstMonoMs >= longestMs) {
              ctx.overload(`${queueUrl} fills faster than it is read`);
              break;
            }
          }
        } catch (error) {
          // Messages of earlier batches are still ours: they are handed over, and the next poll meets the error again.
          if (payloads.length === 0) throw error instanceof CallError ? error : pollFailed(queueUrl, error);
        } finally {
          await deleting;
        }
        handedOver.push(...receipts);
        return payloads;
      },
      async close() {
        await deleteHandedOver(new AbortController().signal);
      },
    };
  },
});

function pollFailed(queueUrl: string, error: unknown): CallError {
  const code = error instanceof Error ? error.name : 'Error';
  const message = error instanceof Error ? error.message : String(error);
  return new CallError('failed', code, `Cannot receive from ${queueUrl}: ${code}: ${message}`, { cause: error });
}

async function sqsClientsOf(ctx: ChannelContext): Promise<SqsClients> {
  const clients = await ctx.clients('aws');
  if (typeof clients === 'object' && clients !== null && 'sqs' in clients && typeof clients.sqs === 'function')
    return clients as SqsClients;
  throw new TypeError("Channel 'sqs' needs clients with an sqs() method.");
}
