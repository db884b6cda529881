import { z } from 'zod';
import { CallError } from '../../model/call.ts';
import { defineFault, type Observation } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import { type AwsFaultContext, alreadyInPlace, arnOf, clientsFor, orAbsent, trailField } from './names.ts';
import { isAmong } from './undone-by.ts';

const params = z.strictObject({ trail: trailField });
type Params = z.infer<typeof params>;

/**
 * Stops a trail's logging; revert starts it again. A trail is stopped in its home region, which its ARN names.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html
 */
export const stopLogging = defineFault({
  type: 'aws.cloudtrail.stop-logging',
  kind: 'change',
  target: 'aws',
  title: 'Stop a trail',
  description:
    'A CloudTrail trail stops logging, so that whoever reads it goes blind. Revert starts it again; what happened meanwhile is not recorded by it.',
  params,
  example: { trail: 'trail-primary' },
  techniques: ['T1685.002'],
  permissions: {
    inject: ['cloudtrail:StopLogging'],
    observe: ['cloudtrail:GetTrailStatus'],
    revert: ['cloudtrail:GetTrailStatus', 'cloudtrail:StartLogging'],
  },
  touches: ({ trail }) => [arnOf('cloudtrail', 'trail/', trail)],
  undoneBy: (_, action) => isAmong(action, 'cloudtrail:StartLogging'),
  impairs: ({ trail }) => [arnOf('cloudtrail', 'trail/', trail)],
  settleMs: 0,
  volatile: [],
  residue: ['events while the trail was stopped are missing from it', 'its start and stop times have moved on'],

  capture: async (ctx: AwsFaultContext, p: Params) => {
    const logging = await isLogging(ctx, p);
    if (logging === undefined)
      throw new CallError('not-found', 'TrailNotFoundException', `Trail '${p.trail}' is not there.`);
    return { logging };
  },

  inject: async (ctx, p, before) => {
    if (!loggingIn(before)) throw alreadyInPlace(`trail '${p.trail}' is stopped`);
    await clientsFor(ctx, p.trail).call('cloudtrail:StopLogging', { Name: p.trail }, ctx.signal);
    return {};
  },

  observe: async (ctx, p, before) => statusOf(loggingIn(before), await isLogging(ctx, p)),

  revert: async (ctx, p, before) => {
    const { status } = statusOf(loggingIn(before), await isLogging(ctx, p));
    if (status === 'before') return { outcome: 'already-gone' };
    if (status === 'other') return { outcome: 'left', note: `Trail '${p.trail}' is gone.` };
    await clientsFor(ctx, p.trail).call('cloudtrail:StartLogging', { Name: p.trail }, ctx.signal);
    return { outcome: 'removed' };
  },
});

function statusOf(before: boolean, now: boolean | undefined): Observation {
  const state: Json = { logging: now ?? null };
  if (now === undefined) return { status: before ? 'other' : 'before', state, othersChanged: true };
  return { status: before && !now ? 'ours' : 'before', state };
}

async function isLogging(ctx: AwsFaultContext, { trail }: Params): Promise<boolean | undefined> {
  const answer = await orAbsent(clientsFor(ctx, trail).call('cloudtrail:GetTrailStatus', { Name: trail }, ctx.signal));
  return answer === undefined ? undefined : answer.IsLogging === true;
}

function loggingIn(before: Json): boolean {
  return (before as { readonly logging: boolean }).logging;
}
