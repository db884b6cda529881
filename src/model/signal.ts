import { z } from 'zod';

const iso = z.iso.datetime({ offset: true });

export const severitySchema = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)]);

/** 1 informational · 2 low · 3 medium · 4 high · 5 critical. */
export type Severity = z.infer<typeof severitySchema>;

export const signalSchema = z.strictObject({
  detector: z.string().optional(),
  format: z.string(),
  id: z.string(),
  dedupeKey: z.string(),
  rule: z.string(),
  ruleId: z.string().optional(),
  severity: severitySchema.nullable(),
  rawSeverity: z.string(),
  eventTime: iso.optional(),
  alertTime: iso.optional(),
  updatedAt: iso.optional(),
  receivedAt: iso.optional(),
  resource: z
    .strictObject({
      kind: z.string().optional(),
      id: z.string().optional(),
      arn: z.string().optional(),
      namespace: z.string().optional(),
      name: z.string().optional(),
      account: z.string().optional(),
      region: z.string().optional(),
      cluster: z.string().optional(),
    })
    .optional(),
  /** Further resources that the source names. */
  resources: z.array(z.string()).optional(),
  actor: z
    .strictObject({
      type: z.string().optional(),
      id: z.string().optional(),
      arn: z.string().optional(),
      name: z.string().optional(),
      ip: z.string().optional(),
      userAgent: z.string().optional(),
    })
    .optional(),
  /** Request id of the API call behind the event, where the source tells it. */
  requestId: z.string().optional(),
  /** `s3:PutBucketPolicy`, and the error code of a refused call; audit sources tell them. */
  action: z.string().optional(),
  errorCode: z.string().optional(),
  /** True where an audit record says that the call changed nothing. */
  readOnly: z.boolean().optional(),
  status: z.enum(['open', 'resolved', 'suppressed']),
  count: z.number().int().nonnegative().optional(),
  lastSeen: iso.optional(),
  sample: z.boolean(),
  techniques: z.array(z.string()),
});

/** One alert, finding or event in normal form; what the source does not say is absent. */
export type Signal = Readonly<z.infer<typeof signalSchema>>;
