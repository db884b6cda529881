import { z } from 'zod';
import { signalSchema } from './signal.ts';
import * as v from './verdict.ts';

const reasonCode = z.enum(Object.keys(v.reasonCodes) as [v.ReasonCode, ...v.ReasonCode[]]);
const ms = z.number();
const judged = { id: z.string(), reasonCode, reason: z.string() };

/** Milliseconds since t0, where known (J21). */
export const stagesSchema = z.strictObject({
  sent: ms.optional(),
  acknowledged: ms.optional(),
  effect: ms.optional(),
  audited: ms.optional(),
  detected: ms.optional(),
  delivered: ms.optional(),
  guardrail: ms.optional(),
  reverted: ms.optional(),
  restored: ms.optional(),
});

export const detectionResultSchema = z.strictObject({
  ...judged,
  detector: z.string(),
  of: z.enum(['effect', 'attempt']),
  verdict: z.enum(v.detectionVerdicts),
  rule: z.string().optional(),
  severity: z.number().nullable().optional(),
  ttdMs: ms.optional(),
  ttdIntervalMs: z.tuple([ms, ms]).optional(),
  sloMs: ms,
  matchedBy: z.array(z.enum(['marker', 'subject', 'actor', 'rule', 'time'])),
  signal: signalSchema.optional(),
  /** Near misses: matching rule, but too low a severity, open before, or ambiguous in time. */
  rejected: z.array(z.strictObject({ rule: z.string(), why: reasonCode, id: z.string() })).optional(),
});

export const guardrailResultSchema = z.strictObject({
  ...judged,
  guardrail: z.string(),
  outcome: z.enum(['prevented', 'reverted', 'mitigated']),
  verdict: z.enum(v.guardrailVerdicts),
  ttrMs: ms.optional(),
  sloMs: ms,
  evidence: z.string().optional(),
});

export const blindnessResultSchema = z.strictObject({
  ...judged,
  detector: z.string().optional(),
  /** In place of a detector: the guardrail that was to stop nothing any more. */
  guardrail: z.string().optional(),
  verdict: z.enum(v.blindnessVerdicts),
  sloMs: ms,
  canaries: z.array(
    z.strictObject({ when: z.enum(['before', 'during', 'after']), raised: z.boolean(), received: z.boolean() }),
  ),
});

export const controlResultSchema = z.strictObject({
  verdict: z.enum(v.controlVerdicts),
  reasonCode,
  reason: z.string(),
  alerts: z.array(z.strictObject({ detector: z.string(), rule: z.string(), id: z.string(), counted: z.boolean() })),
});

export const probeResultSchema = z.strictObject({
  ...judged,
  probe: z.string(),
  verdict: z.enum(v.impactVerdicts),
  when: z.enum(['before', 'after', 'during', 'whole']),
  unit: z.string(),
  samples: z.number().int(),
  windowMs: ms,
  worst: z.number().optional(),
});

const latencyMs = z.strictObject({ p50: ms.optional(), p95: ms.optional(), p99: ms.optional(), max: ms.optional() });

/** What users felt, by phase of the trial. */
export const loadResultSchema = z.strictObject({
  load: z.string(),
  figures: z.array(
    z.strictObject({
      phase: z.enum(['before', 'during', 'after', 'whole']),
      durationMs: ms,
      requests: z.number().int(),
      /** Absent, as the ratio, where the load cannot tell. */
      errors: z.number().int().optional(),
      errorRatio: z.number().optional(),
      latencyMs,
    }),
  ),
  /** From when to when users were hurt, since t0; without an end where they were hurt to the last. */
  impaired: z.array(z.strictObject({ fromMs: ms, untilMs: ms.optional() })),
  /** When the traffic ended by itself, since t0; absent where it went on until it was stopped. */
  endedMs: ms.optional(),
  /** Why the figures are not to be relied on. */
  unsound: z.string().optional(),
});

export const rollbackResultSchema = z.strictObject({
  verdict: z.enum(v.rollbackVerdicts),
  faults: z.array(
    z.strictObject({
      fault: z.string(),
      role: z.enum(['fault', 'control']).optional(),
      verdict: z.enum(v.rollbackVerdicts),
      reasonCode,
      reason: z.string(),
      unguardedMs: ms.optional(),
      candidates: z.array(z.string()).optional(),
    }),
  ),
});

export const trialResultSchema = z.strictObject({
  n: z.number().int(),
  marker: z.string(),
  verdict: z.enum(v.trialVerdicts),
  reason: z.string(),
  /** What ended it before its time; absent where it went its whole way. */
  endedBy: z.enum(['person', 'stop-condition', 'safety-rule']).optional(),
  startedAt: z.string(),
  durationMs: ms,
  /** Wall time that the targets, SLOs and windows account for; the rest is our overhead. */
  overheadMs: ms,
  exposureMs: ms,
  stages: stagesSchema,
  detections: z.array(detectionResultSchema),
  guardrails: z.array(guardrailResultSchema),
  blindness: z.array(blindnessResultSchema),
  control: controlResultSchema.optional(),
  steadyState: z.array(probeResultSchema),
  impact: z.array(probeResultSchema),
  load: loadResultSchema.optional(),
  alsoSeenBy: z.array(
    z.strictObject({ detector: z.string(), rule: z.string(), ttdMs: ms, matchedBy: z.array(z.string()) }),
  ),
  rollback: rollbackResultSchema,
  error: z.string().optional(),
});

export const expectationSummarySchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['detection', 'guardrail', 'blind']),
  /** The verdict of the worst judged trial, `inconclusive` where none was judged. */
  verdict: z.string(),
  met: z.boolean().nullable(),
  judged: z.number().int(),
  hits: z.number().int(),
  inconclusive: z.number().int(),
  wilson95: z.tuple([z.number(), z.number()]).nullable(),
  ttdMs: z.strictObject({ p50: z.union([ms, z.string()]).nullable(), p95: z.union([ms, z.string()]).nullable() }),
});

export const scenarioResultSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  techniques: z.array(z.string()),
  verdict: z.enum(v.trialVerdicts),
  expectations: z.array(expectationSummarySchema),
  waitedFor: z.array(z.strictObject({ scenario: z.string(), why: z.string(), ms })),
  trials: z.array(trialResultSchema),
});

export const scorecardSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tool: z.strictObject({ name: z.literal('windshear'), version: z.string() }),
  run: z.strictObject({
    id: z.string(),
    environment: z.string(),
    staging: z.enum(['embedded', 'live']),
    startedAt: z.string(),
    finishedAt: z.string().optional(),
    settle: z.string().optional(),
    /** SLOs were multiplied by it: a rehearsal, whose times say nothing of the tools. */
    sloScale: z.number().positive().optional(),
    identity: z.array(z.string()).optional(),
    exitCode: z.number().int().optional(),
  }),
  summary: z.strictObject({
    scenarios: z.number().int(),
    /** Of detectors, guardrails, blindness and impact; each is met, failed or inconclusive. */
    expectations: z.number().int(),
    met: z.number().int(),
    failed: z.number().int(),
    inconclusive: z.number().int(),
    skipped: z.number().int(),
    falseAlerts: z.number().int(),
    /** By scenario. */
    controls: z.strictObject({
      quiet: z.number().int(),
      noisy: z.number().int(),
      blocked: z.number().int(),
      unheard: z.number().int(),
      inconclusive: z.number().int(),
    }),
    /** By probe of a scenario, the worst of its trials; before and after are one. */
    steadyState: z.strictObject({
      held: z.number().int(),
      breached: z.number().int(),
      inconclusive: z.number().int(),
    }),
    /** By trial. */
    rollback: z.strictObject({
      clean: z.number().int(),
      byGuardrail: z.number().int(),
      dirty: z.number().int(),
      unverified: z.number().int(),
      none: z.number().int(),
    }),
    trials: z.strictObject({
      passed: z.number().int(),
      failed: z.number().int(),
      inconclusive: z.number().int(),
      aborted: z.number().int(),
      errored: z.number().int(),
    }),
  }),
  /** Per detector: what came in, what was kept, what was malformed, and its estimated clock offset (J21). */
  detectors: z.record(
    z.string(),
    z.strictObject({
      signals: z.number().int(),
      malformed: z.number().int(),
      refused: z.number().int(),
      failedPolls: z.number().int(),
      dropped: z.number().int(),
      /** Signals that no trial claimed; the newest are in `evidence/unclaimed-*.jsonl`. */
      unclaimed: z.number().int().optional(),
      clockOffsetMs: ms.nullable(),
      proof: z.enum(['rule', 'tool', 'none']),
    }),
  ),
  scenarios: z.array(scenarioResultSchema),
});

export type Scorecard = Readonly<z.infer<typeof scorecardSchema>>;
export type ScenarioResult = Readonly<z.infer<typeof scenarioResultSchema>>;
export type TrialResult = Readonly<z.infer<typeof trialResultSchema>>;
export type DetectionResult = Readonly<z.infer<typeof detectionResultSchema>>;
export type GuardrailResult = Readonly<z.infer<typeof guardrailResultSchema>>;
export type BlindnessResult = Readonly<z.infer<typeof blindnessResultSchema>>;
export type ControlResult = Readonly<z.infer<typeof controlResultSchema>>;
export type ProbeResult = Readonly<z.infer<typeof probeResultSchema>>;
export type LoadResult = Readonly<z.infer<typeof loadResultSchema>>;
export type RollbackResult = Readonly<z.infer<typeof rollbackResultSchema>>;
export type ExpectationSummary = Readonly<z.infer<typeof expectationSummarySchema>>;
export type Stages = Readonly<z.infer<typeof stagesSchema>>;
export type DetectorCounters = Scorecard['detectors'][string];
