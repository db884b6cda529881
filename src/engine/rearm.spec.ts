import { expect } from 'chai';
import type { Signal } from '../model/signal.ts';
import { worldEnvironment, worldRequest, worldScenario } from '../testing/world/request.ts';
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
