import { z } from 'zod';
import { type After, defineFault } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { type AwsFaultContext, alreadyInPlace, bucketField, orAbsent, partitionOf, principalField } from './names.ts';
import { canonicalState, holdsAlready, policyStatus, sameDocument } from './policy-delta.ts';
import { parsePolicy, rootOfAccount, statementsOf, withoutSid, withStatement } from './policy-document.ts';
import { isAmong } from './undone-by.ts';

const params = z.strictObject({ bucket: bucketField, principal: principalField.default('*') });
type Params = z.infer<typeof params>;

/**
 * Adds one statement, whose Sid is the marker, to a bucket's policy, or makes a policy of it; revert removes that
 * statement, and the policy with it where nothing else is left. The API has no precondition: the gap is measured.
 */
export const bucketPolicyPublic = defineFault({
  type: 'aws.s3.bucket-policy-public',
  kind: 'change',
  target: 'aws',
  title: 'Open a bucket policy to the world',
  description:
    "One more statement lets a principal (by default everybody) read the bucket's objects. Revert removes that statement only.",
  params,
  example: { bucket: 'example-models', principal: '*' },
  techniques: ['T1530', 'T1537'],
  permissions: {
    inject: ['s3:GetBucketPolicy', 's3:PutBucketPolicy'],
    observe: ['s3:GetBucketPolicy'],
    revert: ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'],
  },
  touches: ({ bucket }) => [`arn:aws:s3:::${bucket}`],
  undoneBy: (_, action) => isAmong(action, 's3:PutBucketPolicy', 's3:DeleteBucketPolicy', 's3:CreateBucket'),
  impairs: () => [],
  settleMs: 0,
  volatile: [],
  residue: [],

  capture: async (ctx: AwsFaultContext, p: Params) => ({ text: (await readPolicy(ctx, p)) ?? null }),

  inject: async (ctx, p) => {
    const text = await readPolicy(ctx, p);
    const document = text === undefined ? null : parsePolicy(text);
    const statement = statementFor(ctx, p);
    if (holdsAlready(document, statement)) throw alreadyInPlace(`bucket '${p.bucket}' is open to ${p.principal}`);
    await writePolicy(ctx, p, JSON.stringify(withStatement(document, statement)));
    return {};
  },

  observe: async (ctx, p, before, after) => {
    const text = await readPolicy(ctx, p);
    const now = text === undefined ? null : parsePolicy(text);
    return { ...policyStatus(deltaOf(ctx, p, { before, now, after })), state: canonicalState(now) };
  },

  revert: async (ctx, p, before, after) => {
    const text = await readPolicy(ctx, p);
    const readAtMs = ctx.clock.monoMs();
    const now = text === undefined ? null : parsePolicy(text);
    const { status } = policyStatus(deltaOf(ctx, p, { before, now, after }));
    if (status === 'before' || now === null) return { outcome: 'already-gone' };
    if (status === 'other') return { outcome: 'left', note: `Somebody altered the statement ${ctx.marker}.` };
    const rest = withoutSid(now, ctx.marker);
    const original = textIn(before);
    if (statementsOf(rest).length === 0) await deletePolicy(ctx, p);
    else if (original !== null && sameDocument(rest, parsePolicy(original))) await writePolicy(ctx, p, original);
    else await writePolicy(ctx, p, JSON.stringify(rest));
    return { outcome: 'removed', unguardedMs: ctx.clock.monoMs() - readAtMs };
  },
});

function statementFor(ctx: AwsFaultContext, { bucket, principal }: Params): JsonObject & { readonly Sid: string } {
  const who = principal === '*' ? '*' : { AWS: rootOfAccount(principal) };
  const resource = `arn:${partitionOf(ctx.clients.region)}:s3:::${bucket}/*`;
  return { Sid: ctx.marker, Effect: 'Allow', Principal: who, Action: 's3:GetObject', Resource: resource };
}

function deltaOf(
  ctx: AwsFaultContext,
  p: Params,
  { before, now, after }: { readonly before: Json; readonly now: JsonObject | null; readonly after: After | undefined },
) {
  const original = textIn(before);
  const readBack = (after?.readBack ?? null) as JsonObject | null;
  return { before: original === null ? null : parsePolicy(original), now, ours: statementFor(ctx, p), readBack };
}

async function readPolicy(ctx: AwsFaultContext, { bucket }: Params): Promise<string | undefined> {
  const input = { Bucket: bucket, ExpectedBucketOwner: ctx.clients.account };
  return (await orAbsent(ctx.clients.call('s3:GetBucketPolicy', input, ctx.signal)))?.Policy;
}

async function writePolicy(ctx: AwsFaultContext, { bucket }: Params, policy: string): Promise<void> {
  const input = { Bucket: bucket, Policy: policy, ExpectedBucketOwner: ctx.clients.account };
  await ctx.clients.call('s3:PutBucketPolicy', input, ctx.signal);
}

async function deletePolicy(ctx: AwsFaultContext, { bucket }: Params): Promise<void> {
  const input = { Bucket: bucket, ExpectedBucketOwner: ctx.clients.account };
  await orAbsent(ctx.clients.call('s3:DeleteBucketPolicy', input, ctx.signal));
}

function textIn(before: Json): string | null {
  return (before as unknown as { readonly text: string | null }).text;
}
