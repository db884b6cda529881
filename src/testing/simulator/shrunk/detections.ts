import {
  plainControl,
  plainDetection,
  plainDetector,
  plainEnvironment,
  plainFault,
  plainScenario,
  plainStory,
  withoutAudit,
  withoutSettle,
} from '../plain.ts';
import type { Story } from '../story.ts';

/** Stories that simulated seeds had shrunk to, each of which once ended in a wrong verdict of a detection. */
export const shrunkDetections: Readonly<Record<string, Story>> = {
  'says missed of an alert of too low a severity that a store updates': plainStory({
    seed: 2275,
    environment: { ...plainEnvironment, latencyMs: 40 },
    detectors: [plainDetector({ delivery: 'store', sees: 'state', carriesMarker: false, severity: 2, errorMs: 2000 })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' } })],
        detections: [plainDetection({ severity: 'high' })],
        trials: 2,
      }),
    ],
  }),
  'takes no record of one request for proof of a change of two': plainStory({
    seed: 10251,
    environment: { ...plainEnvironment, audit: { delayMs: 2410, skewMs: 0, errorMs: 0 } },
    scenarios: [
      plainScenario({
        faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' } })],
        detections: [plainDetection({ withinMs: 2000 })],
      }),
    ],
    guards: [{ kind: 'put-back', resource: 'bucket/r1', by: 'role/fixer', afterMs: 4, times: 9, controlsToo: false }],
  }),
  'counts no unmarked alert of a detector that carries the marker': plainStory({
    seed: 12831,
    detectors: [plainDetector({ carriesActor: false, covers: [] })],
    scenarios: [
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' } })],
        detections: [plainDetection({ withinMs: 2000 })],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 2000 }],
      }),
    ],
    troubles: [
      { kind: 'noise', detector: 'watcher-1', noise: 'stranger', resource: 'bucket/r2', at: { of: 's2', ms: 1371 } },
    ],
  }),
  'says what was heard out before somebody stopped': plainStory({
    seed: 10537,
    detectors: [plainDetector({ delayMs: 3361 }), plainDetector({ name: 'watcher-2' })],
    scenarios: [
      plainScenario({
        id: 's4',
        faults: [plainFault({ set: { policy: 'bad-s4-1' } })],
        detections: [
          plainDetection(),
          plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', rule: 'never-raised', withinMs: 2000 }),
        ],
      }),
    ],
    troubles: [{ kind: 'stop', at: { of: 's4', ms: 5920 } }],
  }),
  'leaves an alert after the horizon out, whatever its severity': plainStory({
    seed: 10700,
    detectors: [plainDetector({ sees: 'state', scanMs: 4000, severity: null })],
    scenarios: [
      plainScenario({
        detections: [plainDetection({ id: 'watcher-1/2', severity: 'high' })],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 4000 }],
      }),
    ],
  }),
  'says stopped where the effect of an earlier step was never proven': plainStory({
    seed: 31343,
    environment: { ...withoutAudit() },
    detectors: [plainDetector({ name: 'watcher-3', covers: ['bucket/r1', 'bucket/r2'] })],
    scenarios: [
      plainScenario({
        control: [plainControl()],
        detections: [plainDetection({ id: 'watcher-3/1', detector: 'watcher-3' })],
      }),
      plainScenario({
        id: 's2',
        faults: [
          plainFault({ as: 'first', resource: 'bucket/r2', set: { policy: 'bad-s2-1' } }),
          plainFault({ as: 'second', resource: 'bucket/r2', set: { policy: 'bad-s2-2' } }),
        ],
        detections: [plainDetection({ id: 'watcher-3/1', detector: 'watcher-3', fault: 'first' })],
      }),
    ],
    troubles: [{ kind: 'stop', at: { of: 's1', ms: 5 } }],
  }),
  'says that a fault may have been gone before the SLO where nobody could read it': plainStory({
    seed: 31600,
    detectors: [plainDetector({ name: 'watcher-2', sees: 'state', scanMs: 444 })],
    scenarios: [
      plainScenario({
        control: [plainControl()],
        detections: [plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', withinMs: 4000 })],
      }),
    ],
    guards: [{ kind: 'put-back', resource: 'bucket/r1', by: 'role/fixer', afterMs: 334, times: 1, controlsToo: false }],
    troubles: [
      {
        kind: 'call',
        phase: 'observe',
        resource: 'bucket/r1',
        op: 'read',
        nth: 7,
        count: 1000,
        fate: 'unanswered-before',
      },
    ],
  }),
  'does not say missed where nobody could read whether the fault was in at the SLO': plainStory({
    seed: 51948,
    detectors: [plainDetector({ sees: 'state', covers: ['trail/main'], usesTrail: true })],
    scenarios: [
      plainScenario({
        id: 's6',
        faults: [plainFault({ resource: 'trail/main', set: { policy: 'bad-s6-1' }, impairs: true, versioned: true })],
        control: [plainControl({ resource: 'trail/main', set: { policy: 'fine-s6' } })],
        detections: [plainDetection({ id: 'watcher-1/2' })],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 1000 }],
      }),
    ],
    guards: [
      { kind: 'put-back', resource: 'trail/main', by: 'role/human', afterMs: 3985, times: 2, controlsToo: false },
    ],
    troubles: [
      {
        kind: 'call',
        phase: 'observe',
        resource: 'trail/main',
        op: 'read',
        nth: 7,
        count: 5,
        fate: 'unanswered-before',
      },
    ],
  }),
  'lets a canary of the very last moment count or not': plainStory({
    seed: 111412,
    environment: { ...plainEnvironment, holdMs: 1631, concurrentFaults: 2 },
    detectors: [
      plainDetector({
        name: 'watcher-2',
        covers: ['bucket/r1', 'bucket/r2', 'bucket/r3'],
        batchMs: 898,
        alertsOnCleanup: true,
      }),
      plainDetector({ name: 'watcher-3', delivery: 'store', covers: ['bucket/r3'], delayMs: 2444 }),
    ],
    scenarios: [
      plainScenario({
        faults: [plainFault({ as: 'first' }), plainFault({ as: 'second', set: { acl: 'bad-s1-2' } })],
        control: [plainControl()],
        detections: [
          plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', rule: 'never-raised', withinMs: 2000 }),
        ],
      }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' } })],
        detections: [plainDetection({ id: 'watcher-3/1', detector: 'watcher-3' })],
      }),
      plainScenario({
        id: 's3',
        faults: [plainFault({ resource: 'bucket/r3', set: { policy: 'bad-s3-1' } })],
        detections: [],
        guardrails: [{ guardrail: 'sole-fixer', outcome: 'reverted', withinMs: 1000 }],
      }),
    ],
    guards: [{ kind: 'prevent', resource: 'bucket/r1', code: 'AccessDenied', controlsToo: false }],
  }),
  'takes no canary of another run for proof': plainStory({
    seed: 118389,
    detectors: [plainDetector({ name: 'watcher-2', covers: ['trail/main'], delayMs: 10509 })],
    scenarios: [
      plainScenario({
        control: [plainControl()],
        detections: [plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', withinMs: 4000 })],
      }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'trail/main', set: { policy: 'bad-s2-1' }, impairs: true })],
        detections: [plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', rule: 'exp*' })],
      }),
    ],
    troubles: [{ kind: 'second-run', at: { of: 'start', ms: 4565 }, environment: 'other' }],
  }),
  'proves nothing by a heartbeat that does not say when it was': plainStory({
    seed: 1580,
    detectors: [plainDetector({ ruleCanary: 'heartbeat', withoutTime: true })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ versioned: true })],
        detections: [plainDetection({ id: 'watcher-1/2', rule: 'never-raised' })],
      }),
    ],
  }),
  'says not injected of a request without an answer that was not read back': plainStory({
    seed: 203698,
    environment: { ...plainEnvironment, latencyMs: 40 },
    detectors: [
      plainDetector({ sees: 'state', scanMs: 753, batchMs: 1496 }),
      plainDetector({ name: 'watcher-2', carriesMarker: false, covers: [], resolutionMs: 1000 }),
    ],
    scenarios: [
      plainScenario({
        faults: [plainFault({ as: 'first' }), plainFault({ as: 'second', set: { policy: 'bad-s1-2' } })],
        control: [plainControl()],
        detections: [plainDetection({ fault: 'first' }), plainDetection({ id: 'watcher-2/1', detector: 'watcher-2' })],
      }),
    ],
    troubles: [
      {
        kind: 'call',
        phase: 'observe',
        resource: 'bucket/r1',
        op: 'read',
        nth: 8,
        count: 1,
        fate: 'unanswered-before',
      },
      { kind: 'call', phase: 'inject', resource: 'bucket/r1', op: 'write', nth: 2, count: 1000, fate: 'late' },
    ],
  }),
  "says already firing where an alert of before the first step came before the second's": plainStory({
    seed: 5008339,
    environment: withoutSettle(),
    detectors: [plainDetector({ delivery: 'store', sees: 'state', carriesMarker: false, skewMs: -200, errorMs: 200 })],
    scenarios: [
      plainScenario({
        faults: [
          plainFault({ as: 'first', settleMs: 900 }),
          plainFault({ as: 'second', set: { acl: 'bad-s1-2' }, settleMs: 900 }),
        ],
        detections: [plainDetection({ withinMs: 2000 })],
      }),
    ],
    troubles: [{ kind: 'open-before', resource: 'bucket/r1' }],
  }),
  'keeps a canary in mind beside the polls of a store that prove its path too': plainStory({
    seed: 3073522,
    environment: { ...plainEnvironment, pollMs: 250, latencyMs: 2 },
    detectors: [
      plainDetector({ delivery: 'store', sees: 'state', recurrence: 'count', delayMs: 682, toolCanary: 'poll' }),
    ],
    scenarios: [
      plainScenario({
        faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' } })],
        detections: [plainDetection({ rule: 'never-raised', withinMs: 2000 })],
        trials: 2,
      }),
    ],
    guards: [{ kind: 'race', resource: 'bucket/r1', by: 'role/human' }],
  }),
};
