import {
  plainControl,
  plainDetection,
  plainDetector,
  plainEnvironment,
  plainFault,
  plainScenario,
  plainStory,
  withoutSettle,
} from '../plain.ts';
import type { Story } from '../story.ts';

/** Stories that simulated seeds had shrunk to, each of which once ended in something left behind. */
export const shrunkRecovery: Readonly<Record<string, Story>> = {
  'leaves no read-back behind where a recovery dies right after its end': plainStory({
    seed: 1050,
    detectors: [plainDetector({ covers: ['bucket/r2'] })],
    scenarios: [
      plainScenario({ faults: [plainFault({ versioned: true })], control: [plainControl()], detections: [] }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' } })],
        detections: [],
      }),
    ],
    troubles: [
      { kind: 'death', process: 1, at: { write: 26, when: 'before' } },
      { kind: 'death', process: 2, at: { write: 12, when: 'after' } },
    ],
  }),
  'leaves no pre-image behind where a recovery of nothing dies right after its end': plainStory({
    seed: 1119,
    detectors: [plainDetector({ name: 'watcher-2', covers: ['bucket/r2'] })],
    scenarios: [
      plainScenario({
        id: 's3',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s3-1' } })],
        detections: [],
      }),
    ],
    troubles: [
      { kind: 'death', process: 1, at: { write: 10, when: 'torn' } },
      { kind: 'death', process: 2, at: { write: 9, when: 'before' } },
    ],
  }),
  'ends a journal whose last line is torn, though its run had ended': plainStory({
    seed: 13021,
    environment: { ...withoutSettle() },
    detectors: [plainDetector({ name: 'watcher-2', sees: 'state', covers: ['trail/main'] })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ resource: 'trail/main', impairs: true, settleMs: 300, versioned: true })],
        detections: [plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', withinMs: 4000 })],
      }),
    ],
    troubles: [
      { kind: 'death', process: 2, at: { write: 2, when: 'after' } },
      { kind: 'death', process: 3, at: { write: 13, when: 'torn' } },
      { kind: 'stop', at: { of: 's1', ms: 975 } },
      { kind: 'abandon', at: { of: 's1', ms: 983 } },
    ],
  }),
  'writes no older fault back where somebody took both out at once': plainStory({
    seed: 13068,
    detectors: [plainDetector({ sees: 'state', covers: ['bucket/r39'], scanMs: 4000 })],
    scenarios: [
      plainScenario({
        id: 's39',
        faults: [
          plainFault({ as: 'first', resource: 'bucket/r39', set: { policy: 'bad-s39-1' }, versioned: true }),
          plainFault({ as: 'second', resource: 'bucket/r39', set: { policy: 'bad-s39-2' } }),
        ],
        detections: [plainDetection({ withinMs: 2000, fault: 'first' })],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r39',
        by: 'role/fixer',
        afterMs: 1917,
        againMs: 559,
        times: 4,
        controlsToo: false,
      },
    ],
  }),
  'waits for a request that was given up young': plainStory({
    seed: 33044,
    scenarios: [plainScenario({ faults: [plainFault({ versioned: true })], detections: [] })],
    troubles: [
      { kind: 'call', phase: 'inject', resource: 'bucket/r1', op: 'write', nth: 1, count: 1, fate: 'late' },
      { kind: 'stop', at: { of: 's1', ms: 29 } },
    ],
  }),
  'leaves what somebody else had made of it before us': plainStory({
    seed: 61728,
    environment: { ...plainEnvironment, audit: { delayMs: 109, skewMs: -1727, errorMs: 2000 } },
    detectors: [plainDetector({ name: 'watcher-2', sees: 'state', covers: ['trail/main'] })],
    scenarios: [
      plainScenario({
        id: 's7',
        faults: [plainFault({ resource: 'trail/main', set: { policy: 'bad-s7-1' }, impairs: true })],
        detections: [
          plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', rule: 'never-raised', withinMs: 2000 }),
        ],
      }),
      plainScenario({
        id: 's27',
        faults: [plainFault({ resource: 'trail/main', set: { policy: 'bad-s27-1' }, impairs: true })],
        control: [plainControl({ resource: 'trail/main', set: { policy: 'fine-s27' } })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 2000 }],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'trail/main',
        by: 'role/fixer',
        afterMs: 5001,
        againMs: 1718,
        times: 4,
        controlsToo: false,
      },
    ],
  }),
  'injects nothing over what somebody else wrote since the capture': plainStory({
    seed: 56969,
    detectors: [plainDetector({ name: 'watcher-2', covers: ['trail/main'] })],
    scenarios: [
      plainScenario({
        id: 's4',
        faults: [
          plainFault({
            as: 'first',
            resource: 'trail/main',
            set: { policy: 'bad-s4-1' },
            impairs: true,
            versioned: true,
          }),
          plainFault({ as: 'second', resource: 'trail/main', set: { policy: 'bad-s4-2' }, impairs: true }),
        ],
        detections: [],
      }),
    ],
    guards: [{ kind: 'meddle', resource: 'trail/main', afterMs: 14, what: 'ours' }],
  }),
  'injects nothing where an earlier trial may have left its fault in': plainStory({
    seed: 107023,
    scenarios: [plainScenario({ detections: [plainDetection({ withinMs: 4000 })], trials: 2 })],
    troubles: [
      { kind: 'call', phase: 'revert', resource: 'bucket/r1', op: 'read', nth: 1, count: 1000, fate: 'denied' },
      { kind: 'call', phase: 'inject', resource: 'bucket/r1', op: 'write', nth: 2, count: 1, fate: 'unanswered-after' },
    ],
  }),
  'waits for a revert without an answer before the next trial on its bucket': plainStory({
    seed: 201421,
    environment: { ...plainEnvironment, latencyMs: 2 },
    detectors: [plainDetector({ covers: ['bucket/r2'] })],
    scenarios: [
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' } })],
        control: [plainControl({ resource: 'bucket/r2', set: { policy: 'fine-s2' } })],
        detections: [],
        trials: 2,
      }),
    ],
    troubles: [{ kind: 'call', phase: 'revert', resource: 'bucket/r2', op: 'write', nth: 2, count: 1, fate: 'late' }],
  }),
  'waits for the rest of a change whose first part is in and whose second got no answer': plainStory({
    seed: 301047,
    scenarios: [
      plainScenario({ faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' } })], detections: [] }),
    ],
    troubles: [{ kind: 'call', phase: 'inject', resource: 'bucket/r1', op: 'write', nth: 2, count: 1, fate: 'late' }],
  }),
  'takes back once more what came in again when a change on top of it was taken back': plainStory({
    seed: 8089689,
    environment: { ...plainEnvironment, latencyMs: 40 },
    detectors: [plainDetector({ carriesMarker: false, errorMs: 200 })],
    scenarios: [
      plainScenario({
        faults: [
          plainFault({ as: 'first', versioned: true }),
          plainFault({ as: 'second', set: { policy: 'bad-s1-2' } }),
        ],
        detections: [plainDetection({ rule: 'exp*', fault: 'first' })],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 2000 }],
        trials: 2,
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r1',
        by: 'role/fixer',
        afterMs: 6118,
        againMs: 730,
        times: 3,
        controlsToo: false,
      },
    ],
  }),
};
