import { fork } from 'node:child_process';
import { join } from 'node:path';
import { webhook } from '../../../src/detectors/channels/webhook.ts';
import { runScenarios } from '../../../src/engine/run.ts';
import type { AnyChannel, ChannelDefinition } from '../../../src/model/detector.ts';
import type { Scorecard } from '../../../src/model/scorecard.ts';
import { systemClock } from '../../../src/system/system-clock.ts';
import { worldCatalogue } from '../../../src/testing/world/catalogue.ts';
import { worldEnvironment, worldRequest, worldScenario } from '../../../src/testing/world/request.ts';
import { World } from '../../../src/testing/world/world.ts';
import { root } from '../../sources.ts';

/**
 * Runs scenarios side by side in real time: the target and its resources are in memory, the detector's alerts come
 * from another process through a real webhook. Each detector takes between 0.3 and 1.3 s.
 */
export async function fly({ scenarios, sloMs = 4000 }: { scenarios: number; sloMs?: number }): Promise<Scorecard> {
  const world = new World(1, systemClock);
  const sender = fork(join(root, 'tools/bench/flight/forward.ts'), { serialization: 'json' });
  try {
    const names = Array.from({ length: scenarios }, (_, n) => `bucket-${n}`);
    for (const name of names) world.resources.set(name, 'private');
    for (let n = 0; n < 5; n++) {
      world.detectors.push({
        name: `rules-${n}`,
        delayMs: 300 + n * 250,
        carriesMarker: true,
        rulesUp: true,
        deliveryUp: true,
        rule: ({ action, value }) => (action === 'write' && value === 'public' ? 'public' : undefined),
      });
    }
    const bound = names.map((resource, n) =>
      worldScenario(world, {
        id: `flip-${n}`,
        faults: [{ type: 'sim.flip', with: { resource, value: 'public' } }],
        expect: { detections: [{ detector: `rules-${n % 5}`, rule: 'public', within: `${sloMs}ms` }] },
      }),
    );
    const budgets = { concurrentFaults: scenarios, resources: 10 * scenarios, apiWrites: 100 * scenarios };
    const catalogue = worldCatalogue(world);
    const channels = new Map([...catalogue.channels, ['sim.push', posted(world, sender) as unknown as AnyChannel]]);
    const { scorecard } = await runScenarios(
      worldRequest(world, bound, {
        environment: worldEnvironment(world, { budgets }),
        catalogue: { ...catalogue, channels },
      }),
    );
    return scorecard;
  } finally {
    sender.disconnect();
  }
}

/** A webhook to which another process posts what the world's detectors say. */
function posted(world: World, sender: ReturnType<typeof fork>): ChannelDefinition<{ name: string }> {
  return {
    ...webhook,
    type: 'sim.push',
    params: worldCatalogue(world).channels.get('sim.push')?.params as never,
    example: { name: 'x' },
    async open(ctx, { name }) {
      const channel = await webhook.open(ctx, webhook.params.parse({}));
      world.receivers.set(name, ({ bytes }) =>
        sender.send({ url: channel.address, body: Buffer.from(bytes).toString() }),
      );
      return channel;
    },
  };
}
