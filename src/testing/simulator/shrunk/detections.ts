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
};
