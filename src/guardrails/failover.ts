import { z } from 'zod';
import { parseDuration } from '../model/duration.ts';
import type { GuardrailDefinition } from '../model/guardrail.ts';

const params = z.strictObject({
  /** The probe that measures what users feel, by type. */
  probe: z.string().min(1),
  with: z.record(z.string(), z.json()).default({}),
  tolerance: z
    .strictObject({
      atLeast: z.number().optional(),
      atMost: z.number().optional(),
      /** How long it must stay in tolerance on end. */
      over: z
        .string()
        .refine((text) => (parseDuration(text) ?? 0) > 0, {
          error: 'must be a duration with a unit (500ms, 4s, 2m, 1h)',
        })
        .default('1s'),
    })
    .refine(({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined, {
      error: 'needs atLeast or atMost',
    }),
});
type Params = z.infer<typeof params>;

/** What keeps users well while something is broken: a router that leads them elsewhere, a retry, a degraded mode. */
export const failover: GuardrailDefinition<Params> = {
  type: 'failover',
  title: 'A failover that keeps users well',
  description:
    'Mitigates: the fault is still in, and the named probe is back in tolerance and stays there for `over`. The time until then is the TTR; samples out of tolerance before it are the cost. Name a probe that users depend on, and that a fault in one region can reach.',
  params,
  example: params.parse({ probe: 'aws.reachability', tolerance: { atLeast: 1, over: '1s' } }),
  outcomes: ['mitigated'],
  mitigatedBy: ({ probe, with: withParams, tolerance: { over, ...bounds } }) => ({
    probe,
    with: withParams,
    tolerance: {
      ...(bounds.atLeast !== undefined && { atLeast: bounds.atLeast }),
      ...(bounds.atMost !== undefined && { atMost: bounds.atMost }),
      overMs: parseDuration(over) ?? 0,
    },
  }),
};
