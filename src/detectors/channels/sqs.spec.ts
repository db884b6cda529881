import { expect } from 'chai';
import { fakeChannelContext } from '../../testing/fakes/channel-context.ts';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { sqs } from './sqs.ts';

const queueUrl = 'http://127.0.0.1:4566/111122223333/alerts';

interface Call {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

/** A queue of bodies that gives at most ten at a time and keeps what is not deleted. */
function fakeQueue(bodies: readonly string[]) {
  const waiting = bodies.map((Body, n) => ({ Body, MessageId: `m${n}`, ReceiptHandle: `r${n}` }));
  const calls: Call[] = [];
  const deleted: string[] = [];
  const fail: { receive?: Error; remove?: Error } = {};
  const onReceive: { call: (aborted: AbortSignal) => Promise<void> } = { call: async () => {} };
  const client = {
    async send(command: unknown, { abortSignal }: { readonly abortSignal: AbortSignal }) {
      const { input } = command as { input: Record<string, unknown> };
      const { name } = (command as object).constructor;
      calls.push({ name, input });
      if (name === 'ReceiveMessageCommand') {
        if (fail.receive) throw fail.receive;
        await onReceive.call(abortSignal);
        return { Messages: waiting.splice(0, 10) };
      }
      if (fail.remove) throw fail.remove;
      const entries = input['Entries'] as { ReceiptHandle: string }[];
      deleted.push(...entries.map(({ ReceiptHandle }) => ReceiptHandle));
      return { Failed: entries.some(({ ReceiptHandle }) => ReceiptHandle === 'r3') ? [{ Id: '3', Code: 'Gone' }] : [] };
    },
  };
  return { calls, deleted, fail, onReceive, waiting, clients: { sqs: async () => client } };
}

const signal = new AbortController().signal;

describe('sqs', () => {
  async function opened(queue: ReturnType<typeof fakeQueue>, clock = new VirtualClock()) {
    const ctx = fakeChannelContext({ clients: queue.clients, clock });
    const channel = await sqs.open(ctx, sqs.params.parse({ queueUrl }));
    return { ctx, channel, poll: async () => (await channel.poll?.(signal)) ?? [] };
  }

  it('gives up on an endpoint that stays silent for longer than the wait and its timeout', async () => {
    const queue = fakeQueue([]);
    const clock = new VirtualClock();
    const { poll } = await opened(queue, clock);
    queue.onReceive.call = (aborted) =>
      new Promise((_, reject) => aborted.addEventListener('abort', () => reject(new Error('AbortError'))));
    let failure: unknown;
    const polling = poll().catch((error: unknown) => {
      failure = error;
    });
    await clock.advance(5999);
    expect(failure).to.equal(undefined);
    await clock.advance(2);
    await polling;
    expect(failure).to.include({ kind: 'unanswered', code: 'timeout' });
    expect(String(failure)).to.contain('did not answer within 6 s');
  });

  it('drains the queue in one poll, waiting only for the first batch', async () => {
    const queue = fakeQueue(Array.from({ length: 23 }, (_, n) => `{"n":${n}}`));
    const { poll } = await opened(queue);
    expect((await poll()).map(({ bytes }) => Buffer.from(bytes).toString())).to.have.length(23);
    expect(queue.calls.map(({ input }) => input['WaitTimeSeconds'])).to.deep.equal([1, 0, 0]);
    expect(queue.calls[0]?.input).to.include({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
  });

  it('hands over a batch that is not full at once, however fast more comes', async () => {
    const queue = fakeQueue(['a']);
    queue.onReceive.call = async () => {
      if (queue.calls.length < 20) queue.waiting.push({ Body: 'noise', MessageId: 'm', ReceiptHandle: 'r' });
    };
    const { poll } = await opened(queue);
    expect(await poll()).to.have.length(2);
  });

  it('hands over after a second what a flooded queue gave until then, and says that more is held back', async () => {
    const queue = fakeQueue(Array.from({ length: 500 }, (_, n) => String(n)));
    const clock = new VirtualClock();
    const { ctx, poll } = await opened(queue, clock);
    queue.onReceive.call = () => clock.advance(300);
    expect(await poll()).to.have.length(50);
    expect(ctx.overloads).to.have.length(1);
    queue.waiting.splice(5);
    expect(await poll()).to.have.length(5);
    expect(ctx.overloads).to.have.length(1);
  });

  it('deletes on close what an aborted poll could not', async () => {
    const queue = fakeQueue(['a']);
    const { ctx, channel, poll } = await opened(queue);
    await poll();
    queue.fail.remove = new Error('Request aborted');
    await channel.poll?.(AbortSignal.abort());
    delete queue.fail.remove;
    await channel.close();
    expect(queue.deleted).to.deep.equal(['r0']);
    expect(ctx.lines).to.deep.equal([]);
  });

  it('deletes what was handed over with the next poll, in tens, and on close', async () => {
    const queue = fakeQueue(Array.from({ length: 12 }, (_, n) => String(n)));
    const { ctx, channel, poll } = await opened(queue);
    await poll();
    expect(queue.deleted).to.have.length(0);
    await poll();
    expect(queue.deleted).to.have.length(12);
    expect(ctx.lines).to.deep.equal([`A message of ${queueUrl} was not deleted: Gone`]);
    await channel.close();
    expect(queue.deleted).to.have.length(12);
  });

  it('deletes on close what the last poll handed over', async () => {
    const queue = fakeQueue(['a']);
    const { channel, poll } = await opened(queue);
    await poll();
    await channel.close();
    expect(queue.deleted).to.deep.equal(['r0']);
  });

  it('goes on when messages cannot be deleted', async () => {
    const queue = fakeQueue(['a']);
    const { ctx, poll } = await opened(queue);
    await poll();
    queue.fail.remove = new Error('no');
    expect(await poll()).to.deep.equal([]);
    expect(ctx.lines[0]).to.contain('not deleted: no');
  });

  it('rejects where the queue cannot be read', async () => {
    const queue = fakeQueue([]);
    const { poll } = await opened(queue);
    queue.fail.receive = Object.assign(new Error('The queue is gone'), { name: 'QueueDoesNotExist' });
    const failure = await poll().catch((error: unknown) => error);
    expect(failure).to.include({ name: 'CallError', code: 'QueueDoesNotExist' });
  });

  it('needs clients that speak SQS', async () => {
    const ctx = fakeChannelContext({ clients: {} });
    const failure = await sqs.open(ctx, sqs.params.parse({ queueUrl })).catch((error: unknown) => error);
    expect(String(failure)).to.contain('sqs()');
  });
});
