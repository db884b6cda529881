import { z } from 'zod';
import { journalSchema, leaseSchema } from './environment-lease.ts';
import { httpTargetSchema, processTargetSchema } from './environment-targets.ts';
import {
  accountSchema,
  durationSchema,
  globSchema,
  identifierSchema,
  positiveDurationSchema,
  textSourceSchema,
  urlSchema,
} from './fields.ts';
import { namespaceField } from './kubernetes-names.ts';
import { shareNames } from './peers.ts';
import { stopConditionsSchema } from './stop-conditions.ts';
import { windowSchema } from './window.ts';

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
  credentials: secretSourceSchema.describe('Names of environment variables, or a JSON file; never the secret itself.'),
  assumeRole: z
    .string()
    .describe('Role that is assumed for every phase, so that the session name carries the marker.')
    .optional(),
});

const awsTargetSchema = z.strictObject({
  endpoint: urlSchema.describe('One for all services; AWS itself where absent.').optional(),
  region: z.string().min(1),
  identity: awsIdentitySchema.describe('Who injects.'),
  revertAs: awsIdentitySchema
    .describe('Who captures, observes and reverts: a guardrail may disable the tester.')
    .optional(),
  proof: z
    .strictObject({
      accounts: z.array(accountSchema).min(1),
      beacon: z
        .strictObject({ role: z.string().min(1), tag: z.strictObject({ key: z.string(), value: z.string() }) })
        .describe('A role inside the account whose tag says that this is staging; required in live environments.')
        .optional(),
    })
    .describe('What proves that this is staging; everything listed must hold.'),
  requestTimeout: positiveDurationSchema.default(10_000),
});

const kubernetesIdentitySchema = z.strictObject({
  token: textSourceSchema.describe(
    'A bearer token; each identity needs its own, or the audit log cannot tell them apart.',
  ),
});

const kubernetesTargetSchema = z.strictObject({
  server: urlSchema,
  caFile: z
    .string()
    .min(1)
    .describe("The authority that signed the server's certificate, as PEM; no other is trusted."),
  identity: kubernetesIdentitySchema,
  revertAs: kubernetesIdentitySchema.optional(),
  proof: z.strictObject({
    clusterUids: z
      .array(z.string().min(1))
      .describe('The uid of the namespace `kube-system`, which no two clusters share.')
      .min(1),
    beacon: z
      .strictObject({ namespace: namespaceField, label: z.strictObject({ key: z.string(), value: z.string() }) })
      .optional(),
  }),
  requestTimeout: positiveDurationSchema.default(10_000),
});

const canarySchema = z.looseObject({
  type: z.string().min(1),
  rule: globSchema.describe("Rule that the canary's own signal carries; a glob.").optional(),
});

const clockSchema = z.strictObject({ error: durationSchema.default(0), resolution: durationSchema.default(1000) });
const usesSchema = z
  .array(z.string())
  .describe('Resources that it needs; a fault that impairs one runs alone.')
  .default([]);
const ownPollSchema = positiveDurationSchema
  .describe("How often it is asked; by default the environment's poll.")
  .optional();
const clockOfSourceSchema = clockSchema
  .describe('How far its clock may be off, and how fine its times are.')
  .default({ error: 0, resolution: 1000 });
const formatsSchema = z
  .union([formatSchema, z.array(formatSchema).min(1)])
  .describe('The shape of its alerts; of several, the outermost first.');

export const detectorSchema = z.strictObject({
  channel: pluginSchema.describe('The way in which its alerts reach us.'),
  format: formatsSchema,
  sees: z.enum(['state', 'event']).describe('State: it re-reads what is. Event: it is told what happens.'),
  carries: z
    .array(z.enum(['marker', 'subject', 'actor']))
    .min(1)
    .describe('What its alerts tell of a change.'),
  uses: usesSchema,
  recurrence: z
    .enum(['none', 'count', 'last-seen'])
    .describe("How an open alert shows that it happened again; by default the format's own.")
    .optional(),
  rearm: z
    .union([z.literal('none'), z.literal('resolved'), durationSchema])
    .describe(
      'When it can say something new of a subject: at any time, once its alert is resolved, or so long after its last.',
    )
    .default('none'),
  groups: z.boolean().describe('True where several subjects may end up in one alert.').default(false),
  canary: z
    .strictObject({ rule: canarySchema.optional(), tool: canarySchema.optional() })
    .describe('Harmless acts that prove its path: by a rule of its own, or by its own test.')
    .default({}),
  clock: clockOfSourceSchema,
  poll: ownPollSchema,
  assumeAlive: z.boolean().describe('True where silence counts as a miss without any proof.').default(false),
});

const auditSchema = z.strictObject({
  channel: pluginSchema.describe('The way in which its records reach us.'),
  format: formatsSchema,
  uses: usesSchema,
  poll: ownPollSchema,
  clock: clockOfSourceSchema,
});

const guardrailSchema = z.looseObject({
  type: z.string().min(1),
  uses: usesSchema,
  onlyWriter: z
    .boolean()
    .describe('True where nobody else can write these resources, so that a revert needs no attribution (J16).')
    .default(false),
});

const shareSchema = z
  .string({ error: 'must be a percentage (20%)' })
  .regex(/^\d+(\.\d+)?%$/, { error: 'must be a percentage (20%)' })
  .transform((text) => Number.parseFloat(text) / 100);

const budgetsSchema = z.strictObject({
  concurrentFaults: z.number().int().positive().default(8),
  resources: z.number().int().positive().default(50),
  exposureMinutes: z.number().positive().default(60),
  apiWrites: z.number().int().positive().default(500),
  share: z
    .partialRecord(z.enum(shareNames), shareSchema)
    .describe(
      'How much of what exists may be touched: of a kind in a namespace, of the roles, of the instances of a group.',
    )
    .default({}),
  virtualUsers: z.number().int().positive().describe('Virtual users that all loads may have together.').default(1000),
  load: z.number().positive().describe('Requests a second that all loads may send together.').default(500),
  maxExposure: positiveDurationSchema.describe('Longest `maxExposure` that a scenario may ask for.').default(600_000),
});

export const environmentSchema = z.strictObject({
  title: z.string().optional(),
  staging: z.enum(['embedded', 'live']),
  settle: durationSchema
    .describe("Replaces every fault's own settle, where the store is strongly consistent (J13).")
    .optional(),
  stability: durationSchema.describe('How long a revert by a guardrail must last (J16).').default(10_000),
  hold: durationSchema.describe('How long every fault stays in at least.').default(0),
  poll: positiveDurationSchema.default(1000),
  revertBudget: positiveDurationSchema.describe('How long a revert may take.').default(60_000),
  values: z.record(z.string(), z.json()).describe(`What scenarios read as \${env.…}.`).default({}),
  targets: z.strictObject({
    aws: awsTargetSchema.optional(),
    kubernetes: kubernetesTargetSchema.optional(),
    http: httpTargetSchema.optional(),
    process: processTargetSchema.optional(),
  }),
  detectors: z.record(identifierSchema, detectorSchema).describe('Who should notice.').default({}),
  audit: z.record(identifierSchema, auditSchema).describe("The environment's own record of who did what.").default({}),
  guardrails: z.record(identifierSchema, guardrailSchema).describe('Controls under test.').default({}),
  lease: leaseSchema
    .describe('The lock inside the environment that says which run may inject; a live one needs it.')
    .optional(),
  journal: journalSchema.describe('Where the record of a run is kept beside this disk.').optional(),
  watchdog: z
    .boolean()
    .describe(
      'Whether a process beside the harness reverts at once what is in when that dies; by default in live ones.',
    )
    .optional(),
  stopConditions: stopConditionsSchema
    .describe('They hold for every trial; one of its probes ends the whole run.')
    .optional(),
  stopFile: z
    .string()
    .regex(/^\/\S/, { error: 'must be an absolute path' })
    .describe('One more file whose appearance ends a run, in a folder that those may write to who may stop one.')
    .optional(),
  budgets: budgetsSchema.default(budgetsSchema.parse({})),
  windows: z.array(windowSchema).describe('When it may be touched; at any time where none is listed.').default([]),
  allowUnprovenRevert: z
    .array(z.string())
    .describe('Permissions that reverts may rely on although the platform cannot say whether we have them.')
    .default([]),
});

/** `windshear.yaml`: the environments by name. */
export const environmentFileSchema = z.strictObject({
  default: identifierSchema
    .describe('Environment of a run that names none; it must be embedded, a live one is never implied.')
    .optional(),
  environments: z.record(identifierSchema, environmentSchema),
});

/** A staging system under test, all references resolved, durations in milliseconds. */
export type Environment = Readonly<z.infer<typeof environmentSchema>>;
export type DetectorConfig = Readonly<z.infer<typeof detectorSchema>>;
export type GuardrailConfig = Environment['guardrails'][string];
export type AuditConfig = Readonly<z.infer<typeof auditSchema>>;
export type AwsTargetConfig = Readonly<z.infer<typeof awsTargetSchema>>;
export type AwsIdentityConfig = Readonly<z.infer<typeof awsIdentitySchema>>;
export type KubernetesTargetConfig = Readonly<z.infer<typeof kubernetesTargetSchema>>;
export type KubernetesIdentityConfig = Readonly<z.infer<typeof kubernetesIdentitySchema>>;
