import { z } from 'zod';
import type { Denial } from '../model/call.ts';
import type { Attribution, GuardrailDefinition } from '../model/guardrail.ts';

const policyTypes = [
  'identity-based policy',
  'resource-based policy',
  'service control policy',
  'resource control policy',
  'permissions boundary',
  'session policy',
  'VPC endpoint policy',
] as const;

const params = z.strictObject({
  /** The kind of policy that is the guardrail; any that can be one where absent. */
  policyType: z.enum(policyTypes).optional(),
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

/**
 * The reason at the end of a refusal, with the policy's ARN where the roll-out has reached the service.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html,
 * https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
 */
const reason = new RegExp(`(explicit deny in an? |because no )(${policyTypes.join('|')})(?:: (arn:[^\\s,;"]+))?`);

/** Without an allow these stop a call that the identity's own policies would permit. */
const ceilings: readonly string[] = ['permissions boundary', 'service control policy', 'resource control policy'];

function attribute(denial: Denial, { policyType, policyArn }: Params): Attribution {
  if (/by the Block\w+ setting in S3 Block Public Access/.test(denial.message)) {
    return { whose: 'other', by: 's3-block-public-access' };
  }
  const found = reason.exec(denial.message);
  if (found === null) return unexplained(denial);
  const [, how = '', type = '', written] = found;
  const arn = written?.replace(/\.$/, '');
  const explicit = how.startsWith('explicit');
  if (type === 'session policy' || (!explicit && !ceilings.includes(type))) return { whose: 'own-rights' };
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
