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

/** Stories that simulated seeds had shrunk to, each of which once ended in a signal of another time taken for the fault's, or the reverse. */
export const shrunkTimes: Readonly<Record<string, Story>> = {
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
  'calls an event time within the clock error of the injection ambiguous': plainStory({
    seed: 11128,
    environment: { ...withoutSettle(), holdMs: 3819 },
    detectors: [
      plainDetector({
        name: 'watcher-3',
        recurrence: 'last-seen',
        alertPer: 'subject',
        keepsAgents: true,
        skewMs: 1598,
        errorMs: 2000,
        alertsOnCleanup: true,
      }),
    ],
    scenarios: [
      plainScenario({
        faults: [plainFault({ settleMs: 300 })],
        control: [plainControl({ settleMs: 300 })],
        detections: [plainDetection({ id: 'watcher-3/1', detector: 'watcher-3', withinMs: 4000 })],
      }),
    ],
  }),
  'calls a last-seen right after the look at the reverted control ambiguous': plainStory({
    seed: 20847,
    environment: { ...withoutSettle(), audit: { delayMs: 1501, skewMs: 0, errorMs: 0 } },
    detectors: [
      plainDetector({
        recurrence: 'last-seen',
        alertPer: 'subject',
        keepsAgents: true,
        covers: ['bucket/r7'],
        errorMs: 200,
        alertsOnControl: true,
      }),
    ],
    scenarios: [
      plainScenario({
        id: 's7',
        faults: [plainFault({ resource: 'bucket/r7', set: { policy: 'bad-s7-1' }, settleMs: 900 })],
        control: [plainControl({ resource: 'bucket/r7', set: { policy: 'fine-s7' }, settleMs: 900 })],
        detections: [plainDetection({ withinMs: 4000 })],
      }),
    ],
  }),
  'cannot tell a state of somebody else that our revert put back from the fault': plainStory({
    seed: 36986,
    detectors: [
      plainDetector({ carriesMarker: false, covers: ['bucket/r2'], errorMs: 2000 }),
      plainDetector({
        name: 'watcher-3',
        sees: 'state',
        carriesMarker: false,
        covers: ['bucket/r2'],
        scanMs: 4000,
        errorMs: 200,
      }),
      plainDetector({ name: 'watcher-4', covers: ['bucket/r2'] }),
    ],
    scenarios: [
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' }, versioned: true })],
        detections: [plainDetection({ id: 'watcher-3/2', detector: 'watcher-3', withinMs: 4000 })],
      }),
      plainScenario({
        id: 's3',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s3-1' }, versioned: true })],
        control: [plainControl({ resource: 'bucket/r2', set: { policy: 'fine-s3' }, versioned: true })],
        detections: [
          plainDetection(),
          plainDetection({ id: 'watcher-3/1', detector: 'watcher-3', rule: 'exp*' }),
          plainDetection({ id: 'watcher-4/1', detector: 'watcher-4', withinMs: 4000 }),
        ],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r2',
        by: 'role/fixer',
        afterMs: 48,
        againMs: 1252,
        times: 3,
        controlsToo: false,
      },
    ],
  }),
  'counts an alert on a state that somebody made again as it may': plainStory({
    seed: 39067,
    detectors: [plainDetector({ name: 'watcher-2', delivery: 'store', sees: 'state', covers: ['bucket/r8'] })],
    scenarios: [
      plainScenario({
        id: 's8',
        faults: [plainFault({ resource: 'bucket/r8', set: { policy: 'bad-s8-1', acl: 'bad-s8-2' }, versioned: true })],
        detections: [plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', withinMs: 2000 })],
        guardrails: [{ guardrail: 'sole-fixer', outcome: 'reverted', withinMs: 1000 }],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r8',
        by: 'role/fixer',
        afterMs: 38,
        againMs: 2471,
        times: 2,
        controlsToo: false,
      },
    ],
  }),
  'cannot say whose an alert of a store is that names the actor of its last event': plainStory({
    seed: 63611,
    environment: {
      ...plainEnvironment,
      holdMs: 500,
      audit: { delayMs: 101, skewMs: 0, errorMs: 0 },
      oneIdentity: true,
    },
    detectors: [
      plainDetector({
        delivery: 'store',
        carriesMarker: false,
        alertPer: 'subject',
        covers: ['bucket/r5'],
        alertsOnCleanup: true,
      }),
    ],
    scenarios: [
      plainScenario({ id: 's5', faults: [plainFault({ resource: 'bucket/r5', set: { policy: 'bad-s5-1' } })] }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r5',
        by: 'role/human',
        afterMs: 34,
        againMs: 200,
        times: 2,
        controlsToo: false,
      },
    ],
  }),
  'proves no late request by a state that was so before': plainStory({
    seed: 200863,
    detectors: [plainDetector({ delivery: 'store', delayMs: 3980 })],
    scenarios: [plainScenario({ detections: [plainDetection({ withinMs: 2000 })], trials: 2 })],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r1',
        by: 'role/human',
        afterMs: 7,
        againMs: 2079,
        times: 2,
        controlsToo: false,
      },
    ],
    troubles: [
      { kind: 'call', phase: 'inject', resource: 'bucket/r1', op: 'write', nth: 2, count: 1, fate: 'unanswered-after' },
    ],
  }),
  'takes no alert for one on the clean-up before the revert has changed anything': plainStory({
    seed: 902739,
    environment: { ...plainEnvironment, latencyMs: 2 },
    detectors: [plainDetector({ sees: 'state', carriesMarker: false, scanMs: 4000, resolutionMs: 1000 })],
    scenarios: [
      plainScenario({
        faults: [plainFault()],
        control: [plainControl()],
        detections: [plainDetection({ withinMs: 2000 }), plainDetection({ id: 'watcher-1/2', withinMs: 4000 })],
        maxExposureMs: 2954,
      }),
    ],
  }),
  'cannot say that an alert began after the revert whose clock may be ahead': plainStory({
    seed: 3023430,
    environment: { ...plainEnvironment, oneIdentity: true },
    detectors: [
      plainDetector({
        delivery: 'store',
        carriesMarker: false,
        recurrence: 'last-seen',
        alertPer: 'subject',
        skewMs: 300_000,
        errorMs: 300_000,
        alertsOnCleanup: true,
      }),
    ],
    scenarios: [plainScenario({ detections: [plainDetection({ withinMs: 2000 })] })],
  }),
};
