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

/** Stories that simulated seeds had shrunk to, each of which once ended in a wrong verdict on an alert that was opened anew or sent once more. */
export const shrunkReopenedAlerts: Readonly<Record<string, Story>> = {
  'takes an alert of another id under a known key for another opening': plainStory({
    seed: 402_060,
    environment: { ...plainEnvironment, holdMs: 2095 },
    detectors: [
      plainDetector({
        delivery: 'store',
        sees: 'state',
        carriesMarker: false,
        recurrence: 'count',
        covers: ['bucket/r1', 'bucket/r2', 'trail/main'],
        withoutTime: true,
      }),
    ],
    scenarios: [
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' }, versioned: true })],
        detections: [plainDetection({ rule: 'exp*', withinMs: 2000 })],
        trials: 2,
      }),
    ],
  }),
  'says already firing where the resolution was lost and the alert was opened anew': plainStory({
    seed: 1360,
    detectors: [
      plainDetector({
        sees: 'state',
        recurrence: 'count',
        covers: ['bucket/r1', 'bucket/r2'],
        ruleCanary: 'heartbeat',
      }),
    ],
    scenarios: [
      plainScenario({
        control: [plainControl()],
        detections: [plainDetection({ id: 'watcher-1/2', rule: 'exp*' })],
        trials: 2,
      }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' } })],
        detections: [plainDetection({ rule: 'never-raised' })],
      }),
    ],
    troubles: [{ kind: 'delivery', detector: 'watcher-1', nth: 6, fate: 'drop' }],
  }),
  'takes no early re-send for an alert that was open before': plainStory({
    seed: 2298,
    detectors: [
      plainDetector({ covers: ['trail/main'], usesTrail: true }),
      plainDetector({ name: 'watcher-3', covers: ['trail/main'], delayMs: 10595 }),
    ],
    scenarios: [
      plainScenario({
        faults: [plainFault({ resource: 'trail/main', impairs: true })],
        detections: [
          plainDetection({ rule: 'exp*', withinMs: 4000 }),
          plainDetection({ id: 'watcher-3/1', detector: 'watcher-3', rule: 'exp*' }),
        ],
      }),
    ],
    troubles: [
      { kind: 'noise', detector: 'watcher-3', noise: 'resent', resource: 'trail/main', at: { of: 's1', ms: 6354 } },
    ],
  }),
  'takes an alert that a store had stopped to show for a new one': plainStory({
    seed: 10399,
    environment: { ...plainEnvironment, pollMs: 250, concurrentFaults: 1, oneIdentity: true },
    detectors: [
      plainDetector({
        carriesMarker: false,
        covers: ['bucket/r2', 'bucket/r3', 'bucket/r5', 'bucket/r6'],
        errorMs: 2000,
      }),
      plainDetector({
        name: 'watcher-2',
        delivery: 'store',
        alertPer: 'subject',
        covers: ['bucket/r2', 'bucket/r5', 'bucket/r6'],
        delayMs: 9416,
        alertsOnCleanup: true,
      }),
    ],
    scenarios: [
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' } })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 1000 }],
      }),
      plainScenario({
        id: 's3',
        faults: [plainFault({ resource: 'bucket/r3', set: { policy: 'bad-s3-1' } })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 2000 }],
      }),
      plainScenario({
        id: 's5',
        faults: [plainFault({ resource: 'bucket/r5', set: { policy: 'bad-s5-1' }, versioned: true })],
        control: [plainControl({ resource: 'bucket/r5', set: { policy: 'fine-s5' } })],
        detections: [plainDetection({ withinMs: 4000 })],
      }),
      plainScenario({
        id: 's6',
        faults: [plainFault({ resource: 'bucket/r6', set: { policy: 'bad-s6-1' } })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 4000 }],
      }),
      plainScenario({
        id: 's7',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s7-1', acl: 'bad-s7-2' } })],
        control: [plainControl({ resource: 'bucket/r2', set: { policy: 'fine-s7' } })],
        detections: [plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', rule: 'exp*', withinMs: 4000 })],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 4000 }],
      }),
    ],
    guards: [{ kind: 'put-back', resource: 'bucket/r2', by: 'role/fixer', afterMs: 701, times: 2, controlsToo: false }],
  }),
  'cannot say whether a store reopened an alert between two polls': plainStory({
    seed: 12335,
    detectors: [plainDetector({ delivery: 'store', sees: 'state' })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' } })],
        detections: [plainDetection({ id: 'watcher-1/2', rule: 'exp*', withinMs: 2000 })],
        trials: 2,
      }),
    ],
  }),
  'says already firing where a store shows an alert that was opened anew and counts from one': plainStory({
    seed: 20139,
    detectors: [
      plainDetector({
        delivery: 'store',
        sees: 'state',
        carriesMarker: false,
        recurrence: 'count',
        alertsOnControl: true,
      }),
    ],
    scenarios: [plainScenario({ control: [plainControl()] })],
  }),
  'cannot say whether a store reopened an alert that was updated right after the injection': plainStory({
    seed: 58540,
    detectors: [plainDetector({ delivery: 'store', sees: 'state', delayMs: 4728 })],
    scenarios: [
      plainScenario({
        faults: [
          plainFault({ as: 'first', versioned: true }),
          plainFault({ as: 'second', set: { policy: 'bad-s1-2' } }),
        ],
        detections: [plainDetection({ withinMs: 4000 })],
        trials: 2,
      }),
    ],
  }),
  'takes no re-send of what an older version had overtaken for a rise': plainStory({
    seed: 311427,
    environment: { ...withoutSettle() },
    detectors: [plainDetector({ sees: 'state', recurrence: 'last-seen', covers: ['bucket/r2'] })],
    scenarios: [
      plainScenario({
        id: 's2',
        faults: [
          plainFault({ as: 'first', resource: 'bucket/r2', set: { policy: 'bad-s2-1' }, settleMs: 300 }),
          plainFault({ as: 'second', resource: 'bucket/r2', set: { policy: 'bad-s2-2' }, settleMs: 300 }),
        ],
        detections: [plainDetection({ id: 'watcher-1/2', withinMs: 4000 })],
      }),
    ],
    troubles: [
      { kind: 'noise', detector: 'watcher-1', noise: 'resent', resource: 'bucket/r2', at: { of: 's2', ms: 90 } },
      { kind: 'open-before', resource: 'bucket/r2' },
    ],
  }),
  'takes no alert that is sent once more after its resolution for a new one': plainStory({
    seed: 1007286,
    environment: plainEnvironment,
    detectors: [plainDetector({ sees: 'state', toolCanary: 'none', alertsOnControl: true })],
    scenarios: [
      plainScenario({
        faults: [plainFault()],
        control: [plainControl()],
        detections: [plainDetection({ rule: 'exp*', withinMs: 4000 })],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r1',
        by: 'role/human',
        afterMs: 347,
        againMs: 3802,
        times: 2,
        controlsToo: false,
      },
    ],
    troubles: [
      { kind: 'noise', detector: 'watcher-1', noise: 'resent', resource: 'bucket/r1', at: { of: 's1', ms: 1000 } },
      { kind: 'delivery', detector: 'watcher-1', nth: 4, fate: 'drop' },
    ],
  }),
  'cannot say whether an alert that came twice was for the second trial too': plainStory({
    seed: 902594,
    environment: plainEnvironment,
    detectors: [plainDetector({ name: 'watcher-2', carriesMarker: false, delayMs: 7124 })],
    scenarios: [
      plainScenario({
        faults: [plainFault()],
        detections: [plainDetection({ id: 'watcher-2/2', detector: 'watcher-2', withinMs: 4000 })],
        trials: 2,
      }),
    ],
    troubles: [
      { kind: 'noise', detector: 'watcher-2', noise: 'resent', resource: 'bucket/r1', at: { of: 's1', ms: 3163 } },
    ],
  }),
  'says already firing where the first alert of a detector that groups was lost': plainStory({
    seed: 5013662,
    detectors: [plainDetector({ carriesMarker: false, alertPer: 'subject', rearm: 494 })],
    scenarios: [plainScenario({ trials: 2 })],
    troubles: [{ kind: 'delivery', detector: 'watcher-1', nth: 3, fate: 'drop' }],
  }),
  'knows an alert as open that a store showed again before anybody asked': plainStory({
    seed: 3022931,
    detectors: [plainDetector({ delivery: 'store', sees: 'state', scanMs: 837, rearm: 'resolved' })],
    scenarios: [plainScenario({ detections: [plainDetection({ withinMs: 4000 })], trials: 2 })],
    troubles: [
      { kind: 'noise', detector: 'watcher-1', noise: 'resent', resource: 'bucket/r1', at: { of: 's1', ms: 2177 } },
    ],
  }),
  'takes what says the same as a resolved version, come late, for no opening': plainStory({
    seed: 5000807,
    detectors: [plainDetector({ sees: 'state' })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' } })],
        detections: [],
      }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ set: { policy: 'bad-s2-1' } })],
        control: [plainControl({ set: { policy: 'fine-s2' } })],
        detections: [plainDetection({ withinMs: 4000 })],
      }),
    ],
    troubles: [{ kind: 'delivery', detector: 'watcher-1', nth: 3, fate: { delayMs: 2741 } }],
  }),
};
