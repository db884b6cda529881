import { z } from 'zod';
import { defineFault } from '../../model/fault.ts';
import { nameField, namespaceField } from '../../model/kubernetes-names.ts';
import { rightTo, secretResource, subjectOf } from './kinds.ts';
import type { KubernetesFaultContext } from './names.ts';
import { asList } from './objects.ts';

const params = z.strictObject({
  namespace: namespaceField,
  /** One secret; all of the namespace where absent. */
  name: nameField.optional(),
});
type Params = z.infer<typeof params>;

/**
 * Reads one secret or lists all of a namespace, as an actor who never does. The audit log shows the same as for a
 * dump; only metadata is asked for, and what comes all the same is dropped unread.
 */
export const secretRead = defineFault({
  type: 'kubernetes.secret-read',
  kind: 'act',
  target: 'kubernetes',
  title: 'Read secrets as an unusual actor',
  description:
    'The secrets of a namespace are listed, or one of them is read, by an identity that does not usually do so. No value is asked for or kept; there is nothing to revert.',
  params,
  example: { namespace: 'inference' },
  techniques: ['T1552.007'],
  permissions: ({ name }: Params) => ({
    inject: [rightTo(name === undefined ? 'list' : 'get', secretResource)],
    observe: [],
    revert: [],
  }),
  touches: ({ namespace, name }) => [subjectOf('secret', namespace, name ?? '*')],
  subjects: ({ namespace, name }) =>
    name === undefined
      ? [subjectOf('namespace', undefined, namespace)]
      : [subjectOf('secret', namespace, name), subjectOf('namespace', undefined, namespace)],
  impairs: () => [],
  settleMs: 0,
  volatile: [],
  residue: ['the audit log shows the read'],

  capture: async () => ({}),

  inject: async (ctx: KubernetesFaultContext, { namespace, name }: Params) => {
    const request = { of: secretResource, namespace, metadataOnly: true, isAct: true } as const;
    const read =
      name === undefined ? ({ ...request, verb: 'list' } as const) : ({ ...request, verb: 'get', name } as const);
    const { body } = await ctx.clients.call(read, ctx.signal);
    return { ids: { secretsRead: name === undefined ? String(asList(body['items']).length) : '1' } };
  },

  /** What was read once stays read: only the acknowledgement tells that it was. */
  observe: async (_ctx, _p, _before, after) => {
    const read = after?.acknowledged?.ids?.['secretsRead'];
    return read === undefined
      ? { status: 'before', state: { secretsRead: null } }
      : { status: 'ours', state: { secretsRead: read } };
  },

  revert: async () => ({ outcome: 'already-gone' }),
});
