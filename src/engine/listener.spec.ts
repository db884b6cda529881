import { expect } from 'chai';
import type { AnyChannel, ChannelDefinition, Payload } from '../model/detector.ts';
import { type Signal, signalSchema } from '../model/signal.ts';
import { epoch0, signal } from '../testing/facts.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { worldDecode } from '../testing/world/catalogue.ts';
import type { HeardSignal } from './heard.ts';
import { type Listener, openListener } from './listener.ts';

/** A polled source whose answers a test sets; each poll takes 10 ms. */
class Source {
  readonly clock = new VirtualClock({ autoAdvance: true });
  readonly heard: HeardSignal[] = [];
  readonly repeats: HeardSignal[] = [];
  readonly polledAt: number[] = [];
  /** When polls that were of use were sent. */
  readonly good: number[] = [];
  answer: () => readonly Signal[] = () => [];
  /** True while what it answers is cut off. */
  isTorn: 'whole' | 'in part' | 'altogether' = 'whole';
  readonly ended = new AbortController();

  async listen(delivery: 'store' | 'queue', pollMs = 500): Promise<Listener> {
    const channel: ChannelDefinition = {
      type: 'sim',
      title: 'sim',
      description: 'sim',
      params: undefined as never,
      example: {},
      delivery,
      open: async () => ({
        close: async () => undefined,
        poll: async () => {
          this.polledAt.push(this.clock.monoMs());
          await this.clock.sleep(10);
          return this.answer().map((one) => this.#payload(one));
        },
      }),
    };
    return openListener({
      name: 'posture',
      channel: { definition: channel as unknown as AnyChannel, params: {} },
      formats: [],
      decode: (payload, formats) => {
        const malformed = [{ reason: 'not JSON' }];
        if (this.isTorn === 'altogether') return { signals: [], ignored: 0, malformed };
        const decoded = worldDecode(payload, formats);
        return this.isTorn === 'whole' ? decoded : { ...decoded, malformed };
      },
      clock: this.clock,
      onPoll: ({ sentMonoMs }) => this.good.push(sentMonoMs),
      pollMs,
      seesState: delivery === 'store',
      clients: async () => undefined,
      signal: this.ended.signal,
      log: () => undefined,
      onSignal: (heard) => this.heard.push(heard),
      onRepeat: (heard) => this.repeats.push(heard),
      onMalformed: () => undefined,
    });
  }

  #payload(one: Signal): Payload {
    return {
      bytes: new TextEncoder().encode(JSON.stringify(signalSchema.parse(one))),
      arrivedMonoMs: this.clock.monoMs(),
    };
  }

  async until(ms: number): Promise<void> {
    await this.clock.sleep(ms - this.clock.monoMs());
  }
}

describe('openListener', () => {
  it('J19: gives the receipt from the sending of the last good poll without it to the receipt of the one with it', async () => {
    const source = new Source();
    const listener = await source.listen('store');
    await source.until(1200);
    source.answer = () => [signal()];
    await source.until(2000);
    await listener.close();
    expect(source.heard.map((one) => one.arrivedMonoMs)).to.deep.equal([[1000, 1510]]);
  });

  it('J2: knows what came until the sending of its last good poll, whatever became of the ones since', async () => {
    const source = new Source();
    const listener = await source.listen('store');
    await source.until(1005);
    expect(listener.asked(), 'one is under way').to.deep.equal({ untilMonoMs: 500, waitsMs: 0 });
    source.answer = () => {
      throw new Error('gone');
    };
    await source.until(2400);
    expect(listener.asked(), 'two failed').to.deep.equal({ untilMonoMs: 500, waitsMs: 0 });
    source.answer = () => [];
    await source.until(2900);
    expect(listener.asked(), 'one is good').to.deep.equal({ untilMonoMs: 2500, waitsMs: 0 });
    await listener.close();
  });

  it('J2: sends a poll at a deadline, and once more until one is answered, and tells of it once', async () => {
    for (const [pollMs, failsUntil, expected] of [
      [500, 0, 4000],
      [60_000, 0, 4000],
      [60_000, 5500, 6000],
    ] as const) {
      const source = new Source();
      const listener = await source.listen('queue', pollMs);
      await source.until(1000);
      source.answer = () => {
        if (source.clock.monoMs() < failsUntil) throw new Error('gone');
        return [];
      };
      const told: number[] = [];
      listener.watchDeadline(4000, () => told.push(source.clock.monoMs()));
      await source.until(9000);
      expect(told, `every ${pollMs} ms`).to.deep.equal([expected + 10]);
      await listener.close();
    }
  });

  it('J19: widens the interval by a failed poll', async () => {
    const source = new Source();
    const listener = await source.listen('store');
    await source.until(1200);
    source.answer = () => {
      throw new Error('503');
    };
    await source.until(1700);
    source.answer = () => [signal()];
    await source.until(2200);
    await listener.close();
    expect(listener.counters.failedPolls).to.equal(1);
    expect(source.heard[0]?.arrivedMonoMs).to.deep.equal([1000, 2010]);
  });

  it('J8, J19: takes an answer that cannot be read for a failed poll, which closes nothing', async () => {
    const source = new Source();
    const listener = await source.listen('store');
    source.answer = () => [signal({ id: 'old', dedupeKey: 'old' })];
    await source.until(1200);
    source.isTorn = 'altogether';
    await source.until(1700);
    const open = listener.open().length;
    source.isTorn = 'whole';
    source.answer = () => ['old', 'new'].map((id) => signal({ id, dedupeKey: id }));
    await source.until(2200);
    await listener.close();
    expect(open).to.equal(1);
    expect(listener.counters).to.include({ failedPolls: 1, malformed: 1 });
    expect(source.good).to.not.include(1500);
    expect(source.heard.map(({ signal: { id }, arrivedMonoMs }) => [id, arrivedMonoMs])).to.deep.equal([
      ['old', [0, 10]],
      ['new', [1000, 2010]],
    ]);
  });

  it('J8: closes no alert that may stand in a record that cannot be read', async () => {
    const source = new Source();
    const listener = await source.listen('store');
    source.answer = () => ['a', 'b'].map((id) => signal({ id, dedupeKey: id }));
    await source.until(1200);
    source.isTorn = 'in part';
    source.answer = () => [signal({ id: 'a', dedupeKey: 'a' })];
    await source.until(1700);
    const whileTorn = listener.open().length;
    source.isTorn = 'whole';
    await source.until(2200);
    const afterwards = listener.open().length;
    await listener.close();
    expect([whileTorn, afterwards]).to.deep.equal([2, 1]);
    expect(source.good).to.include(1500);
  });

  it('J20: polls denser near a deadline', async () => {
    const source = new Source();
    const listener = await source.listen('store');
    listener.watchDeadline(4000);
    await source.until(6000);
    await listener.close();
    const near = source.polledAt.filter((at) => at >= 3500 && at < 4500);
    const far = source.polledAt.filter((at) => at >= 1000 && at < 2000);
    expect(near.length).to.be.at.least(9);
    expect(far).to.have.lengthOf(2);
  });

  it('J20: polls no denser for being told of a deadline again and again', async () => {
    const source = new Source();
    const listener = await source.listen('store');
    await source.until(1020);
    for (let n = 0; n < 100; n++) {
      const forget = listener.watchDeadline(1500);
      await source.clock.sleep(5);
      forget();
    }
    const times = source.polledAt.filter((at) => at > 1020 && at < 1520);
    await listener.close();
    expect(times).to.have.lengthOf(5);
  });

  it('J8: hands over an alert of a store once, again when its count rises, and knows what is open', async () => {
    const source = new Source();
    const listener = await source.listen('store');
    source.answer = () => [signal({ count: 1 })];
    await source.until(1200);
    expect(listener.open()).to.have.lengthOf(1);
    source.answer = () => [signal({ count: 2 })];
    await source.until(2200);
    source.answer = () => [];
    await source.until(3200);
    expect(listener.open()).to.have.lengthOf(0);
    source.answer = () => [signal({ count: 2 })];
    await source.until(4200);
    await listener.close();
    expect(source.heard.map((one) => one.signal.count)).to.deep.equal([1, 2, 2]);
    expect(source.heard.map((one) => one.previous?.count)).to.deep.equal([undefined, 1, undefined]);
  });

  it('J8: tells a repeated delivery of the same event from a new one', async () => {
    const source = new Source();
    const listener = await source.listen('queue');
    source.answer = () => [signal({ eventTime: new Date(epoch0).toISOString() })];
    await source.until(2200);
    await listener.close();
    expect(source.heard).to.have.lengthOf(1);
    expect(source.repeats[0]).to.deep.include({
      isRepeat: true,
      previous: { firstMonoMs: 10, eventTime: '2026-01-01T00:00:00.000Z' },
    });
  });

  it('J8: takes nothing for repeated that a store shows again', async () => {
    const source = new Source();
    const listener = await source.listen('store');
    source.answer = () => [signal()];
    await source.until(2200);
    await listener.close();
    expect([source.heard.length, source.repeats.length]).to.deep.equal([1, 0]);
  });

  it('finds markers in the alert itself', async () => {
    const source = new Source();
    const listener = await source.listen('queue');
    source.answer = () => [signal({ actor: { userAgent: 'windshear/1 wsabcdefghijkl.i' } })];
    await source.until(600);
    await listener.close();
    expect(source.heard[0]?.sightings).to.deep.equal([{ marker: 'wsabcdefghijkl', phase: 'inject' }]);
  });

  it('says unreachable where no poll succeeds in time', async () => {
    const source = new Source();
    source.answer = () => {
      throw new Error('refused');
    };
    const listener = await source.listen('store');
    expect(await listener.reachable(2000)).to.equal(false);
    source.answer = () => [];
    expect(await listener.reachable(2000)).to.equal(true);
    await listener.close();
  });
});
