import { expect } from 'chai';
import { judge } from './oracle/oracle.ts';
import {
  plainControl,
  plainDetection,
  plainDetector,
  plainEnvironment,
  plainFault,
  plainScenario,
  plainStory,
  withoutAudit,
  withoutSettle,
} from './plain.ts';
import { play } from './play.ts';
import { shrunkStories } from './shrunk/all.ts';
import type { GuardStory, Story } from './story.ts';

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
    environment: { ...plainEnvironment, holdMs: 2000 },
    scenarios: [plainScenario({ trials: 2 })],
    troubles: [{ kind: 'delivery', detector: 'watcher-1', nth: 3, fate: 'drop' }],
  }),
  'takes an audit record for proof that came before the acknowledgement': plainStory({
    environment: { ...plainEnvironment, latencyMs: 40, audit: { delayMs: 5, skewMs: 0, errorMs: 0 } },
    guards: [putBack({ afterMs: 15 })],
  }),
  'does not say that nothing was reached where the first of two faults was refused': plainStory({
    guards: [{ kind: 'prevent', resource: 'bucket/r1', code: 'Guard', controlsToo: false }],
    scenarios: [
      plainScenario({
        faults: [plainFault({ as: 'first' }), plainFault({ as: 'second', set: { acl: 'bad-s1-2' } })],
      }),
    ],
  }),
  'credits no guardrail with taking back what was never proven to be in': plainStory({
    environment: withoutAudit(),
    guards: [putBack({ afterMs: 3 })],
    scenarios: [plainScenario({ guardrails: [{ guardrail: 'sole-fixer', outcome: 'reverted', withinMs: 4000 }] })],
  }),
  'does not call a guardrail absent whose fault came out before its SLO': plainStory({
    scenarios: [
      plainScenario({
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 4000 }],
        maxExposureMs: 1800,
      }),
    ],
  }),
  'ends where our own revert came inside the stability window': plainStory({
    guards: [putBack({ afterMs: 900 })],
    scenarios: [
      plainScenario({
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 4000 }],
        maxExposureMs: 1800,
      }),
    ],
  }),
  'ends where no canary can be raised while the fault is in': plainStory({
    detectors: [plainDetector({ covers: ['trail/main'], usesTrail: true })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ resource: 'trail/main', impairs: true })],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 1000 }],
        maxExposureMs: 9000,
      }),
    ],
    troubles: [
      { kind: 'call', phase: 'canary', resource: 'watcher-1', op: 'write', nth: 4, count: 1000, fate: 'failed-before' },
    ],
  }),
  'survives a control whose state may not be read': plainStory({
    scenarios: [plainScenario({ control: [plainControl()] })],
    troubles: [{ kind: 'call', phase: 'observe', resource: 'bucket/r1', op: 'read', nth: 2, count: 1, fate: 'denied' }],
  }),
  'captures the state before a fault only once the one before it shows': plainStory({
    environment: withoutSettle(),
    scenarios: [
      plainScenario({
        faults: [
          plainFault({ as: 'first', settleMs: 300 }),
          plainFault({ as: 'second', settleMs: 300, set: { policy: 'bad-s1-2' } }),
        ],
        control: [plainControl({ settleMs: 300 })],
      }),
    ],
  }),
  'credits nobody with the fault for having put back its control': plainStory({
    environment: { ...plainEnvironment, stabilityMs: 1000, audit: { delayMs: 3400, skewMs: 1600, errorMs: 2000 } },
    guards: [
      { kind: 'put-back', resource: 'bucket/r1', by: 'role/fixer', afterMs: 1600, times: 1, controlsToo: true },
      { kind: 'put-back', resource: 'bucket/r1', by: 'role/human', afterMs: 900, times: 1, controlsToo: false },
    ],
    scenarios: [
      plainScenario({
        control: [plainControl()],
        detections: [plainDetection({ withinMs: 4000 })],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 4000 }],
      }),
    ],
  }),
};

describe('a simulated game day', () => {
  for (const [claim, story] of Object.entries({
    ...stories,
    ...shrunkStories,
  })) {
    it(claim, async () => {
      const { findings } = judge(await play(story));
      expect(findings).to.deep.equal([]);
    });
  }
});

function putBack({ afterMs }: { readonly afterMs: number }): GuardStory {
  return { kind: 'put-back', resource: 'bucket/r1', by: 'role/fixer', afterMs, times: 1, controlsToo: false };
}
