import type { z } from 'zod';
import type { Clock } from './clock.ts';
import type { FieldManager } from './guardrail.ts';
import type { Json } from './json.ts';
import type { Marker, Phase } from './marker.ts';

export type TargetKind = 'aws' | 'kubernetes' | 'http' | 'process' | 'none';

/** What a fault gets to work with; frozen, and the only way to the world. */
export interface FaultContext<Clients = unknown> {
  readonly clock: Clock;
  /** Aborted when the phase must end; every call and wait honours it. */
  readonly signal: AbortSignal;
  /** Clients of one identity whose user agent and session carry marker and phase; they throw `CallError`. */
  readonly clients: Clients;
  readonly marker: Marker;
  readonly phase: Phase;
  readonly log: (line: string) => void;
}

/** What the target acknowledged: ids that the service picked, and a version that our call advanced (J12). No secrets. */
export interface Acknowledgement {
  readonly ids?: Readonly<Record<string, string>>;
  readonly advanced?: { readonly what: string; readonly from: string; readonly to: string };
  /** Why nothing has come of the change yet that a guardrail may want to refuse, as a clause: `it has no replicas`. */
  readonly unasked?: string;
}

/** What is known after an injection: as journaled, so complete only as far as it got. */
export interface After {
  readonly acknowledged?: Acknowledgement;
  /** The state as `observe` read it back after the injection. */
  readonly readBack?: Json;
}

/**
 * The live state against pre-image and our delta: `before` (our delta is absent and the rest is as it was, or was
 * changed by others), `ours` (exactly our delta is in), `ours-partial` (half an injection), `ours-plus-others`
 * (our delta is in and someone changed something else of the resource), `other` (someone altered our delta itself).
 */
export type ObservedStatus = 'before' | 'ours' | 'ours-partial' | 'ours-plus-others' | 'other';

export interface Observation {
  readonly status: ObservedStatus;
  /** The state as read, canonical, without the fault's `volatile` paths; no secrets in clear where avoidable. */
  readonly state: Json;
  /** Resources that may be ours but cannot be proven so; nothing deletes them. */
  readonly candidates?: readonly string[];
  /** Who owns fields of it, where the target tells. */
  readonly managers?: readonly FieldManager[];
  /** True where a part of it is there that somebody altered, so that it may harm no more. */
  readonly isAltered?: boolean;
  /** Of `ours-partial`: what is left though nothing more is to be taken back by us, as a clause. */
  readonly remains?: string;
  /** True where someone else changed the rest of the resource since the capture. */
  readonly othersChanged?: boolean;
}

/** What a revert did: removed our delta, found nothing of ours, or left what someone altered. */
export interface RevertReport {
  readonly outcome: 'removed' | 'already-gone' | 'left';
  /** How long the gap between read and write was, where the API has no precondition. */
  readonly unguardedMs?: number;
  readonly note?: string;
  readonly candidates?: readonly string[];
}

export interface FaultPermissions {
  readonly inject: readonly string[];
  readonly observe: readonly string[];
  readonly revert: readonly string[];
  /** What `watch` needs; without it the state is polled only. */
  readonly watch?: readonly string[];
}

/**
 * A reversible change that windshear injects (`change`), or something done once (`act`).
 * The unit of revert is our delta, never the document.
 */
export interface FaultDefinition<Params = unknown, Clients = unknown> {
  readonly type: string;
  readonly kind: 'change' | 'act';
  readonly target: TargetKind;
  readonly title: string;
  readonly description: string;
  readonly params: z.ZodType<Params>;
  /** Valid params for docs and the contract suite. */
  readonly example: Params;
  /** MITRE ATT&CK v19 technique ids. */
  readonly techniques: readonly string[];
  readonly permissions: FaultPermissions | ((params: Params) => FaultPermissions);
  /** Blast radius: ARNs or `kind/namespace/name`; created things are named by their container. */
  readonly touches: (params: Params) => readonly string[];
  /** How many things it makes under each name that it touches, for budgets; absent where it changes what is there. */
  readonly leaves?: (params: Params) => number;
  /** Of what it makes, the names that the platform picks: `arn:aws:ec2:::instance/*`. Rights are needed on these too. */
  readonly makes?: readonly string[];
  /** What signals about this fault may name as their resource; by default `touches` and the acknowledged ids. */
  readonly subjects?: (params: Params, acknowledged?: Acknowledgement) => readonly string[];
  /** Whether an act can have taken the fault back, by its name in audit records; absent where any may have. */
  readonly undoneBy?: (params: Params, action: string) => boolean;
  /** Resources whose users the fault may blind or degrade. */
  readonly impairs: (params: Params) => readonly string[];
  readonly settleMs: number;
  /** True where the scenario itself says what is touched, read and undone, so that its read may miss the change. */
  readonly selfDeclared?: boolean;
  /** Says that with these params the target is only asked whether it would let it in, and keeps nothing: a dry run. */
  readonly asksOnly?: (params: Params) => boolean;
  /** True where nobody can read whether it was done: only a signal about it shows that, so that silence proves nothing. */
  readonly onTrust?: boolean;
  /** JSON Pointers that never compare equal. */
  readonly volatile: readonly string[];
  /** What cannot be put back, in words; shown by `plan`. */
  readonly residue: readonly string[];
  readonly capture: (ctx: FaultContext<Clients>, params: Params) => Promise<Json>;
  /** Makes the change; client-chosen names and tokens derive from `ctx.marker`. Throws `CallError`. */
  readonly inject: (ctx: FaultContext<Clients>, params: Params, before: Json) => Promise<Acknowledgement>;
  readonly observe: (ctx: FaultContext<Clients>, params: Params, before: Json, after?: After) => Promise<Observation>;
  /**
   * Calls `onChange` at once and whenever something of what `observe` reads may have changed; resolves when the target
   * ends it. Absent where the target cannot tell. Throws `CallError`.
   */
  readonly watch?: (ctx: FaultContext<Clients>, params: Params, onChange: () => void) => Promise<void>;
  /** Takes back exactly our delta; idempotent, safe after half an inject. Throws `CallError`. */
  readonly revert: (ctx: FaultContext<Clients>, params: Params, before: Json, after?: After) => Promise<RevertReport>;
}

/** A fault whose params have been parsed; what the catalogue and the engine hold. */
export type AnyFault = FaultDefinition<never, never>;

/** Keeps a fault's literal types and checks its shape. */
export function defineFault<Params, Clients>(
  fault: FaultDefinition<Params, Clients>,
): FaultDefinition<Params, Clients> {
  return fault;
}
