import { z } from 'zod';
import { durationSchema, expectationIdSchema, globSchema, identifierSchema, positiveDurationSchema } from './fields.ts';
import { stopConditionsSchema } from './stop-conditions.ts';

const severityNames = ['info', 'low', 'medium', 'high', 'critical'] as const;

const withSchema = z.record(z.string(), z.json()).default({});
const faultOfSchema = identifierSchema
  .describe('`as` of the fault whose first mutating request is t0; the last fault by default.')
  .optional();
const withinSchema = positiveDurationSchema.describe('The SLO, counted from t0.');
const ownIdSchema = expectationIdSchema.describe('By default it is made of what is expected.').optional();

const faultUseSchema = z.strictObject({
  type: z.string().min(1),
  as: identifierSchema.describe('Name by which an expectation names this fault as its t0.').optional(),
  with: withSchema,
});

const toleranceSchema = z.strictObject({
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
  over: positiveDurationSchema.describe('Window over which it is sampled.').default(1000),
});

const usesSchema = z
  .array(z.string().min(1))
  .describe('What it depends on: no other scenario may impair that at the same time.')
  .default([]);

const phaseSchema = z
  .enum(['before', 'during', 'after', 'whole'])
  .describe('Before the injection, while the fault is in, after it was taken back, or all of it.')
  .default('during');

const probeUseSchema = z.strictObject({
  id: ownIdSchema,
  probe: z.string().min(1),
  with: withSchema,
  tolerance: toleranceSchema,
  uses: usesSchema,
});

const detectionSchema = z.strictObject({
  id: ownIdSchema,
  detector: identifierSchema.describe('A detector of the environment.'),
  rule: globSchema.describe('Name of the rule that must alert; `*` stands for any run of characters, `?` for one.'),
  within: withinSchema,
  severity: z.enum(severityNames).describe('The least severity that counts.').optional(),
  of: z
    .enum(['effect', 'attempt'])
    .describe('What must be seen: the change itself, or an attempt that was refused.')
    .default('effect'),
  fault: faultOfSchema,
});

const guardrailExpectationSchema = z.strictObject({
  id: ownIdSchema,
  guardrail: identifierSchema.describe('A guardrail of the environment.'),
  outcome: z
    .enum(['prevented', 'reverted', 'mitigated'])
    .describe('Refused, put back, or still in while users are well again.'),
  within: withinSchema,
  fault: faultOfSchema,
});

const blindSchema = z.strictObject({
  id: ownIdSchema,
  detector: identifierSchema.describe('The detector that the fault blinds.'),
  canary: z.enum(['rule', 'tool']).describe('The canary that must be lost while the fault is in.'),
  within: withinSchema,
});

const blindGuardrailSchema = z.strictObject({
  id: ownIdSchema,
  guardrail: identifierSchema.describe('The guardrail that the fault disables; the environment names its canary.'),
  within: withinSchema,
});

const loadExpectationSchema = z.discriminatedUnion('figure', [
  z.strictObject({
    id: ownIdSchema,
    figure: z.literal('error-ratio').describe('The share of requests that got no good answer.'),
    phase: phaseSchema,
    atMost: z.number().min(0).max(1),
  }),
  z.strictObject({
    id: ownIdSchema,
    figure: z.enum(['p50', 'p95', 'p99']).describe('Latency, counted from when each request was due.'),
    phase: phaseSchema,
    atMost: positiveDurationSchema,
  }),
  z.strictObject({
    id: ownIdSchema,
    figure: z.literal('recovery').describe('Users are well again although the fault is still in.'),
    within: withinSchema,
  }),
]);

const loadUseSchema = z.strictObject({
  type: z.string().min(1),
  with: withSchema,
  uses: usesSchema,
  before: positiveDurationSchema.describe('How long it flows before the first fault is injected.').default(2000),
  after: positiveDurationSchema.describe('How long it flows after everything was taken back.').default(2000),
  expect: z.array(loadExpectationSchema).describe('What users may feel at most.').default([]),
});

const passSchema = z.union([z.literal('all'), z.strictObject({ hits: z.number().int().positive() })]);

export const scenarioSchema = z.strictObject({
  id: identifierSchema.describe("The file's name without its ending."),
  title: z.string().min(1).max(120).describe('What happens, as a claim.'),
  why: z.string().min(1).describe('Why it matters that somebody notices.'),
  tags: z.array(z.string()).default([]),
  techniques: z
    .array(z.string().regex(/^T\d{4}(\.\d{3})?$/, { error: 'must be a technique id such as T1098 or T1098.003' }))
    .describe('MITRE ATT&CK v19 ids; those of the faults by default.')
    .optional(),
  faults: z.array(faultUseSchema).min(1).describe('What is changed, in this order; taken back in reverse.'),
  control: z
    .array(faultUseSchema)
    .describe('The benign twin: the same API, a permitted change. Nothing may alert on it or block it.')
    .default([]),
  steadyState: z.array(probeUseSchema).describe('What holds before, and again after.').default([]),
  impact: z.array(probeUseSchema).describe('What must hold even while the fault is in.').default([]),
  load: loadUseSchema
    .describe('Traffic that flows from before the injection until after the revert, and feels what users feel.')
    .optional(),
  expect: z.strictObject({
    detections: z.array(detectionSchema).describe('Who must notice.').default([]),
    guardrails: z.array(guardrailExpectationSchema).describe('Who must prevent, revert or mitigate.').default([]),
    blind: z.array(blindSchema).describe('Who must be known to see nothing any more.').default([]),
    blindGuardrails: z.array(blindGuardrailSchema).describe('Who must be known to stop nothing any more.').default([]),
  }),
  stopConditions: stopConditionsSchema
    .describe('What ends a trial early: all is taken back, and the run fails.')
    .optional(),
  hold: durationSchema.describe('How long the fault stays in at least.').optional(),
  maxExposure: positiveDurationSchema
    .describe('How long the fault stays in at most; required in live environments.')
    .optional(),
  trials: z.number().int().min(1).max(1000).describe('How often it is done.').default(1),
  pass: passSchema.describe('How many trials must meet an expectation: all, or { hits: k }.').default('all'),
});

/** A scenario file once parsed: durations in milliseconds, references still in place until it is bound to an environment. */
export type Scenario = Readonly<z.infer<typeof scenarioSchema>>;
export type FaultUse = Readonly<z.infer<typeof faultUseSchema>>;
export type ProbeUse = Readonly<z.infer<typeof probeUseSchema>>;
export type LoadUse = Readonly<z.infer<typeof loadUseSchema>>;
export type LoadExpectation = LoadUse['expect'][number];
export type DetectionExpectation = Scenario['expect']['detections'][number];
export type GuardrailExpectation = Scenario['expect']['guardrails'][number];
export type BlindExpectation = Scenario['expect']['blind'][number];
export type BlindGuardrailExpectation = Scenario['expect']['blindGuardrails'][number];

/** The ids under which JUnit, baseline and diff know the expectations of a scenario. */
export const expectationId = {
  detection: (e: Pick<DetectionExpectation, 'id' | 'detector' | 'rule'>): string => e.id ?? `${e.detector}/${e.rule}`,
  guardrail: (e: Pick<GuardrailExpectation, 'id' | 'guardrail' | 'outcome'>): string =>
    e.id ?? `${e.guardrail}/${e.outcome}`,
  blind: (e: Pick<BlindExpectation, 'id' | 'detector'>): string => e.id ?? `${e.detector}/blind`,
  blindGuardrail: (e: Pick<BlindGuardrailExpectation, 'id' | 'guardrail'>): string => e.id ?? `${e.guardrail}/blind`,
  probe: (e: Pick<ProbeUse, 'id' | 'probe'>): string => e.id ?? e.probe,
  load: (type: string, e: LoadExpectation): string =>
    e.id ?? (e.figure === 'recovery' ? `${type}/recovery` : `${type}/${e.figure}/${e.phase}`),
} as const;
