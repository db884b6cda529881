import { z } from 'zod';

/** Describes the one JSON line that the application reads on stdin; stdin's end tells it that its parent is gone. */
export const applicationStartUp = z.strictObject({
  /** Who changed what, a JSON object a line; absolute. */
  auditFile: z.string().startsWith('/'),
  /** The bearer token that the inference endpoint demands. */
  token: z.string().min(16),
  /** In the order of the router's preference. */
  regions: z
    .array(z.string().regex(/^[a-z0-9-]+$/))
    .min(1)
    .default(['eu-west-1', 'us-east-1']),
  model: z
    .strictObject({ version: z.string().regex(/^[a-z0-9.-]+$/), digest: z.string() })
    .default({ version: 'resnet-7', digest: `sha256:${'7e57'.repeat(16)}` }),
  health: z
    .strictObject({
      everyMs: z.number().positive().default(200),
      timeoutMs: z.number().positive().default(250),
      /** A region that fails so many checks in a row gets no more requests. */
      failures: z.int().positive().default(2),
      successes: z.int().positive().default(2),
    })
    .default({ everyMs: 200, timeoutMs: 250, failures: 2, successes: 2 }),
});

export type Application = z.output<typeof applicationStartUp>;

/** Describes what `GET /state` of the admin API answers: where everything of the application is. */
export const applicationState = z.object({
  router: z.string(),
  endpoint: z.string(),
  admin: z.string(),
  regions: z.record(z.string(), z.object({ url: z.string(), admin: z.string() })),
  model: z.object({ version: z.string(), digest: z.string() }),
});

export type ApplicationState = z.infer<typeof applicationState>;
