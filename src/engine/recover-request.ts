import type { Catalogue } from '../model/catalogue.ts';
import type { Clock } from '../model/clock.ts';
import type { Disk } from '../model/disk.ts';
import type { ExitCode, RefusedError } from '../model/errors.ts';
import type { TargetKind } from '../model/fault.ts';
import type { EndProgram } from '../model/program.ts';
import type { Random } from '../model/random.ts';
import type { LeasePlace } from '../model/run.ts';
import type { Target } from '../model/target.ts';
import type { DamagedLine } from './journal-lines.ts';
import type { OwnProcess } from './lock.ts';
import type { FaultRollback } from './revert-request.ts';
import type { UnfinishedRun } from './unfinished-runs.ts';

/** An environment whose runs are to be recovered: its targets, or the fact that its embedded staging is no more. */
export type RecoveryEnvironment =
  | { readonly status: 'gone' }
  | {
      readonly status: 'up';
      /** Id of the embedded staging that is up. */
      readonly stagingId?: string;
      /** The environment's `revertBudget`. */
      readonly revertBudgetMs: number;
      readonly targets: ReadonlyMap<TargetKind, Target>;
      readonly lease?: LeasePlace | undefined;
      readonly close: () => Promise<void>;
    };

export interface RecoverRequest {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** Absolute: `reports` and `.windshear/state`. */
  readonly folders: { readonly reports: string; readonly state: string };
  readonly catalogue: Pick<Catalogue, 'faults'>;
  /** Opens an environment by name; called once for each that has something to recover. */
  readonly environment: (name: string) => Promise<RecoveryEnvironment>;
  /** Only runs of this environment. */
  readonly only?: string;
  /** Environment of a run whose journal no longer names it; what a person said, never a guess. */
  readonly assume?: string;
  /** Address of the mirror from which runs are brought here whose disk is lost; of the environment in `only`. */
  readonly from?: string | undefined;
  /** Run of another machine whose lease may be taken, because a person has looked at what it left in. */
  readonly forget?: string | undefined;
  /** Environment whose lock the caller holds already. */
  readonly locked?: string;
  /** Run of the caller, which is not to be recovered. */
  readonly except?: string;
  readonly process: OwnProcess;
  readonly endProgram: EndProgram;
  /** Aborted only by the second Ctrl-C. */
  readonly abandon: AbortSignal;
  readonly log?: (line: string) => void;
}

/** What became of one intent that a dead run had left open. */
export interface RecoveredFault {
  readonly seq: number;
  readonly scenario: string;
  readonly n: number;
  readonly role: 'fault' | 'control';
  readonly touches: readonly string[];
  readonly rollback: FaultRollback;
}

/** A program that a dead run had started and that was still there. */
export interface RecoveredProgram {
  readonly scenario?: string;
  readonly program: string;
  readonly pid: number;
  readonly end: 'ended' | 'still-there';
}

/** What became of one unfinished run. */
export interface RecoveredRun {
  readonly runId: string;
  readonly environment?: string;
  readonly faults: readonly RecoveredFault[];
  /** Absent where none was there any more. */
  readonly programs?: readonly RecoveredProgram[];
  readonly damaged: readonly DamagedLine[];
  /** Where the states lie that a damaged line may have told of. */
  readonly states?: string;
  /** Why the run was closed without a revert: its embedded staging is gone. */
  readonly closed?: string;
  /** Sentences that say what could not be done and what to do next. */
  readonly problems: readonly string[];
}

export interface RecoverOutcome {
  /** 0 where nothing was to do or all is clean, 4 where a lock refused and all else is clean, 6 otherwise. */
  readonly exitCode: ExitCode;
  /** Newest first. */
  readonly runs: readonly RecoveredRun[];
  readonly refused: readonly RefusedError[];
}

/** Says whether a run belongs to an embedded staging other than the one that is up. */
export function isOfOtherStaging(run: UnfinishedRun, environment: RecoveryEnvironment): boolean {
  if (environment.status === 'gone') return true;
  const then = run.start?.staging === 'embedded' ? run.start.stagingId : run.owner?.stagingId;
  return then !== undefined && then !== environment.stagingId;
}
