import { expect } from 'chai';
import { worldDecode } from '../testing/world/catalogue.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

describe('a record that cannot be read', () => {
  it('is counted and kept with its reason, but for the secrets in it', async () => {
    const world = new World();
    world.resources.set('bucket', 'private');
    world.detectors.push({
      ...{ name: 'rules', delayMs: 400, carriesMarker: true, rulesUp: true, deliveryUp: true, rule: () => undefined },
    });
    const torn = '{"credentials":{"sessionToken":"FwoGZXIvYXdzEBYa"}}\n{"cut off';
    world.later(1000, () => {
      const payload = { bytes: new TextEncoder().encode(torn), arrivedMonoMs: world.clock.monoMs() };
      world.receivers.get('rules')?.(payload);
    });
    const scenario = worldScenario(world, {
      id: 'flip',
      faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
      expect: { detections: [{ detector: 'rules', rule: 'public', within: '4s' }] },
    });
    const { scorecard } = await runScenarios(
      worldRequest(world, [scenario], {
        decode: (payload, formats) =>
          new TextDecoder().decode(payload.bytes) === torn
            ? { signals: [], ignored: 0, malformed: [{ reason: 'not JSON' }] }
            : worldDecode(payload, formats),
      }),
    );
    expect(scorecard.detectors['rules']?.malformed).to.equal(1);
    const kept = world.disk.files().get('/reports/run-1/evidence/malformed-rules.jsonl')?.text ?? '{}';
    const { reason, base64 } = JSON.parse(kept) as { reason: string; base64: string };
    expect(reason).to.equal('not JSON');
    expect(Buffer.from(base64, 'base64').toString()).to.equal(torn.replace('FwoGZXIvYXdzEBYa', '<secret>'));
  });
});
