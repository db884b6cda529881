import { z } from 'zod';
import { CallError } from '../../model/call.ts';
import { type After, defineFault } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import {
  type AwsFaultContext,
  alreadyInPlace,
  arnOf,
  clientsFor,
  nameOf,
  orAbsent,
  principalField,
  roleField,
} from './names.ts';
import { canonicalState, holdsAlready, policyStatus, sameDocument } from './policy-delta.ts';
import { parsePolicy, rootOfAccount, withoutSid, withStatement } from './policy-document.ts';
import { isAmong } from './undone-by.ts';

const params = z.strictObject({ role: roleField, principal: principalField });
type Params = z.infer<typeof params>;

interface Before {
  /** The document as it stood, so that it can be put back to the letter. */
  readonly text: string;
}

/**
 * Adds one statement, whose Sid is the marker, to a role's trust policy; revert removes that statement. The API has no
 * precondition: the gap between reading and writing is measured.
 */
export const trustPolicy = defineFault({
  type: 'aws.iam.trust-policy',
  kind: 'change',
  target: 'aws',
  title: "Open a role's trust policy",
  description:
    'A principal that should not be able to assume a role is let in by one more statement of its trust policy. Revert removes that statement only.',
  params,
  example: { role: 'inference-worker', principal: '999988887777' },
  techniques: ['T1098', 'T1199'],
  permissions: {
    inject: ['iam:GetRole', 'iam:UpdateAssumeRolePolicy'],
    observe: ['iam:GetRole'],
    revert: ['iam:GetRole', 'iam:UpdateAssumeRolePolicy'],
  },
  touches: ({ role }) => [arnOf('iam', 'role/', role)],
  undoneBy: (_, action) => isAmong(action, 'iam:UpdateAssumeRolePolicy', 'iam:CreateRole'),
  impairs: () => [],
  settleMs: 15_000,
  volatile: [],
  residue: [],

  capture: async (ctx: AwsFaultContext, p: Params) => {
    const text = await readTrust(ctx, p);
    if (text === undefined) throw new CallError('not-found', 'NoSuchEntity', `Role '${nameOf(p.role)}' is not there.`);
    return { text };
  },

  inject: async (ctx, p) => {
    const text = await readTrust(ctx, p);
    if (text === undefined) throw new CallError('not-found', 'NoSuchEntity', `Role '${nameOf(p.role)}' is not there.`);
    const statement = statementFor(ctx, p);
    if (holdsAlready(parsePolicy(text), statement)) {
      throw alreadyInPlace(`role '${nameOf(p.role)}' trusts ${p.principal}`);
    }
    await writeTrust(ctx, p, JSON.stringify(withStatement(parsePolicy(text), statement)));
    return {};
  },

  observe: async (ctx, p, before, after) => {
    const text = await readTrust(ctx, p);
    // With the role our statement is gone too, but nothing is as it was.
    if (text === undefined) return { status: 'other', state: null, othersChanged: true };
    const now = parsePolicy(text);
    return { ...policyStatus(deltaOf(ctx, p, { before, now, after })), state: canonicalState(now) };
  },

  revert: async (ctx, p, before, after) => {
    const text = await readTrust(ctx, p);
    const readAtMs = ctx.clock.monoMs();
    if (text === undefined) return { outcome: 'left', note: `Role '${nameOf(p.role)}' is gone.` };
    const now = parsePolicy(text);
    const { status } = policyStatus(deltaOf(ctx, p, { before, now, after }));
    if (status === 'before') return { outcome: 'already-gone' };
    if (status === 'other') return { outcome: 'left', note: `Somebody altered the statement ${ctx.marker}.` };
    const rest = withoutSid(now, ctx.marker);
    const { text: original } = textOf(before);
    await writeTrust(ctx, p, sameDocument(rest, parsePolicy(original)) ? original : JSON.stringify(rest));
    return { outcome: 'removed', unguardedMs: ctx.clock.monoMs() - readAtMs };
  },
});

/** A Sid of a trust policy may hold letters and digits only, which is what the marker is made of. */
function statementFor(ctx: AwsFaultContext, { principal }: Params): JsonObject & { readonly Sid: string } {
  const who = { AWS: rootOfAccount(principal) };
  return { Sid: ctx.marker, Effect: 'Allow', Principal: who, Action: 'sts:AssumeRole' };
}

function deltaOf(
  ctx: AwsFaultContext,
  p: Params,
  { before, now, after }: { readonly before: Json; readonly now: JsonObject | null; readonly after: After | undefined },
) {
  const readBack = (after?.readBack ?? null) as JsonObject | null;
  return { before: parsePolicy(textOf(before).text), now, ours: statementFor(ctx, p), readBack };
}

async function readTrust(ctx: AwsFaultContext, { role }: Params): Promise<string | undefined> {
  const input = { RoleName: nameOf(role) };
  const answer = await orAbsent(clientsFor(ctx, role).call('iam:GetRole', input, ctx.signal));
  const document = answer?.Role?.AssumeRolePolicyDocument;
  if (document === undefined) return undefined;
  return document.trimStart().startsWith('{') ? document : decodeURIComponent(document);
}

async function writeTrust(ctx: AwsFaultContext, { role }: Params, document: string): Promise<void> {
  const input = { RoleName: nameOf(role), PolicyDocument: document };
  await clientsFor(ctx, role).call('iam:UpdateAssumeRolePolicy', input, ctx.signal);
}

function textOf(before: Json): Before {
  return before as unknown as Before;
}
