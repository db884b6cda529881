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

/** Stories that simulated seeds had shrunk to, each of which once ended in a wrong verdict on a state that others change too. */
export const shrunkOthersChanges: Readonly<Record<string, Story>> = {
  'believes no lagging read that the fault is gone, though it was seen in once': plainStory({
    seed: 316689,
    environment: { ...withoutSettle(), pollMs: 250 },
    detectors: [plainDetector({ severity: 2 }), plainDetector({ name: 'watcher-2', covers: [] })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ settleMs: 900, versioned: true })],
        control: [plainControl({ settleMs: 900 })],
        detections: [
          plainDetection({ rule: 'exp*', severity: 'medium' }),
          plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', withinMs: 4000 }),
        ],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 1000 }],
      }),
    ],
    guards: [{ kind: 'put-back', resource: 'bucket/r1', by: 'role/fixer', afterMs: 391, times: 1, controlsToo: false }],
  }),
  'takes what another made of a fault that met a precondition for none of ours': plainStory({
    seed: 816954,
    environment: { ...withoutSettle(), pollMs: 1000, audit: { delayMs: 293, skewMs: -1469, errorMs: 2000 } },
    detectors: [plainDetector({ sees: 'state', scanMs: 754, withoutTime: true })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ settleMs: 900, versioned: true })],
        detections: [plainDetection({ id: 'watcher-1/2' })],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 4000 }],
        maxExposureMs: 1649,
        trials: 2,
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r1',
        by: 'role/fixer',
        afterMs: 842,
        againMs: 2424,
        times: 3,
        controlsToo: false,
      },
    ],
  }),
  'says that nothing was injected where a stale state before met a precondition': plainStory({
    seed: 801602,
    environment: { ...withoutSettle(), stabilityMs: 1000, pollMs: 250, latencyMs: 40 },
    detectors: [plainDetector({ covers: [], toolCanary: 'none' })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ settleMs: 300 })],
        detections: [plainDetection({ rule: 'exp*', withinMs: 2000 })],
        guardrails: [{ guardrail: 'sole-fixer', outcome: 'reverted', withinMs: 4000 }],
        trials: 2,
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r1',
        by: 'role/fixer',
        afterMs: 1597,
        againMs: 2667,
        times: 4,
        controlsToo: false,
      },
    ],
  }),
  'cannot tell who made a state that others make and unmake faster than it is read': plainStory({
    seed: 603398,
    environment: plainEnvironment,
    detectors: [
      plainDetector({
        name: 'watcher-4',
        delivery: 'store',
        sees: 'state',
        covers: ['bucket/r10'],
        delayMs: 4203,
        errorMs: 2000,
      }),
    ],
    scenarios: [
      plainScenario({
        id: 's10',
        faults: [
          plainFault({ as: 'first', resource: 'bucket/r10', set: { policy: 'bad-s10-1' } }),
          plainFault({ as: 'second', resource: 'bucket/r10', set: { acl: 'bad-s10-2' } }),
        ],
        detections: [plainDetection({ id: 'watcher-4/1', detector: 'watcher-4', withinMs: 2000 })],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r10',
        by: 'role/fixer',
        afterMs: 15,
        againMs: 247,
        times: 3,
        controlsToo: false,
      },
    ],
  }),
  'takes an update that it never saw begin for a first alert': plainStory({
    seed: 802988,
    environment: plainEnvironment,
    detectors: [plainDetector({ delivery: 'store', sees: 'state', covers: ['bucket/r24'], resolutionMs: 1000 })],
    scenarios: [
      plainScenario({
        id: 's24',
        faults: [
          plainFault({ resource: 'bucket/r24', set: { policy: 'bad-s24-1', acl: 'bad-s24-2' }, versioned: true }),
        ],
        detections: [plainDetection({ id: 'watcher-1/2', withinMs: 2000 })],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 2000 }],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r24',
        by: 'role/fixer',
        afterMs: 0,
        againMs: 756,
        times: 2,
        controlsToo: false,
      },
    ],
  }),
  'asks the audit source whether a fault was in when a canary was raised': plainStory({
    seed: 817502,
    detectors: [plainDetector({ covers: ['trail/main'] })],
    scenarios: [
      plainScenario({
        id: 's10',
        faults: [plainFault({ resource: 'trail/main', set: { policy: 'bad-s10-1' }, impairs: true })],
        detections: [],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 4000 }],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'trail/main',
        by: 'role/human',
        afterMs: 14,
        againMs: 204,
        times: 2,
        controlsToo: false,
      },
    ],
  }),
};
