import { expect } from 'chai';
import type { PhaseWindow, RunningLoad } from '../model/load.ts';
import type { HttpClients, TrafficRequest } from '../targets/http/clients.ts';
import { FakeHttp } from '../testing/fakes/http.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { createHistogram } from './histogram.ts';
import { http } from './http.ts';

describe('createHistogram', () => {
  it('knows percentiles to within 1 %', () => {
    const histogram = createHistogram();
    for (let ms = 1; ms <= 10_000; ms++) histogram.record(ms);
    for (const percent of [1, 50, 95, 99, 99.9]) {
      const exact = percent * 100;
      expect(histogram.percentile(percent), `p${percent}`).to.be.within(exact, exact * 1.01);
    }
    expect(histogram.percentile(100)).to.equal(10_000);
    expect(histogram.max()).to.equal(10_000);
  });

  it('takes microseconds and hours', () => {
    const histogram = createHistogram();
    expect(histogram.percentile(50)).to.equal(undefined);
    histogram.record(0.001);
    histogram.record(4 * 3_600_000);
    expect(histogram.percentile(50)).to.equal(0.001);
    expect(histogram.count()).to.equal(2);
    expect(histogram.max()).to.equal(4 * 3_600_000);
  });
});

describe('http load', () => {
  it('sends what is due, whatever the service does', async () => {
    const { clock, load, sent } = await start({ rate: 100 }, () => ({ ms: 5000 }));
    await clock.advance(1000);
    expect(sent()).to.be.within(100, 101);
    await finish(clock, load);
  });

  it('counts a stall from when each request was due', async () => {
    const stalled = (at: number) => (at >= 1000 && at < 2000 ? 2000 - at : 1);
    const { clock, load } = await start({ rate: 100 }, (at) => ({ ms: stalled(at) }));
    await clock.advance(2000);
    const { figures } = await finish(clock, load);
    const [before] = figures;
    expect(before).to.include({ phase: 'before', errors: 0 });
    expect(before?.latencyMs.p50).to.be.within(1, 40);
    expect(before?.latencyMs.p95).to.be.within(880, 920);
    expect(before?.latencyMs.max).to.be.within(990, 1001);
  });

  it('keeps the phases apart, and tells when users were well again', async () => {
    const { clock, load } = await start({ rate: 100 }, (at) => ({
      ms: 1,
      status: at > 1000 && at <= 2500 ? 503 : 200,
    }));
    await clock.advance(4000);
    const { figures, impaired, unsound } = await finish(clock, load, [
      { phase: 'before', fromMonoMs: 0, untilMonoMs: 1000 },
      { phase: 'during', fromMonoMs: 1000, untilMonoMs: 3000 },
      { phase: 'after', fromMonoMs: 3000 },
    ]);
    expect(figures.map(({ phase, errorRatio = Number.NaN }) => [phase, Math.round(errorRatio * 100)])).to.deep.equal([
      ['before', 0],
      ['during', 75],
      ['after', 0],
    ]);
    expect(impaired).to.have.length(1);
    expect(impaired[0]?.fromMonoMs).to.equal(1000);
    expect(impaired[0]?.untilMonoMs).to.be.within(2500, 2600);
    expect(unsound).to.equal(undefined);
  });

  it('does not call users well before a second has passed', async () => {
    const { clock, load } = await start({ rate: 100 }, (at) => ({ ms: 1, status: at >= 500 && at < 1500 ? 500 : 200 }));
    await clock.advance(2000);
    const { impaired } = await finish(clock, load);
    expect(impaired[0]).to.have.property('fromMonoMs');
    expect(impaired[0]).to.not.have.property('untilMonoMs');
  });

  it('gives up what takes too long, and sends no more than it may have under way', async () => {
    const given = await start({ rate: 100, timeoutMs: 300 }, () => ({ ms: 60_000 }));
    await given.clock.advance(2000);
    const { figures } = await finish(given.clock, given.load);
    expect(figures[0]?.errorRatio).to.equal(1);
    expect(figures[0]?.latencyMs.p99).to.be.within(300, 400);

    const full = await start({ rate: 100, maxInFlight: 5 }, () => ({ ms: 60_000 }));
    await full.clock.advance(1000);
    expect(full.sent()).to.equal(5);
    const { figures: of } = await finish(full.clock, full.load);
    expect(of[0]?.requests).to.be.within(100, 101);
    expect(of[0]?.errors).to.equal(of[0]?.requests);
  });

  it('says that it fell behind', async () => {
    const { clock, load } = await start({ rate: 100 }, () => ({ ms: 1 }));
    await clock.advance(100);
    clock.stall(500);
    await clock.advance(100);
    expect((await finish(clock, load)).unsound).to.include('too slow');
  });
});

/** A machine that is busy with something else: time passes, and nobody is woken. */
class StallingClock extends VirtualClock {
  #stalledMs = 0;
  override monoMs(): number {
    return super.monoMs() + this.#stalledMs;
  }
  stall(ms: number): void {
    this.#stalledMs += ms;
  }
}

type Answer = (atMs: number) => { readonly ms: number; readonly status?: number };

async function start(given: object, answer: Answer) {
  const clock = new StallingClock();
  const signal = new AbortController().signal;
  let sent = 0;
  const clients: HttpClients = {
    ...new FakeHttp().clients(),
    traffic: () => {
      const all = new AbortController();
      const send = (): TrafficRequest => {
        sent += 1;
        const own = new AbortController();
        const { ms, status = 200 } = answer(clock.monoMs());
        const over = AbortSignal.any([own.signal, all.signal]);
        return {
          status: clock.sleep(ms, over).then(
            () => status,
            () => 0,
          ),
          abandon: () => own.abort(),
        };
      };
      return { send, close: () => all.abort() };
    },
  };
  const ctx = { clock, signal, clients, userAgent: 'x', scenario: 's', log: () => undefined };
  const load = await http.start(ctx, http.params.parse({ url: 'http://127.0.0.1:1/', ...given }));
  return { clock, load, sent: () => sent };
}

const whole: readonly PhaseWindow[] = [{ phase: 'before', fromMonoMs: 0 }];

async function finish(clock: VirtualClock, load: RunningLoad, phases = whole) {
  const stopped = load.stop(phases);
  await clock.advance(10_000);
  return stopped;
}
