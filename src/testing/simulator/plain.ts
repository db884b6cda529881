import type { DetectionStory, DetectorStory, EnvironmentStory, FaultStory, ScenarioStory, Story } from './story.ts';

/** An environment without any trouble of its own. */
export const plainEnvironment = {
  settleMs: 0,
  stabilityMs: 3000,
  pollMs: 500,
  holdMs: 0,
  revertBudgetMs: 20_000,
  concurrentFaults: 8,
  latencyMs: 5,
  oneIdentity: false,
  audit: { delayMs: 50, skewMs: 0, errorMs: 0 },
} satisfies EnvironmentStory;

/** The plain environment without an audit source. */
export function withoutAudit(): EnvironmentStory {
  const { audit: _audit, ...rest } = plainEnvironment;
  return rest;
}

/** The plain environment whose faults' own `settle` counts. */
export function withoutSettle(): EnvironmentStory {
  const { settleMs: _settleMs, ...rest } = plainEnvironment;
  return rest;
}

/** The plain environment without an audit source, whose faults' own `settle` counts. */
export function withoutSettleOrAudit(): EnvironmentStory {
  const { settleMs: _settleMs, ...rest } = withoutAudit();
  return rest;
}

/** A detector that sees every event on its resources and pushes an alert with our marker. */
export function plainDetector(more: Partial<DetectorStory> = {}): DetectorStory {
  return {
    name: 'watcher-1',
    delivery: 'push',
    sees: 'event',
    carriesMarker: true,
    carriesActor: true,
    recurrence: 'none',
    alertPer: 'event',
    keepsAgents: false,
    covers: ['bucket/r1'],
    delayMs: 400,
    scanMs: 0,
    severity: 4,
    skewMs: 0,
    errorMs: 0,
    resolutionMs: 0,
    rearm: 'none',
    ruleCanary: 'raise',
    toolCanary: 'raise',
    assumeAlive: false,
    batchMs: 0,
    alertsOnControl: false,
    alertsOnCleanup: false,
    usesTrail: false,
    naming: 'kind',
    ...more,
  };
}

export function plainFault(more: Partial<FaultStory> = {}): FaultStory {
  return { resource: 'bucket/r1', set: { policy: 'bad-s1-1' }, impairs: false, settleMs: 0, versioned: false, ...more };
}

/** The fault's benign twin. */
export function plainControl(more: Partial<FaultStory> = {}): FaultStory {
  return plainFault({ set: { policy: 'fine-s1' }, ...more });
}

export function plainDetection(more: Partial<DetectionStory> = {}): DetectionStory {
  return { id: 'watcher-1/1', detector: 'watcher-1', rule: 'exposed', withinMs: 1000, of: 'effect', ...more };
}

export function plainScenario(more: Partial<ScenarioStory> = {}): ScenarioStory {
  return {
    id: 's1',
    faults: [plainFault()],
    control: [],
    detections: [plainDetection()],
    guardrails: [],
    blind: [],
    trials: 1,
    ...more,
  };
}

/** One fault, one detector, and nothing that goes wrong. */
export function plainStory(more: Partial<Story> = {}): Story {
  return {
    seed: 1,
    environment: plainEnvironment,
    detectors: [plainDetector()],
    scenarios: [plainScenario()],
    guards: [],
    troubles: [],
    ...more,
  };
}
