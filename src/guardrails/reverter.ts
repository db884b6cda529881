import { z } from 'zod';
import type { GuardrailDefinition } from '../model/guardrail.ts';
import type { Signal } from '../model/signal.ts';

const params = z
  .strictObject({
    /** Name of the role as which the guardrail acts, of the user, or the ARN of either. */
    role: z.string().min(1).optional(),
    user: z.string().min(1).optional(),
    arn: z.string().startsWith('arn:').optional(),
  })
  .refine((p) => Object.values(p).filter((value) => value !== undefined).length === 1, {
    error: 'needs exactly one of role, user and arn',
  });
type Params = z.infer<typeof params>;

/** Something that puts things back under an identity of its own: a remediator, a reconciler, a responder's script. */
export const reverter: GuardrailDefinition<Params> = {
  type: 'reverter',
  title: 'A remediator with an identity of its own',
  description:
    "Reverts, as the audit source shows by the role or user that made the change. The state is re-read all the same: a record that the remediator acted is no proof that the fault's change is gone.",
  params,
  example: { role: 'identity-remediator' },
  outcomes: ['reverted'],
  attributeRevert: ({ audit }, p) => {
    const own = audit.filter((record) => isIdentity(record, p));
    const last = own.at(-1);
    if (last !== undefined) {
      const what = last.action ?? last.rule;
      return { whose: 'mine', evidence: `${what} by ${last.actor?.arn ?? last.actor?.name} (${last.id})` };
    }
    const other = audit.at(-1)?.actor;
    if (other === undefined) return { whose: 'unknown', why: 'the audit source shows no change by anybody else' };
    return { whose: 'other', by: other.arn ?? other.name ?? other.id ?? 'somebody without a name' };
  },
};

function isIdentity({ actor }: Signal, { role, user, arn }: Params): boolean {
  if (actor === undefined) return false;
  const who =
    principalOf(actor.arn ?? '') ?? (actor.name === undefined ? undefined : { kind: 'any', name: actor.name });
  if (who === undefined) return false;
  const wanted =
    arn === undefined ? { kind: role === undefined ? 'user' : 'role', name: role ?? user ?? '' } : principalOf(arn);
  if (wanted === undefined || wanted.name !== who.name) return false;
  if (who.kind !== 'any' && who.kind !== wanted.kind) return false;
  return wanted.account === undefined || who.account === undefined || wanted.account === who.account;
}

interface Principal {
  readonly kind: string;
  readonly name: string;
  readonly account?: string | undefined;
}

/**
 * Reads a role's ARN and that of a session of it as the same role; paths are left out, as session ARNs have none.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
function principalOf(arn: string): Principal | undefined {
  const found = /^arn:aws[a-z-]*:(?:iam|sts)::(\d*):(role|user|assumed-role|federated-user)\/(.+)$/.exec(arn);
  if (found === null) return undefined;
  const [, account, kind = '', path = ''] = found;
  const parts = path.split('/');
  const name = kind === 'assumed-role' ? parts[0] : parts.at(-1);
  const place = account === '' ? undefined : account;
  return name === undefined ? undefined : { kind: kind === 'assumed-role' ? 'role' : kind, name, account: place };
}
