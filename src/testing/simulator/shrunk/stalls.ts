import {
  plainControl,
  plainDetection,
  plainDetector,
  plainFault,
  plainScenario,
  plainStory,
  withoutSettle,
} from '../plain.ts';
import type { Story, Trouble } from '../story.ts';

/** Stories in which the harness stood still, some of which once ended in a wrong verdict. */
export const shrunkStalls: Readonly<Record<string, Story>> = {
  'cannot tell whether what it read at the end of a stall over the SLO came in time': plainStory({
    detectors: [plainDetector({ delayMs: 800 })],
    troubles: [stall(300, 900)],
  }),
  'says missed of nothing that its sender gave up while the harness stood still': plainStory({
    detectors: [plainDetector({ delayMs: 800 })],
    scenarios: [plainScenario({ detections: [plainDetection({ withinMs: 4000 })] })],
    troubles: [stall(500, 1400, 1000)],
  }),
  'says missed of nothing that may have been lost in a stall that goes on past the horizon': plainStory({
    seed: 2983,
    detectors: [plainDetector({ covers: [] })],
    troubles: [stall(2700, 4000)],
  }),
  'says late of what came late where it stood still for long only after the SLO': plainStory({
    seed: 1887,
    detectors: [plainDetector({ delayMs: 2800 })],
    troubles: [stall(1200, 1100)],
  }),
  'says stopped where a stall kept it from hearing a detection out': plainStory({
    seed: 1032,
    detectors: [plainDetector({ covers: [] })],
    troubles: [{ kind: 'stop', at: { of: 's1', ms: 3100 } }, stall(2000, 3000)],
  }),
  'calls no control quiet in whose window it stood still': plainStory({
    scenarios: [plainScenario({ control: [plainControl()], detections: [plainDetection({ withinMs: 4000 })] })],
    troubles: [{ kind: 'stall', process: 1, from: { of: 'start', ms: 1500 }, forMs: 1500 }],
  }),
  'calls no control quiet where it stood still from within its window on': plainStory({
    seed: 1393,
    scenarios: [plainScenario({ control: [plainControl()] })],
    troubles: [{ kind: 'stall', process: 1, from: { of: 'start', ms: 900 }, forMs: 4000 }],
  }),
  'calls no guardrail absent whose horizon it did not see': plainStory({
    guards: [{ kind: 'put-back', resource: 'bucket/r1', by: 'role/fixer', afterMs: 700, times: 1, controlsToo: false }],
    scenarios: [
      plainScenario({ guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 1000 }], detections: [] }),
    ],
    troubles: [stall(300, 5000)],
  }),
  'calls no refusal late whose answer waited in a stall': plainStory({
    seed: 12_010_125,
    environment: { ...withoutSettle(), latencyMs: 40 },
    guards: [{ kind: 'prevent', resource: 'bucket/r1', code: 'Guard', controlsToo: false }],
    scenarios: [
      plainScenario({ guardrails: [{ guardrail: 'guard', outcome: 'prevented', withinMs: 2000 }], detections: [] }),
    ],
    troubles: [stall(20, 4000)],
  }),
  'calls no detector blind whose canary it may have lost itself': plainStory({
    seed: 5544,
    detectors: [plainDetector({ covers: ['trail/main'], usesTrail: true })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ resource: 'trail/main', impairs: true })],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 2000 }],
        detections: [],
      }),
    ],
    troubles: [stall(1500, 4000)],
  }),
  'verifies a revert whose budget it stood still in': plainStory({
    seed: 15722,
    environment: { ...withoutSettle(), revertBudgetMs: 5000 },
    scenarios: [plainScenario({ faults: [plainFault({ settleMs: 900 })], detections: [] })],
    troubles: [stall(500, 7600)],
  }),
};

function stall(ms: number, forMs: number, losesAfterMs?: number): Trouble {
  const loses = losesAfterMs === undefined ? {} : { losesAfterMs };
  return { kind: 'stall', process: 1, from: { of: 's1', ms }, forMs, ...loses };
}
