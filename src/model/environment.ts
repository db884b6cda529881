import { z } from 'zod';
import {
  accountSchema,
  durationSchema,
  globSchema,
  identifierSchema,
  positiveDurationSchema,
  urlSchema,
} from './fields.ts';

/** A plugin by type, with its own params beside `type`; they are parsed by the plugin's schema. */
const pluginSchema = z.looseObject({ type: z.string().min(1) });

const formatSchema = z.union([z.string().min(1), pluginSchema]);

const secretSourceSchema = z.union([
  z.strictObject({
    env: z.strictObject({ accessKeyId: z.string(), secretAccessKey: z.string(), sessionToken: z.string().optional() }),
  }),
  z.strictObject({ file: z.string().min(1) }),
]);

const awsIdentitySchema = z.strictObject({
  credentials: secretSourceSchema,
  /** Role that is assumed for every phase, so that the session name carries the marker. */
  assumeRole: z.string().optional(),
});

const awsTargetSchema = z.strictObject({
  endpoint: urlSchema.optional(),
  region: z.string().min(1),
  identity: awsIdentitySchema,
  revertAs: awsIdentitySchema.optional(),
  proof: z.strictObject({
    accounts: z.array(accountSchema).min(1),
    beacon: z
      .strictObject({ role: z.string().min(1), tag: z.strictObject({ key: z.string(), value: z.string() }) })
      .optional(),
  }),
  requestTimeout: positiveDurationSchema.default(10_000),
});

const kubernetesIdentitySchema = z.strictObject({
  /** A bearer token; each identity needs its own, or the audit log cannot tell them apart. */
  token: z.union([z.strictObject({ file: z.string().min(1) }), z.strictObject({ env: z.string().min(1) })]),
});

const kubernetesTargetSchema = z.strictObject({
  server: urlSchema,
  /** The authority that signed the server's certificate, as PEM; no other is trusted. */
  caFile: z.string().min(1),
  identity: kubernetesIdentitySchema,
  revertAs: kubernetesIdentitySchema.optional(),
  proof: z.strictObject({
    /** The uid of the namespace `kube-system`, which no two clusters share. */
    clusterUids: z.array(z.string().min(1)).min(1),
    beacon: z
      .strictObject({ namespace: z.string().min(1), label: z.strictObject({ key: z.string(), value: z.string() }) })
      .optional(),
  }),
  requestTimeout: positiveDurationSchema.default(10_000),
});

const canarySchema = z.looseObject({
  type: z.string().min(1),
  /** Rule that the canary's own signal carries; a glob. */
  rule: globSchema.optional(),
});

const clockSchema = z.strictObject({ error: durationSchema.default(0), resolution: durationSchema.default(1000) });

export const detectorSchema = z.strictObject({
  channel: pluginSchema,
  format: z.union([formatSchema, z.array(formatSchema).min(1)]),
  sees: z.enum(['state', 'event']),
  carries: z.array(z.enum(['marker', 'subject', 'actor'])).min(1),
  uses: z.array(z.string()).default([]),
  recurrence: z.enum(['none', 'count', 'last-seen']).optional(),
  rearm: z.union([z.literal('none'), z.literal('resolved'), durationSchema]).default('none'),
  /** True where several subjects may end up in one alert. */
  groups: z.boolean().default(false),
  canary: z.strictObject({ rule: canarySchema.optional(), tool: canarySchema.optional() }).default({}),
  clock: clockSchema.default({ error: 0, resolution: 1000 }),
  poll: positiveDurationSchema.optional(),
  assumeAlive: z.boolean().default(false),
});

const auditSchema = z.strictObject({
  channel: pluginSchema,
  format: z.union([formatSchema, z.array(formatSchema).min(1)]),
  uses: z.array(z.string()).default([]),
  poll: positiveDurationSchema.optional(),
  clock: clockSchema.default({ error: 0, resolution: 1000 }),
});

const guardrailSchema = z.looseObject({
  type: z.string().min(1),
  uses: z.array(z.string()).default([]),
  /** True where nobody else can write these resources, so that a revert needs no attribution (J16). */
  onlyWriter: z.boolean().default(false),
});

const budgetsSchema = z.strictObject({
  concurrentFaults: z.number().int().positive().default(8),
  resources: z.number().int().positive().default(50),
  exposureMinutes: z.number().positive().default(60),
  apiWrites: z.number().int().positive().default(500),
  /** Longest `maxExposure` that a scenario may ask for. */
  maxExposure: positiveDurationSchema.default(600_000),
});

export const environmentSchema = z.strictObject({
  title: z.string().optional(),
  staging: z.enum(['embedded', 'live']),
  /** Replaces every fault's `settle` where the store is strongly consistent (J13). */
  settle: durationSchema.optional(),
  stability: durationSchema.default(10_000),
  hold: durationSchema.default(0),
  poll: positiveDurationSchema.default(1000),
  revertBudget: positiveDurationSchema.default(60_000),
  /** Values that scenarios read as `${env.…}`. */
  values: z.record(z.string(), z.json()).default({}),
  targets: z.strictObject({ aws: awsTargetSchema.optional(), kubernetes: kubernetesTargetSchema.optional() }),
  detectors: z.record(identifierSchema, detectorSchema).default({}),
  audit: z.record(identifierSchema, auditSchema).default({}),
  guardrails: z.record(identifierSchema, guardrailSchema).default({}),
  budgets: budgetsSchema.default(budgetsSchema.parse({})),
  allowUnprovenRevert: z.array(z.string()).default([]),
});

/** `windshear.yaml`: the environments by name. */
export const environmentFileSchema = z.strictObject({
  /** Environment of a run that names none; it must be embedded, a live one is never implied. */
  default: identifierSchema.optional(),
  environments: z.record(identifierSchema, environmentSchema),
});

/** A staging system under test, all references resolved, durations in milliseconds. */
export type Environment = Readonly<z.infer<typeof environmentSchema>>;
export type DetectorConfig = Readonly<z.infer<typeof detectorSchema>>;
export type AuditConfig = Readonly<z.infer<typeof auditSchema>>;
export type GuardrailConfig = Readonly<z.infer<typeof guardrailSchema>>;
export type AwsTargetConfig = Readonly<z.infer<typeof awsTargetSchema>>;
export type AwsIdentityConfig = Readonly<z.infer<typeof awsIdentitySchema>>;
export type KubernetesTargetConfig = Readonly<z.infer<typeof kubernetesTargetSchema>>;
export type KubernetesIdentityConfig = Readonly<z.infer<typeof kubernetesIdentitySchema>>;
export type Budgets = Readonly<z.infer<typeof budgetsSchema>>;
