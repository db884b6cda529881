import type { z } from 'zod';
import type { Clock } from './clock.ts';
import type { TargetKind } from './fault.ts';

/** Where in a trial a request was due: in steady state, while the fault was in, or after it was taken back. */
export type LoadPhase = 'before' | 'during' | 'after';

/** From when to when what was due belongs to a phase, on the clock's monotonic time; what lies in no window belongs to none. */
export interface PhaseWindow {
  readonly phase: LoadPhase;
  readonly fromMonoMs: number;
  /** Absent where it lasted until the traffic ended. */
  readonly untilMonoMs?: number;
}

export interface LoadContext<Clients = unknown> {
  readonly clock: Clock;
  /** Ends the load at once, without a summary. */
  readonly signal: AbortSignal;
  readonly clients: Clients;
  /** `windshear/<version> ws….o`, for tools that send their own requests. */
  readonly userAgent: string;
  /** Id of the scenario, for messages. */
  readonly scenario: string;
  readonly log: (line: string) => void;
}

/** What users felt in one phase, or over the whole load. */
export interface LoadFigures {
  readonly phase: LoadPhase | 'whole';
  readonly durationMs: number;
  /** Requests that were due; those that were not even sent count as errors. */
  readonly requests: number;
  /** Absent, as the ratio, where the load cannot tell. */
  readonly errors?: number;
  readonly errorRatio?: number;
  /** From the moment at which a request was due, so that a stalled service cannot hide its stall. */
  readonly latencyMs: { readonly p50?: number; readonly p95?: number; readonly p99?: number; readonly max?: number };
}

/** One limit of the load's own, such as a threshold of k6. */
export interface LoadLimit {
  readonly metric: string;
  readonly limit: string;
  readonly verdict: 'held' | 'breached' | 'inconclusive';
  readonly reason: string;
}

/** Users count as well again once nothing has hurt them for so long. */
export const wellForMs = 1000;

/** How finely `Impaired` is told: its start may be so much early, its end so much late. */
export const impairedSlotMs = 100;

/** From when to when users were hurt, on the clock's monotonic time; without an end where they are not well again. */
export interface Impaired {
  /** Start of the slot in which the first request was due that hurt somebody. */
  readonly fromMonoMs: number;
  /** When that was first felt: the bad answer, or the giving up. What was under way when a fault came, the fault may have hurt. */
  readonly feltMonoMs: number;
  readonly untilMonoMs?: number;
}

export interface LoadSummary {
  readonly figures: readonly LoadFigures[];
  readonly limits: readonly LoadLimit[];
  /** When users were hurt, in order of time. */
  readonly impaired: readonly Impaired[];
  /** Why the figures are not to be relied on: the generator failed, or fell behind. */
  readonly unsound?: string;
  /** When the traffic ended by itself, on the clock's monotonic time; absent where it went on until it was stopped. */
  readonly endedMonoMs?: number;
}

/** Traffic under way. */
export interface RunningLoad {
  /** When users were hurt, as far as it is known by now; absent where the load cannot tell. */
  readonly impaired?: () => readonly Impaired[];
  /** Ends the traffic, waits for what is under way, and answers once. When a fault left is often known only later. */
  readonly stop: (phases: readonly PhaseWindow[]) => Promise<LoadSummary>;
}

/** Traffic that makes visible what users feel while a fault is in. */
export interface LoadDefinition<Params = unknown, Clients = unknown> {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly target: TargetKind;
  readonly params: z.ZodType<Params>;
  readonly example: Params;
  readonly permissions: readonly string[];
  /** Of which its summary tells figures. */
  readonly phases: readonly LoadFigures['phase'][];
  /** Whether it tells from when to when users were hurt. */
  readonly tellsRecovery: boolean;
  /** The most requests that it sends a second, for the budget. */
  readonly ratePerSecond: (params: Params) => number;
  /** The most virtual users that it has, for the budget; absent where it has none. */
  readonly virtualUsers?: (params: Params) => number;
  /** Looks for what the load needs, and runs nothing yet. Throws `UsageError` with scenario and remedy. */
  readonly find?: (ctx: LoadContext<Clients>, params: Params) => Promise<void>;
  /** Builds what the load needs, and tries it, before anything is injected. Throws `UsageError` with the remedy. */
  readonly prepare?: (ctx: LoadContext<Clients>, params: Params) => Promise<void>;
  readonly start: (ctx: LoadContext<Clients>, params: Params) => Promise<RunningLoad>;
}

/** Keeps a load's literal types and checks its shape. */
export function defineLoad<Params, Clients>(load: LoadDefinition<Params, Clients>): LoadDefinition<Params, Clients> {
  return load;
}

export type AnyLoad = LoadDefinition<never, never>;
