import type { z } from 'zod';
import type { Clock } from './clock.ts';
import type { TargetKind } from './fault.ts';

export interface ProbeContext<Clients = unknown> {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly clients: Clients;
  /** Keeps a file as evidence of the trial; absent where there is none. */
  readonly keep?: (name: string, bytes: Uint8Array) => Promise<void>;
}

export type Measurement =
  | { readonly status: 'measured'; readonly value: number; readonly detail?: string }
  | { readonly status: 'skipped'; readonly reason: string };

/** A measurement with a unit; tolerances judge it. */
export interface ProbeDefinition<Params = unknown, Clients = unknown> {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly target: TargetKind;
  readonly params: z.ZodType<Params>;
  readonly example: Params;
  readonly unit: string;
  readonly permissions: readonly string[];
  readonly measure: (ctx: ProbeContext<Clients>, params: Params) => Promise<Measurement>;
}

export type AnyProbe = ProbeDefinition<never, never>;
