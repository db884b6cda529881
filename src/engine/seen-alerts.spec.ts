import { expect } from 'chai';
import { signal } from '../testing/facts.ts';
import { newSeenAlerts } from './seen-alerts.ts';

const first = { dedupeKey: 'k', count: 1, eventTime: '2026-01-01T00:00:00Z' };

function second(now: Parameters<typeof signal>[0], phase: 'inject' | 'control' = 'control'): string {
  const seen = newSeenAlerts(true);
  const marker = 'wsaaaaaaaaaaaa';
  seen.note(signal(first), 10, [{ marker, phase: 'control' }]);
  return seen.note(signal({ ...first, ...now }), 20, [{ marker, phase }]).kind;
}

describe('newSeenAlerts', () => {
  it('J8: takes an alert that says the same once more for a repeat', () => {
    expect(second({})).to.equal('repeat');
    expect(second({ updatedAt: '2026-01-01T00:05:00Z' })).to.equal('repeat');
  });

  it('J8: takes a count or a time of the event that moved for news', () => {
    expect(second({ count: 2 })).to.equal('risen');
    expect(second({ lastSeen: '2026-01-01T00:05:00Z' })).to.equal('risen');
    expect(second({ eventTime: '2026-01-01T00:05:00Z' })).to.equal('risen');
  });

  it('J6: takes a marker that came into an alert for news', () => {
    expect(second({}, 'inject')).to.equal('risen');
  });

  it('J8: holds a version that was overtaken against the highest that came', () => {
    const seen = newSeenAlerts(true);
    for (const [count, lastSeen] of [
      [3, '2026-01-01T00:00:30Z'],
      [2, '2026-01-01T00:00:20Z'],
    ] as const)
      seen.note(signal({ ...first, count, lastSeen }), 10);
    const { previous } = seen.note(signal({ ...first, count: 3, lastSeen: '2026-01-01T00:00:30Z' }), 20);
    expect([previous?.count, previous?.lastSeen]).to.deep.equal([3, '2026-01-01T00:00:30Z']);
  });

  it('J8: takes an alert that opens again for a new one', () => {
    const seen = newSeenAlerts(true);
    seen.note(signal(first), 10);
    seen.note(signal({ ...first, status: 'resolved' }), 20);
    const again = { ...first, eventTime: '2026-01-01T00:00:30Z' };
    expect(seen.note(signal(again), 30)).to.deep.equal({ kind: 'new' });
  });

  it('J8: takes what was sent once more after its resolution for a repeat, not for a new alert', () => {
    const seen = newSeenAlerts(true);
    seen.note(signal(first), 10);
    seen.note(signal({ ...first, status: 'resolved' }), 20);
    const stray = seen.note(signal(first), 30);
    expect([stray.kind, stray.previous?.firstMonoMs, seen.open()]).to.deep.equal(['repeat', 10, []]);
    const updated = { ...first, updatedAt: '2026-01-01T00:00:30Z' };
    expect(seen.note(signal(updated), 40).kind).to.equal('new');
  });

  it('J8: takes no version for a new one that only lacks a marker which the last one had', () => {
    const seen = newSeenAlerts(true);
    const sightings = [{ marker: 'wsaaaaaaaaaaaa', phase: 'inject' }] as const;
    seen.note(signal(first), 10);
    expect(seen.note(signal(first), 20, sightings).kind).to.equal('risen');
    expect(seen.note(signal(first), 30).kind).to.equal('repeat');
    expect(seen.note(signal({ ...first, actor: { name: 'ada' } }), 40).kind).to.equal('risen');
  });

  it('J8: takes what a store shows again for a new alert', () => {
    const seen = newSeenAlerts(true);
    seen.note(signal(first), 10);
    seen.closeAllBut(new Set());
    expect(seen.note(signal(first), 30).kind).to.equal('new');
  });

  it('forgets the oldest of 50,000, and those alone', () => {
    const seen = newSeenAlerts(false);
    const note = (n: number, more = {}) => seen.note(signal({ ...first, dedupeKey: `key-${n}`, ...more }), n).kind;
    for (let n = 0; n < 50_000; n++) note(n);
    seen.note(signal({ ...first, dedupeKey: 'key-0', status: 'resolved' }), 50_000);
    // It opens again, and so is the newest.
    expect(note(0, { eventTime: '2026-01-01T00:00:30Z' })).to.equal('new');
    for (let n = 50_000; n < 50_100; n++) note(n);
    expect([101, 102, 49_999].map((n) => note(n))).to.deep.equal(['repeat', 'repeat', 'repeat']);
    expect(note(0, { eventTime: '2026-01-01T00:00:30Z' })).to.equal('repeat');
    expect([1, 100].map((n) => note(n))).to.deep.equal(['new', 'new']);
  });

  it('forgets in a time that does not grow with what it has forgotten', () => {
    const seen = newSeenAlerts(false);
    let next = 0;
    const tookMs = (alerts: number) => {
      const began = process.cpuUsage().user;
      for (const until = next + alerts; next < until; next++)
        seen.note(signal({ ...first, dedupeKey: `key-${next}` }), 1);
      return (process.cpuUsage().user - began) / 1000;
    };
    const perAlertMs = tookMs(50_000) / 50_000;
    tookMs(40_000);
    expect(tookMs(20_000) / 20_000).to.be.lessThan(5 * perAlertMs + 0.002);
  }).timeout(20_000);
});
