import { z } from 'zod';
import { sameJson } from '../../model/canonical.ts';
import { defineFault, type Observation } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import {
  type AwsFaultContext,
  alreadyInPlace,
  arnOf,
  clientsFor,
  managedPolicyField,
  nameOf,
  orAbsent,
  roleField,
} from './names.ts';
import { isAmong } from './undone-by.ts';

const params = z.strictObject({ role: roleField, policyArn: managedPolicyField });
type Params = z.infer<typeof params>;

/** The policies attached before, in order; null for a role that is not there. */
type Attached = readonly string[] | null;

/** Attaches a managed policy to a role; revert detaches it. Both are set operations: what others attach stays. */
export const attachManagedPolicy = defineFault({
  type: 'aws.iam.attach-managed-policy',
  kind: 'change',
  target: 'aws',
  title: 'Attach a managed policy to a role',
  description:
    'A role gets a managed policy that it should not have, as by a hasty fix or an intruder. Revert detaches that policy only.',
  params,
  example: { role: 'inference-api', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  techniques: ['T1098.003'],
  permissions: {
    inject: ['iam:AttachRolePolicy'],
    observe: ['iam:ListAttachedRolePolicies'],
    revert: ['iam:ListAttachedRolePolicies', 'iam:DetachRolePolicy'],
  },
  touches: ({ role }) => [arnOf('iam', 'role/', role)],
  undoneBy: (_, action) => isAmong(action, 'iam:DetachRolePolicy'),
  impairs: () => [],
  /** IAM is eventually consistent: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html */
  settleMs: 15_000,
  volatile: [],
  residue: [],

  capture: async (ctx: AwsFaultContext, p: Params) => ({ attached: await listAttached(ctx, p) }),

  inject: async (ctx, p, before) => {
    if (attachedIn(before)?.includes(p.policyArn)) {
      throw alreadyInPlace(`${p.policyArn} is attached to role '${nameOf(p.role)}'`);
    }
    const input = { RoleName: nameOf(p.role), PolicyArn: p.policyArn };
    await clientsFor(ctx, p.role).call('iam:AttachRolePolicy', input, ctx.signal);
    return {};
  },

  observe: async (ctx, p, before) => statusOf(attachedIn(before), await listAttached(ctx, p), p.policyArn),

  revert: async (ctx, p, before) => {
    if (attachedIn(before)?.includes(p.policyArn)) return { outcome: 'already-gone', note: 'It was attached before.' };
    const now = await listAttached(ctx, p);
    if (now === null && attachedIn(before) !== null)
      return { outcome: 'left', note: `Role '${nameOf(p.role)}' is gone.` };
    if (!now?.includes(p.policyArn)) return { outcome: 'already-gone' };
    const input = { RoleName: nameOf(p.role), PolicyArn: p.policyArn };
    const answer = await orAbsent(clientsFor(ctx, p.role).call('iam:DetachRolePolicy', input, ctx.signal));
    return { outcome: answer === undefined ? 'already-gone' : 'removed' };
  },
});

function statusOf(before: Attached, now: Attached, ours: string): Observation {
  const rest = now?.filter((arn) => arn !== ours) ?? null;
  const othersChanged = !sameJson(before?.filter((arn) => arn !== ours) ?? null, rest);
  const state: Json = { attached: now };
  // With the role the attachment is gone too, but nothing is as it was.
  if (now === null && before !== null) return { status: 'other', state, othersChanged };
  if (!now?.includes(ours) || before?.includes(ours)) return { status: 'before', state, othersChanged };
  return { status: othersChanged ? 'ours-plus-others' : 'ours', state, othersChanged };
}

async function listAttached(ctx: AwsFaultContext, { role }: Params): Promise<Attached> {
  const clients = clientsFor(ctx, role);
  const arns: string[] = [];
  let marker: string | undefined;
  do {
    const input = { RoleName: nameOf(role), ...(marker === undefined ? {} : { Marker: marker }) };
    const page = await orAbsent(clients.call('iam:ListAttachedRolePolicies', input, ctx.signal));
    if (page === undefined) return null;
    arns.push(...(page.AttachedPolicies ?? []).flatMap(({ PolicyArn: arn }) => (arn === undefined ? [] : [arn])));
    marker = page.IsTruncated === true ? page.Marker : undefined;
  } while (marker !== undefined);
  return arns.sort();
}

function attachedIn(before: Json): Attached {
  return (before as { readonly attached: Attached }).attached;
}
