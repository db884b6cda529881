import { plainControl, plainDetector, plainFault, plainScenario, plainStory } from '../plain.ts';
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
};
