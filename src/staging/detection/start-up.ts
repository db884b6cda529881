import { z } from 'zod';
import { durationSchema } from '../../model/fields.ts';

/** Names the four detectors of the embedded staging, in the spelling that options, routes and reports use. */
export const detectorNames = ['trail-rules', 'identity-rules', 'posture', 'profile'] as const;

export type DetectorName = (typeof detectorNames)[number];

/**
 * Describes the one JSON line that the detection process reads on stdin before it does anything. Stdin stays open
 * afterwards: its end tells the process that its parent is gone.
 */
export const detectionStartUp = z.strictObject({
  /** The staging's state folder, absolute; `profile/alerts.jsonl` is written below it. */
  stateFolder: z.string().startsWith('/'),
  /** The emulator's own address, so that the detectors' reads and queues do not fill the trail. */
  ministack: loopbackUrl(),
  /** An identity with {@link detectionActions}. */
  credentials: z.strictObject({ detectors: awsCredentials() }),
  account: accountId(),
  secondAccount: accountId(),
  region: z.string(),
  secondRegion: z.string(),
  roles: z.strictObject({
    tester: z.string(),
    revert: z.string(),
    remediator: z.string(),
    appFirst: z.string(),
    appSecond: z.string(),
  }),
  users: z.strictObject({ protected: z.string(), ordinary: z.string() }),
  buckets: z.strictObject({ models: z.string(), modelsGuarded: z.string() }),
  lambda: z.strictObject({ function: z.string() }),
  autoscaling: z.strictObject({
    group: z.string(),
    launchTemplate: z.string(),
    image: z.string(),
    rogueImage: z.string(),
    subnet: z.string(),
  }),
  /** ARNs; only `primary` is watched by `trail-stopped` and `TrailStopped`. */
  trails: z.strictObject({ primary: z.string(), regional: z.string() }),
  canary: z.strictObject({ role: z.string() }),
  /** The application's inference endpoint; nobody looks at one where it is absent. */
  endpoint: loopbackUrl().optional(),
  /** URLs of the queues that the trail feeds, one per detector that reads events. */
  queues: z.strictObject({ trailRules: z.url(), identityRules: z.url(), profile: z.url() }),
  options: z.strictObject({
    /** `posture` stops its rules, `posture.delivery` cuts its outward path. */
    without: z.array(z.string().refine(isDetectorOrDelivery, { error: withoutMessage })).default([]),
    /** How long each alert of a detector is held back, such as `{ posture: "8s" }`. */
    delay: z.partialRecord(z.enum(detectorNames), durationSchema).default({}),
    /** Unrelated alerts per second over all detectors together, such as `50/s`. */
    noise: z
      .string()
      .regex(/^\d+\/s$/, { error: 'must be a rate such as 50/s' })
      .transform((rate) => Number.parseInt(rate, 10))
      .nullable()
      .default(null),
  }),
});

/** What the supervisor writes: defaults may be left out. */
export type DetectionStartUp = z.input<typeof detectionStartUp>;

/** What the detection process works with. */
export type Detection = z.output<typeof detectionStartUp>;

/** Describes the one JSON line that a child prints on stdout once it serves; the remediator has no port. */
export const readyLine = z.object({
  ready: z.literal(true),
  port: z.int().positive().optional(),
  /** What clients of a child that serves over TLS must trust. */
  caFile: z.string().optional(),
  /** Uid of `kube-system`, by which a cluster is known. */
  clusterUid: z.string().optional(),
});

export type ReadyLine = z.infer<typeof readyLine>;

/**
 * Lists the IAM actions that the detection's identity needs; nothing in it changes the account. AWS asks for
 * `sqs:DeleteMessage` for batches too, the emulator for `sqs:DeleteMessageBatch`.
 */
export const detectionActions = [
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:DeleteMessageBatch',
  'events:PutEvents',
  'iam:GetRole',
  'iam:ListAttachedRolePolicies',
  's3:GetBucketPolicy',
  's3:GetBucketPublicAccessBlock',
  'cloudtrail:GetTrailStatus',
] as const;

/** Accepts an address on this machine and nothing else. */
export function loopbackUrl() {
  return z.url({ protocol: /^http$/ }).refine((url) => new URL(url).hostname === '127.0.0.1', {
    error: (issue) => `must be an http address on 127.0.0.1, got '${String(issue.input)}'`,
  });
}

/** Accepts an access key, with a session token when it is temporary. */
export function awsCredentials() {
  return z.object({ accessKeyId: z.string(), secretAccessKey: z.string(), sessionToken: z.string().optional() });
}

function accountId() {
  return z.string().regex(/^\d{12}$/);
}

function isDetectorOrDelivery(name: string): boolean {
  const [detector, part, ...rest] = name.split('.');
  const known: readonly (string | undefined)[] = detectorNames;
  return known.includes(detector) && (part === undefined || part === 'delivery') && rest.length === 0;
}

function withoutMessage(issue: { readonly input?: unknown }): string {
  const known = detectorNames.flatMap((name) => [name, `${name}.delivery`]);
  return `must be one of ${known.join(', ')}, got '${String(issue.input)}'`;
}
