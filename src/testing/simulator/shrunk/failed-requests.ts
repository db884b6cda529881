import {
  plainControl,
  plainDetection,
  plainDetector,
  plainEnvironment,
  plainFault,
  plainScenario,
  plainStory,
  withoutAudit,
} from '../plain.ts';
import type { Story } from '../story.ts';

/** Stories that simulated seeds had shrunk to, each of which once ended in a wrong verdict where requests had failed. */
export const shrunkFailedRequests: Readonly<Record<string, Story>> = {
  'says that a control was refused though it could not be read back afterwards': plainStory({
    seed: 402066,
    environment: plainEnvironment,
    detectors: [plainDetector({ name: 'watcher-2' })],
    scenarios: [
      plainScenario({ faults: [plainFault()], control: [plainControl({ versioned: true })], detections: [] }),
    ],
    guards: [{ kind: 'prevent', resource: 'bucket/r1', code: 'OtherGuard', controlsToo: true }],
    troubles: [
      { kind: 'call', phase: 'observe', resource: 'bucket/r1', op: 'read', nth: 2, count: 1000, fate: 'failed-before' },
    ],
  }),
  'takes out what it is refused at first, though reads had failed before': plainStory({
    seed: 810456,
    environment: plainEnvironment,
    detectors: [plainDetector({ name: 'watcher-2' })],
    scenarios: [plainScenario({ faults: [plainFault()], detections: [] })],
    troubles: [
      { kind: 'call', phase: 'revert', resource: 'bucket/r1', op: 'read', nth: 1, count: 2, fate: 'failed-before' },
      { kind: 'call', phase: 'revert', resource: 'bucket/r1', op: 'write', nth: 1, count: 1, fate: 'denied' },
    ],
  }),
  'says of a lost request that nothing was injected where the run broke down': plainStory({
    seed: 411679,
    environment: plainEnvironment,
    detectors: [plainDetector({ name: 'watcher-3', covers: ['bucket/r1', 'bucket/r2'] })],
    scenarios: [
      plainScenario({
        faults: [plainFault()],
        detections: [plainDetection({ id: 'watcher-3/1', detector: 'watcher-3', withinMs: 2000 })],
      }),
      plainScenario({
        id: 's2',
        faults: [plainFault({ resource: 'bucket/r2', set: { policy: 'bad-s2-1', acl: 'bad-s2-2' }, versioned: true })],
        detections: [],
      }),
    ],
    troubles: [
      { kind: 'call', phase: 'inject', resource: 'bucket/r1', op: 'write', nth: 1, count: 1, fate: 'late' },
      { kind: 'disk-full', process: 1, write: 15, until: 10015 },
    ],
  }),
  'proves one of two faults on a resource by its own reads alone': plainStory({
    seed: 1004589,
    environment: withoutAudit(),
    detectors: [plainDetector({ name: 'watcher-4' })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ as: 'first' }), plainFault({ as: 'second', set: { policy: 'bad-s1-2' } })],
        control: [plainControl({ versioned: true })],
        detections: [],
        guardrails: [{ guardrail: 'fixer', outcome: 'reverted', withinMs: 1000 }],
      }),
    ],
    troubles: [
      {
        kind: 'call',
        phase: 'observe',
        resource: 'bucket/r1',
        op: 'read',
        nth: 8,
        count: 1000,
        fate: 'unanswered-before',
      },
    ],
  }),
  'cannot say until when a fault was in whose looks failed, though those of another there did not': plainStory({
    seed: 3066449,
    environment: { ...plainEnvironment, pollMs: 1000 },
    detectors: [plainDetector({ sees: 'state' })],
    scenarios: [
      plainScenario({
        faults: [plainFault({ as: 'first' }), plainFault({ as: 'second', set: { acl: 'bad-s1-2' } })],
        detections: [plainDetection({ rule: 'never-raised', withinMs: 2000 })],
      }),
    ],
    troubles: [
      { kind: 'call', phase: 'observe', resource: 'bucket/r1', op: 'read', nth: 8, count: 1000, fate: 'throttled' },
    ],
  }),
  'leaves in what two refusals one after the other keep every process from taking back': plainStory({
    seed: 8009392,
    detectors: [],
    scenarios: [
      plainScenario({
        faults: [plainFault({ set: { policy: 'bad-s1-1', acl: 'bad-s1-2' } })],
        detections: [],
      }),
    ],
    troubles: [
      { kind: 'call', phase: 'revert', resource: 'bucket/r1', op: 'write', nth: 1, count: 1, fate: 'denied' },
      { kind: 'call', phase: 'revert', resource: 'bucket/r1', op: 'write', nth: 2, count: 2, fate: 'denied' },
    ],
  }),
};
