import { z } from 'zod';
import type { GuardrailDefinition } from '../model/guardrail.ts';

const params = z.strictObject({});
type Params = z.infer<typeof params>;

/** S3's own guard of buckets and accounts against public policies and ACLs. */
export const s3BlockPublicAccess: GuardrailDefinition<Params> = {
  type: 's3-block-public-access',
  title: 'S3 Block Public Access',
  description:
    'Prevents by BlockPublicPolicy and BlockPublicAcls, which refuse the call. RestrictPublicBuckets and IgnorePublicAcls refuse nothing and are not seen here.',
  params,
  example: {},
  outcomes: ['prevented'],
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html (Block Public Access settings) */
  attributeDenial: (denial) => {
    const setting = /by the (Block\w+) setting in S3 Block Public Access/.exec(denial.message)?.[1];
    if (setting !== undefined) return { whose: 'mine', evidence: `the ${setting} setting in S3 Block Public Access` };
    const policy = /with an (explicit deny in an? [\w -]*polic\w+|explicit deny in a permissions boundary)/.exec(
      denial.message,
    )?.[1];
    if (policy !== undefined) return { whose: 'other', by: policy };
    if (/because no [\w -]+ allows/.test(denial.message)) return { whose: 'own-rights' };
    return { whose: 'unknown', why: `${denial.code} does not name S3 Block Public Access` };
  },
};
