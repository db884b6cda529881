/** A whole game day as data: what the world is like, what is run, and what goes wrong. Times are milliseconds. */
export interface Story {
  readonly seed: number;
  readonly environment: EnvironmentStory;
  readonly detectors: readonly DetectorStory[];
  readonly scenarios: readonly ScenarioStory[];
  readonly guards: readonly GuardStory[];
  readonly troubles: readonly Trouble[];
}

export interface EnvironmentStory {
  /** Absent where the environment declares none, so that each fault's own counts. */
  readonly settleMs?: number;
  readonly stabilityMs: number;
  readonly pollMs: number;
  readonly holdMs: number;
  readonly revertBudgetMs: number;
  readonly concurrentFaults: number;
  readonly latencyMs: number;
  /** Absent where there is no audit source. */
  readonly audit?: { readonly delayMs: number; readonly skewMs: number; readonly errorMs: number };
  /** True where reverts are made under the tester's own identity. */
  readonly oneIdentity: boolean;
}

export interface DetectorStory {
  readonly name: string;
  readonly delivery: 'push' | 'store' | 'queue';
  readonly sees: 'event' | 'state';
  readonly carriesMarker: boolean;
  /** True where alerts name the actor. */
  readonly carriesActor: boolean;
  readonly recurrence: 'none' | 'count' | 'last-seen';
  /** `event`: each occurrence has an alert of its own. `subject`: one alert per rule and subject that is updated. */
  readonly alertPer: 'event' | 'subject';
  /** True where an updated alert carries the user agents of all its events. */
  readonly keepsAgents: boolean;
  /** Resources that it has rules for. */
  readonly covers: readonly string[];
  /** From the occurrence to the instant at which the alert can be had. */
  readonly delayMs: number;
  /** How often a state is looked at; 0 at once. */
  readonly scanMs: number;
  readonly severity: 1 | 2 | 3 | 4 | 5 | null;
  readonly skewMs: number;
  readonly errorMs: number;
  readonly resolutionMs: number;
  readonly rearm: 'none' | 'resolved' | number;
  readonly ruleCanary: 'none' | 'raise' | 'heartbeat';
  /** `poll`: of a store; nothing is raised, a poll with young enough an entry proves the path. */
  readonly toolCanary: 'none' | 'raise' | 'poll';
  readonly assumeAlive: boolean;
  /** Pushed alerts wait for the next full interval and come as one batch; 0 not at all. */
  readonly batchMs: number;
  readonly alertsOnControl: boolean;
  readonly alertsOnCleanup: boolean;
  readonly usesTrail: boolean;
  readonly naming: 'kind' | 'bare' | 'arn';
  /** True where alerts do not say when what they tell of was. */
  readonly withoutTime?: boolean;
  /** For how long a store shows an alert, and does not say so; absent where it declares that it shows each for 45 s. */
  readonly showsForMs?: number;
}

export interface ScenarioStory {
  readonly id: string;
  readonly faults: readonly FaultStory[];
  readonly control: readonly FaultStory[];
  readonly detections: readonly DetectionStory[];
  readonly guardrails: readonly GuardrailStory[];
  readonly blind: readonly { readonly detector: string; readonly canary: 'rule' | 'tool'; readonly withinMs: number }[];
  readonly holdMs?: number;
  readonly maxExposureMs?: number;
  readonly trials: number;
  /** How many of the trials have to meet an expectation; all where absent. */
  readonly hits?: number;
}

export interface FaultStory {
  readonly as?: string;
  readonly resource: string;
  /** Fields that are set, one call each, in this order. */
  readonly set: Readonly<Record<string, string>>;
  readonly impairs: boolean;
  readonly settleMs: number;
  /** True where the acknowledgement tells the version that the call advanced. */
  readonly versioned: boolean;
}

export interface DetectionStory {
  readonly id: string;
  readonly detector: string;
  readonly rule: string;
  readonly withinMs: number;
  readonly severity?: 'low' | 'medium' | 'high' | 'critical';
  readonly of: 'effect' | 'attempt';
  readonly fault?: string;
}

export interface GuardrailStory {
  readonly guardrail: 'guard' | 'fixer' | 'sole-fixer';
  readonly outcome: 'prevented' | 'reverted';
  readonly withinMs: number;
}

/** Who acts on a resource by himself. */
export type GuardStory =
  | {
      readonly kind: 'prevent';
      readonly resource: string;
      readonly code: 'Guard' | 'OtherGuard' | 'AccessDenied' | 'GuardDown';
      readonly controlsToo: boolean;
    }
  /** Puts a bad field back after a while; `again` is after how long it is made bad again, `times` how often. */
  | {
      readonly kind: 'put-back';
      readonly resource: string;
      readonly by: 'role/fixer' | 'role/human';
      readonly afterMs: number;
      readonly againMs?: number;
      readonly times: number;
      readonly controlsToo: boolean;
    }
  /** Puts it back between our revert's request and its arrival. */
  | { readonly kind: 'race'; readonly resource: string; readonly by: 'role/fixer' | 'role/human' }
  /** Writes a third value over our field, or another field of the resource. */
  | {
      readonly kind: 'meddle';
      readonly resource: string;
      readonly afterMs: number;
      readonly what: 'ours' | 'rest';
    };

/** An instant: after the start of the story, or after a scenario's first bad request left. */
export interface When {
  readonly of: string;
  readonly ms: number;
}

export type Trouble =
  | {
      readonly kind: 'call';
      readonly phase: 'inject' | 'control' | 'observe' | 'revert' | 'canary';
      readonly resource: string;
      readonly op: 'read' | 'write';
      /** Counts the calls of this phase, operation and resource from 1; `count` of them in a row. */
      readonly nth: number;
      readonly count: number;
      readonly fate: CallFate;
    }
  | {
      readonly kind: 'delivery';
      readonly detector: string;
      /** Counts the detector's alerts from 1. */
      readonly nth: number;
      readonly fate: 'drop' | 'duplicate' | { readonly delayMs: number };
    }
  | {
      readonly kind: 'deaf';
      readonly detector: string;
      readonly what: 'delivery' | 'rules';
      readonly from: When;
      readonly forMs: number;
    }
  | {
      readonly kind: 'polls-fail';
      readonly detector: string;
      readonly from: When;
      readonly forMs: number;
      readonly retryAfterMs?: number;
      /** So long nothing comes before they fail. */
      readonly hangMs?: number;
    }
  | {
      readonly kind: 'noise';
      readonly detector: string;
      readonly at: When;
      readonly noise: Noise;
      readonly resource: string;
    }
  | { readonly kind: 'open-before'; readonly resource: string }
  | { readonly kind: 'stop'; readonly at: When }
  | { readonly kind: 'abandon'; readonly at: When }
  | { readonly kind: 'death'; readonly process: number; readonly at: DeathPoint }
  | { readonly kind: 'disk-full'; readonly process: number; readonly write: number; readonly until: number }
  /** The harness's wall clock is set by somebody; all others' stays right. */
  | { readonly kind: 'clock-jump'; readonly at: When; readonly byMs: number }
  /**
   * A process does not run for a while: what comes to it meanwhile waits. `losesAfterMs`: who pushes something at it
   * gives up after so long, where anybody does.
   */
  | {
      readonly kind: 'stall';
      readonly process: number;
      readonly from: When;
      readonly forMs: number;
      readonly losesAfterMs?: number;
    }
  | { readonly kind: 'second-run'; readonly at: When; readonly environment: 'same' | 'other' };

export type CallFate =
  | 'throttled'
  | 'failed-before'
  | 'failed-after'
  | 'unanswered-before'
  | 'unanswered-after'
  | 'denied'
  /** Carried out only after the sender gave up. */
  | 'late';

/** `sample`: a test alert. `stranger`: the same act by somebody else. `twin`: of another run's trial. `resent`: an alert once more as it was. */
export type Noise = 'sample' | 'elsewhere' | 'stranger' | 'twin' | 'resolved' | 'resent' | 'weak';

export type DeathPoint =
  | { readonly write: number; readonly when: 'before' | 'torn' | 'after' }
  | { readonly call: number; readonly when: 'before' | 'after' };
