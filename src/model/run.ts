import type { Catalogue } from './catalogue.ts';
import type { Clock } from './clock.ts';
import type { Decode } from './detector.ts';
import type { Disk } from './disk.ts';
import type { Environment } from './environment.ts';
import type { ExitCode } from './errors.ts';
import type { AnyFault, TargetKind } from './fault.ts';
import type { AnyLoad } from './load.ts';
import type { AnyProbe } from './probe.ts';
import type { Random } from './random.ts';
import type { FaultUse, LoadUse, ProbeUse, Scenario } from './scenario.ts';
import type { ScenarioResult, Scorecard, TrialResult } from './scorecard.ts';
import type { Stalls } from './stalls.ts';
import type { StopProbeUse } from './stop-conditions.ts';
import type { Store } from './store.ts';
import type { Target } from './target.ts';

/** A fault of a scenario with its params parsed against its schema and its references resolved. */
export interface BoundFault {
  readonly use: FaultUse;
  readonly definition: AnyFault;
  readonly params: unknown;
}

export interface BoundProbe {
  readonly use: ProbeUse;
  readonly definition: AnyProbe;
  readonly params: unknown;
}

export interface BoundLoad {
  readonly use: LoadUse;
  readonly definition: AnyLoad;
  readonly params: unknown;
}

/** A limit beyond which a trial ends early; `of` says whose it is. */
export type BoundStopCondition = { readonly of: 'scenario' | 'environment' } & (
  | { readonly kind: 'time-box'; readonly limitMs: number }
  | { readonly kind: 'error-budget'; readonly limitMs: number }
  | { readonly kind: 'probe'; readonly use: StopProbeUse; readonly definition: AnyProbe; readonly params: unknown }
);

/** A scenario bound to an environment: every id known, every param parsed, every duration in milliseconds. */
export interface BoundScenario {
  readonly scenario: Scenario;
  readonly file: string;
  readonly faults: readonly BoundFault[];
  readonly control: readonly BoundFault[];
  readonly steadyState: readonly BoundProbe[];
  readonly impact: readonly BoundProbe[];
  readonly load?: BoundLoad | undefined;
  readonly techniques: readonly string[];
  /** Its own and the environment's. */
  readonly stopConditions?: readonly BoundStopCondition[];
}

/** Where the lease of an environment lies, and with it the mirror of its journals. */
export interface LeasePlace {
  readonly ttlMs: number;
  /** Opens it, with clients of a proven target; called once the staging is proven. */
  readonly store: (signal: AbortSignal) => Promise<Store>;
  /** 32 bytes, where journals are mirrored. */
  readonly mirrorKey?: Uint8Array | undefined;
}

export interface RunRequest {
  readonly runId: string;
  readonly environmentName: string;
  readonly environment: Environment;
  /** Id of the embedded staging in use. */
  readonly stagingId?: string;
  readonly scenarios: readonly BoundScenario[];
  readonly catalogue: Catalogue;
  readonly decode: Decode;
  readonly targets: ReadonlyMap<TargetKind, Target>;
  /** Clients of the consumer of a channel (queues); credentials are the channel's own. */
  readonly channelClients: (target: 'aws', channelParams: unknown) => Promise<unknown>;
  readonly clock: Clock;
  /** When this process itself did not run, where time is real. */
  readonly stalls?: Stalls;
  readonly random: Random;
  readonly disk: Disk;
  /** Absolute: `reports/<run-id>` and `.windshear/state`. */
  readonly folders: { readonly report: string; readonly state: string };
  readonly process: {
    readonly pid: number;
    readonly startedAt: string;
    readonly host: string;
    readonly isAlive: (pid: number, startedAt: string) => Promise<boolean>;
  };
  readonly toolVersion: string;
  /** The right to inject, on all machines; a live environment is refused without. */
  readonly lease?: LeasePlace | undefined;
  /** Puts back what earlier runs left in, once the lock is held and before anything is injected. Throws where it cannot. */
  readonly underLock?: () => Promise<void>;
  /** What the SLOs of the scenarios were multiplied by, for the record. */
  readonly sloScale?: number;
  /** Overrides the scenarios' own number of trials. */
  readonly trials?: number;
  /** Aborted by a person, a signal or the stop file: injections end, what is in is reverted. */
  readonly stop: AbortSignal;
  /** Aborted only by the second Ctrl-C: abandons even the revert. */
  readonly abandon: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

export type TrialPhase =
  | 'waiting'
  | 'preflight'
  | 'arm'
  | 'control'
  | 'capture'
  | 'inject'
  | 'observe'
  | 'revert'
  | 'verify'
  | 'listen'
  | 'recovered';

/** What a run tells while it goes on; reporters cannot break it. */
export type RunEvent =
  | { readonly kind: 'run-started'; readonly runId: string; readonly scenarios: readonly string[] }
  | {
      readonly kind: 'phase';
      readonly scenario: string;
      readonly n: number;
      readonly phase: TrialPhase;
      readonly detail?: string;
    }
  | { readonly kind: 'trial-ended'; readonly scenario: string; readonly result: TrialResult; readonly soFar: Scorecard }
  | { readonly kind: 'scenario-ended'; readonly result: ScenarioResult }
  | { readonly kind: 'notice'; readonly level: 'info' | 'warning'; readonly text: string }
  | { readonly kind: 'run-ended'; readonly scorecard: Scorecard; readonly exitCode: ExitCode };

export interface RunOutcome {
  readonly scorecard: Scorecard;
  /** Before any baseline is applied. */
  readonly exitCode: ExitCode;
}
