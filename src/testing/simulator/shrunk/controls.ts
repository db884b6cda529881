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

/** Stories that simulated seeds had shrunk to, each of which once ended in a wrong verdict of a control. */
export const shrunkControls: Readonly<Record<string, Story>> = {
  'calls a control noisy whose alert came while the trial waited to end': plainStory({
    seed: 2071,
    detectors: [
      plainDetector({ carriesMarker: false, errorMs: 2000, resolutionMs: 1000 }),
      plainDetector({ name: 'watcher-2', delayMs: 12867, alertsOnControl: true }),
    ],
    scenarios: [
      plainScenario({
        id: 's2',
        faults: [plainFault({ set: { policy: 'bad-s2-1' } })],
        control: [plainControl({ set: { policy: 'fine-s2' }, versioned: true })],
        detections: [
          plainDetection({ withinMs: 2000 }),
          plainDetection({ id: 'watcher-2/2', detector: 'watcher-2', withinMs: 2000 }),
        ],
      }),
    ],
    troubles: [
      {
        kind: 'call',
        phase: 'inject',
        resource: 'bucket/r1',
        op: 'write',
        nth: 1,
        count: 5,
        fate: 'unanswered-before',
      },
    ],
  }),
  'holds no unmarked alert of a detector that carries the marker against a control': plainStory({
    seed: 10256,
    detectors: [plainDetector({ carriesActor: false })],
    scenarios: [
      plainScenario({
        control: [plainControl({ versioned: true })],
        detections: [plainDetection({ id: 'watcher-1/2', withinMs: 2000 })],
      }),
    ],
    troubles: [
      { kind: 'noise', detector: 'watcher-1', noise: 'stranger', resource: 'bucket/r1', at: { of: 'start', ms: 978 } },
    ],
  }),
  'remembers what was proven of the path of a control among many heartbeats': plainStory({
    seed: 10290,
    detectors: [
      plainDetector({ carriesMarker: false, errorMs: 300000 }),
      plainDetector({ name: 'watcher-2', ruleCanary: 'heartbeat' }),
    ],
    scenarios: [
      plainScenario({
        control: [plainControl()],
        detections: [
          plainDetection({ withinMs: 4000 }),
          plainDetection({ id: 'watcher-2/2', detector: 'watcher-2', withinMs: 2000 }),
        ],
      }),
    ],
  }),
  'waits for the last answer in the window of a control': plainStory({
    seed: 21077,
    environment: { ...plainEnvironment, pollMs: 250, concurrentFaults: 1 },
    detectors: [plainDetector({ delivery: 'store', covers: ['bucket/r3'], delayMs: 1921 })],
    scenarios: [
      plainScenario({ faults: [plainFault({ versioned: true })], detections: [plainDetection({ id: 'watcher-1/2' })] }),
      plainScenario({
        id: 's3',
        faults: [plainFault({ resource: 'bucket/r3', set: { policy: 'bad-s3-1' }, versioned: true })],
        control: [plainControl({ resource: 'bucket/r3', set: { policy: 'fine-s3' } })],
        detections: [plainDetection({ withinMs: 2000 })],
      }),
    ],
  }),
  'takes a stale read for no sign that a control was taken back': plainStory({
    seed: 33841,
    environment: { ...withoutSettle(), audit: { delayMs: 3173, skewMs: 0, errorMs: 0 } },
    detectors: [plainDetector({ covers: ['bucket/r1', 'bucket/r2'] })],
    scenarios: [
      plainScenario({ faults: [plainFault({ settleMs: 300 })], detections: [], trials: 3 }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' }, settleMs: 900 })],
        control: [plainControl({ resource: 'bucket/r2', set: { policy: 'fine-s2' }, settleMs: 900, versioned: true })],
        detections: [],
      }),
    ],
    troubles: [{ kind: 'second-run', at: { of: 'start', ms: 4401 }, environment: 'other' }],
  }),
  'does not listen to a control that nobody acknowledged': plainStory({
    seed: 38600,
    detectors: [plainDetector({ carriesMarker: false, alertsOnControl: true })],
    scenarios: [
      plainScenario({ control: [plainControl()], detections: [plainDetection({ id: 'watcher-1/2', rule: 'exp*' })] }),
    ],
    troubles: [
      {
        kind: 'call',
        phase: 'control',
        resource: 'bucket/r1',
        op: 'write',
        nth: 1,
        count: 3,
        fate: 'unanswered-after',
      },
    ],
  }),
  'cannot say whether an alert with the letters of control and fault was raised for the control': plainStory({
    seed: 310599,
    detectors: [
      plainDetector({
        name: 'watcher-2',
        delivery: 'store',
        alertPer: 'subject',
        keepsAgents: true,
        ruleCanary: 'none',
        alertsOnControl: true,
      }),
    ],
    scenarios: [
      plainScenario({
        control: [plainControl({ versioned: true })],
        detections: [plainDetection({ id: 'watcher-2/2', detector: 'watcher-2', withinMs: 4000 })],
      }),
    ],
    troubles: [{ kind: 'delivery', detector: 'watcher-2', nth: 2, fate: 'drop' }],
  }),
  'holds no alert against a control that an earlier fault had raised and that is resolved now': plainStory({
    seed: 5006730,
    detectors: [plainDetector({ sees: 'state', carriesMarker: false, delayMs: 2000 })],
    scenarios: [
      plainScenario({ detections: [plainDetection({ withinMs: 4000 })] }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ set: { policy: 'bad-s2-1' } })],
        control: [plainControl({ set: { policy: 'fine-s2' } })],
        detections: [plainDetection({ withinMs: 4000 })],
      }),
    ],
  }),
  'waits for a detector that cannot be asked at the end of the window of a control': plainStory({
    seed: 3048884,
    detectors: [plainDetector({ delivery: 'queue' })],
    scenarios: [
      plainScenario({
        control: [plainControl()],
        detections: [plainDetection({ rule: 'tri*', withinMs: 2000, of: 'attempt' })],
      }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' } })],
        detections: [],
      }),
    ],
    troubles: [{ kind: 'polls-fail', detector: 'watcher-1', from: { of: 's2', ms: 900 }, forMs: 1500 }],
  }),
  'knows nothing of a control whose detector could not be asked until the run was stopped': plainStory({
    seed: 3021272,
    detectors: [plainDetector({ delivery: 'queue', covers: ['bucket/r1', 'bucket/r2'] })],
    scenarios: [
      plainScenario({ control: [plainControl()], detections: [plainDetection({ withinMs: 4000 })] }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' } })],
        detections: [],
      }),
    ],
    troubles: [
      { kind: 'polls-fail', detector: 'watcher-1', from: { of: 's2', ms: 2782 }, forMs: 5437, retryAfterMs: 1535 },
      { kind: 'stop', at: { of: 'start', ms: 7451 } },
    ],
  }),
};
