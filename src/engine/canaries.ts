import type { Clock } from '../model/clock.ts';
import { matchesGlob } from '../model/glob.ts';
import { type Marker, newMarker } from '../model/marker.ts';
import type { Random } from '../model/random.ts';
import type { Stalls } from '../model/stalls.ts';
import { eventEpochMs } from './correlate.ts';
import { failureText } from './failure-text.ts';
import type { HeardSignal } from './heard.ts';
import type { CanaryFate } from './judge-blindness.ts';
import type { PathProof } from './judge-detection.ts';
import { newOutage } from './outage.ts';
import type { WallClock } from './wall-clock.ts';

export type CanaryPath = 'rule' | 'tool';

/** One canary that a detector offers. */
export interface OfferedCanary {
  readonly kind: 'raise' | 'heartbeat' | 'poll';
  /** Glob of the canary's own signals; heartbeats have nothing else to be known by. */
  readonly rule?: string;
  readonly raise: (marker: Marker, signal: AbortSignal) => Promise<void>;
}

export interface CanaryKeeperOptions {
  readonly detector: string;
  readonly offers: Readonly<Partial<Record<CanaryPath, OfferedCanary>>>;
  readonly clock: Clock;
  readonly stalls?: Stalls;
  readonly random: Random;
  /** Error and resolution of the detector's clock: how far a heartbeat's own time may be off. */
  readonly marginMs: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly wall: WallClock;
  readonly onReceived: () => void;
}

/** Proves that a detector's path is alive; one keeper per detector and run, shared by all trials (J1). */
export interface CanaryKeeper {
  readonly offers: (path: CanaryPath) => boolean;
  /** Sees to it that a canary of each path was raised after an instant, and raises again where one stays out. */
  readonly proveSince: (monoMs: number) => void;
  /**
   * What canaries prove that were raised after `sinceMonoMs` and received by `untilMonoMs`; a poll that raised nothing
   * proves a path only by an entry from after `deadlineMonoMs`.
   */
  readonly proof: (sinceMonoMs: number, untilMonoMs: number, deadlineMonoMs?: number) => PathProof;
  /** Raises one now, for `blind:` expectations; its fate fills in as time goes on. */
  readonly raiseNow: (path: CanaryPath) => Promise<CanaryFate>;
  /** Takes a canary's own signal, before any filter for samples; false where the signal is none. */
  readonly hear: (heard: HeardSignal) => boolean;
  /** True once a canary's signal told of an event from before the canary was raised, by more than the clock's margin. */
  readonly isClockBehind: () => boolean;
  /** Takes a successful poll of a store whose newest ingestion time is known. */
  readonly hearPoll: (newestEpochMs: number | undefined) => void;
}

interface Raised {
  readonly path: CanaryPath;
  readonly marker?: Marker;
  /** True where nothing was raised: a poll whose newest entry is from then. */
  readonly isPoll?: true;
  readonly raisedMonoMs: number;
  outMonoMs?: number;
  leftByMonoMs?: number;
  receivedMonoMs?: number;
  earliestMonoMs?: number;
}

/** A canary that has not come back for this long is raised again. */
const againAfterMs = 2000;
/** How many past canaries are remembered for late trials. */
const remembered = 500;

export function newCanaryKeeper(options: CanaryKeeperOptions): CanaryKeeper {
  const { clock, offers } = options;
  const raised: Raised[] = [];
  const outageOf = (path: CanaryPath) => newOutage(`Raising the ${path} canary of ${options.detector}`, options.log);
  const outages = { rule: outageOf('rule'), tool: outageOf('tool') };
  const byMarker = new Map<string, Raised>();

  const keep = (one: Raised): Raised => {
    raised.push(one);
    if (one.marker !== undefined) byMarker.set(one.marker, one);
    if (raised.length > remembered) {
      const oldest = raised.shift();
      if (oldest?.marker !== undefined) byMarker.delete(oldest.marker);
    }
    return one;
  };

  const raise = async (path: CanaryPath, offered: OfferedCanary): Promise<Raised | undefined> => {
    const one = keep({ path, marker: newMarker(options.random), raisedMonoMs: clock.monoMs() });
    try {
      if (one.marker !== undefined) await offered.raise(one.marker, options.signal);
      one.outMonoMs = clock.monoMs();
      const frozenMs = options.stalls?.frozenMs(one.raisedMonoMs, one.outMonoMs) ?? 0;
      if (frozenMs > 0) one.leftByMonoMs = one.raisedMonoMs + frozenMs;
      outages[path].over();
      return one;
    } catch (error) {
      raised.splice(raised.indexOf(one), 1);
      if (!options.signal.aborted) outages[path].failed(failureText(error));
      return undefined;
    }
  };

  let behind = false;
  let newestPolled = Number.NEGATIVE_INFINITY;
  const noteClock = (one: Raised, heard: HeardSignal): void => {
    const eventMs = eventEpochMs(heard.signal);
    const raisedEpochMs = clock.epochMs() - (clock.monoMs() - one.raisedMonoMs);
    if (eventMs !== undefined && eventMs < raisedEpochMs - options.marginMs) behind = true;
  };

  const standing = new Map<CanaryPath, Promise<unknown>>();
  const needed = (path: CanaryPath, sinceMonoMs: number): boolean => {
    const since = raised.filter((one) => one.path === path && one.raisedMonoMs >= sinceMonoMs);
    if (since.some((one) => one.receivedMonoMs !== undefined)) return false;
    const last = since.at(-1);
    return last === undefined || clock.monoMs() - last.raisedMonoMs >= againAfterMs;
  };

  return {
    offers: (path) => offers[path] !== undefined,
    proveSince(monoMs) {
      for (const path of ['rule', 'tool'] as const) {
        const offered = offers[path];
        if (offered?.kind !== 'raise' || standing.has(path) || !needed(path, monoMs)) continue;
        standing.set(
          path,
          raise(path, offered).finally(() => standing.delete(path)),
        );
      }
    },
    proof(sinceMonoMs, untilMonoMs, deadlineMonoMs = sinceMonoMs) {
      const of = (path: CanaryPath) => {
        const since = raised.filter(
          (one) =>
            one.path === path &&
            one.raisedMonoMs >= (one.isPoll === true ? deadlineMonoMs : sinceMonoMs) &&
            one.raisedMonoMs <= untilMonoMs &&
            // A heartbeat is known only once it came; one that came too late is no canary that was lost. Nor is one of
            // which we cannot tell whether it came in time.
            (one.marker !== undefined ? !isAround(untilMonoMs, one) : (one.receivedMonoMs ?? 0) <= untilMonoMs),
        );
        const received = since.some((one) => one.receivedMonoMs !== undefined && one.receivedMonoMs <= untilMonoMs);
        return { raised: since.length > 0, received };
      };
      return { rule: of('rule'), tool: of('tool') };
    },
    async raiseNow(path) {
      const offered = offers[path];
      if (offered?.kind !== 'raise') return {};
      return (await raise(path, offered)) ?? {};
    },
    hear(heard) {
      const arrived = heard.arrivedMonoMs[1];
      const mine = heard.sightings.map(({ marker }) => byMarker.get(marker)).find((one) => one !== undefined);
      if (mine !== undefined) {
        noteClock(mine, heard);
        if (mine.receivedMonoMs === undefined && pathFits(mine, heard, offers)) {
          mine.receivedMonoMs = arrived;
          mine.earliestMonoMs = heard.arrivedMonoMs[0];
          options.onReceived();
        }
        return true;
      }
      for (const path of ['rule', 'tool'] as const) {
        const offered = offers[path];
        if (
          offered?.kind !== 'heartbeat' ||
          offered.rule === undefined ||
          !matchesGlob(offered.rule, heard.signal.rule)
        )
          continue;
        const eventMs = eventEpochMs(heard.signal);
        const isDated = eventMs !== undefined && options.wall.isSteady();
        const ageMs = isDated ? clock.epochMs() - eventMs : Number.POSITIVE_INFINITY;
        const sentMonoMs = clock.monoMs() - Math.max(0, ageMs) - options.marginMs;
        keep({ path, raisedMonoMs: sentMonoMs, receivedMonoMs: arrived });
        options.onReceived();
        return true;
      }
      return false;
    },
    isClockBehind: () => behind,
    hearPoll(newestEpochMs) {
      // A poll that shows nothing younger than one before it proves no more.
      if (newestEpochMs === undefined || newestEpochMs <= newestPolled || !options.wall.isSteady()) return;
      newestPolled = newestEpochMs;
      for (const path of ['rule', 'tool'] as const) {
        if (offers[path]?.kind !== 'poll') continue;
        const nowMonoMs = clock.monoMs();
        keep({
          path,
          isPoll: true,
          raisedMonoMs: nowMonoMs - (clock.epochMs() - newestEpochMs) - options.marginMs,
          receivedMonoMs: nowMonoMs,
        });
        options.onReceived();
      }
    },
  };
}

/** Whether a canary was received in an interval that begins before an instant and ends after it (J19). */
function isAround(monoMs: number, { earliestMonoMs, receivedMonoMs }: Raised): boolean {
  return (earliestMonoMs ?? monoMs + 1) <= monoMs && (receivedMonoMs ?? 0) > monoMs;
}

/** A rule canary proves the rules only when a rule spoke: its signal is no sample and, where named, is of its rule. */
function pathFits(one: Raised, heard: HeardSignal, offers: CanaryKeeperOptions['offers']): boolean {
  const rule = offers[one.path]?.rule;
  if (one.path === 'rule' && heard.signal.sample) return false;
  return rule === undefined || matchesGlob(rule, heard.signal.rule);
}
