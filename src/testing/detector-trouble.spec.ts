import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { z } from 'zod';
import { httpPoll } from '../detectors/channels/http-poll.ts';
import { webhook } from '../detectors/channels/webhook.ts';
import { decode } from '../detectors/decode.ts';
import { runScenarios } from '../engine/run.ts';
import type { AnyChannel, AnyFormat, ChannelContext } from '../model/detector.ts';
import type { DetectionResult, Scorecard } from '../model/scorecard.ts';
import { signalSchema } from '../model/signal.ts';
import { systemClock } from '../system/system-clock.ts';
import { startFlappingTls, startTroubledStore, type Trouble, type TroubledStore } from './fakes/troubled-store.ts';
import { worldCatalogue } from './world/catalogue.ts';
import { worldEnvironment, worldRequest, worldScenario } from './world/request.ts';
import { World } from './world/world.ts';

const slo = '3s';
const spoilt: readonly Trouble[] = [
  ...(['server error', 'connection cut', 'answer after 10 s', 'endless body'] as const),
  ...(['wrong content type', 'gzip bomb', 'truncated JSON', 'no JSON'] as const),
];

/** What a detector's server does to requests; one of its twins sees the fault, the other never does. */
const troubles: Readonly<Record<string, (n: number) => Trouble>> = {
  'no trouble': () => 'well',
  '5 % throttled': (n) => (n % 20 === 10 ? 'throttled' : 'well'),
  'all throttled': () => 'throttled',
  ...Object.fromEntries(
    spoilt.map((trouble) => [`now and then ${trouble}`, (n: number) => (n % 3 === 1 ? trouble : 'well')]),
  ),
  ...Object.fromEntries(spoilt.map((trouble) => [`always ${trouble}`, () => trouble])),
  ...Object.fromEntries(
    spoilt.map((trouble) => [`from then on ${trouble}`, (n: number) => (n < 8 ? 'well' : trouble)]),
  ),
};

describe('verdicts on a detector in trouble', function () {
  this.timeout(60_000);
  const stores = new Map<string, TroubledStore>();
  const trusted = getCACertificates('default');
  let card: Scorecard;
  let refusedByWebhook = 0;
  let tookMs = 0;

  before(async () => {
    const starting = Object.entries(troubles).flatMap(([name, troubleOf]) =>
      ['sees', 'is blind'].map(async (twin) => stores.set(`${name}, ${twin}`, await startTroubledStore(troubleOf))),
    );
    await Promise.all(starting);
    for (const twin of ['sees', 'is blind']) {
      const flapping = await startFlappingTls();
      stores.set(`TLS that flaps, ${twin}`, flapping);
      setDefaultCACertificates([...getCACertificates('default'), flapping.authority]);
    }
    const began = performance.now();
    card = await run();
    tookMs = performance.now() - began;
  });

  after(async () => {
    setDefaultCACertificates(trusted);
    await Promise.all([...stores.values()].map((store) => store.close()));
  });

  const verdict = (name: string): DetectionResult => {
    const trial = card.scenarios.find(({ id }) => id === idOf(name))?.trials[0];
    const detection = trial?.detections[0];
    if (detection === undefined) throw new Error(`Nothing was judged of '${name}': ${trial?.error}`);
    return detection;
  };
  const told = (name: string) => `${verdict(name).verdict}: ${verdict(name).reason}`;

  for (const name of [...Object.keys(troubles), 'TLS that flaps']) {
    const isLost = name.startsWith('always') || name === 'all throttled';
    const isSeenAtTimes = name.startsWith('now and then') || name === 'TLS that flaps' || name === '5 % throttled';

    it(`are never 'missed' where it saw the fault: ${name}`, () => {
      const { verdict: got } = verdict(`${name}, sees`);
      if (name === 'no trouble') expect(got, told(`${name}, sees`)).to.equal('detected');
      else if (isLost) expect(got, told(`${name}, sees`)).to.equal('inconclusive');
      else expect(got, told(`${name}, sees`)).to.be.oneOf(['detected', 'inconclusive']);
    });

    it(`are never 'detected' where it did not: ${name}`, () => {
      const { verdict: got } = verdict(`${name}, is blind`);
      if (name === 'no trouble') expect(got, told(`${name}, is blind`)).to.equal('missed');
      else if (isSeenAtTimes) expect(got, told(`${name}, is blind`)).to.be.oneOf(['missed', 'inconclusive']);
      else expect(got, told(`${name}, is blind`)).to.equal('inconclusive');
    });
  }

  it('are inconclusive where its name is not found', () => {
    expect(verdict('no such name, sees').verdict, told('no such name, sees')).to.equal('inconclusive');
  });

  it('are right where its webhook is fed bombs, rubbish and endless bodies beside its alerts', () => {
    expect(verdict('webhook, sees').verdict, told('webhook, sees')).to.equal('detected');
    expect(verdict('webhook, is blind').verdict, told('webhook, is blind')).to.be.oneOf(['missed', 'inconclusive']);
    expect(refusedByWebhook).to.be.greaterThan(10);
  });

  it('ask a throttled store again no sooner than it said', () => {
    const { requests } = stores.get('5 % throttled, sees') ?? { requests: [] };
    const gaps = requests.flatMap(({ trouble, atMs }, n) => {
      const next = requests[n + 1];
      return trouble === 'throttled' && next !== undefined ? [next.atMs - atMs] : [];
    });
    expect(gaps).to.not.deep.equal([]);
    for (const gap of gaps) expect(gap).to.be.at.least(990);
  });

  it('come in time: nothing of it holds the run up', () => {
    expect(tookMs).to.be.lessThan(25_000);
    expect(card.summary.rollback.clean).to.equal(card.scenarios.length);
  });

  async function run(): Promise<Scorecard> {
    const world = new World(1, systemClock);
    const names = [...stores.keys(), 'no such name, sees', 'webhook, sees', 'webhook, is blind'];
    for (const name of names) {
      world.detectors.push({
        ...{ name: idOf(name), delayMs: 150, carriesMarker: true, rulesUp: true, deliveryUp: true },
        rule: ({ action, value, resource }) =>
          action === 'write' && value === 'public' && resource === idOf(name) && name.endsWith('sees')
            ? 'public'
            : undefined,
      });
      world.resources.set(idOf(name), 'private');
      const store = stores.get(name);
      if (store !== undefined)
        world.receivers.set(idOf(name), ({ bytes }) => store.put(JSON.parse(Buffer.from(bytes).toString())));
    }
    const scenarios = names.map((name) =>
      worldScenario(world, {
        id: idOf(name),
        faults: [{ type: 'sim.flip', with: { resource: idOf(name), value: 'public' } }],
        expect: { detections: [{ detector: idOf(name), rule: 'public', within: slo }] },
      }),
    );
    const detectors = Object.fromEntries(
      names.map((name) => {
        const url = stores.get(name)?.url ?? 'http://detector.invalid/alerts';
        const channel = name.startsWith('webhook')
          ? { type: 'webhook', name: idOf(name) }
          : // Where no trouble is meant, none may come of how busy this machine is.
            { type: 'http-poll', url, timeout: name.startsWith('no trouble') ? '10s' : '400ms' };
        return [idOf(name), { ...detectorOf(idOf(name)), channel }];
      }),
    );
    const budgets = { concurrentFaults: names.length, resources: 10 * names.length, apiWrites: 100 * names.length };
    const catalogue = worldCatalogue(world);
    const { scorecard } = await runScenarios(
      worldRequest(world, scenarios, {
        environment: worldEnvironment(world, { detectors, budgets, poll: '60ms', audit: {} }),
        decode,
        catalogue: {
          ...catalogue,
          channels: new Map([
            ...catalogue.channels,
            ['http-poll', httpPoll as unknown as AnyChannel],
            ['webhook', fedWebhook(world, () => refusedByWebhook++)],
          ]),
          formats: new Map([...catalogue.formats, ['sim.list', listFormat(catalogue.formats.get('sim.json'))]]),
        },
      }),
    );
    return scorecard;
  }
});

function idOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '');
}

function detectorOf(name: string) {
  return {
    format: 'sim.list',
    sees: 'event',
    carries: ['marker', 'subject', 'actor'],
    canary: { rule: { type: 'sim.canary', name }, tool: { type: 'sim.test', name } },
    clock: { error: '0ms', resolution: '0ms' },
  };
}

/** A store answers a list of signals in normal form. */
function listFormat(one: AnyFormat | undefined): AnyFormat {
  if (one === undefined) throw new Error('The world has no format.');
  return {
    ...one,
    type: 'sim.list',
    prose: false,
    read: ({ value }: { readonly value: unknown }) =>
      (Array.isArray(value) ? value : [value]).map((record) => ({
        kind: 'signal',
        signal: signalSchema.parse(record),
        record,
      })),
  } as AnyFormat;
}

const bomb = Buffer.concat(Array.from({ length: 8 }, () => gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: 1 })));
const rubbish: readonly RequestInit[] = [
  { body: bomb, headers: { 'content-encoding': 'gzip' } },
  { body: '{"a": [1, 2' },
  { body: '<html>', headers: { 'content-type': 'text/html' } },
  { body: 'not packed', headers: { 'content-encoding': 'gzip' } },
  { body: new Uint8Array(11 * 1024 * 1024) },
  { body: 'x', headers: { 'content-encoding': 'lzma' } },
];

/** The webhook, to which the world's alerts are posted, and all the while what nobody wants. */
function fedWebhook(world: World, onRefused: () => void): AnyChannel {
  return {
    ...webhook,
    params: z.strictObject({ name: z.string() }),
    async open(ctx: ChannelContext, { name }: { readonly name: string }) {
      const refuse: ChannelContext['refuse'] = (reason, evidence) => {
        onRefused();
        ctx.refuse(reason, evidence);
      };
      const channel = await webhook.open({ ...ctx, refuse }, webhook.params.parse({}));
      const url = channel.address ?? '';
      // A request that is refused in the middle of its body breaks off.
      const post = (init: RequestInit) =>
        fetch(url, { method: 'POST', ...init }).then(
          (answer) => answer.body?.cancel(),
          () => undefined,
        );
      world.receivers.set(name, ({ bytes }) => void post({ body: Buffer.from(bytes) }));
      let n = 0;
      const feeding = setInterval(() => void post(rubbish[n++ % rubbish.length] ?? {}), 100);
      return {
        ...channel,
        close: async () => {
          clearInterval(feeding);
          await channel.close();
        },
      };
    },
  } as unknown as AnyChannel;
}
