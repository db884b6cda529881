import { expect } from 'chai';
import { judge } from './oracle/oracle.ts';
import { plainDetection, plainDetector, plainFault, plainScenario, plainStory } from './plain.ts';
import { play } from './play.ts';
import type { Story } from './story.ts';

/** Stories that simulated seeds had shrunk to, each of which once ended in a verdict that no rule allows. */
const stories: Readonly<Record<string, Story>> = {
  'goes on where the state before the fault cannot be captured': plainStory({
    troubles: [
      { kind: 'call', phase: 'observe', resource: 'bucket/r1', op: 'read', nth: 1, count: 1, fate: 'failed-before' },
    ],
  }),
  'ends with the horizon where an alert came and the effect is never proven': plainStory({
    scenarios: [
      plainScenario({
        faults: [plainFault({ as: 'first' }), plainFault({ as: 'second', set: { policy: 'bad-s1-2' } })],
        detections: [plainDetection({ fault: 'first' })],
      }),
    ],
    environment: withoutAudit(),
  }),
  'says that a detector of states missed an attempt, not that the fault was gone': plainStory({
    detectors: [plainDetector({ sees: 'state', carriesMarker: false })],
    guards: [{ kind: 'prevent', resource: 'bucket/r1', code: 'Guard', controlsToo: false }],
    scenarios: [plainScenario({ detections: [plainDetection({ rule: 'tried', of: 'attempt' })] })],
  }),
  'keeps the states of a run whose journal could not be written to its end': plainStory({
    troubles: [{ kind: 'disk-full', process: 1, write: 13, until: 10_000 }],
  }),
  'takes no alert on the clean-up of one trial for the fault of the next': plainStory({
    detectors: [
      plainDetector({
        carriesMarker: false,
        carriesActor: false,
        alertsOnCleanup: true,
        resolutionMs: 1000,
        ruleCanary: 'none',
        toolCanary: 'none',
        assumeAlive: true,
      }),
    ],
    scenarios: [plainScenario({ trials: 2 })],
    troubles: [{ kind: 'delivery', detector: 'watcher-1', nth: 3, fate: 'drop' }],
  }),
};

describe('a simulated game day', () => {
  for (const [claim, story] of Object.entries(stories)) {
    it(claim, async () => {
      const { findings } = judge(await play(story));
      expect(findings).to.deep.equal([]);
    });
  }
});

function withoutAudit() {
  const { audit: _audit, ...rest } = plainStory().environment;
  return rest;
}
