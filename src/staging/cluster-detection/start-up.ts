import { z } from 'zod';

const switches = z
  .strictObject({ rules: z.boolean(), delivery: z.boolean(), delayMs: z.number().nonnegative() })
  .default({ rules: true, delivery: true, delayMs: 0 });

/** Describes the one JSON line that the cluster's detection reads on stdin; stdin's end tells it that its parent is gone. */
export const clusterDetectionStartUp = z.strictObject({
  /** Where the profile's alerts go, beside those about the cloud account. */
  profileFile: z.string().startsWith('/'),
  /** How the images begin that somebody released. */
  released: z.array(z.string().min(1)),
  /** Whoever reads it makes the canary rule speak. */
  canaryNamespace: z.string(),
  auditRules: switches,
  profile: switches,
  /** Unrelated alerts per second. */
  noise: z.int().positive().nullable().default(null),
});
