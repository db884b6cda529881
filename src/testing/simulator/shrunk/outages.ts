import { plainControl, plainDetection, plainDetector, plainFault, plainScenario, plainStory } from '../plain.ts';
import type { Story, Trouble } from '../story.ts';

/** Stories in which a store showed alerts for a while only, and could not be asked in that. */
export const shrunkOutages: Readonly<Record<string, Story>> = {
  'says missed of nothing that a store showed and took back while polls failed': plainStory({
    detectors: [plainDetector({ delivery: 'store', showsForMs: 3000 })],
    scenarios: [plainScenario({ detections: [plainDetection({ withinMs: 4000 })] })],
    troubles: [pollsFail(0, 6000)],
  }),
  'says missed of nothing that a store may have shown while a poll hung that failed': plainStory({
    seed: 193,
    detectors: [plainDetector({ delivery: 'store', covers: [], showsForMs: 5831 })],
    scenarios: [plainScenario({ detections: [plainDetection({ withinMs: 4000 })] })],
    troubles: [{ ...pollsFail(2298, 5650), hangMs: 7994 }],
  }),
  'says missed of nothing that a store may have shown while the harness stood still': plainStory({
    seed: 369,
    detectors: [plainDetector({ delivery: 'store', alertPer: 'subject', alertsOnCleanup: true, showsForMs: 4061 })],
    scenarios: [plainScenario({ detections: [plainDetection({ withinMs: 4000 })] })],
    troubles: [{ kind: 'stall', process: 1, from: { of: 's1', ms: 920 }, forMs: 5649, losesAfterMs: 1840 }],
  }),
  'says missed where a store goes on showing what came while polls failed': plainStory({
    detectors: [plainDetector({ delivery: 'store', covers: [] })],
    scenarios: [plainScenario({ detections: [plainDetection({ withinMs: 4000 })] })],
    troubles: [pollsFail(0, 6000)],
  }),
  'calls no control quiet that a store may have shown an alert on while polls failed': plainStory({
    detectors: [plainDetector({ delivery: 'store', alertsOnControl: true, showsForMs: 1500 })],
    scenarios: [plainScenario({ control: [plainControl()], detections: [plainDetection({ withinMs: 4000 })] })],
    troubles: [{ ...pollsFail(0, 3000), from: { of: 'start', ms: 100 } }],
  }),
  'calls nobody blind whose canary a store may have shown while polls failed': plainStory({
    detectors: [plainDetector({ delivery: 'store', showsForMs: 1500 })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ impairs: true })],
        detections: [],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 4000 }],
      }),
    ],
    troubles: [pollsFail(100, 3500)],
  }),
};

function pollsFail(ms: number, forMs: number): Extract<Trouble, { kind: 'polls-fail' }> {
  return { kind: 'polls-fail', detector: 'watcher-1', from: { of: 's1', ms }, forMs };
}
