import { z } from 'zod';
import { durationSchema, expectationIdSchema, globSchema, identifierSchema, positiveDurationSchema } from './fields.ts';

const severityNames = ['info', 'low', 'medium', 'high', 'critical'] as const;

const faultUseSchema = z.strictObject({
  type: z.string().min(1),
  /** Name by which an expectation names this fault as its t0. */
  as: identifierSchema.optional(),
  with: z.record(z.string(), z.json()).default({}),
});

const toleranceSchema = z.strictObject({
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
  /** Window over which it is sampled. */
  over: positiveDurationSchema.default(1000),
});

const probeUseSchema = z.strictObject({
  id: expectationIdSchema.optional(),
  probe: z.string().min(1),
  with: z.record(z.string(), z.json()).default({}),
  tolerance: toleranceSchema,
});

const detectionSchema = z.strictObject({
  id: expectationIdSchema.optional(),
  detector: identifierSchema,
  rule: globSchema,
  within: positiveDurationSchema,
  severity: z.enum(severityNames).optional(),
  of: z.enum(['effect', 'attempt']).default('effect'),
  /** `as` of the fault whose first mutating request is t0; the last fault by default. */
  fault: identifierSchema.optional(),
});

const guardrailExpectationSchema = z.strictObject({
  id: expectationIdSchema.optional(),
  guardrail: identifierSchema,
  outcome: z.enum(['prevented', 'reverted', 'mitigated']),
  within: positiveDurationSchema,
  fault: identifierSchema.optional(),
});

const blindSchema = z.strictObject({
  id: expectationIdSchema.optional(),
  detector: identifierSchema,
  canary: z.enum(['rule', 'tool']),
  within: positiveDurationSchema,
});

export const scenarioSchema = z.strictObject({
  id: identifierSchema,
  title: z.string().min(1).max(120),
  why: z.string().min(1),
  tags: z.array(z.string()).default([]),
  techniques: z
    .array(z.string().regex(/^T\d{4}(\.\d{3})?$/, { error: 'must be a technique id such as T1098 or T1098.003' }))
    .optional(),
  faults: z.array(faultUseSchema).min(1),
  control: z.array(faultUseSchema).default([]),
  steadyState: z.array(probeUseSchema).default([]),
  impact: z.array(probeUseSchema).default([]),
  expect: z.strictObject({
    detections: z.array(detectionSchema).default([]),
    guardrails: z.array(guardrailExpectationSchema).default([]),
    blind: z.array(blindSchema).default([]),
  }),
  hold: durationSchema.optional(),
  maxExposure: positiveDurationSchema.optional(),
  trials: z.number().int().min(1).max(1000).default(1),
  pass: z.union([z.literal('all'), z.strictObject({ hits: z.number().int().positive() })]).default('all'),
});

/** A scenario file once parsed: durations in milliseconds, references still in place until it is bound to an environment. */
export type Scenario = Readonly<z.infer<typeof scenarioSchema>>;
export type FaultUse = Readonly<z.infer<typeof faultUseSchema>>;
export type ProbeUse = Readonly<z.infer<typeof probeUseSchema>>;
export type DetectionExpectation = Scenario['expect']['detections'][number];
export type GuardrailExpectation = Scenario['expect']['guardrails'][number];
export type BlindExpectation = Scenario['expect']['blind'][number];

/** The ids under which JUnit, baseline and diff know the expectations of a scenario. */
export const expectationId = {
  detection: (e: Pick<DetectionExpectation, 'id' | 'detector' | 'rule'>): string => e.id ?? `${e.detector}/${e.rule}`,
  guardrail: (e: Pick<GuardrailExpectation, 'id' | 'guardrail' | 'outcome'>): string =>
    e.id ?? `${e.guardrail}/${e.outcome}`,
  blind: (e: Pick<BlindExpectation, 'id' | 'detector'>): string => e.id ?? `${e.detector}/blind`,
  probe: (e: Pick<ProbeUse, 'id' | 'probe'>): string => e.id ?? e.probe,
} as const;
