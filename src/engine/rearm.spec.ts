import { expect } from 'chai';
import type { Signal } from '../model/signal.ts';
import { worldEnvironment, worldRequest, worldScenario } from '../testing/world/request.ts';
import { runTwoTrials } from '../testing/world/two-trials.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

describe('J9: rearm', () => {
  it('waits for an expected alert on the subject to resolve before the fault goes in', async () => {
    expect(await gapWithOpenAlert('public')).to.be.greaterThan(4000);
  });

  it('waits for no alert of a rule that nobody expects', async () => {
    expect(await gapWithOpenAlert('unrelated')).to.be.within(1000, 2000);
  });
});

describe('J9: rearm of a detector that groups', () => {
  it('waits its quiet time out, however short the SLO', async () => {
    const { gapMs, said } = await twoTrials(20_000, 20_000);
    expect(gapMs).to.be.within(20_000, 21_500);
    expect(said).to.deep.equal(['in-time', 'in-time']);
  });

  it('proves nothing by the silence of one that others keep from re-arming', async () => {
    const { gapMs, said } = await twoTrials(3000, 3000, 1000);
    expect(gapMs).to.be.within(6000, 7500);
    expect(said).to.deep.equal(['in-time', 'already-firing']);
  });

  it('waits for the resolution of what was pushed, of an event too', async () => {
    const { gapMs, said } = await twoTrials('resolved', 1500);
    expect(gapMs).to.be.within(1500, 2500);
    expect(said).to.deep.equal(['in-time', 'in-time']);
  });

  it('proves nothing by silence where the resolution does not come', async () => {
    const { gapMs, said } = await twoTrials('resolved', 60_000);
    expect(gapMs).to.be.within(3000, 5000);
    expect(said).to.deep.equal(['in-time', 'already-firing']);
  });
});

/**
 * Two trials on one bucket, whose detector says nothing new of it for `quietMs` after its last alert, and then that it is
 * resolved; somebody else may set it off every so often.
 */
async function twoTrials(rearm: 'resolved' | number, quietMs: number, everyMs?: number) {
  const at = new World();
  at.resources.set('bucket', 'private');
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  const base: Signal = {
    ...{ format: 'sim', id: 'a', dedupeKey: 'a', rule: 'public', severity: 4, rawSeverity: 'high', status: 'open' },
    ...{ sample: false, techniques: [], resource: { id: 'bucket' } },
  };
  at.detectors.push({
    ...{ name: 'rules', delayMs: 400, carriesMarker: true, rulesUp: true, deliveryUp: true },
    rule: ({ n, action, value, epochMs }) => {
      if (action !== 'write' || value !== 'public' || epochMs < quietUntilMs) return undefined;
      quietUntilMs = epochMs + quietMs;
      if (rearm === 'resolved')
        at.later(quietMs, () => at.send('rules', { ...base, dedupeKey: `rules-${n}`, status: 'resolved' }, 0));
      return 'public';
    },
  });
  const again = (ms: number) =>
    at.later(ms, () => {
      quietUntilMs = Number.POSITIVE_INFINITY;
      at.send('rules', { ...base, id: `${at.clock.epochMs()}`, dedupeKey: `${at.clock.epochMs()}` }, 0);
      if (at.clock.monoMs() < 20_000) again(ms);
    });
  if (everyMs !== undefined) again(everyMs);
  const { scorecard } = await runTwoTrials(at, rearm);
  const writes = at.events.filter(({ action, value }) => action === 'write' && value === 'public');
  const [first, second] = writes.map(({ epochMs }) => epochMs);
  const said = scorecard.scenarios[0]?.trials.map(({ detections }) => detections[0]?.reasonCode);
  return { gapMs: (second ?? 0) - (first ?? 0), said };
}

/** Milliseconds from control to fault where a rule has fired on their subject since the control, and goes on. */
async function gapWithOpenAlert(rule: string): Promise<number> {
  const at = new World();
  at.resources.set('bucket', 'private');
  at.detectors.push({
    name: 'rules',
    delayMs: 400,
    carriesMarker: true,
    rulesUp: true,
    deliveryUp: true,
    rule: (event) => (event.action === 'write' && event.value === 'public' ? 'public' : undefined),
  });
  const environment = worldEnvironment(at);
  const { rules } = environment.detectors;
  if (rules === undefined) throw new Error('No detector.');
  const detectors = { rules: { ...rules, sees: 'state', rearm: 'resolved' } } as const;
  at.onWrite = (event) => {
    if (event.value !== 'shared') return;
    const alert: Signal = {
      format: 'sim',
      id: 'open',
      dedupeKey: 'open',
      rule,
      severity: 4,
      rawSeverity: 'high',
      status: 'open',
      sample: false,
      techniques: [],
      resource: { id: 'bucket' },
    };
    at.send('rules', alert, 10);
  };
  const scenario = worldScenario(at, {
    id: 'flip',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    control: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'shared' } }],
    expect: { detections: [{ detector: 'rules', rule: 'public', within: '1s' }] },
  });
  await runScenarios(worldRequest(at, [scenario], { environment: { ...environment, detectors } }));
  const writeOf = (value: string) => at.events.find((event) => event.action === 'write' && event.value === value);
  return (writeOf('public')?.epochMs ?? 0) - (writeOf('shared')?.epochMs ?? 0);
}
