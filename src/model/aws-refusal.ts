/** Kinds of policies that AWS names in its refusals. */
export const awsPolicyTypes = [
  'identity-based policy',
  'resource-based policy',
  'service control policy',
  'resource control policy',
  'permissions boundary',
  'session policy',
  'VPC endpoint policy',
] as const;

/** Which policy refused a call, as far as the answer tells. */
export interface AwsRefusal {
  readonly policyType: (typeof awsPolicyTypes)[number];
  /** False where nothing allowed it. */
  readonly explicit: boolean;
  readonly policyArn?: string;
  /** The identity itself lacks the right, by its own policies or by its session's: no guardrail was in the way. */
  readonly ownRights: boolean;
}

/** Without an allow these stop a call that the identity's own policies would permit. */
const ceilings: readonly string[] = ['permissions boundary', 'service control policy', 'resource control policy'];

/**
 * Reads the reason at the end of a refusal, with the policy's ARN where the roll-out has reached the service.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html,
 * https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
 */
const reason = new RegExp(`(explicit deny in an? |because no )(${awsPolicyTypes.join('|')})(?:: (arn:[^\\s,;"]+))?`);

export function readAwsRefusal(message: string): AwsRefusal | undefined {
  const [, how, type, written] = reason.exec(message) ?? [];
  const policyType = awsPolicyTypes.find((one) => one === type);
  if (how === undefined || policyType === undefined) return undefined;
  const explicit = how.startsWith('explicit');
  const policyArn = written?.replace(/\.$/, '');
  const ownRights = policyType === 'session policy' || (!explicit && !ceilings.includes(policyType));
  return { policyType, explicit, ownRights, ...(policyArn === undefined ? {} : { policyArn }) };
}
