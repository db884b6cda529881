import { z } from 'zod';
import { type After, defineFault, type Observation } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import { ourIamAnswers } from './event-history.ts';
import { type AwsFaultContext, arnOf, clientsFor, nameOf, orAbsent, userField } from './names.ts';
import { isAmong } from './undone-by.ts';

const params = z.strictObject({ user: userField });
type Params = z.infer<typeof params>;

interface Key {
  readonly id: string;
  readonly status: string;
  readonly createdAt?: Date | undefined;
}

/**
 * Creates an access key for a user and drops its secret at once; revert deletes it. IAM picks the id: without an
 * acknowledgement, a key that is new since the capture is ours where CloudTrail's event history has our marker on the
 * call that made it; any other is a candidate, and nothing deletes those.
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
    observe: ['iam:ListAccessKeys', 'cloudtrail:LookupEvents'],
    revert: ['iam:ListAccessKeys', 'iam:DeleteAccessKey', 'cloudtrail:LookupEvents'],
  },
  touches: ({ user }) => [arnOf('iam', 'user/', user)],
  undoneBy: (_, action) => isAmong(action, 'iam:DeleteAccessKey'),
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

  observe: async (ctx, p, before, after) => {
    const { now, mine } = await look(ctx, p, { before, after });
    return statusOf(keysIn(before), now, mine);
  },

  revert: async (ctx, p, before, after) => {
    const { now, mine: id } = await look(ctx, p, { before, after });
    const { status, candidates } = statusOf(keysIn(before), now, id);
    if (candidates !== undefined)
      return { outcome: 'left', candidates, note: 'CloudTrail names the maker of none yet' };
    if (status === 'other') return { outcome: 'left', note: 'Somebody changed the status of our key.' };
    if (id === undefined) return { outcome: 'already-gone' };
    // Deleted even when the list does not show it: the list may be behind, and the id is ours alone.
    const input = { UserName: nameOf(p.user), AccessKeyId: id };
    const answer = await orAbsent(clientsFor(ctx, p.user).call('iam:DeleteAccessKey', input, ctx.signal));
    return { outcome: answer === undefined ? 'already-gone' : 'removed' };
  },
});

/** Lists the keys, and finds ours: by the acknowledgement, else by the record of the call that made it. */
async function look(
  ctx: AwsFaultContext,
  p: Params,
  { before, after }: { readonly before: Json; readonly after: After | undefined },
): Promise<{ readonly now: readonly Key[]; readonly mine: string | undefined }> {
  const now = await listKeys(ctx, p);
  const acknowledged = after?.acknowledged?.ids?.['accessKeyId'];
  const fresh = newIn(now, keysIn(before));
  if (acknowledged !== undefined || fresh.length === 0) return { now, mine: acknowledged };
  const times = fresh.map(({ createdAt }) => createdAt?.getTime() ?? 0);
  const since = new Date(Math.min(...times));
  const answers = await ourIamAnswers(ctx, { operation: 'CreateAccessKey', since });
  const made = new Set(answers.map((answer) => madeKey.safeParse(answer).data?.accessKey.accessKeyId));
  return { now, mine: fresh.find(({ id }) => made.has(id))?.id };
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
const madeKey = z.object({ accessKey: z.object({ accessKeyId: z.string() }) });

function newIn(now: readonly Key[], before: readonly Key[]): readonly Key[] {
  return now.filter(({ id }) => !before.some((key) => key.id === id));
}

function statusOf(before: readonly Key[], now: readonly Key[], mine: string | undefined): Observation {
  const state: Json = { keys: asJson(now) };
  const fresh = newIn(now, before).filter(({ id }) => id !== mine);
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
      if (key.AccessKeyId === undefined) continue;
      keys.push({ id: key.AccessKeyId, status: key.Status ?? 'unknown', createdAt: key.CreateDate });
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
