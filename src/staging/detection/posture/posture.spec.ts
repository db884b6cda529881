import { expect } from 'chai';
import { VirtualClock } from '../../../testing/fakes/virtual-clock.ts';
import { startUp } from '../detection.fixture.ts';
import type { DetectorSwitches } from '../options.ts';
import { createAlertStore } from './alert-store.ts';
import { postureChecks, type StateReader } from './checks.ts';
import { postureChatter, watchPosture } from './watch.ts';

const trust = (principal: unknown) =>
  JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }] });

describe('watchPosture', () => {
  const ends: AbortController[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end.abort(new Error('test is over'));
  });

  const cases: readonly (readonly [alert: string, severity: string, resource: string, state: Partial<State>])[] = [
    ['ForeignTrust', 'high', startUp.roles.appSecond, { trust: trust({ AWS: 'arn:aws:iam::999988887777:root' }) }],
    ['ForeignTrust', 'high', startUp.roles.appSecond, { trust: trust('*') }],
    ['AdminAttached', 'high', startUp.roles.appFirst, { policies: ['arn:aws:iam::aws:policy/AdministratorAccess'] }],
    ['PublicBucket', 'high', 'arn:aws:s3:::models-a1', { bucketPolicy: trust('*') }],
    ['BlockPublicAccessOff', 'medium', 'arn:aws:s3:::models-a1', { block: undefined }],
    ['BlockPublicAccessOff', 'medium', 'arn:aws:s3:::models-a1', { block: [true, false, true, true] }],
    ['TrailStopped', 'critical', startUp.trails.primary, { logging: false }],
    ['EndpointExposed', 'high', 'endpoint/inference', { open: true }],
  ];
  for (const [alertname, severity, resource, bad] of cases) {
    it(`raises ${alertname} while ${Object.keys(bad)} is bad, and takes it back`, async () => {
      const { set, alerts, clock } = start();
      await clock.advance(1000);
      expect(alerts()).to.deep.equal([]);
      set(bad);
      await clock.advance(500);
      const region = resource.startsWith('endpoint/') ? 'global' : 'us-east-1';
      expect(alerts()).to.deep.equal([{ alertname, severity, resource, account: '111122223333', region }]);
      set(good);
      await clock.advance(500);
      expect(alerts()).to.deep.equal([]);
    });
  }

  const benign: readonly (readonly [title: string, state: Partial<State>])[] = [
    ['a trust to the own second account', { trust: trust({ AWS: ['arn:aws:iam::444455556666:root'] }) }],
    ['a permitted policy', { policies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] }],
    ['an own-account principal', { bucketPolicy: trust({ AWS: 'arn:aws:iam::111122223333:root' }) }],
    ['a denial to everyone', { bucketPolicy: JSON.stringify({ Statement: { Effect: 'Deny', Principal: '*' } }) }],
    ['a URL-encoded trust of a service', { trust: encodeURIComponent(trust({ Service: 'ec2.amazonaws.com' })) }],
  ];
  for (const [title, state] of benign) {
    it(`is silent on ${title}`, async () => {
      const { set, alerts, clock } = start();
      set(state);
      await clock.advance(1000);
      expect(alerts()).to.deep.equal([]);
    });
  }

  it('keeps the start of an alert and moves its update while the state stays bad', async () => {
    const { set, store, clock } = start();
    set({ logging: false });
    await clock.advance(500);
    const [first] = store.active();
    await clock.advance(2000);
    const [later] = store.active();
    expect(later?.startsAt).to.equal(first?.startsAt);
    expect(Date.parse(later?.updatedAt ?? '') - Date.parse(first?.updatedAt ?? '')).to.equal(2000);
  });

  it('starts anew with the same fingerprint when the state turns bad again', async () => {
    const { set, store, clock } = start();
    const seen = [];
    for (const logging of [false, true, false]) {
      set({ logging });
      await clock.advance(500);
      seen.push(...store.active());
    }
    expect(seen).to.have.length(2);
    expect(seen[1]?.fingerprint).to.equal(seen[0]?.fingerprint);
    expect(seen[1]?.startsAt).not.to.equal(seen[0]?.startsAt);
  });

  it('keeps an alert while its state cannot be read, still judges the rest, and logs once', async () => {
    const { set, alerts, log, clock } = start();
    set({ logging: false });
    await clock.advance(500);
    set({ logging: new Error('connection refused'), bucketPolicy: trust('*') });
    await clock.advance(5000);
    expect(alerts().map(({ alertname }) => alertname)).to.have.members(['TrailStopped', 'PublicBucket']);
    expect(log).to.have.length(1);
    expect(log[0]).to.contain('connection refused');
  });

  it('holds each alert and its end back by the delay', async () => {
    const { set, alerts, clock } = start({ delayMs: 8000 });
    set({ logging: false });
    await clock.advance(7900);
    expect(alerts()).to.deep.equal([]);
    await clock.advance(600);
    expect(alerts()).to.have.length(1);
    set(good);
    await clock.advance(7900);
    expect(alerts()).to.have.length(1);
    await clock.advance(600);
    expect(alerts()).to.deep.equal([]);
  });

  it('raises nothing without its rules', async () => {
    const { set, alerts, clock } = start({ rules: false });
    set({ logging: false });
    await clock.advance(2000);
    expect(alerts()).to.deep.equal([]);
  });

  function start(switches: Partial<DetectorSwitches> = {}) {
    const clock = new VirtualClock();
    const end = new AbortController();
    ends.push(end);
    const store = createAlertStore(clock);
    const log: string[] = [];
    let state: State = good;
    void watchPosture({
      checks: postureChecks(startUp),
      reader: readerOf(() => state),
      store,
      account: startUp.account,
      switches: { rules: true, delivery: true, delayMs: 0, ...switches },
      clock,
      log: (text) => log.push(text),
      signal: end.signal,
    });
    return {
      clock,
      store,
      log,
      alerts: () => store.active().map(({ labels }) => labels),
      set: (changed: Partial<State>) => {
        state = { ...state, ...changed };
      },
    };
  }
});

describe('createAlertStore', () => {
  it('lists a posted alert for five minutes when it names no end', () => {
    const clock = new VirtualClock();
    const store = createAlertStore(clock);
    store.fire({ labels: { alertname: 'windshear-test' } });
    const [alert] = store.active();
    expect(alert).to.deep.include({ status: { state: 'active', silencedBy: [], inhibitedBy: [], mutedBy: [] } });
    expect(alert?.fingerprint).to.match(/^[0-9a-f]{16}$/);
    expect(Date.parse(alert?.endsAt ?? '') - clock.epochMs()).to.equal(300_000);
  });

  it('drops a posted alert at its end', async () => {
    const clock = new VirtualClock();
    const store = createAlertStore(clock);
    store.fire({ labels: { alertname: 'x' }, endsAt: new Date(clock.epochMs() + 1000).toISOString() });
    await clock.advance(999);
    expect(store.active()).to.have.length(1);
    await clock.advance(1);
    expect(store.active()).to.deep.equal([]);
  });

  it('takes label sets in any order as one alert, and other sets as others', () => {
    const store = createAlertStore(new VirtualClock());
    store.fire({ labels: { alertname: 'x', a: '1' } });
    store.fire({ labels: { a: '1', alertname: 'x' } });
    store.fire({ labels: { a: '2', alertname: 'x' } });
    expect(store.active()).to.have.length(2);
  });

  it('makes the fingerprint by FNV-1a over names and values, each closed by 0xFF', () => {
    const store = createAlertStore(new VirtualClock());
    store.fire({ labels: { first_label: 'first_label_value' } });
    expect(store.active()[0]?.fingerprint).to.equal(fnv('first_label\xfffirst_label_value\xff'));
  });
});

describe('postureChatter', () => {
  it('makes alerts of another name that end by themselves', async () => {
    const clock = new VirtualClock();
    const store = createAlertStore(clock);
    const switches = { rules: true, delivery: true, delayMs: 0 };
    const chatter = postureChatter(store, switches, { account: startUp.account, clock });
    chatter('arn:aws:s3:::models-a1');
    chatter('arn:aws:s3:::models-a1');
    expect(store.active().map(({ labels }) => labels['alertname'])).to.deep.equal(['TagPolicyDrift', 'TagPolicyDrift']);
    await clock.advance(2000);
    expect(store.active()).to.deep.equal([]);
  });
});

interface State {
  readonly trust: string;
  readonly policies: readonly string[];
  readonly bucketPolicy: string | undefined;
  readonly block: readonly boolean[] | undefined;
  readonly logging: boolean | Error;
  readonly open: boolean;
}

const good: State = {
  trust: trust({ Service: 'ec2.amazonaws.com' }),
  policies: [],
  bucketPolicy: undefined,
  block: [true, true, true, true],
  logging: true,
  open: false,
};

/** Only the first of each pair follows the state. */
function readerOf(state: () => State): StateReader {
  const at = (name: string) => (['inference-api', 'models-a1'].includes(name) ? state() : good);
  return {
    roleTrust: async (role) => (role === 'inference-worker' ? state().trust : good.trust),
    attachedPolicies: async (role) => at(role).policies,
    bucketPolicy: async (bucket) => at(bucket).bucketPolicy,
    publicAccessBlock: async (bucket) => at(bucket).block,
    trailIsLogging: async () => {
      const { logging } = state();
      if (logging instanceof Error) throw logging;
      return logging;
    },
    answersAnybody: async (endpoint) => endpoint === startUp.endpoint && state().open,
  };
}

/** The 64-bit FNV-1a hash, spelt out apart from the code under test: http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv(text: string): string {
  const mask = (1n << 64n) - 1n;
  let hash = 14695981039346656037n;
  for (const char of text) hash = ((hash ^ BigInt(char.charCodeAt(0))) * 1099511628211n) & mask;
  return hash.toString(16).padStart(16, '0');
}
