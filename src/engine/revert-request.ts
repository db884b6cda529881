import type { Clock } from '../model/clock.ts';
import type { After, AnyFault, FaultContext, Observation, RevertReport } from '../model/fault.ts';
import type { Json } from '../model/json.ts';
import type { Marker } from '../model/marker.ts';
import type { RollbackResult } from '../model/scorecard.ts';
import type { Stalls } from '../model/stalls.ts';
import type { TargetSession } from '../model/target.ts';
import type { Journal } from './journal.ts';

/** How the injection ended, as far as is known; `unknown` covers no answer, a crash and a failure in the middle. */
export type Injection = 'acknowledged' | 'denied' | 'unknown';

export interface RevertRequest {
  readonly definition: AnyFault;
  /** As the fault's schema parsed them. */
  readonly params: unknown;
  readonly marker: Marker;
  readonly before: Json;
  /** Where that lies on disk, for a person who has to put something right by hand. */
  readonly beforePlace?: string;
  readonly after?: After;
  readonly injection: Injection;
  /** What the injection threw; kept beside the revert's own error. */
  readonly injectError?: unknown;
  /** True where the trial never proved that it was in, nor ever read it (J12). */
  readonly neverProven?: boolean;
  /** When the last request of the injection left, where this process knows. */
  readonly sentMonoMs?: number;
  /** True where an earlier process had begun this revert, so that an absent delta is no guardrail's doing. */
  readonly begunBefore?: boolean;
  /** Says whether another machine's recovery may have been faster; asked before a guardrail is credited. */
  readonly otherRecovery?: () => Promise<boolean>;
  /** True where an earlier process had taken it out. */
  readonly removedBefore?: boolean;
  /** The environment's `settle`, else the fault's own (J13). */
  readonly settleMs: number;
  /** Of the revert; the verification has as much again, plus what `settle` asks for. */
  readonly budgetMs: number;
  readonly clock: Clock;
  /** When we stood still ourselves, which is not taken from the budget. */
  readonly stalls?: Stalls;
  /** Aborted only by the second Ctrl-C. */
  readonly abandon: AbortSignal;
  /** Sessions of the revert identity; called for each try, so the caller caches. */
  readonly session: (phase: 'observe' | 'revert', signal: AbortSignal) => Promise<RevertSession>;
  readonly journal: Pick<Journal, 'append'>;
  /** Seq of the intent. */
  readonly of: number;
  /** Removes the pre-images; called once a closing verdict is in the journal. */
  readonly forget?: () => Promise<void>;
  readonly log?: (line: string) => void;
}

/** What a revert acts through; where the calls are not recorded, any may have changed something. */
export type RevertSession = Pick<TargetSession, 'clients'> & Partial<Pick<TargetSession, 'calls'>>;

export type FaultRollback = RollbackResult['faults'][number];

/** What the live system showed, or why it could not be read. */
export interface Look {
  readonly observation?: Observation;
  readonly error?: unknown;
}

export interface RevertAttempts {
  /** Over all rounds. */
  readonly tries: number;
  /** From the first try of the first round on, with all that lay between. */
  readonly tookMs: number;
  /** True where a try failed in a way that may have taken effect. */
  readonly mayHaveActed: boolean;
  /** True where a try found it in and took it out. */
  readonly foundIn?: true;
  /** Of the last round; absent where it failed. */
  readonly report?: RevertReport;
  readonly revertedMonoMs?: number;
  readonly error?: unknown;
}

/** All that happened between the decision to revert and its verdict. */
export interface RevertRounds extends RevertAttempts {
  readonly look: Look;
  readonly abandoned: boolean;
  /** False where a refused injection was read back as before, so that no revert was sent. */
  readonly sent: boolean;
  readonly requestedMonoMs: number;
  readonly verifiedMonoMs: number;
}

/** Builds what a fault gets to work with. */
export function faultContext(
  request: Pick<RevertRequest, 'clock' | 'marker' | 'log'>,
  phase: 'observe' | 'revert',
  act: { readonly clients: unknown; readonly signal: AbortSignal },
): FaultContext<never> {
  const log = request.log ?? (() => {});
  const { clock, marker } = request;
  return Object.freeze({ clock, marker, phase, log, signal: act.signal, clients: act.clients as never });
}
