import {
  plainControl,
  plainDetection,
  plainDetector,
  plainEnvironment,
  plainFault,
  plainScenario,
  plainStory,
  withoutSettle,
  withoutSettleOrAudit,
} from '../plain.ts';
import type { Story } from '../story.ts';

/** Stories that simulated seeds had shrunk to, each of which once ended in a wrong verdict of a guardrail. */
export const shrunkGuardrails: Readonly<Record<string, Story>> = {
  'credits a guardrail with taking out each part before the next was in': plainStory({
    seed: 1296,
    environment: { ...plainEnvironment, stabilityMs: 1000, pollMs: 300, latencyMs: 40 },
    detectors: [plainDetector({ name: 'watcher-3' })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' } })],
        detections: [],
        guardrails: [{ guardrail: 'sole-fixer', outcome: 'reverted', withinMs: 2000 }],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r1',
        by: 'role/fixer',
        afterMs: 34,
        againMs: 1356,
        times: 2,
        controlsToo: false,
      },
    ],
  }),
  'takes a read from before the store agreed for no sign that the fault was taken back': plainStory({
    seed: 2324,
    environment: { ...withoutSettle(), pollMs: 1000, latencyMs: 40 },
    detectors: [plainDetector({ ruleCanary: 'none' })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' }, settleMs: 300, versioned: true })],
        control: [plainControl({ settleMs: 300 })],
        detections: [plainDetection({ id: 'watcher-1/2' })],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 2000 }],
      }),
    ],
    guards: [
      { kind: 'put-back', resource: 'bucket/r1', by: 'role/fixer', afterMs: 3142, times: 2, controlsToo: false },
    ],
    troubles: [
      { kind: 'call', phase: 'observe', resource: 'bucket/r1', op: 'read', nth: 8, count: 3, fate: 'throttled' },
    ],
  }),
  'does not judge a stability that our own revert cut short': plainStory({
    seed: 10698,
    detectors: [plainDetector({ name: 'watcher-2', covers: [] })],
    scenarios: [
      plainScenario({
        id: 's8',
        faults: [plainFault({ resource: 'bucket/r8', set: { policy: 'bad-s8-1' } })],
        detections: [plainDetection({ id: 'watcher-2/1', detector: 'watcher-2', withinMs: 2000 })],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 4000 }],
        maxExposureMs: 2205,
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r8',
        by: 'role/fixer',
        afterMs: 1872,
        againMs: 735,
        times: 1,
        controlsToo: false,
      },
    ],
  }),
  'calls no period stable that its reads cannot show to be so long': plainStory({
    seed: 11778,
    environment: { ...plainEnvironment, pollMs: 300 },
    scenarios: [
      plainScenario({ detections: [], guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 4000 }] }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r1',
        by: 'role/human',
        afterMs: 3319,
        againMs: 3364,
        times: 2,
        controlsToo: false,
      },
    ],
  }),
  'credits itself with no revert that somebody was faster with': plainStory({
    seed: 12462,
    detectors: [plainDetector({ name: 'watcher-2' })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ versioned: true })],
        detections: [],
        guardrails: [{ guardrail: 'sole-fixer', outcome: 'reverted', withinMs: 1000 }],
        maxExposureMs: 1494,
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r1',
        by: 'role/fixer',
        afterMs: 1410,
        againMs: 828,
        times: 2,
        controlsToo: false,
      },
    ],
  }),
  'says that an effect was never proven rather than that nobody listened': plainStory({
    seed: 20433,
    environment: { ...withoutSettleOrAudit() },
    detectors: [plainDetector({ name: 'watcher-2' })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' }, settleMs: 300 })],
        control: [plainControl({ settleMs: 300 })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 2000 }],
        maxExposureMs: 1838,
      }),
    ],
    guards: [{ kind: 'put-back', resource: 'bucket/r1', by: 'role/fixer', afterMs: 233, times: 1, controlsToo: false }],
  }),
  'tells who wrote last of two writes at one instant': plainStory({
    seed: 22256,
    detectors: [plainDetector({ name: 'watcher-4' })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ as: 'first' }), plainFault({ as: 'second', set: { policy: 'bad-s1-2' } })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 2000 }],
      }),
    ],
    guards: [{ kind: 'put-back', resource: 'bucket/r1', by: 'role/human', afterMs: 20, times: 1, controlsToo: false }],
  }),
  'takes nothing from a guardrail for what somebody made again after it was stable': plainStory({
    seed: 572,
    environment: { ...plainEnvironment, stabilityMs: 1000 },
    detectors: [plainDetector({ name: 'watcher-2' })],
    scenarios: [
      plainScenario({
        detections: [],
        guardrails: [{ guardrail: 'sole-fixer', outcome: 'reverted', withinMs: 1000 }],
        holdMs: 5347,
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r1',
        by: 'role/fixer',
        afterMs: 48,
        againMs: 2077,
        times: 2,
        controlsToo: false,
      },
    ],
  }),
  'takes a state that was so before for no effect of a request without an answer': plainStory({
    seed: 62879,
    environment: { ...plainEnvironment, audit: { delayMs: 289, skewMs: 90, errorMs: 2000 } },
    detectors: [plainDetector({ name: 'watcher-2' })],
    scenarios: [
      plainScenario({
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 2000 }],
        trials: 2,
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'bucket/r1',
        by: 'role/fixer',
        afterMs: 29,
        againMs: 2613,
        times: 2,
        controlsToo: false,
      },
    ],
    troubles: [
      {
        kind: 'call',
        phase: 'inject',
        resource: 'bucket/r1',
        op: 'write',
        nth: 2,
        count: 1,
        fate: 'unanswered-before',
      },
    ],
  }),
  'does not know who was faster where a guardrail came right before our own revert': plainStory({
    seed: 200665,
    detectors: [plainDetector({ covers: ['bucket/r3'] })],
    scenarios: [
      plainScenario({
        id: 's3',
        faults: [plainFault({ resource: 'bucket/r3', set: { policy: 'bad-s3-1', acl: 'bad-s3-2' } })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 4000 }],
        maxExposureMs: 7263,
      }),
    ],
    guards: [
      { kind: 'put-back', resource: 'bucket/r3', by: 'role/fixer', afterMs: 7251, times: 1, controlsToo: false },
    ],
  }),
  'does not say that we took a fault back that was not found in': plainStory({
    seed: 201795,
    detectors: [plainDetector({ covers: ['trail/main'] })],
    scenarios: [
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'trail/main', set: { policy: 'bad-s2-1' }, impairs: true })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 4000 }],
        maxExposureMs: 3647,
      }),
    ],
    guards: [
      { kind: 'put-back', resource: 'trail/main', by: 'role/fixer', afterMs: 1745, times: 1, controlsToo: false },
    ],
    troubles: [
      {
        kind: 'call',
        phase: 'observe',
        resource: 'trail/main',
        op: 'read',
        nth: 2,
        count: 1000,
        fate: 'unanswered-before',
      },
    ],
  }),
  'goes by the state that was captured, not by the one that was injected into': plainStory({
    seed: 303227,
    environment: { ...plainEnvironment, latencyMs: 40, audit: { delayMs: 2866, skewMs: 49, errorMs: 100 } },
    detectors: [plainDetector({ covers: ['trail/main'] })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ resource: 'trail/main', set: { policy: 'bad-s1-1', acl: 'bad-s1-2' }, impairs: true })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 2000 }],
        trials: 2,
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'trail/main',
        by: 'role/fixer',
        afterMs: 1549,
        againMs: 3996,
        times: 3,
        controlsToo: false,
      },
    ],
  }),
  'credits who is told of by another write of his to the resource at that time': plainStory({
    seed: 3059905,
    environment: {
      ...plainEnvironment,
      pollMs: 250,
      latencyMs: 40,
      audit: { delayMs: 3694, skewMs: 888, errorMs: 2000 },
    },
    scenarios: [
      plainScenario({
        faults: [plainFault({ as: 'first', versioned: true }), plainFault({ as: 'second', set: { acl: 'bad-s1-2' } })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 2000 }],
      }),
    ],
    guards: [
      { kind: 'put-back', resource: 'bucket/r1', by: 'role/fixer', afterMs: 5760, times: 9, controlsToo: false },
    ],
  }),
};
