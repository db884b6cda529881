import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fileTail } from '../../../src/detectors/channels/file-tail.ts';
import { webhook } from '../../../src/detectors/channels/webhook.ts';
import { decode } from '../../../src/detectors/decode.ts';
import { falco } from '../../../src/detectors/formats/falco.ts';
import { subjectsFrom } from '../../../src/engine/correlate.ts';
import type { HeardSignal } from '../../../src/engine/heard.ts';
import { newInterests } from '../../../src/engine/interests.ts';
import { openPosts } from '../../../src/engine/posts.ts';
import { environmentSchema } from '../../../src/model/environment.ts';
import type { RunRequest } from '../../../src/model/run.ts';
import { systemClock } from '../../../src/system/system-clock.ts';
import { systemDisk } from '../../../src/system/system-disk.ts';
import { systemRandom } from '../../../src/system/system-random.ts';
import { type FloodPlan, markerOf } from './plan.ts';
import { startSender } from './sender.ts';
import { wrongVerdicts } from './verdicts.ts';

export interface FloodRequest extends FloodPlan {
  readonly channel: 'webhook' | 'file-tail';
  /** 0 is as fast as it goes. */
  readonly perSecond: number;
  /** Alerts that follow as fast as they are taken, to see whether memory grows. */
  readonly further: number;
}

export interface FloodResult {
  readonly sent: number;
  readonly heard: number;
  readonly dropped: number;
  readonly wrong: readonly string[];
  /** Reached while the pace was kept, or tried to be. */
  readonly perSecond: number;
  /** Share of a core that this process used meanwhile. */
  readonly share: number;
  /** Widths of the TTD intervals of the signals that expectations waited for, in ms. */
  readonly widthsMs: readonly number[];
  /** Alerts a second of the further ones. */
  readonly furtherPerSecond?: number;
  /** After a collection: once the first of the alerts were in, once those at a pace were, and then at each portion of the rest. */
  readonly memory: readonly Memory[];
}

export interface Memory {
  /** Alerts that had been heard by then. */
  readonly alerts: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
}

const sloFactor = 3;
/** By then all that is kept of alerts is as full as it gets. */
const earlyAt = 100_000;
/** Memory is looked at after so many further alerts. */
const sampledEach = 100_000;
/** So many are sent before all of them must have been heard: a file takes any number at once. */
const portion = 10_000;

/**
 * Floods a channel from another process while expectations are open, through all that a run has between socket and
 * trial, the ring on disk included; then judges each expectation and compares with what was sent.
 */
export async function flood(request: FloodRequest): Promise<FloodResult> {
  const { alerts, expectations, perSecond, further } = request;
  const folder = await mkdtemp(join(tmpdir(), 'windshear-flood-'));
  const file = join(folder, 'alerts.jsonl');
  await writeFile(file, '');
  const interests = newInterests();
  const heard = new Map<number, HeardSignal[]>();
  for (let n = 0; n < expectations; n++) {
    const { keys } = subjectsFrom([`arn:aws:s3:::models-${n}`, `pod/prod/box-${n}`]);
    const hear = (one: HeardSignal) => void heard.set(n, [...(heard.get(n) ?? []), one]);
    interests.add({ marker: markerOf(n), keys, hear });
  }
  const posts = await openPosts(requestOf(request.channel, { folder, file }), interests, {
    log: () => undefined,
    wall: { isSteady: () => true },
  });
  const listener = posts.detectors.get('flood')?.listener;
  if (listener === undefined) throw new Error('The channel could not be opened.');
  const sender = startSender(request, request.channel === 'webhook' ? (listener.address ?? '') : file);
  try {
    const t0 = { monoMs: systemClock.monoMs(), epochMs: systemClock.epochMs() };
    const half = Math.floor(alerts / 2);
    const allIn = async (count: number) => {
      const until = systemClock.monoMs() + 10_000;
      while (listener.counters.signals < count && systemClock.monoMs() < until) await systemClock.sleep(5);
    };
    const cpu = process.cpuUsage();
    const early = Math.min(earlyAt, half);
    await sender.send(0, early, perSecond);
    await allIn(early);
    const memory = [memoryAt(listener.counters.signals)];
    if (early < half) await sender.send(early, half, perSecond);
    await allIn(half);
    const sloMs = systemClock.monoMs() - t0.monoMs;
    await sender.send(half, alerts, perSecond);
    await allIn(alerts);
    const tookMs = systemClock.monoMs() - t0.monoMs;
    const { user, system } = process.cpuUsage(cpu);
    memory.push(memoryAt(listener.counters.signals));
    const began = systemClock.monoMs();
    for (let from = alerts; from < alerts + further; from += portion) {
      const to = Math.min(from + portion, alerts + further);
      await sender.send(from, to, 0);
      await allIn(to);
      if ((to - alerts) % sampledEach === 0 || to === alerts + further) memory.push(memoryAt(to));
    }
    const furtherMs = systemClock.monoMs() - began;
    return {
      sent: alerts + further,
      heard: listener.counters.signals,
      dropped: listener.counters.dropped + sender.refused(),
      wrong: wrongVerdicts({ expectations, heard, t0, sloMs, horizonFactor: sloFactor }),
      perSecond: (alerts / tookMs) * 1000,
      share: (user + system) / 1000 / tookMs,
      widthsMs: [...heard.values()].flat().map(({ arrivedMonoMs: [lower, upper] }) => upper - lower),
      ...(further > 0 ? { furtherPerSecond: (further / furtherMs) * 1000 } : {}),
      memory,
    };
  } finally {
    sender.end();
    await posts.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function requestOf(channel: FloodRequest['channel'], at: { folder: string; file: string }): RunRequest {
  const detectors = {
    flood: {
      channel: channel === 'webhook' ? { type: 'webhook' } : { type: 'file-tail', path: at.file },
      format: 'falco',
      sees: 'event',
      carries: ['marker', 'subject'],
      canary: {},
    },
  };
  const catalogue = {
    channels: new Map<string, unknown>([
      ['webhook', webhook],
      ['file-tail', fileTail],
    ]),
    formats: new Map<string, unknown>([['falco', falco]]),
    canaries: new Map(),
  };
  return {
    environment: environmentSchema.parse({ staging: 'embedded', targets: {}, detectors }),
    catalogue,
    decode,
    clock: systemClock,
    random: systemRandom,
    disk: systemDisk,
    folders: { report: at.folder, state: at.folder },
    channelClients: async () => ({}),
    targets: new Map(),
  } as unknown as RunRequest;
}

/** What is in use once nothing unused is left on the heap. */
function memoryAt(alerts: number): Memory {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  return { alerts, heapBytes: heapUsed, rssBytes: rss };
}
