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

/** Stories that simulated seeds had shrunk to, each of which once ended in a wrong verdict where the wall clock had been set in mid-run. */
export const shrunkSetClocks: Readonly<Record<string, Story>> = {
  'calls no alert one from before the injection by a clock that was set back': plainStory({
    seed: 2634,
    detectors: [
      plainDetector({ carriesMarker: false, batchMs: 1295 }),
      plainDetector({ name: 'watcher-2', covers: [] }),
    ],
    scenarios: [
      plainScenario({
        faults: [plainFault()],
        detections: [
          plainDetection({ withinMs: 4000 }),
          plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', withinMs: 4000 }),
        ],
        trials: 2,
      }),
    ],
    troubles: [{ kind: 'clock-jump', at: { of: 's1', ms: 5487 }, byMs: -766 }],
  }),
  'proves no path by how young the entries of a poll are on a clock that was set': plainStory({
    seed: 5064,
    environment: plainEnvironment,
    detectors: [
      plainDetector({ delivery: 'store', covers: ['bucket/r1', 'bucket/r2'], delayMs: 4392, toolCanary: 'poll' }),
    ],
    scenarios: [
      plainScenario({ faults: [plainFault({ versioned: true })], detections: [] }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1' } })],
        detections: [plainDetection({ id: 'watcher-1/2' })],
        trials: 2,
      }),
    ],
    troubles: [{ kind: 'clock-jump', at: { of: 's1', ms: 5020 }, byMs: -4893 }],
  }),
  'takes no alert for an old one by a clock that was set forward': plainStory({
    seed: 18712,
    environment: { ...plainEnvironment, latencyMs: 40 },
    detectors: [
      plainDetector({ carriesMarker: false, recurrence: 'last-seen', withoutTime: true }),
      plainDetector({ name: 'watcher-2', carriesMarker: false, resolutionMs: 1000 }),
    ],
    scenarios: [
      plainScenario({ faults: [plainFault()], detections: [] }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ set: { policy: 'bad-s2-1' } })],
        control: [plainControl({ set: { policy: 'fine-s2' } })],
        detections: [
          plainDetection({ id: 'watcher-1/2', withinMs: 2000 }),
          plainDetection({ id: 'watcher-2/2', detector: 'watcher-2', withinMs: 4000 }),
        ],
      }),
    ],
    troubles: [{ kind: 'clock-jump', at: { of: 's1', ms: 6564 }, byMs: 68559 }],
  }),
  'assumes alive whose heartbeats prove nothing since the wall clock was set': plainStory({
    seed: 3022371,
    detectors: [
      plainDetector({ covers: ['trail/main'], resolutionMs: 1000, ruleCanary: 'heartbeat', assumeAlive: true }),
    ],
    scenarios: [plainScenario({ detections: [plainDetection({ rule: 'never-raised', withinMs: 2000 })] })],
    troubles: [{ kind: 'clock-jump', at: { of: 's1', ms: 1493 }, byMs: 24_832 }],
  }),
};
