import { hash } from 'node:crypto';
import { posix } from 'node:path';
import type {
  BoundFormat,
  CanaryDefinition,
  ChannelDefinition,
  FormatDefinition,
  Recurrence,
} from '../model/detector.ts';
import type { AuditConfig, DetectorConfig } from '../model/environment.ts';
import { markerWithPhase } from '../model/marker.ts';
import type { RunRequest } from '../model/run.ts';
import { readableWithoutSecrets } from '../model/without-secrets.ts';
import { newCanaryKeeper, type OfferedCanary } from './canaries.ts';
import type { DetectorPost } from './detector-post.ts';
import { failureText } from './failure-text.ts';
import type { HeardSignal } from './heard.ts';
import type { Interests } from './interests.ts';
import { type Listener, openListener } from './listener.ts';
import { openSignalRing, type SignalRing } from './signal-ring.ts';
import type { WallClock } from './wall-clock.ts';

/** Every detector and audit source of an environment, listening. */
export interface Posts {
  readonly detectors: ReadonlyMap<string, DetectorPost>;
  readonly close: () => Promise<void>;
}

/** Most malformed records of a run that are kept as evidence. */
const keptMalformed = 200;
const mostMalformedLength = 65_536;

/** Opens the channels of all detectors and audit sources; one that cannot be opened is told and left out. */
export async function openPosts(
  request: RunRequest,
  interests: Interests,
  { log, wall }: { readonly log: (line: string) => void; readonly wall: WallClock },
): Promise<Posts> {
  const ended = new AbortController();
  const ring = openSignalRing({ disk: request.disk, folder: posix.join(request.folders.report, 'evidence'), log });
  const { detectors, audit } = request.environment;
  const posts = await Promise.all(
    Object.entries(detectors).map(
      async ([name, config]) =>
        [name, await openPost(request, { name, config, interests, ring, log, wall, signal: ended.signal })] as const,
    ),
  );
  const audits = await Promise.all(
    Object.entries(audit).map(([name, config]) =>
      openAudit(request, { name, config, interests, ring, log, wall, signal: ended.signal }),
    ),
  );
  return {
    detectors: new Map(posts),
    async close() {
      const listeners = [...posts.map(([, post]) => post.listener), ...audits].filter(
        (listener) => listener !== undefined,
      );
      await Promise.all(listeners.map((listener) => listener.close()));
      ended.abort();
      await ring.close();
    },
  };
}

interface PostOptions<Config> {
  readonly name: string;
  readonly config: Config;
  readonly interests: Interests;
  readonly ring: SignalRing;
  readonly log: (line: string) => void;
  readonly wall: WallClock;
  readonly signal: AbortSignal;
}

async function openPost(request: RunRequest, options: PostOptions<DetectorConfig>): Promise<DetectorPost> {
  const { name, config, log, wall, signal } = options;
  const formats = bindFormats(request, config);
  const keeper = newCanaryKeeper({
    detector: name,
    offers: offersOf(request, config),
    clock: request.clock,
    ...stallsOf(request),
    random: request.random,
    marginMs: config.clock.error + config.clock.resolution,
    signal,
    log,
    wall,
    onReceived: () => undefined,
  });
  const unclaimed = { signals: 0 };
  const recurrence: Recurrence = config.recurrence ?? formats.at(-1)?.definition.recurrence ?? 'none';
  try {
    const listener = await openListener({
      ...listening(request, options, formats),
      seesState: config.sees === 'state',
      resolves: config.rearm === 'resolved',
      onSignal(heard) {
        if (!keeper.hear(heard)) handOut(options, heard, unclaimed);
      },
      onRepeat: (heard) => handOut(options, heard, unclaimed),
      onPoll: ({ newestEpochMs }) => keeper.hearPoll(newestEpochMs),
    });
    return { name, config, recurrence, keeper, listener, unclaimed };
  } catch (error) {
    log(`The channel of '${name}' could not be opened: ${failureText(error)}`);
    return { name, config, recurrence, keeper, unclaimed };
  }
}

async function openAudit(request: RunRequest, options: PostOptions<AuditConfig>): Promise<Listener | undefined> {
  const formats = bindFormats(request, options.config);
  try {
    return await openListener({
      ...listening(request, options, formats),
      seesState: false,
      onSignal: (heard) => void options.interests.dispatch(heard),
    });
  } catch (error) {
    options.log(`The audit source '${options.name}' could not be opened: ${failureText(error)}`);
    return undefined;
  }
}

/** A signal that no trial claims is counted, and kept in the ring. */
function handOut({ interests, ring }: PostOptions<unknown>, heard: HeardSignal, unclaimed: { signals: number }): void {
  if (interests.dispatch(heard) > 0) return;
  unclaimed.signals++;
  ring.keep(heard);
}

function stallsOf({ stalls }: RunRequest): Pick<RunRequest, 'stalls'> {
  return stalls === undefined ? {} : { stalls };
}

function listening(
  request: RunRequest,
  options: PostOptions<DetectorConfig | AuditConfig>,
  formats: readonly BoundFormat[],
) {
  const { name, config, log, signal } = options;
  const { type, ...rest } = config.channel;
  const definition = need(request.catalogue.channels.get(type), `channel '${type}'`) as unknown as ChannelDefinition;
  let malformed = 0;
  return {
    name,
    channel: { definition: definition as never, params: definition.params.parse(rest) },
    formats,
    decode: request.decode,
    clock: request.clock,
    ...stallsOf(request),
    pollMs: config.poll ?? request.environment.poll,
    clients: (target: 'aws') => request.channelClients(target, rest),
    signal,
    log,
    onMalformed({ reason, bytes }: { readonly reason: string; readonly bytes: Uint8Array }) {
      if (malformed++ >= keptMalformed) return;
      const file = posix.join(request.folders.report, 'evidence', `malformed-${name}.jsonl`);
      const line = `${JSON.stringify({ reason, ...keptOf(bytes) })}\n`;
      const keep = request.disk
        .makeFolder(posix.dirname(file))
        .then(() => request.disk.appendDurably(file, new TextEncoder().encode(line)));
      keep.catch((error: unknown) => log(`A malformed record of '${name}' could not be kept: ${failureText(error)}`));
    },
  };
}

/** Of what is no JSON nobody can tell whether a secret is in it: what tells it again is kept, and nothing of it. */
function keptOf(bytes: Uint8Array) {
  const raw = readableWithoutSecrets(new TextDecoder().decode(bytes))?.slice(0, mostMalformedLength);
  const sha256 = hash('sha256', bytes, 'hex');
  return { length: bytes.length, sha256, ...(raw === undefined ? {} : { raw }) };
}

function bindFormats(request: RunRequest, config: Pick<DetectorConfig, 'format'>): readonly BoundFormat[] {
  const listed = Array.isArray(config.format) ? config.format : [config.format];
  return listed.map((entry) => {
    const { type, ...rest } = typeof entry === 'string' ? { type: entry } : entry;
    const definition = need(request.catalogue.formats.get(type), `format '${type}'`) as unknown as FormatDefinition;
    return { definition: definition as never, params: definition.params.parse(rest) };
  });
}

function offersOf(request: RunRequest, config: DetectorConfig): Partial<Record<'rule' | 'tool', OfferedCanary>> {
  const offers: Partial<Record<'rule' | 'tool', OfferedCanary>> = {};
  for (const path of ['rule', 'tool'] as const) {
    const declared = config.canary[path];
    if (declared === undefined) continue;
    const { type, rule, ...rest } = declared;
    const definition = need(request.catalogue.canaries.get(type), `canary '${type}'`) as unknown as CanaryDefinition;
    const params = definition.params.parse(rest);
    offers[path] = {
      kind: definition.kind,
      ...(rule === undefined ? {} : { rule }),
      async raise(marker, signal) {
        const clients = async (target: 'aws' | 'kubernetes') => {
          const session = await need(request.targets.get(target), `target '${target}'`).session(
            'canary',
            marker,
            signal,
          );
          return session.clients;
        };
        await definition.raise(
          { clock: request.clock, signal, clients, markerText: markerWithPhase(marker, 'canary') },
          params,
        );
      },
    };
  }
  return offers;
}

function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`Unknown ${what}; the environment was not validated.`);
  return value;
}
