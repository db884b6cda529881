import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../../model/clock.ts';
import { clientConfig } from '../detection/clients.ts';
import { createOutbox, type Outbox, RefusedForGood } from '../detection/outbox.ts';

export interface QueueOptions {
  /** The emulator's own address: deliveries are AWS's own acts and no calls of the account. */
  readonly upstream: string;
  readonly clock: Clock;
  readonly log: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Sends bodies to SQS queues by ARN, each queue's in their order, ten at a time. */
export function queueSender(options: QueueOptions): (queueArn: string, body: string) => void {
  const boxes = new Map<string, Outbox<string>>();
  return (queueArn, body) => {
    const box = boxes.get(queueArn) ?? outboxOf(queueArn, options);
    boxes.set(queueArn, box);
    box.put(body);
  };
}

function outboxOf(queueArn: string, { upstream, clock, log, signal }: QueueOptions): Outbox<string> {
  const [, , , region = '', account = '', name = ''] = queueArn.split(':');
  const credentials = { accessKeyId: account, secretAccessKey: 'test' };
  const client = new SQSClient(
    clientConfig({ endpoint: upstream, region, credentials, userAgent: 'events.amazonaws.com' }),
  );
  return createOutbox<string>({
    name: `events → ${name}`,
    async send(bodies) {
      const entries = bodies.map((body, at) => ({ Id: String(at), MessageBody: body }));
      const command = new SendMessageBatchCommand({ QueueUrl: `${upstream}/${account}/${name}`, Entries: entries });
      await client.send(command).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'QueueDoesNotExist') throw new RefusedForGood(error.message);
        throw error;
      });
    },
    batch: 10,
    clock,
    log,
    signal,
  });
}
