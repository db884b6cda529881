import { z } from 'zod';
import { awsCredentials, loopbackUrl } from '../detection/start-up.ts';

/** Describes the one JSON line that the remediator reads on stdin; its end tells it that its parent is gone. */
export const remediatorStartUp = z.strictObject({
  /** The recording proxy: AssumeRole and DetachRolePolicy go there, so that the audit shows who put things back. */
  endpoint: loopbackUrl(),
  /** Where the polls go; the emulator's own address keeps them out of the trail. Default: `endpoint`. */
  readEndpoint: loopbackUrl().optional(),
  region: z.string(),
  /** An identity that may assume `role`. */
  credentials: awsCredentials(),
  /** ARN of `identity-remediator`, which needs {@link remediatorActions} on `watched`. */
  role: z.string(),
  /** Names of the roles that it watches; it touches no other. */
  watched: z.array(z.string()).min(1),
  /** ARNs of the managed policies that no watched role may carry; with none it lets everything be. */
  forbidden: z.array(z.string()).default(['arn:aws:iam::aws:policy/AdministratorAccess']),
});

/** What the supervisor writes: defaults may be left out. */
export type RemediatorStartUp = z.input<typeof remediatorStartUp>;

/** What the remediator works with. */
export type Remediation = z.output<typeof remediatorStartUp>;

/** Lists the IAM actions that the remediator's role needs on the watched roles. */
export const remediatorActions = ['iam:ListAttachedRolePolicies', 'iam:DetachRolePolicy'] as const;
