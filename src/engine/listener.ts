import { CallError } from '../model/call.ts';
import type { Clock } from '../model/clock.ts';
import { isoTime } from '../model/clock.ts';
import type { AnyChannel, BoundFormat, Decode, OpenChannel, Payload } from '../model/detector.ts';
import { findMarkers } from '../model/marker.ts';
import type { Signal } from '../model/signal.ts';
import type { Stalls } from '../model/stalls.ts';
import type { Asked } from './asked.ts';
import { eventEpochMs } from './correlate.ts';
import { failureText } from './failure-text.ts';
import type { HeardSignal } from './heard.ts';
import { newLosses } from './losses.ts';
import { newOutage } from './outage.ts';
import { newPollGaps, type PollGap } from './poll-gaps.ts';
import { newPulse } from './pulse.ts';
import { newSeenAlerts } from './seen-alerts.ts';

export interface ListenerOptions {
  readonly name: string;
  readonly channel: { readonly definition: AnyChannel; readonly params: unknown };
  readonly formats: readonly BoundFormat[];
  readonly decode: Decode;
  readonly clock: Clock;
  readonly stalls?: Stalls;
  readonly pollMs: number;
  /** True where alerts stay open for as long as a state lasts. */
  readonly seesState: boolean;
  /** True where nothing new is said of a subject until the alert on it is resolved (J9). */
  readonly resolves?: boolean;
  readonly clients: (target: 'aws') => Promise<unknown>;
  /** Aborted when the run ends. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Takes each new or risen alert; synchronously, so that receipt times stay ours. */
  readonly onSignal: (heard: HeardSignal) => void;
  /** Takes an alert that its sender sends once more just as it was (J8). */
  readonly onRepeat?: (heard: HeardSignal) => void;
  /** Told after each successful poll of a store. */
  readonly onPoll?: (poll: { readonly sentMonoMs: number; readonly newestEpochMs: number | undefined }) => void;
  readonly onMalformed: (evidence: { readonly reason: string; readonly bytes: Uint8Array }) => void;
}

export interface ListenerCounters {
  signals: number;
  malformed: number;
  refused: number;
  failedPolls: number;
  /** Signals, or requests whose number of signals is not known, that came and could not be kept. */
  dropped: number;
  /** Smallest (receipt − event time) seen: an upper bound of delivery plus the clock's offset. */
  clockOffsetMs: number | null;
}

/** One channel of one detector or audit source, shared by all trials: one poll per tick, however many expectations are open. */
export interface Listener {
  readonly name: string;
  readonly address?: string;
  readonly counters: Readonly<ListenerCounters>;
  /** True where an alert is shown for as long as it is open: in a store, or of a state. */
  readonly showsOpen: boolean;
  /** Notes that signals were lost, or held back, since more came than could be kept. */
  readonly overload: (reason: string, count?: number) => void;
  /** Whether anything was lost or held back in a time, so that silence in it proves nothing. */
  readonly overloadedBetween: (fromMonoMs: number, untilMonoMs: number) => boolean;
  /** How long the stalls of ours lasted that reach into a time, so that what is pushed may have been lost here; 0 for what is polled. */
  readonly frozenMs: (fromMonoMs: number, untilMonoMs: number) => number;
  /** How far it is known what came. Undefined for pushed channels. */
  readonly asked: () => Asked | undefined;
  /** When a store was not seen for longer than usual, so that what came in a time may have come and gone unseen (J2). */
  readonly unseenBetween: (fromMonoMs: number, untilMonoMs: number) => readonly PollGap[];
  /** Alerts that are open now (J8). */
  readonly open: () => readonly HeardSignal[];
  /**
   * Makes polls denser around an instant (J20), and sends one at it; `onAsked` is told once a poll was answered well that
   * was sent at or after it. Answers the way to take it back.
   */
  readonly watchDeadline: (monoMs: number, onAsked?: () => void) => () => void;
  /** Resolves once something was polled successfully, or at once for pushed channels; false where nothing was within `ms`. */
  readonly reachable: (ms: number) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** What a payload held; `torn` where a record of it, or all of it, could not be read. */
interface Taken {
  readonly signals: readonly Signal[];
  readonly torn?: { readonly reason: string; readonly isAll: boolean };
}

/** How much denser polls get near a deadline, and of how many polls before and after it. */
const denser = 5;
const nearPolls = 1.5;

/** However seldom a detector is polled, a poll at a deadline stands back no longer than this behind the one before. */
const mostApartMs = 1000;

interface Deadline {
  readonly monoMs: number;
  readonly onAsked: (() => void) | undefined;
}

/** Of a channel of which nothing has been heard. */
export function newCounters(): ListenerCounters {
  return { signals: 0, malformed: 0, refused: 0, failedPolls: 0, dropped: 0, clockOffsetMs: null };
}

/** Opens a channel and listens until closed; a failed poll or a malformed record is counted and never ends it. */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { clock, name } = options;
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const counters = newCounters();
  const kind = options.channel.definition.delivery;
  const showsOpen = kind === 'store' || options.seesState;
  const seen = newSeenAlerts(showsOpen || options.resolves === true);
  const deadlines = new Set<Deadline>();
  const pulse = newPulse(clock);
  const polled = newPulse(clock);
  let polledOnce = false;
  let lastGoodMonoMs = clock.monoMs();
  const losses = newLosses();
  const gaps = newPollGaps(options);
  const told = new Set<string>();
  const overload = (reason: string, count = 1): void => {
    counters.dropped += count;
    losses.note(clock.monoMs(), count);
    if (!told.has(reason)) options.log(`Signals of ${name} are lost or held back under overload: ${reason}.`);
    told.add(reason);
  };

  const take = (payload: Payload, lowerMonoMs: number, present?: Set<string>): Taken => {
    const decoded = options.decode(payload, options.formats);
    for (const { reason } of decoded.malformed) {
      counters.malformed++;
      options.onMalformed({ reason, bytes: payload.bytes });
    }
    for (const { signal: read, text } of decoded.signals) {
      counters.signals++;
      present?.add(read.dedupeKey);
      const upperMonoMs = clock.monoMs();
      noteOffset(counters, read, clock);
      const sightings = findMarkers(text);
      const known = seen.note(read, upperMonoMs, sightings);
      // A store shows what is open at every poll; only a sender who sends it once more may mean that it happened again.
      if (known.kind === 'repeat' && kind === 'store') continue;
      const heard: HeardSignal = {
        detector: name,
        signal: { ...read, detector: name, receivedAt: isoTime(clock) },
        sightings,
        arrivedMonoMs: [lowerMonoMs, upperMonoMs],
        text,
        ...(known.previous === undefined ? {} : { previous: known.previous }),
        ...(known.kind === 'repeat' ? { isRepeat: true } : {}),
      };
      if (known.kind === 'repeat') {
        options.onRepeat?.(heard);
        continue;
      }
      seen.remember(heard);
      options.onSignal(heard);
    }
    const [torn] = decoded.malformed;
    return {
      signals: decoded.signals.map((one) => one.signal),
      ...(torn === undefined
        ? {}
        : { torn: { reason: torn.reason, isAll: decoded.signals.length + decoded.ignored === 0 } }),
    };
  };

  const channel = await options.channel.definition.open(
    {
      clock,
      signal,
      clients: options.clients,
      log: options.log,
      // What waited for us while we stood still had come at any time in between (J19).
      deliver: (payload) =>
        void take(payload, options.stalls?.sinceMonoMs(payload.arrivedMonoMs) ?? payload.arrivedMonoMs),
      refuse: (reason, evidence) => {
        counters.refused++;
        if (evidence !== undefined) options.onMalformed({ reason, bytes: evidence });
      },
      overload,
    },
    options.channel.params as never,
  );

  const outage = newOutage(`Poll of ${name}`, options.log);
  /** Polls once; the receipt of whatever is new lies between `lowerMonoMs` and now (J19). */
  const pollOnce = async (poll: NonNullable<OpenChannel['poll']>, lowerMonoMs: number): Promise<number | undefined> => {
    const sentMonoMs = clock.monoMs();
    try {
      const payloads = await poll(signal);
      const present = kind === 'store' ? new Set<string>() : undefined;
      const taken = payloads.map((payload) => take(payload, lowerMonoMs, present));
      const torn = taken.flatMap((one) => one.torn ?? []);
      const unread = torn.find(({ isAll }) => isAll);
      // What a store shows cannot be told from half an answer: neither what is in it, nor what no longer is.
      if (present !== undefined && unread !== undefined) throw new CallError('failed', 'malformed', unread.reason);
      if (present !== undefined && torn.length === 0) seen.closeAllBut(present);
      options.onPoll?.({ sentMonoMs, newestEpochMs: newest(taken.flatMap(({ signals }) => signals)) });
      outage.over();
      polledOnce = true;
      polled.beat();
      gaps.answered(sentMonoMs);
      return sentMonoMs;
    } catch (error) {
      if (signal.aborted) return undefined;
      counters.failedPolls++;
      gaps.failed();
      outage.failed(failureText(error));
      const retryAfterMs = error instanceof CallError ? error.retryAfterMs : undefined;
      if (retryAfterMs !== undefined) await clock.sleep(retryAfterMs, signal).catch(() => undefined);
      return undefined;
    }
  };

  const nextAfter = (beganMonoMs: number): number => {
    const { pollMs } = options;
    const now = clock.monoMs();
    const mayBeMonoMs = beganMonoMs + Math.min(pollMs / denser, mostApartMs);
    let due = beganMonoMs + pollMs;
    for (const { monoMs } of deadlines) {
      if (isNear(monoMs, now, pollMs)) due = Math.min(due, beganMonoMs + pollMs / denser);
      if (monoMs > lastGoodMonoMs) due = Math.min(due, Math.max(monoMs, mayBeMonoMs));
    }
    return due;
  };

  const loop = async (poll: NonNullable<OpenChannel['poll']>): Promise<void> => {
    while (!signal.aborted) {
      const began = clock.monoMs();
      const before = lastGoodMonoMs;
      lastGoodMonoMs = (await pollOnce(poll, before)) ?? before;
      for (const { monoMs, onAsked } of deadlines) if (before < monoMs && monoMs <= lastGoodMonoMs) onAsked?.();
      // A beat may have brought a deadline near; it is no reason to poll without a pause.
      for (let due = nextAfter(began); clock.monoMs() < due && !signal.aborted; due = nextAfter(began))
        await pulse.wait(due, signal).catch(() => undefined);
    }
  };
  const looping = channel.poll === undefined ? Promise.resolve() : loop(channel.poll);

  return {
    name,
    ...(channel.address === undefined ? {} : { address: channel.address }),
    counters,
    showsOpen,
    overload,
    overloadedBetween: losses.between,
    frozenMs: (from, until) => (channel.poll === undefined ? (options.stalls?.lastedMs(from, until) ?? 0) : 0),
    asked: () =>
      channel.poll === undefined ? undefined : { untilMonoMs: lastGoodMonoMs, waitsMs: channel.waitsMs ?? 0 },
    unseenBetween: (from, until) => (kind === 'store' ? gaps.between([from, until], channel.keepsMs ?? 0) : []),
    open: seen.open,
    watchDeadline(monoMs, onAsked) {
      const deadline = { monoMs, onAsked };
      deadlines.add(deadline);
      if (monoMs > lastGoodMonoMs && monoMs < clock.monoMs() + options.pollMs * nearPolls) pulse.beat();
      return () => deadlines.delete(deadline);
    },
    async reachable(ms) {
      if (channel.poll === undefined) return true;
      const until = clock.monoMs() + ms;
      while (!polledOnce && clock.monoMs() < until && !signal.aborted) await polled.wait(until, signal);
      return polledOnce;
    },
    async close() {
      ended.abort(closed);
      await looping;
      await channel.close();
    },
  };
}

/** Given, so that no stack is taken for each listener. */
const closed = new Error('The listener is closed.');

function isNear(deadlineMonoMs: number, nowMonoMs: number, pollMs: number): boolean {
  return Math.abs(deadlineMonoMs - nowMonoMs) < pollMs * nearPolls;
}

function newest(signals: readonly Signal[]): number | undefined {
  const times = signals.flatMap((signal) =>
    [signal.updatedAt, signal.alertTime, signal.eventTime].flatMap((text) =>
      text === undefined ? [] : [Date.parse(text)],
    ),
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

function noteOffset(counters: ListenerCounters, signal: Signal, clock: Clock): void {
  const eventMs = eventEpochMs(signal);
  if (eventMs === undefined) return;
  const behindMs = clock.epochMs() - eventMs;
  counters.clockOffsetMs = Math.min(counters.clockOffsetMs ?? behindMs, behindMs);
}
