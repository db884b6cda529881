import { expect } from 'chai';
import type { AnyChannel, Payload } from '../model/detector.ts';
import type { RunRequest } from '../model/run.ts';
import type { DetectionResult } from '../model/scorecard.ts';
import { signal } from '../testing/facts.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World, type WorldEvent } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

/** A world in which the harness does not read what is pushed from one instant to another, each from the injection on. */
class FreezingWorld extends World {
  readonly #frozen: readonly [number, number];
  readonly #stop = new AbortController();
  #injectedMs = Number.POSITIVE_INFINITY;

  constructor(frozen: readonly [fromMs: number, untilMs: number]) {
    super();
    this.#frozen = frozen;
    this.resources.set('bucket', 'private');
    const rule = () => undefined;
    this.detectors.push({ name: 'rules', delayMs: 400, carriesMarker: true, rulesUp: true, deliveryUp: true, rule });
  }

  /** Has the detector see the fault after a while, and a person stop the run. */
  seen(afterMs: number, stoppedAfterMs?: number): void {
    this.onWrite = (event) => {
      if (event.value !== 'public') return;
      this.#injectedMs = this.clock.monoMs();
      this.send('rules', alertOn(event), afterMs);
      if (stoppedAfterMs !== undefined) this.later(stoppedAfterMs, () => this.#stop.abort());
    };
  }

  /** Runs one trial; the harness knows of its stall, or it does not. */
  async detection(knows: 'knows' | 'does not know'): Promise<DetectionResult | undefined> {
    const scenario = worldScenario(this, {
      id: 'flip',
      faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
      expect: { detections: [{ detector: 'rules', rule: 'public', within: '4s' }] },
    });
    const request = this.#holdingBack({ ...worldRequest(this, [scenario]), stop: this.#stop.signal });
    const stalls = {
      sinceMonoMs: (atMs: number) => (atMs > this.#from && atMs <= this.#until + 250 ? this.#from : undefined),
      frozenMs: (fromMs: number, untilMs: number) =>
        Math.max(0, Math.min(untilMs, this.#until, this.clock.monoMs()) - Math.max(fromMs, this.#from)),
      lastedMs: (fromMs: number, untilMs: number) =>
        this.#from < Math.min(untilMs, this.clock.monoMs()) && this.#until > fromMs ? this.#until - this.#from : 0,
    };
    const { scorecard } = await runScenarios(knows === 'knows' ? { ...request, stalls } : request);
    return scorecard.scenarios[0]?.trials[0]?.detections[0];
  }

  get #from(): number {
    return this.#injectedMs + this.#frozen[0];
  }

  get #until(): number {
    return this.#injectedMs + this.#frozen[1];
  }

  #holdingBack(request: RunRequest): RunRequest {
    const channels = new Map(request.catalogue.channels);
    const push = channels.get('sim.push');
    if (push === undefined) throw new Error('The world has no channel.');
    const open: AnyChannel['open'] = (ctx, params) => {
      const deliver = (payload: Payload) => {
        const now = this.clock.monoMs();
        if (now <= this.#from || now >= this.#until) ctx.deliver(payload);
        else this.later(this.#until + 5 - now, () => ctx.deliver({ ...payload, arrivedMonoMs: this.clock.monoMs() }));
      };
      return push.open({ ...ctx, deliver }, params);
    };
    channels.set('sim.push', { ...push, open });
    return { ...request, catalogue: { ...request.catalogue, channels } };
  }
}

function alertOn({ epochMs, userAgent }: WorldEvent) {
  const eventTime = new Date(epochMs).toISOString();
  return signal({ format: 'sim', rule: 'public', eventTime, resource: { id: 'bucket' }, actor: { userAgent } });
}

function played(frozen: readonly [number, number], seenAfterMs: number, knows: 'knows' | 'does not know' = 'knows') {
  const world = new FreezingWorld(frozen);
  world.seen(seenAfterMs);
  return world.detection(knows);
}

describe('a harness that stood still', () => {
  it('J19, J20: blames no detector for what it read late itself', async () => {
    const found = await played([30, 6030], 400);
    expect(found).to.include({ verdict: 'inconclusive', reasonCode: 'harness-frozen' });
    expect(found?.ttdIntervalMs?.[0]).to.be.closeTo(35, 10);
    expect(found?.ttdIntervalMs?.[1]).to.be.closeTo(6040, 10);
    expect(await played([30, 6030], 400, 'does not know')).to.include({ verdict: 'late' });
  });

  it('says detected of what came in time all the same', async () => {
    expect(await played([30, 3030], 400)).to.include({ verdict: 'detected' });
  });

  it('says late of what came late on either side of a short stall', async () => {
    expect(await played([30, 830], 5000)).to.include({ verdict: 'late' });
    expect(await played([4500, 5100], 4800)).to.include({ verdict: 'late' });
  });

  it('says late of what came late where we stood still for long only after the SLO', async () => {
    expect(await played([4500, 6500], 7000)).to.include({ verdict: 'late' });
    expect(await played([3500, 5500], 7000)).to.include({ verdict: 'inconclusive', reasonCode: 'harness-frozen' });
  });

  it('takes nothing for silence before it has read what waited', async () => {
    expect(await played([11_500, 12_300], 11_900)).to.include({ verdict: 'late' });
    expect(await played([11_500, 12_300], 11_900, 'does not know')).to.include({ verdict: 'missed' });
  });

  it('says missed of no detector whose signal it may have lost itself', async () => {
    expect(await played([5000, 6000], 60_000)).to.include({ verdict: 'inconclusive', reasonCode: 'harness-frozen' });
    expect(await played([5000, 5900], 60_000)).to.include({ verdict: 'missed' });
    expect(await played([11_800, 13_300], 60_000)).to.include({ reasonCode: 'harness-frozen' });
  });

  it('says stopped where it heard of the stop before it had read what waited', async () => {
    const world = new FreezingWorld([11_500, 12_300]);
    world.seen(60_000, 12_302);
    expect(await world.detection('knows')).to.include({ verdict: 'inconclusive', reasonCode: 'stopped' });
  });
});
