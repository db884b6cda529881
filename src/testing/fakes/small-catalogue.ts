import { z } from 'zod';
import type { Catalogue } from '../../model/catalogue.ts';
import type { AnyCanary, AnyChannel, AnyFormat } from '../../model/detector.ts';
import type { AnyFault } from '../../model/fault.ts';
import { durationSchema } from '../../model/fields.ts';
import type { AnyGuardrail } from '../../model/guardrail.ts';
import type { AnyLoad } from '../../model/load.ts';
import type { AnyProbe } from '../../model/probe.ts';

const described = { title: 'A plugin of specs', description: 'It is never run.' };

const faults = [
  {
    type: 'aws.bucket.open',
    ...described,
    target: 'aws',
    techniques: ['T1530'],
    params: z.strictObject({
      bucket: z.string().regex(/^[a-z-]{3,}$/, { error: 'must be a bucket name' }),
      public: z.boolean().default(true),
    }),
  },
  { type: 'kubernetes.pod', ...described, target: 'kubernetes', techniques: [], params: z.strictObject({}) },
];
const channels = [
  {
    type: 'queue',
    ...described,
    params: z.strictObject({ url: z.url(), token: z.string().max(5).optional(), wait: durationSchema.optional() }),
  },
];
const formats = [
  { type: 'envelope', ...described, yields: 'content', params: z.strictObject({}) },
  { type: 'findings', ...described, yields: 'signals', params: z.strictObject({}) },
  { type: 'mute', ...described, yields: 'signals', params: z.strictObject({}), statesSeverity: () => false },
];
const canaries = [{ type: 'knock', ...described, params: z.strictObject({ door: z.string() }) }];
const guardrails = [{ type: 'denier', ...described, params: z.strictObject({}), outcomes: ['prevented'] }];
const probes = [{ type: 'aws.answers', ...described, target: 'aws', params: z.strictObject({}) }];

const loads = [
  {
    type: 'traffic',
    ...described,
    target: 'aws',
    params: z.strictObject({ rate: z.number() }),
    phases: ['before', 'during', 'after'],
    tellsRecovery: true,
    ratePerSecond: ({ rate }: { rate: number }) => rate,
  },
  {
    type: 'script',
    ...described,
    target: 'aws',
    params: z.strictObject({}),
    phases: ['whole'],
    tellsRecovery: false,
    ratePerSecond: () => 1,
  },
];

/** A catalogue for specs of loading; its plugins have types, params and what they declare, and nothing else. */
export const smallCatalogue: Catalogue = {
  faults: byType<AnyFault>(faults),
  channels: byType<AnyChannel>(channels),
  formats: byType<AnyFormat>(formats),
  canaries: byType<AnyCanary>(canaries),
  guardrails: byType<AnyGuardrail>(guardrails),
  probes: byType<AnyProbe>(probes),
  loads: byType<AnyLoad>(loads),
};

function byType<Plugin>(plugins: readonly { readonly type: string }[]): ReadonlyMap<string, Plugin> {
  return new Map(plugins.map((plugin) => [plugin.type, plugin as unknown as Plugin]));
}

export const smallEnvironment = `default: small
environments:
  small:
    staging: embedded
    values:
      bucket: "\${staging.bucket}"
      flag: true
      nested: { deep: [one, two] }
    targets:
      aws:
        region: us-east-1
        identity: { credentials: { file: /tmp/key.json } }
        proof: { accounts: ["\${staging.account}"] }
    detectors:
      rules:
        channel: { type: queue, url: "\${staging.queue}" }
        format: [envelope, findings]
        sees: event
        carries: [marker, subject]
        canary: { rule: { type: knock, door: front, rule: canary } }
      posture:
        channel: { type: queue, url: http://127.0.0.1:1/ }
        format: mute
        sees: state
        carries: [subject]
    guardrails:
      deny: { type: denier }
    budgets: { maxExposure: 1m }
`;

export const smallState = { bucket: 'models', account: '111122223333', queue: 'http://127.0.0.1:2/q' };

export const smallScenario = `id: bucket-open
title: A bucket is opened
why: Nobody looks at it again.
techniques: [T1530]
faults:
  - type: aws.bucket.open
    as: open
    with: { bucket: "\${env.bucket}" }
control:
  - type: aws.bucket.open
    with: { bucket: "\${env.bucket}", public: false }
steadyState:
  - { probe: aws.answers, tolerance: { atLeast: 1 } }
expect:
  detections:
    - { detector: rules, rule: bucket-open, within: 4s, severity: high }
    - { detector: posture, rule: BucketOpen, within: 4s }
maxExposure: 30s
`;
