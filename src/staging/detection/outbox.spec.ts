import { expect } from 'chai';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { createOutbox, type OutboxOptions, RefusedForGood } from './outbox.ts';

describe('createOutbox', () => {
  it('sends in order, in batches of the given size', async () => {
    const { outbox, sent, clock } = start({ batch: 2 });
    for (const item of [1, 2, 3, 4, 5]) outbox.put(item);
    await clock.advance(0);
    expect(sent.flat()).to.deep.equal([1, 2, 3, 4, 5]);
    expect(sent.every((batch) => batch.length <= 2)).to.equal(true);
  });

  it('tries again in order after 100, 200, 400 ms, and loses nothing', async () => {
    const triedAt: number[] = [];
    const { outbox, sent, clock } = start({
      send: async () => {
        triedAt.push(clock.monoMs());
        if (triedAt.length <= 3) throw new Error('refused');
      },
    });
    outbox.put(1);
    outbox.put(2);
    await clock.advance(1000);
    expect(triedAt).to.deep.equal([0, 100, 300, 700, 700]);
    expect(sent.flat()).to.deep.equal([1, 2]);
  });

  it('drops what is refused for good, says so, and goes on', async () => {
    const { outbox, sent, log, clock } = start({
      send: async ([item]) => {
        if (item === 1) throw new RefusedForGood('answered 400');
      },
    });
    outbox.put(1);
    outbox.put(2);
    await clock.advance(0);
    expect(sent.flat()).to.deep.equal([2]);
    expect(log).to.deep.equal(['box: dropped 1: answered 400']);
  });

  it('drops the oldest when it is full', async () => {
    let open = false;
    const { outbox, sent, log, clock } = start({
      capacity: 2,
      send: async () => {
        if (!open) throw new Error('closed');
      },
    });
    for (const item of [1, 2, 3, 4]) outbox.put(item);
    open = true;
    await clock.advance(5000);
    expect(sent.flat()).to.deep.equal([3, 4]);
    expect(log.join()).to.contain('full at 2');
  });

  it('gives up after its patience, and not before', async () => {
    let abandoned = 0;
    const { outbox, clock } = start({
      patienceMs: 10_000,
      abandon: () => {
        abandoned += 1;
      },
      send: () => Promise.reject(new Error('gone')),
    });
    outbox.put(1);
    await clock.advance(9000);
    expect([abandoned, outbox.waiting()]).to.deep.equal([0, 1]);
    await clock.advance(4000);
    expect([abandoned, outbox.waiting()]).to.deep.equal([1, 0]);
  });

  it('sends what comes after it ran empty', async () => {
    const { outbox, sent, clock } = start({});
    outbox.put(1);
    await clock.advance(0);
    outbox.put(2);
    await clock.advance(0);
    expect(sent.flat()).to.deep.equal([1, 2]);
  });
});

function start(options: Partial<OutboxOptions<number>>) {
  const clock = new VirtualClock();
  const sent: (readonly number[])[] = [];
  const log: string[] = [];
  const { send = async () => undefined, ...rest } = options;
  const outbox = createOutbox<number>({
    name: 'box',
    clock,
    log: (text) => log.push(text),
    signal: new AbortController().signal,
    ...rest,
    send: async (items) => {
      await send(items);
      sent.push(items);
    },
  });
  return { outbox, sent, log, clock };
}
