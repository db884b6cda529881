import { z } from 'zod';
import { type After, defineFault, type Observation } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { namespaceField } from '../../model/kubernetes-names.ts';
import type { ApiResource } from '../../targets/kubernetes/clients.ts';
import { labelled } from './created-object.ts';
import { rightTo, secretResource, serviceAccountResource, subjectOf } from './kinds.ts';
import { type KubernetesFaultContext, markedName, prefixField } from './names.ts';
import { createObject, deleteObject, type FoundObject, listMetadata } from './objects.ts';
import { mayDelete } from './undone-by.ts';

const params = z.strictObject({
  namespace: namespaceField,
  count: z.int().min(1).max(50),
  /** Beginning of every account's name; the marker and a number follow. */
  name: prefixField.default('robot'),
});
type Params = z.infer<typeof params>;

interface Made {
  readonly kind: 'serviceaccount' | 'secret';
  readonly name: string;
  readonly uid: string;
  readonly isOurs: boolean;
}

/**
 * Creates service accounts, each with a long-lived token in a Secret, and never reads a token; revert deletes them by
 * uid, tokens first. All names are known in advance, so that half an injection is found again. ATT&CK counts a
 * service account as a local account of the cluster: https://attack.mitre.org/techniques/T1136/001/
 */
export const serviceAccountSprawl = defineFault({
  type: 'kubernetes.service-account-sprawl',
  kind: 'change',
  target: 'kubernetes',
  title: 'Let service accounts with long-lived tokens sprawl',
  description:
    'A number of service accounts appear in a namespace, each with a token that never expires, as scripts and forgotten pipelines leave them. No token is kept; revert deletes all of them.',
  params,
  example: { namespace: 'inference', count: 3, name: 'robot' },
  techniques: ['T1136.001', 'T1098'],
  permissions: {
    inject: [rightTo('create', serviceAccountResource), rightTo('create', secretResource)],
    observe: [rightTo('list', serviceAccountResource), rightTo('list', secretResource)],
    revert: [
      rightTo('list', serviceAccountResource),
      rightTo('list', secretResource),
      rightTo('delete', serviceAccountResource),
      rightTo('delete', secretResource),
    ],
  },
  touches: ({ namespace, name }) => [
    subjectOf('serviceaccount', namespace, `${name}-*`),
    subjectOf('secret', namespace, `${name}-*`),
  ],
  leaves: ({ count }) => count,
  // A rule over the number of accounts names the namespace rather than one of them.
  subjects: ({ namespace }, acknowledged) => [
    subjectOf('namespace', undefined, namespace),
    ...Object.entries(acknowledged?.ids ?? {})
      .filter(([id]) => !id.endsWith(uidNote))
      .map(([id, name]) => subjectOf(id.split(' ')[0] ?? id, namespace, name)),
  ],
  undoneBy: (_, action) => mayDelete(action, serviceAccountResource, secretResource),
  impairs: () => [],
  settleMs: 0,
  volatile: [],
  residue: [],

  capture: async () => ({}),

  inject: async (ctx: KubernetesFaultContext, p: Params) => {
    const ids: Record<string, string> = {};
    for (const account of accountNames(ctx, p)) {
      const at = { namespace: p.namespace };
      for (const [kind, manifest] of [
        ['serviceaccount', accountOf(p, account)],
        ['secret', tokenOf(p, account)],
      ] as const) {
        const { name, uid } = await createObject(ctx, { of: resources[kind], ...at }, labelled(manifest, ctx.marker));
        ids[`${kind} ${account}`] = name;
        ids[`${kind} ${name}${uidNote}`] = uid;
      }
    }
    return { ids };
  },

  observe: async (ctx, p, _before, after) => statusOf(await findMade(ctx, p, after), p),

  revert: async (ctx, p, _before, after) => {
    const made = await findMade(ctx, p, after);
    let removed = 0;
    for (const { kind, name, uid } of made.filter((one) => one.isOurs)) {
      if (await deleteObject(ctx, { of: resources[kind], namespace: p.namespace, name }, { uid })) removed += 1;
    }
    const left = made.filter((one) => !one.isOurs).map(({ kind, name }) => subjectOf(kind, p.namespace, name));
    if (left.length > 0)
      return { outcome: 'left', note: 'Somebody took our label off some, or created some again.', candidates: left };
    return { outcome: removed === 0 ? 'already-gone' : 'removed' };
  },
});

/** Ends the id under which the uid of what was made is acknowledged. */
const uidNote = ' uid';

const resources: Readonly<Record<Made['kind'], ApiResource>> = {
  serviceaccount: serviceAccountResource,
  secret: secretResource,
};

function statusOf(made: readonly Made[], { namespace, count }: Params): Observation {
  const state: Json = made.map(({ kind, name, uid }) => ({ kind, name, uid }));
  const adopted = made.filter((one) => !one.isOurs);
  if (adopted.length > 0) {
    const candidates = adopted.map(({ kind, name }) => subjectOf(kind, namespace, name));
    return { status: 'other', state, candidates };
  }
  if (made.length === 0) return { status: 'before', state };
  return { status: made.length === 2 * count ? 'ours' : 'ours-partial', state };
}

/** Finds what bears one of our names, secrets first: without its account a token's secret is deleted by the cluster. */
async function findMade(ctx: KubernetesFaultContext, p: Params, after?: After): Promise<readonly Made[]> {
  const accounts = accountNames(ctx, p);
  const secrets = new Set(accounts.map(tokenName));
  const as =
    (kind: Made['kind']) =>
    ({ name, uid, trial }: FoundObject): Made => {
      const acknowledged = after?.acknowledged?.ids?.[`${kind} ${name}${uidNote}`] ?? uid;
      return { kind, name, uid, isOurs: trial === ctx.marker && uid === acknowledged };
    };
  const listed = async (of: ApiResource) => listMetadata(ctx, { of, namespace: p.namespace });
  const foundSecrets = (await listed(secretResource)).filter(({ name }) => secrets.has(name)).map(as('secret'));
  const foundAccounts = (await listed(serviceAccountResource)).filter(({ name }) => accounts.includes(name));
  return [...foundSecrets, ...foundAccounts.map(as('serviceaccount'))];
}

function accountNames(ctx: KubernetesFaultContext, { name, count }: Params): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${markedName(ctx, name)}-${index + 1}`);
}

function tokenName(account: string): string {
  return `${account}-token`;
}

function accountOf({ namespace }: Params, name: string): JsonObject {
  const metadata = { name, namespace };
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false };
}

/** https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#manual-secret-management-for-serviceaccounts */
function tokenOf({ namespace }: Params, account: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: tokenName(account),
      namespace,
      annotations: { 'kubernetes.io/service-account.name': account },
    },
    type: 'kubernetes.io/service-account-token',
  };
}
