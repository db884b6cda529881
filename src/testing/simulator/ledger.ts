import type { Phase } from '../../model/marker.ts';

/** A request or deed in the world, whoever did it; what the oracle knows and the engine has to find out. */
export interface Act {
  readonly n: number;
  /** Run whose process sent it; absent where it was somebody else. */
  readonly run?: string;
  readonly marker?: string;
  readonly phase?: Phase;
  readonly actor: string;
  readonly agent: string;
  readonly op: 'read' | 'write' | 'canary' | 'test';
  readonly resource: string;
  readonly field?: string;
  /** Undefined takes the field away. */
  readonly value?: string | undefined;
  readonly sentMs: number;
  /** When it was carried out; absent where it never was. */
  actedMs?: number;
  /** Its place among all writes that were carried out. */
  order?: number;
  answeredMs?: number;
  /** Who refused it. */
  deniedBy?: string;
  /** `lost`: no answer came. */
  answer: 'pending' | 'ok' | 'denied' | 'conflict' | 'error' | 'lost';
  /** True where nobody was told the answer: the sender had died or given up. */
  untold?: boolean;
  /** What a read saw. */
  saw?: Readonly<Record<string, string>>;
  /** Whether the journal on disk knew of it when a changing request left. */
  journaled?: boolean;
}

/** Why an alert was raised. */
export type Cause =
  | { readonly kind: 'act'; readonly act: Act }
  /** A state that was found bad; `act` made it so, if anybody did since the start. */
  | { readonly kind: 'state'; readonly act: Act | undefined }
  | { readonly kind: 'canary'; readonly act: Act }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'noise'; readonly noise: string };

/** One version of an alert. */
export interface Alert {
  readonly n: number;
  readonly detector: string;
  readonly key: string;
  readonly id: string;
  readonly rule: string;
  readonly resource: string;
  readonly status: 'open' | 'resolved';
  readonly severity: number | null;
  readonly sample: boolean;
  readonly count?: number;
  /** When it happened in truth, on the monotonic clock. */
  readonly trueMs: number;
  /** What the alert says, in epoch milliseconds of the detector's clock. */
  readonly eventEpochMs: number;
  /** False where it does not say so. */
  readonly saysTime: boolean;
  readonly lastSeenEpochMs?: number;
  readonly cause: Cause;
  readonly agents: readonly string[];
  readonly actor?: string;
  /** True where it updates an alert that was open already. */
  readonly isUpdate: boolean;
  /** What had raised or updated it before, since it was opened. */
  readonly earlierActs: readonly Act[];
  readonly text: string;
}

/** An alert as it became a run's: at one instant, between two polls, or while its process stood still. */
export interface Arrival {
  readonly run: string;
  readonly alert: Alert;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Poll {
  readonly run: string;
  readonly detector: string;
  readonly sentMs: number;
  readonly answeredMs: number;
  /** When the run read the answer. */
  readonly toldMs: number;
  readonly ok: boolean;
}

/** All that happened, in order. */
export class Ledger {
  readonly acts: Act[] = [];
  readonly alerts: Alert[] = [];
  readonly arrivals: Arrival[] = [];
  readonly polls: Poll[] = [];
  /** Pushed alerts whose sender gave up on a run that stood still. */
  readonly lost: { readonly run: string; readonly alert: Alert }[] = [];
  /** When a store showed a version of an alert. */
  readonly shows: { readonly alert: Alert; readonly fromMs: number; untilMs: number }[] = [];
  /** When a store stopped to show an alert, and when it showed that again. */
  readonly withdrawals: {
    readonly detector: string;
    readonly key: string;
    readonly atMs: number;
    shownAgainMs?: number;
  }[] = [];
  /** When the harness's wall clock was set, and by how much. */
  readonly clockJumps: { readonly atMs: number; readonly byMs: number }[] = [];
  /** Arrivals of each audit record, by the act that it tells of. */
  readonly audited = new Map<Act, { readonly run: string; readonly atMs: number }[]>();
}
