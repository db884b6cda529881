import { z } from 'zod';
import { awsPolicyTypes, readAwsRefusal } from '../model/aws-refusal.ts';
import type { Denial } from '../model/call.ts';
import type { Attribution, GuardrailDefinition } from '../model/guardrail.ts';

const params = z.strictObject({
  /** The kind of policy that is the guardrail; any that can be one where absent. */
  policyType: z.enum(awsPolicyTypes).optional(),
  /** Its ARN, where the account's messages name it. */
  policyArn: z.string().startsWith('arn:').optional(),
});
type Params = z.infer<typeof params>;

/** A policy of AWS that refuses: a service control policy, a permissions boundary, an explicit deny. */
export const awsDenial: GuardrailDefinition<Params> = {
  type: 'aws-denial',
  title: 'A deny in an AWS policy',
  description:
    "Prevents by an explicit deny, a permissions boundary, an SCP or an RCP, read from the refusal's own words. That no identity-based policy allows a call says only that the tester lacks the right.",
  params,
  example: { policyType: 'service control policy' },
  outcomes: ['prevented'],
  attributeDenial: attribute,
};

function attribute(denial: Denial, { policyType, policyArn }: Params): Attribution {
  if (/by the Block\w+ setting in S3 Block Public Access/.test(denial.message)) {
    return { whose: 'other', by: 's3-block-public-access' };
  }
  const refusal = readAwsRefusal(denial.message);
  if (refusal === undefined) return unexplained(denial);
  const { policyType: type, explicit, policyArn: arn, ownRights } = refusal;
  if (ownRights) return { whose: 'own-rights' };
  const named = `${explicit ? 'explicit deny in' : 'no allow in'} ${type}${arn === undefined ? '' : ` ${arn}`}`;
  if (policyType !== undefined && policyType !== type) return { whose: 'other', by: named };
  if (policyArn === undefined || policyArn === arn) return { whose: 'mine', evidence: named };
  return arn === undefined
    ? { whose: 'unknown', why: `the refusal does not name the policy, expected ${policyArn}` }
    : { whose: 'other', by: named };
}

/** EC2 encodes its reason; only sts:DecodeAuthorizationMessage could tell. */
function unexplained({ code, message }: Denial): Attribution {
  const encoded = /Encoded authorization failure message/.test(message);
  return { whose: 'unknown', why: encoded ? `${code} came with an encoded message` : `${code} came without a reason` };
}
