import { expect } from 'chai';
import { z } from 'zod';
import { CallError } from '../model/call.ts';
import { type AnyChannel, defineChannel, type Payload } from '../model/detector.ts';
import type { TrialResult } from '../model/scorecard.ts';
import { worldEnvironment, worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

interface Outage {
  /** What is written to the bucket when it begins, 100 ms later. */
  readonly at: 'public' | 'shared';
  readonly forMs: number;
  readonly shownMs: number;
  readonly keepsMs?: number;
}

/** A store that shows each alert for a while, and answers no poll in the outage. */
function store(at: World, { at: value, forMs, shownMs, keepsMs }: Outage): AnyChannel {
  let shown: Payload[] = [];
  let isOut = false;
  at.onWrite = (write) => {
    if (write.value !== value) return;
    at.later(100, () => {
      isOut = true;
    });
    at.later(100 + forMs, () => {
      isOut = false;
    });
  };
  return defineChannel({
    type: 'sim.store',
    title: 'sim',
    description: 'sim',
    params: z.strictObject({ name: z.string() }),
    example: { name: 'rules' },
    delivery: 'store',
    async open(_ctx, { name }) {
      at.receivers.set(name, (payload) => shown.push({ ...payload, arrivedMonoMs: at.clock.monoMs() }));
      return {
        ...(keepsMs === undefined ? {} : { keepsMs }),
        close: async () => undefined,
        async poll() {
          await at.clock.sleep(5);
          if (isOut) throw new CallError('throttled', '429', 'slow down');
          const now = at.clock.monoMs();
          shown = shown.filter(({ arrivedMonoMs }) => now - arrivedMonoMs < shownMs);
          return shown;
        },
      };
    },
  }) as unknown as AnyChannel;
}

/** Runs one trial of which the store alerts on what is written at the outage's beginning. */
async function played(outage: Outage, expected: 'detections' | 'blind' = 'detections'): Promise<TrialResult> {
  const at = new World();
  at.resources.set('bucket', 'private');
  at.detectors.push({
    name: 'rules',
    delayMs: 200,
    carriesMarker: true,
    rulesUp: true,
    deliveryUp: true,
    rule: ({ action, value }) => (action === 'write' && value === outage.at ? 'public' : undefined),
  });
  const environment = worldEnvironment(at);
  const rules = { ...environment.detectors['rules'], channel: { type: 'sim.store', name: 'rules' } };
  const scenario = worldScenario(at, {
    id: 'flip',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    control: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'shared' } }],
    expect:
      expected === 'blind'
        ? { blind: [{ detector: 'rules', canary: 'rule', within: '4s' }] }
        : { detections: [{ detector: 'rules', rule: 'public', within: '4s' }] },
  });
  const request = worldRequest(at, [scenario], {
    environment: { ...environment, detectors: { rules } } as typeof environment,
  });
  const channels = new Map(request.catalogue.channels).set('sim.store', store(at, outage));
  const { scorecard } = await runScenarios({ ...request, catalogue: { ...request.catalogue, channels } });
  const [trial] = scorecard.scenarios[0]?.trials ?? [];
  if (trial === undefined) throw new Error('No trial was run.');
  return trial;
}

const said = (one: { readonly verdict: string; readonly reasonCode: string } | undefined) => [
  one?.verdict,
  one?.reasonCode,
];

describe('a store that could not be asked for a while', () => {
  it('J2: is no miss where it may have shown an alert meanwhile and taken it back', async () => {
    const { detections, control } = await played({ at: 'public', forMs: 5900, shownMs: 3000 });
    expect(said(detections[0])).to.deep.equal(['inconclusive', 'channel-unproven']);
    expect(detections[0]?.reason).to.match(/^rules could not be asked for 6 s, from .+ the injection on \(52 polls/);
    expect(said(control)).to.deep.equal(['quiet', 'no-alerts']);
  });

  it('J2: is a miss where it shows for long enough what comes', async () => {
    const { detections } = await played({ at: 'public', forMs: 5900, shownMs: 3000, keepsMs: 60_000 });
    expect(said(detections[0])).to.deep.equal(['missed', 'no-alert']);
  });

  it('J20: leaves open what it still showed afterwards', async () => {
    const { detections } = await played({ at: 'public', forMs: 5900, shownMs: 1e9 });
    expect(said(detections[0])).to.deep.equal(['inconclusive', 'poll-too-coarse']);
  });

  it('§3: shows nobody blind where it may have shown the canary meanwhile and taken it back', async () => {
    const outage = { at: 'public', forMs: 5400, shownMs: 3000 } as const;
    const { blindness } = await played(outage, 'blind');
    expect(said(blindness[0])).to.deep.equal(['inconclusive', 'channel-unproven']);
    expect(blindness[0]?.reason).to.match(/^rules could not be asked for .+ the canary on \(/);
  });

  it('J2: is no quiet control where it may have shown an alert on it and taken it back', async () => {
    const { control } = await played({ at: 'shared', forMs: 3400, shownMs: 1000 });
    expect(said(control)).to.deep.equal(['inconclusive', 'channel-unproven']);
    expect(control?.reason).to.contain('the permitted change on');
  });
});
