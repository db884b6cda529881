import {
  plainControl,
  plainDetection,
  plainDetector,
  plainEnvironment,
  plainFault,
  plainScenario,
  plainStory,
  withoutSettle,
  withoutSettleOrAudit,
} from '../plain.ts';
import type { Story } from '../story.ts';

/** Stories that simulated seeds had shrunk to, each of which once ended in a wrong verdict on an alert that was known before. */
export const shrunkKnownAlerts: Readonly<Record<string, Story>> = {
  'sees the marker of the fault that came into an open alert of a store': plainStory({
    seed: 1155,
    environment: { ...plainEnvironment, pollMs: 1000, latencyMs: 40 },
    detectors: [plainDetector({ delivery: 'store', alertPer: 'subject', delayMs: 621, alertsOnCleanup: true })],
    scenarios: [plainScenario({ control: [plainControl()], detections: [plainDetection({ withinMs: 2000 })] })],
  }),
  'says already firing where an earlier step had opened the alert of a store': plainStory({
    seed: 1247,
    environment: { ...withoutSettle(), audit: { delayMs: 2957, skewMs: 0, errorMs: 0 } },
    detectors: [plainDetector({ delivery: 'store', alertPer: 'subject' })],
    scenarios: [
      plainScenario({
        faults: [
          plainFault({ as: 'first', settleMs: 900 }),
          plainFault({ as: 'second', set: { policy: 'bad-s1-2' }, settleMs: 900 }),
        ],
        detections: [plainDetection({ rule: 'exp*' })],
      }),
    ],
  }),
  'calls an alert of several events ambiguous that tells only of the first': plainStory({
    seed: 2050,
    detectors: [
      plainDetector({
        delivery: 'store',
        carriesMarker: false,
        recurrence: 'count',
        alertPer: 'subject',
        covers: ['bucket/r2'],
        alertsOnCleanup: true,
      }),
    ],
    scenarios: [
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' } })],
        control: [plainControl({ resource: 'bucket/r2', set: { policy: 'fine-s2' } })],
      }),
    ],
  }),
  'sees the marker of the fault that came into an alert of the clean-up': plainStory({
    seed: 2396,
    detectors: [
      plainDetector({ delivery: 'store', alertPer: 'subject', alertsOnCleanup: true }),
      plainDetector({ name: 'watcher-2', carriesMarker: false, errorMs: 200 }),
    ],
    scenarios: [
      plainScenario({
        control: [plainControl()],
        detections: [
          plainDetection({ rule: 'exp*', withinMs: 2000 }),
          plainDetection({ id: 'watcher-2/2', detector: 'watcher-2', rule: 'exp*', withinMs: 2000 }),
        ],
        holdMs: 5828,
      }),
    ],
  }),
  'says already firing where a coarse last-seen cannot have moved': plainStory({
    seed: 13521,
    environment: { ...plainEnvironment, holdMs: 500 },
    detectors: [
      plainDetector({
        carriesMarker: false,
        recurrence: 'last-seen',
        alertPer: 'subject',
        covers: ['bucket/r2'],
        errorMs: 200,
        resolutionMs: 1000,
        assumeAlive: true,
      }),
    ],
    scenarios: [
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' } })],
        detections: [plainDetection({ rule: 'exp*' })],
        trials: 2,
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r2',
        by: 'role/human',
        afterMs: 461,
        againMs: 473,
        times: 2,
        controlsToo: false,
      },
    ],
  }),
  'says already firing where the last-seen of an alert of an earlier step is too coarse to move': plainStory({
    seed: 32041,
    environment: { ...withoutSettle(), concurrentFaults: 2, latencyMs: 40 },
    detectors: [
      plainDetector({ sees: 'state', scanMs: 4000 }),
      plainDetector({
        name: 'watcher-2',
        delivery: 'store',
        sees: 'state',
        carriesMarker: false,
        recurrence: 'last-seen',
        covers: ['bucket/r1', 'bucket/r2'],
        scanMs: 301,
        errorMs: 2000,
        resolutionMs: 1000,
      }),
    ],
    scenarios: [
      plainScenario({
        detections: [plainDetection(), plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', withinMs: 4000 })],
      }),
      plainScenario({
        id: 's2',
        faults: [
          plainFault({ as: 'first', resource: 'bucket/r2', set: { policy: 'bad-s2-1' }, settleMs: 900 }),
          plainFault({ as: 'second', resource: 'bucket/r2', set: { acl: 'bad-s2-2' }, settleMs: 900 }),
        ],
        control: [plainControl({ resource: 'bucket/r2', set: { policy: 'fine-s2' }, settleMs: 900 })],
        detections: [
          plainDetection({ rule: 'tried', withinMs: 4000, of: 'attempt', fault: 'first' }),
          plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', withinMs: 2000 }),
        ],
      }),
    ],
  }),
  "says already firing where the fault may hide in another actor's alert": plainStory({
    seed: 33873,
    environment: { ...plainEnvironment, holdMs: 2937 },
    detectors: [
      plainDetector({
        name: 'watcher-2',
        delivery: 'store',
        carriesMarker: false,
        alertPer: 'subject',
        errorMs: 200,
        alertsOnCleanup: true,
      }),
    ],
    scenarios: [
      plainScenario({
        faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' } })],
        control: [plainControl()],
        detections: [plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', rule: 'exp*', withinMs: 4000 })],
      }),
    ],
  }),
  'says already firing or ambiguous by what a clock that is too slow makes of an alert': plainStory({
    seed: 51321,
    environment: { ...plainEnvironment, pollMs: 1000 },
    detectors: [
      plainDetector({
        delivery: 'store',
        carriesMarker: false,
        covers: ['bucket/r2'],
        severity: null,
        skewMs: -700,
        alertsOnCleanup: true,
      }),
    ],
    scenarios: [
      plainScenario({ detections: [plainDetection({ id: 'watcher-1/2' })] }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' } })],
        detections: [plainDetection({ rule: 'exp*', withinMs: 2000, severity: 'high' })],
      }),
    ],
  }),
  'cannot know an undeclared group whose first alert was lost': plainStory({
    seed: 102508,
    environment: { ...plainEnvironment, concurrentFaults: 2, latencyMs: 2 },
    detectors: [
      plainDetector({
        name: 'watcher-2',
        carriesMarker: false,
        alertPer: 'subject',
        covers: ['bucket/r3', 'bucket/r9'],
        ruleCanary: 'none',
        batchMs: 626,
      }),
      plainDetector({ name: 'watcher-3', covers: ['bucket/r1', 'bucket/r3', 'bucket/r9'] }),
    ],
    scenarios: [
      plainScenario({
        faults: [plainFault({ as: 'first' }), plainFault({ as: 'second', set: { policy: 'bad-s1-2' } })],
        control: [plainControl()],
        detections: [plainDetection({ id: 'watcher-2/1', detector: 'watcher-2' })],
      }),
      plainScenario({
        id: 's3',
        faults: [plainFault({ resource: 'bucket/r3', set: { policy: 'bad-s3-1' } })],
        control: [plainControl({ resource: 'bucket/r3', set: { policy: 'fine-s3' } })],
        detections: [plainDetection({ id: 'watcher-3/2', detector: 'watcher-3', rule: 'exp*', withinMs: 4000 })],
      }),
      plainScenario({
        id: 's8',
        faults: [plainFault({ resource: 'bucket/r3', set: { policy: 'bad-s8-1' } })],
        detections: [plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', withinMs: 2000 })],
      }),
      plainScenario({
        id: 's9',
        faults: [plainFault({ resource: 'bucket/r9', set: { policy: 'bad-s9-1' } })],
        detections: [plainDetection({ id: 'watcher-2/2', detector: 'watcher-2' })],
      }),
    ],
    troubles: [{ kind: 'delivery', detector: 'watcher-2', nth: 7, fate: 'drop' }],
  }),
  'says already firing where an alert without a time may be of an earlier step': plainStory({
    seed: 1247,
    environment: { ...withoutSettle(), audit: { delayMs: 2957, skewMs: 0, errorMs: 0 } },
    detectors: [plainDetector({ delivery: 'store', carriesMarker: false, alertPer: 'subject', withoutTime: true })],
    scenarios: [
      plainScenario({
        faults: [
          plainFault({ as: 'first', settleMs: 900 }),
          plainFault({ as: 'second', set: { policy: 'bad-s1-2' }, settleMs: 900 }),
        ],
        control: [plainControl({ settleMs: 900, versioned: true })],
        detections: [plainDetection({ rule: 'exp*' })],
      }),
    ],
  }),
  'holds no alert on an earlier step for the last one where it does not rise': plainStory({
    seed: 410822,
    environment: { ...withoutSettleOrAudit(), latencyMs: 40 },
    detectors: [
      plainDetector({
        sees: 'state',
        carriesMarker: false,
        covers: ['bucket/r1', 'bucket/r3', 'bucket/r5'],
        skewMs: -200,
        toolCanary: 'none',
      }),
    ],
    scenarios: [
      plainScenario({
        faults: [plainFault({ as: 'first', versioned: true }), plainFault({ as: 'second', set: { acl: 'bad-s1-2' } })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 2000 }],
      }),
      plainScenario({
        id: 's3',
        faults: [
          plainFault({ as: 'first', resource: 'bucket/r3', set: { policy: 'bad-s3-1' }, settleMs: 900 }),
          plainFault({ as: 'second', resource: 'bucket/r3', set: { policy: 'bad-s3-2' }, settleMs: 900 }),
        ],
        control: [plainControl({ resource: 'bucket/r3', set: { policy: 'fine-s3' }, settleMs: 900 })],
        detections: [plainDetection()],
      }),
      plainScenario({
        id: 's5',
        faults: [plainFault({ resource: 'bucket/r5', set: { policy: 'bad-s5-1', acl: 'bad-s5-2' } })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 4000 }],
      }),
    ],
    guards: [
      { kind: 'put-back', resource: 'bucket/r3', by: 'role/fixer', afterMs: 566, times: 1, controlsToo: false },
      { kind: 'put-back', resource: 'bucket/r5', by: 'role/fixer', afterMs: 35, times: 1, controlsToo: false },
    ],
    troubles: [{ kind: 'delivery', detector: 'watcher-1', nth: 10, fate: 'drop' }],
  }),
  'knows an alert as open that came between the capture and the injection': plainStory({
    seed: 3026215,
    environment: { ...plainEnvironment, latencyMs: 40 },
    detectors: [
      plainDetector({
        delivery: 'store',
        carriesMarker: false,
        carriesActor: false,
        alertPer: 'subject',
        delayMs: 158,
        alertsOnCleanup: true,
      }),
    ],
    scenarios: [
      plainScenario({
        faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' } })],
        control: [plainControl()],
      }),
    ],
  }),
};
