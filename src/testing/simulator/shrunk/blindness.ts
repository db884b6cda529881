import {
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

/** Stories that simulated seeds had shrunk to, each of which once ended in a wrong verdict of a blindness. */
export const shrunkBlindness: Readonly<Record<string, Story>> = {
  'proves neither sight nor blindness where the fault was seen gone, and came again before the canary': plainStory({
    seed: 600_491,
    detectors: [plainDetector({ name: 'watcher-2', covers: ['bucket/r2', 'trail/main'] })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ resource: 'trail/main', impairs: true })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 2000 }],
        blind: [{ detector: 'watcher-2', canary: 'rule', withinMs: 4000 }],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'trail/main',
        by: 'role/fixer',
        afterMs: 0,
        againMs: 111,
        times: 4,
        controlsToo: false,
      },
    ],
  }),
  'raises the canary of a blindness once the fault that it is about is proven, though an earlier one never is':
    plainStory({
      seed: 1150,
      environment: { ...withoutAudit() },
      detectors: [plainDetector({ carriesMarker: false, covers: ['trail/main'], resolutionMs: 1000, usesTrail: true })],
      scenarios: [
        plainScenario({
          faults: [
            plainFault({ as: 'first', resource: 'trail/main', impairs: true }),
            plainFault({ as: 'second', resource: 'trail/main', set: { policy: 'bad-s1-2' }, impairs: true }),
          ],
          detections: [plainDetection({ rule: 'exp*' })],
          blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 4000 }],
        }),
      ],
    }),
  'calls no detector blind whose path is slower than the SLO': plainStory({
    seed: 1370,
    detectors: [plainDetector({ covers: ['trail/main'], delayMs: 3789 })],
    scenarios: [
      plainScenario({
        id: 's11',
        faults: [plainFault({ as: 'second', resource: 'trail/main', set: { acl: 'bad-s11-2' }, impairs: true })],
        detections: [plainDetection({ rule: 'exp*' })],
        guardrails: [{ guardrail: 'sole-fixer', outcome: 'reverted', withinMs: 2000 }],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 1000 }],
      }),
    ],
    guards: [
      { kind: 'put-back', resource: 'trail/main', by: 'role/human', afterMs: 1157, times: 9, controlsToo: false },
    ],
  }),
  'proves no sight by a canary that was raised when somebody had taken the fault out': plainStory({
    seed: 2291,
    environment: { ...plainEnvironment, latencyMs: 40 },
    detectors: [plainDetector({ covers: ['trail/main'] })],
    scenarios: [
      plainScenario({
        id: 's3',
        faults: [plainFault({ resource: 'trail/main', set: { policy: 'bad-s3-1' }, impairs: true })],
        detections: [],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 4000 }],
      }),
    ],
    guards: [{ kind: 'meddle', resource: 'trail/main', afterMs: 32, what: 'ours' }],
  }),
  'believes a canary that was raised when the fault was in again': plainStory({
    seed: 11631,
    environment: { ...withoutAudit() },
    detectors: [plainDetector({ covers: ['trail/main'] })],
    scenarios: [
      plainScenario({
        id: 's3',
        faults: [plainFault({ as: 'second', resource: 'trail/main', set: { acl: 'bad-s3-2' }, impairs: true })],
        detections: [],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 2000 }],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'trail/main',
        by: 'role/fixer',
        afterMs: 3,
        againMs: 2676,
        times: 3,
        controlsToo: false,
      },
    ],
  }),
  'believes no canary that was raised before the fault was whole': plainStory({
    seed: 21246,
    environment: { ...plainEnvironment, latencyMs: 40 },
    detectors: [plainDetector({ name: 'watcher-2', covers: ['trail/main'] })],
    scenarios: [
      plainScenario({
        faults: [
          plainFault({
            resource: 'trail/main',
            set: { policy: 'bad-s1-1', acl: 'bad-s1-2' },
            impairs: true,
            versioned: true,
          }),
        ],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 1000 }],
        blind: [{ detector: 'watcher-2', canary: 'rule', withinMs: 1000 }],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'trail/main',
        by: 'role/human',
        afterMs: 38,
        againMs: 1073,
        times: 1,
        controlsToo: false,
      },
    ],
  }),
  'proves nothing by a canary after which nobody read the state': plainStory({
    seed: 39316,
    environment: { ...plainEnvironment, pollMs: 1000 },
    detectors: [plainDetector({ covers: ['trail/main'], usesTrail: true })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ resource: 'trail/main', impairs: true })],
        detections: [plainDetection({ id: 'watcher-1/2', withinMs: 4000 })],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 1000 }],
        maxExposureMs: 707,
      }),
    ],
  }),
  'waits for a read after the canary that cannot lag behind': plainStory({
    seed: 65367,
    environment: { ...withoutSettle(), pollMs: 250, latencyMs: 2 },
    detectors: [plainDetector({ name: 'watcher-2', covers: ['trail/main'], usesTrail: true })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ resource: 'trail/main', impairs: true, settleMs: 900, versioned: true })],
        detections: [plainDetection({ id: 'watcher-2/1', detector: 'watcher-2' })],
        blind: [{ detector: 'watcher-2', canary: 'rule', withinMs: 2000 }],
      }),
    ],
  }),
  'takes no record of what an earlier trial of the run wrote for a write of somebody else': plainStory({
    seed: 3085193,
    environment: { ...plainEnvironment, audit: { delayMs: 2931, skewMs: 149, errorMs: 2000 } },
    detectors: [plainDetector({ covers: ['trail/main'] })],
    scenarios: [
      plainScenario({ faults: [plainFault({ resource: 'trail/main', impairs: true })], detections: [] }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'trail/main', set: { policy: 'bad-s2-1' }, impairs: true })],
        detections: [plainDetection({ rule: 'never-raised', withinMs: 4000 })],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 4000 }],
      }),
    ],
  }),
  'cannot say that a fault was in at a canary where no look after that was answered': plainStory({
    seed: 8085593,
    detectors: [plainDetector({ covers: ['trail/main'], usesTrail: true })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ resource: 'trail/main', impairs: true })],
        detections: [plainDetection({ rule: 'exp*', withinMs: 2000 })],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 2000 }],
        maxExposureMs: 3594,
      }),
    ],
    troubles: [
      {
        kind: 'call',
        phase: 'observe',
        resource: 'trail/main',
        op: 'read',
        nth: 3,
        count: 5,
        fate: 'unanswered-before',
      },
    ],
  }),
  'cannot say that nobody wrote at a canary where the clock of the audit may hide it': plainStory({
    seed: 8075856,
    environment: { ...plainEnvironment, audit: { delayMs: 123, skewMs: -3, errorMs: 2000 } },
    detectors: [plainDetector({ covers: ['trail/main'], usesTrail: true })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ resource: 'trail/main', set: { policy: 'bad-s1-1', acl: 'bad-s1-2' }, impairs: true })],
        detections: [plainDetection()],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 4000 }],
        trials: 2,
      }),
    ],
    guards: [{ kind: 'meddle', resource: 'trail/main', afterMs: 12_164, what: 'rest' }],
  }),
};
