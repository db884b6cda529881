import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { webhook } from '../detectors/channels/webhook.ts';
import { runScenarios } from '../engine/run.ts';
import type { AnyChannel, ChannelContext } from '../model/detector.ts';
import type { Scorecard } from '../model/scorecard.ts';
import { markdown } from '../scorecard/markdown.ts';
import { systemClock } from '../system/system-clock.ts';
import { worldCatalogue } from './world/catalogue.ts';
import { worldRequest, worldScenario } from './world/request.ts';
import { World } from './world/world.ts';

/** More than the webhook takes at once. */
const crowd = 700;

describe('verdicts on a detector whose webhook is overrun', function () {
  this.timeout(30_000);

  it('are inconclusive where what it said may be lost, and the scorecard says how much', async () => {
    const { card, notices } = await run({ seesIt: false, overrun: true });
    expect(outcome(card)).to.include({ verdict: 'inconclusive' });
    const dropped = card.detectors['rules']?.dropped ?? 0;
    expect(dropped, 'what the system itself turns away is not counted').to.be.greaterThan(0);
    expect(markdown(card)).to.match(new RegExp(`\\| rules \\| .*\\| ${dropped} \\|`));
    expect(notices.join('\n')).to.contain('Signals of rules are lost or held back under overload: more than 512');
  });

  it('are never missed where it had said it', async () => {
    const { card } = await run({ seesIt: true, overrun: true });
    expect(outcome(card)?.verdict).to.be.oneOf(['detected', 'inconclusive']);
  });

  it('are what they are without a crowd', async () => {
    expect(outcome((await run({ seesIt: false, overrun: false })).card)).to.include({ verdict: 'missed' });
    expect(outcome((await run({ seesIt: true, overrun: false })).card)).to.include({ verdict: 'detected' });
  });
});

function outcome(card: Scorecard) {
  return card.scenarios[0]?.trials[0]?.detections[0];
}

interface Overrun {
  readonly seesIt: boolean;
  /** A crowd of connections comes with the injection and stays for half a second. */
  readonly overrun: boolean;
}

async function run({ seesIt, overrun }: Overrun): Promise<{ readonly card: Scorecard; readonly notices: string[] }> {
  const world = new World(1, systemClock);
  world.resources.set('bucket', 'private');
  world.detectors.push({
    ...{ name: 'rules', delayMs: 100, carriesMarker: true, rulesUp: true, deliveryUp: true },
    rule: ({ action, value }) => (seesIt && action === 'write' && value === 'public' ? 'public' : undefined),
  });
  let port = 0;
  const sockets: Socket[] = [];
  world.onWrite = ({ value }) => {
    if (!overrun || value !== 'public') return;
    for (let n = 0; n < crowd; n++) sockets.push(connect(port, '127.0.0.1').on('error', () => undefined));
    world.later(500, () => {
      for (const socket of sockets) socket.destroy();
    });
  };
  const catalogue = worldCatalogue(world);
  const push = catalogue.channels.get('sim.push');
  if (push === undefined) throw new Error('The world has no channel.');
  const open = async (ctx: ChannelContext, params: { readonly name: string }) => {
    if (params.name !== 'rules') return push.open(ctx, params as never);
    const channel = await webhook.open(ctx, webhook.params.parse({}));
    const url = channel.address ?? '';
    port = Number(new URL(url).port);
    // A sender whose connection is not taken has lost its alert.
    world.receivers.set(params.name, ({ bytes }) => {
      fetch(url, { method: 'POST', body: Buffer.from(bytes) }).catch(() => undefined);
    });
    return channel;
  };
  const channels = new Map([...catalogue.channels, ['sim.push', { ...push, open } as unknown as AnyChannel]]);
  const scenario = worldScenario(world, {
    id: 'flip',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    expect: { detections: [{ detector: 'rules', rule: 'public', within: '1s' }] },
  });
  const request = worldRequest(world, [scenario], { catalogue: { ...catalogue, channels } });
  const { scorecard } = await runScenarios(request);
  for (const socket of sockets) socket.destroy();
  return {
    card: scorecard,
    notices: request.told.flatMap((event) => (event.kind === 'notice' ? [event.text] : [])),
  };
}
