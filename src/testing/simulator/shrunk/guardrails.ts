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
} from '../plain.ts';
import type { Story } from '../story.ts';

/** Stories that simulated seeds had shrunk to, each of which once ended in a wrong verdict of a guardrail, a blindness or a control. */
export const shrunkGuardrails: Readonly<Record<string, Story>> = {
  'raises the canary of a blindness once the fault that it is about is proven, though an earlier one never is':
    plainStory({
      seed: 1150,
      environment: { ...withoutAudit() },
      detectors: [plainDetector({ carriesMarker: false, covers: ['trail/main'], resolutionMs: 1000, usesTrail: true })],
      scenarios: [
        plainScenario({
          faults: [
            plainFault({ as: 'first', resource: 'trail/main', impairs: true }),
            plainFault({ as: 'second', resource: 'trail/main', set: { policy: 'bad-s1-2' }, impairs: true }),
          ],
          detections: [plainDetection({ rule: 'exp*' })],
          blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 4000 }],
        }),
      ],
    }),
  'calls no detector blind whose path is slower than the SLO': plainStory({
    seed: 1370,
    detectors: [plainDetector({ covers: ['trail/main'], delayMs: 3789 })],
    scenarios: [
      plainScenario({
        id: 's11',
        faults: [plainFault({ as: 'second', resource: 'trail/main', set: { acl: 'bad-s11-2' }, impairs: true })],
        detections: [plainDetection({ rule: 'exp*' })],
        guardrails: [{ guardrail: 'sole-fixer', outcome: 'reverted', withinMs: 2000 }],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 1000 }],
      }),
    ],
    guards: [
      { kind: 'put-back', resource: 'trail/main', by: 'role/human', afterMs: 1157, times: 9, controlsToo: false },
    ],
  }),
  'proves no sight by a canary that was raised when somebody had taken the fault out': plainStory({
    seed: 2291,
    environment: { ...plainEnvironment, latencyMs: 40 },
    detectors: [plainDetector({ covers: ['trail/main'] })],
    scenarios: [
      plainScenario({
        id: 's3',
        faults: [plainFault({ resource: 'trail/main', set: { policy: 'bad-s3-1' }, impairs: true })],
        detections: [],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 4000 }],
      }),
    ],
    guards: [{ kind: 'meddle', resource: 'trail/main', afterMs: 32, what: 'ours' }],
  }),
  'calls a control noisy whose alert came while the trial waited to end': plainStory({
    seed: 2071,
    detectors: [
      plainDetector({ carriesMarker: false, errorMs: 2000, resolutionMs: 1000 }),
      plainDetector({ name: 'watcher-2', delayMs: 12867, alertsOnControl: true }),
    ],
    scenarios: [
      plainScenario({
        id: 's2',
        faults: [plainFault({ set: { policy: 'bad-s2-1' } })],
        control: [plainControl({ set: { policy: 'fine-s2' }, versioned: true })],
        detections: [
          plainDetection({ withinMs: 2000 }),
          plainDetection({ id: 'watcher-2/2', detector: 'watcher-2', withinMs: 2000 }),
        ],
      }),
    ],
    troubles: [
      {
        kind: 'call',
        phase: 'inject',
        resource: 'bucket/r1',
        op: 'write',
        nth: 1,
        count: 5,
        fate: 'unanswered-before',
      },
    ],
  }),
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
  'holds no unmarked alert of a detector that carries the marker against a control': plainStory({
    seed: 10256,
    detectors: [plainDetector({ carriesActor: false })],
    scenarios: [
      plainScenario({
        control: [plainControl({ versioned: true })],
        detections: [plainDetection({ id: 'watcher-1/2', withinMs: 2000 })],
      }),
    ],
    troubles: [
      { kind: 'noise', detector: 'watcher-1', noise: 'stranger', resource: 'bucket/r1', at: { of: 'start', ms: 978 } },
    ],
  }),
  'remembers what was proven of the path of a control among many heartbeats': plainStory({
    seed: 10290,
    detectors: [
      plainDetector({ carriesMarker: false, errorMs: 300000 }),
      plainDetector({ name: 'watcher-2', ruleCanary: 'heartbeat' }),
    ],
    scenarios: [
      plainScenario({
        control: [plainControl()],
        detections: [
          plainDetection({ withinMs: 4000 }),
          plainDetection({ id: 'watcher-2/2', detector: 'watcher-2', withinMs: 2000 }),
        ],
      }),
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
  'believes a canary that was raised when the fault was in again': plainStory({
    seed: 11631,
    environment: { ...withoutAudit() },
    detectors: [plainDetector({ covers: ['trail/main'] })],
    scenarios: [
      plainScenario({
        id: 's3',
        faults: [plainFault({ as: 'second', resource: 'trail/main', set: { acl: 'bad-s3-2' }, impairs: true })],
        detections: [],
        blind: [{ detector: 'watcher-1', canary: 'rule', withinMs: 2000 }],
      }),
    ],
    guards: [
      {
        kind: 'put-back',
        resource: 'trail/main',
        by: 'role/fixer',
        afterMs: 3,
        againMs: 2676,
        times: 3,
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
};
