import { z } from 'zod';
import { sameJson } from '../../model/canonical.ts';
import { defineFault, type Observation } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import { type AwsFaultContext, alreadyInPlace, bucketField, orAbsent } from './names.ts';
import { isAmong } from './undone-by.ts';

const params = z.strictObject({
  bucket: bucketField,
  /** False removes Block Public Access from the bucket, true turns all four settings on. */
  block: z.boolean(),
});
type Params = z.infer<typeof params>;

const settings = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'] as const;
/** Null where the bucket has no configuration of its own, which means that it blocks nothing. */
type Block = Readonly<Record<(typeof settings)[number], boolean>> | null;

/** Removes or sets a bucket's Block Public Access; the four settings are one thing, and revert puts back all of them. */
export const publicAccessBlock = defineFault({
  type: 'aws.s3.public-access-block',
  kind: 'change',
  target: 'aws',
  title: "Change a bucket's Block Public Access",
  description:
    'The setting that keeps a bucket from being opened to the world is removed (or, with block: true, set). Revert restores the four settings, or their absence.',
  params,
  example: { bucket: 'example-models', block: false },
  techniques: ['T1685', 'T1530'],
  /** Deleting needs the same right as putting: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
  permissions: {
    inject: ['s3:PutBucketPublicAccessBlock'],
    observe: ['s3:GetBucketPublicAccessBlock'],
    revert: ['s3:GetBucketPublicAccessBlock', 's3:PutBucketPublicAccessBlock'],
  },
  touches: ({ bucket }) => [`arn:aws:s3:::${bucket}`],
  undoneBy: (_, action) => isAmong(action, 's3:PutBucketPublicAccessBlock', 's3:CreateBucket'),
  impairs: ({ bucket, block }) => (block ? [] : [`arn:aws:s3:::${bucket}#public-access-block`]),
  settleMs: 0,
  volatile: [],
  residue: [],

  capture: async (ctx: AwsFaultContext, p: Params) => ({ block: await readBlock(ctx, p) }),

  inject: async (ctx, p, before) => {
    if (inPlace(blockIn(before), p)) {
      throw alreadyInPlace(`Block Public Access of bucket '${p.bucket}' is ${p.block ? 'on' : 'off'}`);
    }
    await writeBlock(ctx, p, p.block ? all(true) : null);
    return {};
  },

  observe: async (ctx, p, before) => statusOf(p, blockIn(before), await readBlock(ctx, p)),

  revert: async (ctx, p, before) => {
    const now = await readBlock(ctx, p);
    const readAtMs = ctx.clock.monoMs();
    const { status } = statusOf(p, blockIn(before), now);
    if (status === 'before') return { outcome: 'already-gone' };
    if (status === 'other') return { outcome: 'left', note: 'Somebody set Block Public Access differently.' };
    await writeBlock(ctx, p, blockIn(before));
    return { outcome: 'removed', unguardedMs: ctx.clock.monoMs() - readAtMs };
  },
});

function statusOf(p: Params, before: Block, now: Block): Observation {
  const state: Json = { block: now };
  if (sameJson(now ?? all(false), before ?? all(false))) return { status: 'before', state };
  return { status: inPlace(now, p) ? 'ours' : 'other', state };
}

function inPlace(block: Block, p: Params): boolean {
  return sameJson(block ?? all(false), all(p.block));
}

function all(on: boolean): NonNullable<Block> {
  return { BlockPublicAcls: on, BlockPublicPolicy: on, IgnorePublicAcls: on, RestrictPublicBuckets: on };
}

async function readBlock(ctx: AwsFaultContext, { bucket }: Params): Promise<Block> {
  const input = { Bucket: bucket, ExpectedBucketOwner: ctx.clients.account };
  const answer = await orAbsent(ctx.clients.call('s3:GetPublicAccessBlock', input, ctx.signal));
  const found = answer?.PublicAccessBlockConfiguration;
  if (found === undefined) return null;
  const flag = (name: (typeof settings)[number]) => found[name] === true;
  return {
    BlockPublicAcls: flag('BlockPublicAcls'),
    BlockPublicPolicy: flag('BlockPublicPolicy'),
    IgnorePublicAcls: flag('IgnorePublicAcls'),
    RestrictPublicBuckets: flag('RestrictPublicBuckets'),
  };
}

async function writeBlock(ctx: AwsFaultContext, { bucket }: Params, block: Block): Promise<void> {
  const input = { Bucket: bucket, ExpectedBucketOwner: ctx.clients.account };
  if (block === null) await ctx.clients.call('s3:DeletePublicAccessBlock', input, ctx.signal);
  else {
    const configured = { ...input, PublicAccessBlockConfiguration: block };
    await ctx.clients.call('s3:PutPublicAccessBlock', configured, ctx.signal);
  }
}

function blockIn(before: Json): Block {
  return (before as unknown as { readonly block: Block }).block;
}
