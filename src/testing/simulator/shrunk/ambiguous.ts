import {
  plainControl,
  plainDetection,
  plainDetector,
  plainEnvironment,
  plainFault,
  plainScenario,
  plainStory,
} from '../plain.ts';
import type { Story } from '../story.ts';

/** Stories that simulated seeds had shrunk to, in which nobody could say whose a signal was. */
export const shrunkAmbiguous: Readonly<Record<string, Story>> = {
  'says late of what came late though an alert from before was sent once more in time': plainStory({
    seed: 12_028_666,
    detectors: [plainDetector({ sees: 'state', recurrence: 'count', delayMs: 814, scanMs: 628 })],
    scenarios: [plainScenario({ control: [plainControl()] })],
    troubles: [
      { kind: 'open-before', resource: 'bucket/r1' },
      { kind: 'delivery', detector: 'watcher-1', nth: 1, fate: 'duplicate' },
    ],
  }),
  "calls no alert late where another came in time that may be the fault's": plainStory({
    seed: 329_182,
    environment: { ...plainEnvironment, latencyMs: 2 },
    detectors: [
      plainDetector({
        name: 'watcher-4',
        delivery: 'store',
        sees: 'state',
        carriesMarker: false,
        recurrence: 'count',
        covers: [
          'bucket/r2',
          'bucket/r3',
          'bucket/r4',
          'bucket/r6',
          'bucket/r7',
          'bucket/r8',
          'bucket/r9',
          'bucket/r10',
          'trail/main',
        ],
        delayMs: 729,
        resolutionMs: 1000,
      }),
    ],
    scenarios: [
      plainScenario({
        id: 's6',
        faults: [plainFault({ resource: 'bucket/r6', set: { policy: 'bad-s6-1', acl: 'bad-s6-2' }, versioned: true })],
        detections: [plainDetection({ id: 'watcher-4/1', detector: 'watcher-4', withinMs: 2000 })],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r6',
        by: 'role/fixer',
        afterMs: 1063,
        againMs: 437,
        times: 2,
        controlsToo: false,
      },
    ],
  }),
  'cannot say that a state was seen after the revert that was seen while it went on': plainStory({
    seed: 3035008,
    environment: { ...plainEnvironment, latencyMs: 40 },
    detectors: [
      plainDetector({
        delivery: 'queue',
        sees: 'state',
        carriesMarker: false,
        scanMs: 4000,
        skewMs: 2000,
        errorMs: 2000,
      }),
    ],
    scenarios: [
      plainScenario({
        faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' } })],
        detections: [plainDetection({ withinMs: 2000 })],
        maxExposureMs: 3688,
      }),
    ],
  }),
  'cannot say of an alert that was open before the fault, and came after its revert for the first time': plainStory({
    seed: 7003677,
    environment: { ...plainEnvironment, pollMs: 300, latencyMs: 40 },
    detectors: [
      plainDetector({
        name: 'watcher-3',
        delivery: 'store',
        sees: 'state',
        recurrence: 'last-seen',
        scanMs: 434,
        errorMs: 200,
      }),
    ],
    scenarios: [
      plainScenario({
        detections: [plainDetection({ id: 'watcher-3/1', detector: 'watcher-3', withinMs: 2000 })],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r1',
        by: 'role/fixer',
        afterMs: 143,
        againMs: 90,
        times: 2,
        controlsToo: false,
      },
    ],
    troubles: [
      { kind: 'open-before', resource: 'bucket/r1' },
      { kind: 'deaf', detector: 'watcher-3', what: 'delivery', from: { of: 's1', ms: 250 }, forMs: 714 },
      { kind: 'polls-fail', detector: 'watcher-3', from: { of: 's1', ms: 1118 }, forMs: 4281 },
    ],
  }),
  'cannot say of an alert that tells only when it was last seen, after the revert, when it began': plainStory({
    seed: 8092235,
    detectors: [
      plainDetector({
        delivery: 'store',
        carriesMarker: false,
        carriesActor: false,
        recurrence: 'last-seen',
        alertPer: 'subject',
        alertsOnCleanup: true,
        withoutTime: true,
      }),
    ],
    scenarios: [
      plainScenario({
        faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' } })],
        detections: [plainDetection({ withinMs: 2000 })],
      }),
    ],
  }),
  'cannot say whose a state is that somebody made of the fault and no revert takes out': plainStory({
    seed: 8028980,
    detectors: [plainDetector({ sees: 'state', scanMs: 352 })],
    scenarios: [plainScenario({ faults: [plainFault({ versioned: true })], detections: [plainDetection()] })],
    guards: [{ kind: 'meddle', resource: 'bucket/r1', afterMs: 313, what: 'ours' }],
    troubles: [
      { kind: 'noise', detector: 'watcher-1', noise: 'stranger', resource: 'bucket/r1', at: { of: 's1', ms: 6554 } },
    ],
  }),
  'holds nothing against a clock that is worse than declared': plainStory({
    seed: 8044197,
    detectors: [
      plainDetector({
        carriesMarker: false,
        recurrence: 'last-seen',
        alertPer: 'subject',
        skewMs: -700,
        resolutionMs: 1000,
        ruleCanary: 'heartbeat',
        toolCanary: 'none',
        alertsOnControl: true,
      }),
    ],
    scenarios: [
      plainScenario({
        faults: [plainFault({ as: 'first' }), plainFault({ as: 'second', set: { acl: 'bad-s1-2' } })],
        control: [plainControl()],
        detections: [plainDetection()],
      }),
    ],
  }),
};
