import { z } from 'zod';
import { loopbackUrl } from '../detection/start-up.ts';

/** Describes the one JSON line that the uptime monitor reads on stdin; stdin's end tells it that its parent is gone. */
export const uptimeStartUp = z.strictObject({
  /** Addresses by region; `/healthz` of each is asked. */
  regions: z.record(z.string(), loopbackUrl()),
  /** Is asked as a user does, with the token. */
  endpoint: loopbackUrl(),
  token: z.string(),
  everyMs: z.number().positive().default(250),
  timeoutMs: z.number().positive().default(300),
  /** How long a condition must hold before it is an alert, as `for:` of a Prometheus rule. */
  forMs: z
    .strictObject({ regionDown: z.number().nonnegative(), endpointErrors: z.number().nonnegative() })
    .default({ regionDown: 1000, endpointErrors: 250 }),
  /** Over so long is the share of failed requests counted, and above it is too much. */
  errors: z
    .strictObject({ windowMs: z.number().positive(), ratio: z.number().min(0).max(1) })
    .default({ windowMs: 2000, ratio: 0.1 }),
  switches: z
    .strictObject({ rules: z.boolean(), delivery: z.boolean(), delayMs: z.number().nonnegative() })
    .default({ rules: true, delivery: true, delayMs: 0 }),
  /** Unrelated alerts per second. */
  noise: z.int().positive().nullable().default(null),
});

export type Uptime = z.output<typeof uptimeStartUp>;
