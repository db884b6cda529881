import { z } from 'zod';
import { loopbackUrl } from '../detection/start-up.ts';

/** Describes the one JSON line that the API server reads on stdin; the end of stdin tells it that its parent is gone. */
export const kubernetesStartUp = z.strictObject({
  /** Users by bearer token; `system:authenticated` is added, `system:masters` may do everything. */
  tokens: z.array(
    z.strictObject({
      token: z.string().min(16, { error: 'must be a token of at least 16 characters' }),
      username: z.string().min(1),
      groups: z.array(z.string()).default([]),
    }),
  ),
  /** Objects that the cluster begins with, in order; webhook configurations are put in last. */
  manifests: z.array(z.record(z.string(), z.json())).default([]),
  /** Where the certificate of the cluster's authority is written for clients to trust. */
  caFile: z.string().startsWith('/'),
  audit: z
    .strictObject({
      /** Gets a JSON line an event. */
      file: z.string().startsWith('/').optional(),
      /** Get an `EventList` a batch; `PUT /windshear/audit-webhooks` changes them later. */
      webhooks: z.array(loopbackUrl()).default([]),
      /** From the first event of a batch until it is posted. */
      windowMs: z.number().nonnegative().default(50),
    })
    .default({ webhooks: [], windowMs: 50 }),
  /** 0 takes a free one. */
  port: z.int().min(0).max(65_535).default(0),
});
