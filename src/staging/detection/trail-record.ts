import { z } from 'zod';

/**
 * Describes what the detectors read of a CloudTrail record; unknown fields stay, since rules may look at them.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export const trailRecord = z.looseObject({
  eventID: z.string(),
  eventTime: z.string(),
  eventSource: z.string(),
  eventName: z.string(),
  awsRegion: z.string(),
  recipientAccountId: z.string().optional(),
  userAgent: z.string().nullish(),
  sourceIPAddress: z.string().nullish(),
  requestID: z.string().nullish(),
  errorCode: z.string().nullish(),
  errorMessage: z.string().nullish(),
  readOnly: z.boolean().optional(),
  requestParameters: z.record(z.string(), z.unknown()).nullish(),
  responseElements: z.record(z.string(), z.unknown()).nullish(),
  userIdentity: z.looseObject({
    type: z.string().optional(),
    arn: z.string().optional(),
    accountId: z.string().optional(),
    principalId: z.string().optional(),
    userName: z.string().optional(),
    sessionContext: z
      .looseObject({
        sessionIssuer: z.looseObject({ arn: z.string().optional(), userName: z.string().optional() }).optional(),
      })
      .optional(),
  }),
});

export type TrailRecord = z.infer<typeof trailRecord>;

const envelope = z.looseObject({ detail: trailRecord });

/**
 * Takes the record out of EventBridge's envelope.
 * @throws when the text is no JSON or holds no record
 */
export function recordInEnvelope(body: string): TrailRecord {
  return envelope.parse(JSON.parse(body)).detail;
}

/** Names who acted without the session: the role behind an assumed role, the user, the root of an account. */
export function lastingActor(record: TrailRecord): string {
  const { arn, sessionContext, accountId } = record.userIdentity;
  const issuer = sessionContext?.sessionIssuer?.arn;
  if (issuer !== undefined) return issuer;
  const assumed = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)/.exec(arn ?? '');
  if (assumed !== null) return `arn:${assumed[1]}:iam::${assumed[2]}:role/${assumed[3]}`;
  return arn ?? `arn:aws:iam::${accountId ?? 'unknown'}:root`;
}

/** Names the session of an assumed role, where the harness carries its marker. */
export function sessionName(record: TrailRecord): string | undefined {
  return /:assumed-role\/[^/]+\/(.+)$/.exec(record.userIdentity.arn ?? '')?.[1];
}

/** Shortens an event source to the service's IAM prefix: `iam.amazonaws.com` → `iam`. */
export function serviceOf(record: TrailRecord): string {
  return record.eventSource.split('.')[0] ?? record.eventSource;
}
