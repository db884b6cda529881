import { expect } from 'chai';
import type { Marker } from '../model/marker.ts';
import { signal } from '../testing/facts.ts';
import { SeededRandom } from '../testing/fakes/seeded-random.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { type CanaryKeeperOptions, newCanaryKeeper } from './canaries.ts';
import type { HeardSignal } from './heard.ts';

function keeperOn(
  clock: VirtualClock,
  offers: CanaryKeeperOptions['offers'],
  log = (_line: string) => {},
  stalls?: CanaryKeeperOptions['stalls'],
) {
  return newCanaryKeeper({
    detector: 'rules',
    offers,
    clock,
    ...(stalls === undefined ? {} : { stalls }),
    random: new SeededRandom(1),
    marginMs: 1000,
    signal: new AbortController().signal,
    log,
    wall: { isSteady: () => true },
    onReceived: () => undefined,
  });
}

function heardAt(clock: VirtualClock, overrides: Parameters<typeof signal>[0], marker?: Marker): HeardSignal {
  return {
    detector: 'rules',
    signal: signal(overrides),
    text: '',
    arrivedMonoMs: [clock.monoMs(), clock.monoMs()],
    sightings: marker === undefined ? [] : [{ marker, phase: 'canary' }],
  };
}

function raising(raised: Marker[]): CanaryKeeperOptions['offers'] {
  const raise = async (marker: Marker) => void raised.push(marker);
  return { rule: { kind: 'raise', rule: 'canary-*', raise } };
}

describe('newCanaryKeeper', () => {
  it('J2: proves a path only by a canary raised after the instant and received before the limit', async () => {
    const clock = new VirtualClock();
    const raised: Marker[] = [];
    const keeper = keeperOn(clock, raising(raised));
    keeper.proveSince(0);
    await clock.advance(100);
    expect(keeper.hear(heardAt(clock, { rule: 'canary-role' }, raised[0]))).to.equal(true);
    expect(keeper.proof(0, 200).rule).to.deep.equal({ raised: true, received: true });
    expect(keeper.proof(50, 200).rule).to.deep.equal({ raised: false, received: false });
    expect(keeper.proof(0, 50).rule.received).to.equal(false);
  });

  it('J3: takes no heartbeat that came after the limit for a canary that was lost', async () => {
    const clock = new VirtualClock();
    const keeper = keeperOn(clock, { rule: { kind: 'heartbeat', rule: 'beat', raise: async () => undefined } });
    await clock.advance(5000);
    const eventTime = new Date(clock.epochMs() - 500).toISOString();
    expect(keeper.hear(heardAt(clock, { rule: 'beat', eventTime }))).to.equal(true);
    expect(keeper.proof(0, 4900).rule).to.deep.equal({ raised: false, received: false });
    expect(keeper.proof(0, 5000).rule).to.deep.equal({ raised: true, received: true });
  });

  it('J1: takes a poll for proof only where its newest entry was taken in past the deadline', async () => {
    const clock = new VirtualClock();
    const keeper = keeperOn(clock, { tool: { kind: 'poll', raise: async () => undefined } });
    await clock.advance(9000);
    keeper.hearPoll(clock.epochMs() - 2000);
    // The clock's margin of 1 s counts against it.
    expect(keeper.proof(0, 12_000, 6000).tool.received).to.equal(true);
    expect(keeper.proof(0, 12_000, 6001).tool.received).to.equal(false);
    expect(keeper.proof(0, 8999, 4000).tool.received).to.equal(false);
  });

  it('J1: keeps a canary in mind however many polls come after it', async () => {
    const clock = new VirtualClock();
    const raised: Marker[] = [];
    const keeper = keeperOn(clock, { ...raising(raised), tool: { kind: 'poll', raise: async () => undefined } });
    keeper.proveSince(0);
    await clock.advance(10);
    keeper.hear(heardAt(clock, { rule: 'canary-role' }, raised[0]));
    const newestEpochMs = clock.epochMs();
    for (let n = 0; n < 1000; n++) keeper.hearPoll(newestEpochMs);
    expect(keeper.proof(0, 100).rule).to.deep.equal({ raised: true, received: true });
  });

  it('J19: takes a canary for neither lost nor received in time that may have come on either side of the limit', async () => {
    const clock = new VirtualClock();
    const raised: Marker[] = [];
    const keeper = keeperOn(clock, raising(raised));
    keeper.proveSince(0);
    await clock.advance(5000);
    keeper.hear({ ...heardAt(clock, { rule: 'canary-role' }, raised[0]), arrivedMonoMs: [100, 5000] });
    expect(keeper.proof(0, 99).rule).to.deep.equal({ raised: true, received: false });
    expect(keeper.proof(0, 4999).rule).to.deep.equal({ raised: false, received: false });
    expect(keeper.proof(0, 5000).rule).to.deep.equal({ raised: true, received: true });
  });

  it('knows by when a canary had left that was raised while we stood still, and since when it may have been here', async () => {
    const clock = new VirtualClock();
    const raised: Marker[] = [];
    const raise = async (marker: Marker) => {
      raised.push(marker);
      await clock.sleep(5000);
    };
    const frozenMs = (from: number) => 4900 - from;
    const stalls = { sinceMonoMs: () => undefined, frozenMs, lastedMs: frozenMs };
    const keeper = keeperOn(clock, { rule: { kind: 'raise', raise } }, undefined, stalls);
    const fate = keeper.raiseNow('rule');
    await clock.advance(5000);
    keeper.hear({ ...heardAt(clock, { rule: 'canary-role' }, raised[0]), arrivedMonoMs: [100, 5000] });
    const times = { raisedMonoMs: 0, outMonoMs: 5000, leftByMonoMs: 4900, earliestMonoMs: 100, receivedMonoMs: 5000 };
    expect(await fate).to.deep.include(times);
  });

  it('J1: shares one canary among all who ask within its time', async () => {
    const clock = new VirtualClock();
    const raised: Marker[] = [];
    const keeper = keeperOn(clock, raising(raised));
    keeper.proveSince(0);
    await clock.advance(10);
    keeper.proveSince(0);
    await clock.advance(10);
    expect(raised).to.have.lengthOf(1);
  });

  it('raises again where one stays out', async () => {
    const clock = new VirtualClock();
    const raised: Marker[] = [];
    const keeper = keeperOn(clock, raising(raised));
    keeper.proveSince(0);
    await clock.advance(2100);
    keeper.proveSince(0);
    await clock.advance(10);
    expect(raised).to.have.lengthOf(2);
  });

  it('J1: takes a sample for a tool canary, never for a rule canary', async () => {
    const clock = new VirtualClock();
    const raised: Marker[] = [];
    const keeper = keeperOn(clock, raising(raised));
    keeper.proveSince(0);
    await clock.advance(10);
    expect(keeper.hear(heardAt(clock, { rule: 'canary-role', sample: true }, raised[0]))).to.equal(true);
    expect(keeper.proof(0, 100).rule.received).to.equal(false);
  });

  it('J1: counts a heartbeat as raised when the tool says it was, less its clock margin', async () => {
    const clock = new VirtualClock();
    const keeper = keeperOn(clock, { tool: { kind: 'heartbeat', rule: 'heartbeat', raise: async () => undefined } });
    await clock.advance(5000);
    keeper.hear(heardAt(clock, { rule: 'heartbeat', eventTime: new Date(clock.epochMs() - 500).toISOString() }));
    expect(keeper.proof(3500, 6000).tool.received).to.equal(true);
    expect(keeper.proof(3600, 6000).tool.received).to.equal(false);
  });

  it('knows a clock that dates a canary before it was raised, by more than its margin', async () => {
    const clock = new VirtualClock();
    const raised: Marker[] = [];
    const keeper = keeperOn(clock, raising(raised));
    await clock.advance(9000);
    keeper.proveSince(0);
    await clock.advance(10);
    keeper.hear(heardAt(clock, { eventTime: new Date(clock.epochMs() - 900).toISOString() }, raised[0]));
    expect(keeper.isClockBehind()).to.equal(false);
    keeper.hear(heardAt(clock, { eventTime: new Date(clock.epochMs() - 1100).toISOString() }, raised[0]));
    expect(keeper.isClockBehind()).to.equal(true);
  });

  it('leaves everything else alone', () => {
    const clock = new VirtualClock();
    expect(keeperOn(clock, raising([])).hear(heardAt(clock, {}))).to.equal(false);
  });

  it('forgets a canary that could not be raised', async () => {
    const clock = new VirtualClock();
    const said: string[] = [];
    const refused = async () => {
      throw new Error('refused');
    };
    const keeper = keeperOn(clock, { rule: { kind: 'raise', raise: refused } }, (line) => said.push(line));
    keeper.proveSince(0);
    await clock.advance(10);
    expect(keeper.proof(0, 100).rule.raised).to.equal(false);
    for (let n = 0; n < 3; n++) {
      await clock.advance(2500);
      keeper.proveSince(0);
    }
    await clock.advance(10);
    expect(said).to.deep.equal(['Raising the rule canary of rules failed: refused.']);
  });
});
