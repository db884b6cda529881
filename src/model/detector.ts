import type { z } from 'zod';
import type { Clock } from './clock.ts';
import type { Json } from './json.ts';
import type { Signal } from './signal.ts';

/** How an alert that is already open shows that it happened again. */
export type Recurrence = 'none' | 'count' | 'last-seen';

export interface ChannelContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The consumer's own clients, by target kind; only channels that read a cloud service ask. */
  readonly clients: (target: 'aws') => Promise<unknown>;
  readonly log: (line: string) => void;
  /**
   * Hands over a pushed payload. `arrivedMonoMs` is when its first byte was ours, before any parsing.
   * A payload that the channel itself refuses (unauthenticated, too large) is counted by `refuse`.
   */
  readonly deliver: (payload: Payload) => void;
  readonly refuse: (reason: string, evidence?: Uint8Array) => void;
  /**
   * Says that alerts may be lost, or held back, because more come than the channel can take: silence proves nothing
   * then. `count` is how many, where that is known.
   */
  readonly overload: (reason: string, count?: number) => void;
}

export interface Payload {
  readonly bytes: Uint8Array;
  readonly arrivedMonoMs: number;
  /** Lower-case names; CloudEvents in binary mode need them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An open path from a detector to us. A pushed channel has no `poll`; the engine drives and times the polls of the others. */
export interface OpenChannel {
  /** Where the tool must send to, once known; shown by `doctor` and `plan`. */
  readonly address?: string;
  /** Asks once; answers what is there (stores) or what is new (queues). Rejects where the poll failed. */
  readonly poll?: (signal: AbortSignal) => Promise<readonly Payload[]>;
  /** How long a poll may wait at the other end until something comes; 0 where absent. */
  readonly waitsMs?: number;
  /** How long after an alert came a store shows it at least, open or not; 0 where absent: it may show what is open alone. */
  readonly keepsMs?: number;
  readonly close: () => Promise<void>;
}

/** The way in which alerts reach us; it never parses. */
export interface ChannelDefinition<Params = unknown> {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly params: z.ZodType<Params>;
  readonly example: Params;
  /** `store`: each poll shows what is there. `queue`: each poll shows what is new. */
  readonly delivery: 'push' | 'store' | 'queue';
  readonly open: (ctx: ChannelContext, params: Params) => Promise<OpenChannel>;
}

export type AnyChannel = ChannelDefinition<never>;

/** What a format made of one JSON value. */
export type Parsed =
  /** `record` is the alert's own JSON where the value holds several. */
  | { readonly kind: 'signal'; readonly signal: Signal; readonly record?: Json }
  /** An envelope's content for the next format, with what the envelope alone knows. */
  | { readonly kind: 'content'; readonly value: Json; readonly known: Partial<Signal> }
  /** Not an alert at all: a heartbeat of the transport, a drop counter, a banner line. */
  | { readonly kind: 'ignored'; readonly reason: string; readonly record?: Json }
  | { readonly kind: 'malformed'; readonly reason: string; readonly record?: Json };

export interface FormatInput {
  readonly value: Json;
  /** True where no format follows in the detector's list; an envelope that can stand alone yields a signal then. */
  readonly last: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the envelope around it knew; a source's own field outranks it. */
  readonly known: Partial<Signal>;
}

/** The shape that alerts have; it never waits. Batches yield several results. */
export interface FormatDefinition<Params = unknown> {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly params: z.ZodType<Params>;
  readonly example: Params;
  readonly recurrence: Recurrence;
  /** `signals` ends a list, `content` must be followed by another format, `either` may stand in both places. */
  readonly yields: 'signals' | 'content' | 'either';
  /** True where the tool mixes lines of prose (banners) into its JSON lines; they are ignored, not malformed. */
  readonly prose?: boolean;
  /** False where no signal ever has a severity, so that `validate` refuses expectations of one; by default it may. */
  readonly statesSeverity?: (params: Params) => boolean;
  readonly read: (input: FormatInput, params: Params) => Iterable<Parsed>;
}

export type AnyFormat = FormatDefinition<never>;

/** Keeps a channel's param types together and checks its shape. */
export function defineChannel<Params>(channel: ChannelDefinition<Params>): ChannelDefinition<Params> {
  return channel;
}

/** Keeps a format's param types together and checks its shape. */
export function defineFormat<Params>(format: FormatDefinition<Params>): FormatDefinition<Params> {
  return format;
}

/** Keeps a canary's param types together and checks its shape. */
export function defineCanary<Params>(canary: CanaryDefinition<Params>): CanaryDefinition<Params> {
  return canary;
}

/** Raises a canary: a benign act, or the tool's own test path. Rejects where it could not be raised. */
export interface CanaryDefinition<Params = unknown> {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly params: z.ZodType<Params>;
  readonly example: Params;
  /** `raise`: we act each time. `heartbeat`: the tool sends by itself, nothing is raised. `poll`: a successful poll proves. */
  readonly kind: 'raise' | 'heartbeat' | 'poll';
  readonly raise: (ctx: CanaryContext, params: Params) => Promise<void>;
}

export type AnyCanary = CanaryDefinition<never>;

export interface CanaryContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Clients whose user agent and session carry the canary phase. */
  readonly clients: (target: 'aws' | 'kubernetes') => Promise<unknown>;
  /** `ws….k`; a request's `${marker}` is replaced by it. */
  readonly markerText: string;
}

/** A format with its parsed params. */
export interface BoundFormat {
  readonly definition: AnyFormat;
  readonly params: unknown;
}

/** One alert, and the text of the innermost JSON value that it was read from: markers are searched there, per alert. */
export interface DecodedSignal {
  readonly signal: Signal;
  readonly text: string;
}

export interface Decoded {
  readonly signals: readonly DecodedSignal[];
  readonly ignored: number;
  /** `text` is the record as received, for evidence. */
  readonly malformed: readonly { readonly reason: string; readonly text?: string }[];
}

/** Turns a payload into signals through a list of formats, outermost first; never throws. */
export type Decode = (payload: Payload, formats: readonly BoundFormat[]) => Decoded;
