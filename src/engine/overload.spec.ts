import { expect } from 'chai';
import type { AnyChannel } from '../model/detector.ts';
import type { RunRequest } from '../model/run.ts';
import type { Scorecard } from '../model/scorecard.ts';
import { signal } from '../testing/facts.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World, type WorldDetector } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

const silent: WorldDetector = {
  name: 'rules',
  delayMs: 400,
  carriesMarker: true,
  rulesUp: true,
  deliveryUp: true,
  rule: () => undefined,
};

const flip = { type: 'sim.flip', with: { resource: 'bucket', value: 'public' } };
const twin = { type: 'sim.flip', with: { resource: 'bucket', value: 'shared' } };

function world(detector: Partial<WorldDetector> = {}): World {
  const at = new World();
  at.resources.set('bucket', 'private');
  at.detectors.push({ ...silent, ...detector });
  return at;
}

/** Runs one trial, its fault in after about four seconds; `overloadAtMs` is when the channel says that it loses signals. */
async function played(at: World, overloadAtMs?: number): Promise<Scorecard> {
  const scenario = worldScenario(at, {
    id: 'flip',
    faults: [flip],
    control: [twin],
    expect: { detections: [{ detector: 'rules', rule: 'public', within: '4s' }] },
  });
  const request = worldRequest(at, [scenario]);
  const { scorecard } = await runScenarios(
    overloadAtMs === undefined ? request : overloading(at, request, overloadAtMs),
  );
  return scorecard;
}

function overloading(at: World, request: RunRequest, atMs: number): RunRequest {
  const channels = new Map(request.catalogue.channels);
  const push = channels.get('sim.push');
  if (push === undefined) throw new Error('The world has no channel.');
  const open: AnyChannel['open'] = async (ctx, params) => {
    if ((params as { readonly name: string }).name === 'rules') at.later(atMs, () => ctx.overload('a flood', 7));
    return push.open(ctx, params);
  };
  channels.set('sim.push', { ...push, open });
  return { ...request, catalogue: { ...request.catalogue, channels } };
}

function verdictsOf({ scenarios: [one] }: Scorecard): (readonly [string | undefined, string | undefined])[] {
  const [trial] = one?.trials ?? [];
  const [detection] = trial?.detections ?? [];
  return [
    [detection?.verdict, detection?.reasonCode],
    [trial?.control?.verdict, trial?.control?.reasonCode],
  ];
}

describe('overload', () => {
  it('turns a missed detection inconclusive, leaves the control alone, and is counted', async () => {
    const card = await played(world(), 9000);
    expect(verdictsOf(card)).to.deep.equal([
      ['inconclusive', 'overload'],
      ['quiet', 'no-alerts'],
    ]);
    expect(card.detectors['rules']?.dropped).to.equal(7);
  });

  it('in the time of the control turns the control inconclusive, and no verdict of later', async () => {
    expect(verdictsOf(await played(world(), 1000))).to.deep.equal([
      ['missed', 'no-alert'],
      ['inconclusive', 'overload'],
    ]);
  });

  it('leaves a detection as it is that came in time', async () => {
    const seen = world({
      rule: ({ action, value }) => (action === 'write' && value === 'public' ? 'public' : undefined),
    });
    expect(verdictsOf(await played(seen, 4500))[0]).to.deep.equal(['detected', 'in-time']);
  });

  it('is what more signals on a trial than it can weigh end in', async () => {
    const at = world();
    const about = (n: number) =>
      signal({ format: 'sim', id: `n-${n}`, dedupeKey: `n-${n}`, rule: 'noise', resource: { id: 'bucket' } });
    at.later(8000, () => {
      for (let n = 0; n < 10_001; n++) {
        const bytes = new TextEncoder().encode(JSON.stringify(about(n)));
        at.receivers.get('rules')?.({ bytes, arrivedMonoMs: at.clock.monoMs() });
      }
    });
    const card = await played(at);
    expect(verdictsOf(card)[0]).to.deep.equal(['inconclusive', 'overload']);
    expect(card.detectors['rules']?.dropped).to.be.greaterThan(0);
  }).timeout(20_000);
});

describe('signals that no trial claims', () => {
  it('are counted and kept in the ring; those that one claims are in its evidence', async () => {
    const at = world();
    const elsewhere = { format: 'sim', rule: 'noise', resource: { id: 'elsewhere' } };
    for (let n = 0; n < 3; n++) at.send('rules', signal({ ...elsewhere, id: `n-${n}`, dedupeKey: `n-${n}` }), 2000 + n);
    const ours = { format: 'sim', id: 'ours', dedupeKey: 'ours', rawSeverity: '{"sessionToken":"FwoGZXIvYXdzEBYa"}' };
    at.send('rules', signal({ ...ours, resource: { id: 'bucket' } }), 2000);
    const card = await played(at);
    expect(card.detectors['rules']).to.include({ unclaimed: 3, dropped: 0 });
    const texts = (end: string) =>
      [...at.disk.files()]
        .filter(([path]) => path.endsWith(end))
        .map(([, { text }]) => text)
        .join('');
    const ring = texts('/reports/run-1/evidence/unclaimed-0.jsonl').trim().split('\n');
    expect(ring.map((line): unknown => JSON.parse(JSON.parse(line).raw).id)).to.deep.equal(['n-0', 'n-1', 'n-2']);
    expect(texts('flip/1/signals.jsonl'))
      .to.contain('\\"id\\":\\"ours\\"')
      .and.contain('<secret>')
      .and.not.contain('FwoGZXIvYXdzEBYa');
  });
});
