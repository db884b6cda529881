import { expect } from 'chai';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { createMonitor } from './monitor.ts';
import type { Notification } from './notification.ts';
import { createRule } from './rule.ts';

describe('createRule', () => {
  it('fires once a condition has held for long enough, and resolves with the first that does not hold', () => {
    const rule = createRule(1000);
    const seen = [
      [true, 0],
      [true, 500],
      [false, 600],
      [true, 700],
      [true, 1699],
      [true, 1700],
      [true, 1800],
      [false, 1900],
      [false, 2000],
    ].map(([holds, at]) => rule.evaluate(holds === true, Number(at)));
    expect(seen.map((one) => one ?? '-').join(' ')).to.equal('- - - - - fires - resolves -');
  });
});

describe('createMonitor', () => {
  it('posts RegionDown after its `for`, and its end with the same fingerprint', async () => {
    const { world, clock, posted, end } = start();
    await clock.advance(500);
    world.down.add('http://a');
    await clock.advance(1000);
    expect(posted).to.deep.equal([]);
    await clock.advance(500);
    expect(posted.map(brief)).to.deep.equal(['firing RegionDown region/eu']);
    world.down.clear();
    await clock.advance(500);
    expect(posted.map(brief)).to.deep.equal(['firing RegionDown region/eu', 'resolved RegionDown region/eu']);
    expect(new Set(posted.map(({ alerts }) => alerts[0]?.fingerprint)).size).to.equal(1);
    end();
  });

  it('posts EndpointErrors when too many requests of the window fail', async () => {
    const { world, clock, posted, end } = start();
    await clock.advance(2000);
    world.endpoint = false;
    await clock.advance(750);
    expect(posted.map(brief)).to.deep.equal(['firing EndpointErrors endpoint/inference']);
    world.endpoint = true;
    await clock.advance(3000);
    expect(posted.map(brief)[1]).to.equal('resolved EndpointErrors endpoint/inference');
    end();
  });

  it('posts a test as a sample that carries the marker', () => {
    const { monitor, posted, end } = start();
    monitor.test('wsabcdefghij23.k');
    expect(posted).to.have.length(1);
    expect(posted[0]).to.include({ version: '4', status: 'firing' });
    const labels = { alertname: 'windshear-test', sample: 'true', marker: 'wsabcdefghij23.k' };
    expect(posted[0]?.alerts[0]?.labels).to.include(labels);
    end();
  });

  for (const [name, switches, expected] of [
    ['rules', { rules: false, delivery: true, delayMs: 0 }, ['windshear-test']],
    ['delivery', { rules: true, delivery: false, delayMs: 0 }, []],
  ] as const) {
    it(`posts ${expected.length === 0 ? 'nothing' : 'tests only'} without ${name}`, async () => {
      const { monitor, world, clock, posted, end } = start(switches);
      world.down.add('http://a');
      await clock.advance(2000);
      monitor.test('m');
      expect(posted.map(({ groupLabels }) => groupLabels['alertname'])).to.deep.equal(expected);
      end();
    });
  }
});

function start(switches = { rules: true, delivery: true, delayMs: 0 }) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const posted: Notification[] = [];
  const world = { down: new Set<string>(), endpoint: true };
  const monitor = createMonitor({
    startUp: {
      regions: { eu: 'http://a', us: 'http://b' },
      everyMs: 250,
      forMs: { regionDown: 1000, endpointErrors: 250 },
      errors: { windowMs: 2000, ratio: 0.1 },
    },
    switches,
    deliver: (one) => posted.push(one),
    isRegionUp: async (url) => !world.down.has(url),
    isEndpointUp: async () => world.endpoint,
    clock,
    signal: stop.signal,
  });
  void monitor.run();
  return { monitor, world, clock, posted, end: () => stop.abort(new Error('over')) };
}

function brief({ status, alerts }: Notification): string {
  const [alert] = alerts;
  return `${status} ${alert?.labels['alertname']} ${alert?.labels['resource']}`;
}
