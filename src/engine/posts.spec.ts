import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { worldDecode } from '../testing/world/catalogue.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

describe('a record that cannot be read', () => {
  it('is counted and kept with its reason, but for the secrets in it', async () => {
    const kept = await keptOf('{"credentials":{"sessionToken":"FwoGZXIvYXdzEBYa"}}');
    expect(kept).to.deep.include({
      reason: 'no alert',
      length: 51,
      raw: '{"credentials":{"sessionToken":"<secret>"}}',
    });
  });

  it('is kept by reason, length and hash alone where it is no JSON', async () => {
    for (const torn of [
      '{"requestObject":{"data":{"tls.key":"VE9STi12YWx1ZS00MjQy"',
      '"VE9STi12YWx1ZS00MjQy"}}',
      'hunter2',
    ])
      expect(await keptOf(torn)).to.deep.equal({
        ...{ reason: 'no alert', length: torn.length },
        sha256: createHash('sha256').update(torn).digest('hex'),
      });
  });
});

/** Sends a payload that the format takes for malformed, and answers what is kept of it. */
async function keptOf(text: string): Promise<unknown> {
  const world = new World();
  world.resources.set('bucket', 'private');
  world.detectors.push({
    ...{ name: 'rules', delayMs: 400, carriesMarker: true, rulesUp: true, deliveryUp: true, rule: () => undefined },
  });
  world.later(1000, () => {
    const payload = { bytes: new TextEncoder().encode(text), arrivedMonoMs: world.clock.monoMs() };
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
        new TextDecoder().decode(payload.bytes) === text
          ? { signals: [], ignored: 0, malformed: [{ reason: 'no alert' }] }
          : worldDecode(payload, formats),
    }),
  );
  expect(scorecard.detectors['rules']?.malformed).to.equal(1);
  return JSON.parse(world.disk.files().get('/reports/run-1/evidence/malformed-rules.jsonl')?.text ?? '{}');
}
