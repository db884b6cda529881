import { expect } from 'chai';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { faults, recordOf } from './detection.fixture.ts';
import { type QueueMessage, readQueue } from './event-queue.ts';

const message = (id: string): QueueMessage => ({
  receipt: `receipt-${id}`,
  body: JSON.stringify({
    'detail-type': 'AWS API Call via CloudTrail',
    detail: recordOf({ ...faults.publicPolicy, id }),
  }),
});

describe('readQueue', () => {
  it('hands each record over once, however often its message comes', async () => {
    const { handled, removed } = await run([[message('a'), message('b')], [message('a')], [message('c')]]);
    expect(handled).to.deep.equal(['a', 'b', 'c']);
    expect(removed).to.deep.equal(['receipt-a', 'receipt-b', 'receipt-a', 'receipt-c']);
  });

  for (const body of ['no json', '{}', '{"detail":{"eventName":"X"}}', 'null']) {
    it(`drops a message that is ${body} and goes on`, async () => {
      const { handled, log } = await run([[{ receipt: 'x', body }, message('a')]]);
      expect(handled).to.deep.equal(['a']);
      expect(log.join()).to.contain('message dropped');
    });
  }

  it('goes on when a record makes its handler fail', async () => {
    const { handled, log } = await run([[message('bad'), message('a')]]);
    expect(handled).to.deep.equal(['a']);
    expect(log.join()).to.contain('cannot judge');
  });

  it('asks again, less and less often, while the queue does not answer', async () => {
    const { handled, log } = await run([new Error('refused'), new Error('refused'), [message('a')]]);
    expect(handled).to.deep.equal(['a']);
    expect(log.map((text) => /again in (\d+) ms/.exec(text)?.[1])).to.deep.equal(['100', '200']);
  });
});

async function run(answers: readonly (readonly QueueMessage[] | Error)[]) {
  const clock = new VirtualClock({ autoAdvance: true });
  const end = new AbortController();
  const handled: string[] = [];
  const removed: string[] = [];
  const log: string[] = [];
  const left = [...answers];
  await readQueue({
    name: 'queue',
    queue: {
      receive: async () => {
        const answer = left.shift();
        if (answer === undefined) end.abort(new Error('over'));
        if (answer instanceof Error) throw answer;
        return answer ?? [];
      },
      remove: async (messages) => {
        removed.push(...messages.map(({ receipt }) => receipt));
      },
    },
    handle: ({ eventID }) => {
      if (eventID === 'bad') throw new Error('cannot judge');
      handled.push(eventID);
    },
    clock,
    log: (text) => log.push(text),
    signal: end.signal,
  });
  return { handled, removed, log };
}
