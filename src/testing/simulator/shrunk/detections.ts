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

/** Stories that simulated seeds had shrunk to, each of which once ended in a wrong verdict of a detection. */
export const shrunkDetections: Readonly<Record<string, Story>> = {
  'takes no alert on the undoing of one scenario for the fault of the next that shares its bucket': plainStory({
    seed: 1068,
    environment: { ...plainEnvironment, holdMs: 3866, oneIdentity: true },
    detectors: [plainDetector({ name: 'watcher-2', carriesMarker: false, resolutionMs: 1000 })],
    scenarios: [
      plainScenario({
        faults: [
          plainFault({ as: 'first', versioned: true }),
          plainFault({ as: 'second', set: { policy: 'bad-s1-2' } }),
        ],
        detections: [],
      }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ set: { policy: 'bad-s2-1' } })],
        detections: [plainDetection({ id: 'watcher-2/2', detector: 'watcher-2' })],
      }),
    ],
  }),
  'counts an alert of the fault that its clean-up was added to before it was heard': plainStory({
    seed: 2045,
    detectors: [
      plainDetector({
        name: 'watcher-2',
        delivery: 'store',
        carriesActor: false,
        alertPer: 'subject',
        keepsAgents: true,
        alertsOnCleanup: true,
      }),
    ],
    scenarios: [plainScenario({ detections: [plainDetection({ id: 'watcher-2/1', detector: 'watcher-2' })] })],
  }),
  'takes no late heartbeat with a wrong clock for a canary that was lost': plainStory({
    seed: 1130,
    detectors: [
      plainDetector({
        sees: 'state',
        carriesMarker: false,
        covers: ['bucket/r1', 'bucket/r2'],
        skewMs: -2000,
        errorMs: 2000,
        ruleCanary: 'heartbeat',
      }),
    ],
    scenarios: [
      plainScenario({ control: [plainControl()], detections: [plainDetection({ rule: 'exp*', withinMs: 2000 })] }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' }, versioned: true })],
        detections: [],
      }),
    ],
    troubles: [{ kind: 'deaf', detector: 'watcher-1', what: 'rules', from: { of: 's2', ms: 3091 }, forMs: 11759 }],
  }),
  'takes no late heartbeat for a canary that was lost': plainStory({
    seed: 2447,
    environment: { ...plainEnvironment, holdMs: 4041 },
    detectors: [plainDetector({ covers: [], delayMs: 2265, ruleCanary: 'heartbeat' })],
    scenarios: [plainScenario({ id: 's2', faults: [plainFault({ set: { policy: 'bad-s2-1' } })] })],
  }),
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
  'cannot tell fault from control within the clock error of an updated alert': plainStory({
    seed: 2284,
    detectors: [
      plainDetector({
        recurrence: 'last-seen',
        alertPer: 'subject',
        keepsAgents: true,
        errorMs: 200,
        alertsOnCleanup: true,
      }),
    ],
    scenarios: [
      plainScenario({ control: [plainControl()], detections: [plainDetection({ id: 'watcher-1/2' })], holdMs: 4081 }),
    ],
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
};
