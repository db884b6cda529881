import { z } from 'zod';
import { durationSchema, identifierSchema, positiveDurationSchema } from './fields.ts';

const stopProbeSchema = z.strictObject({
  id: identifierSchema.describe("How it is called when it ends a trial; by default the probe's type.").optional(),
  probe: z.string().min(1),
  with: z.record(z.string(), z.json()).default({}),
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
  for: durationSchema.describe('How long it must be beyond its limit without a break; at once by default.').default(0),
  uses: z
    .array(z.string().min(1))
    .describe('What it depends on: no other scenario may impair that at the same time.')
    .default([]),
});

/**
 * What ends a trial before its time: everything is taken back, and the run ends with exit code 1. Watched from before
 * the first injection, the control's included, until the faults are taken back.
 */
export const stopConditionsSchema = z.strictObject({
  timeBox: positiveDurationSchema.describe('How long a trial may take from before its first injection.').optional(),
  errorBudget: durationSchema
    .describe('How long in all the steady state may be out of its tolerance while anything may be in.')
    .optional(),
  probes: z.array(stopProbeSchema).describe('Limits beyond which nobody wants to go on.').default([]),
});

export type StopConditions = Readonly<z.infer<typeof stopConditionsSchema>>;
export type StopProbeUse = StopConditions['probes'][number];
