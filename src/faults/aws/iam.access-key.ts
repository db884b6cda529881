import { z } from 'zod';
import { type After, defineFault, type Observation } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import { type AwsFaultContext, arnOf, clientsFor, nameOf, orAbsent, userField } from './names.ts';

const params = z.strictObject({ user: userField });
type Params = z.infer<typeof params>;

interface Key {
  readonly id: string;
  readonly status: string;
}

/**
 * Creates an access key for a user and drops its secret at once; revert deletes it. IAM picks the id: without an
 * acknowledgement, keys that are new since the capture are candidates, and nothing deletes those.
 */
export const accessKey = defineFault({
  type: 'aws.iam.access-key',
  kind: 'change',
  target: 'aws',
  title: 'Create an access key for a user',
  description:
    'A user gets one more access key, as an intruder makes one to come back. Its secret is dropped unseen; revert deletes the key.',
  params,
  example: { user: 'build-bot' },
  techniques: ['T1098.001'],
  permissions: {
    inject: ['iam:CreateAccessKey'],
    observe: ['iam:ListAccessKeys'],
    revert: ['iam:ListAccessKeys', 'iam:DeleteAccessKey'],
  },
  touches: ({ user }) => [arnOf('iam', 'user/', user)],
  impairs: () => [],
  settleMs: 15_000,
  volatile: [],
  residue: [],

  capture: async (ctx: AwsFaultContext, p: Params) => ({ keys: asJson(await listKeys(ctx, p)) }),

  inject: async (ctx, p) => {
    const input = { UserName: nameOf(p.user) };
    const { AccessKey: key } = await clientsFor(ctx, p.user).call('iam:CreateAccessKey', input, ctx.signal);
    return key?.AccessKeyId === undefined ? {} : { ids: { accessKeyId: key.AccessKeyId } };
  },

  observe: async (ctx, p, before, after) => statusOf(keysIn(before), await listKeys(ctx, p), after),

  revert: async (ctx, p, before, after) => {
    const now = await listKeys(ctx, p);
    const { status, candidates } = statusOf(keysIn(before), now, after);
    if (candidates !== undefined) return { outcome: 'left', candidates, note: 'None of these keys is proven ours.' };
    if (status === 'other') return { outcome: 'left', note: 'Somebody changed the status of our key.' };
    const id = after?.acknowledged?.ids?.['accessKeyId'];
    if (id === undefined) return { outcome: 'already-gone' };
    // Deleted even when the list does not show it: the list may be behind, and the id is ours alone.
    const input = { UserName: nameOf(p.user), AccessKeyId: id };
    const answer = await orAbsent(clientsFor(ctx, p.user).call('iam:DeleteAccessKey', input, ctx.signal));
    return { outcome: answer === undefined ? 'already-gone' : 'removed' };
  },
});

function statusOf(before: readonly Key[], now: readonly Key[], after: After | undefined): Observation {
  const mine = after?.acknowledged?.ids?.['accessKeyId'];
  const state: Json = { keys: asJson(now) };
  const fresh = now.filter(({ id }) => id !== mine && !before.some((key) => key.id === id));
  const othersChanged =
    fresh.length > 0 || before.some((key) => !now.some(({ id, status }) => id === key.id && status === key.status));
  if (mine === undefined && fresh.length > 0) {
    return { status: 'other', state, candidates: fresh.map(({ id }) => id), othersChanged };
  }
  const key = now.find(({ id }) => id === mine);
  if (key === undefined) return { status: 'before', state, othersChanged };
  if (key.status !== 'Active') return { status: 'other', state, othersChanged };
  return { status: othersChanged ? 'ours-plus-others' : 'ours', state, othersChanged };
}

async function listKeys(ctx: AwsFaultContext, { user }: Params): Promise<readonly Key[]> {
  const clients = clientsFor(ctx, user);
  const keys: Key[] = [];
  let marker: string | undefined;
  do {
    const input = { UserName: nameOf(user), ...(marker === undefined ? {} : { Marker: marker }) };
    const page = await orAbsent(clients.call('iam:ListAccessKeys', input, ctx.signal));
    for (const key of page?.AccessKeyMetadata ?? []) {
      if (key.AccessKeyId !== undefined) keys.push({ id: key.AccessKeyId, status: key.Status ?? 'unknown' });
    }
    marker = page?.IsTruncated === true ? page.Marker : undefined;
  } while (marker !== undefined);
  return keys.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function keysIn(before: Json): readonly Key[] {
  return (before as unknown as { readonly keys: readonly Key[] }).keys;
}

function asJson(keys: readonly Key[]): Json {
  return keys.map(({ id, status }) => ({ id, status }));
}
