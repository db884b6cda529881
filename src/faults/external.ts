import { z } from 'zod';
import { defineFault, type FaultContext } from '../model/fault.ts';
import type { ExternalClients } from '../targets/external/external-target.ts';

const params = z.strictObject({
  /** What somebody does, and with what: it is shown when the moment has come. */
  what: z.string().min(1).max(500),
  /** What it touches, by the names that detectors use: nobody else knows. */
  touches: z.array(z.string().min(1)).min(1),
  impairs: z.array(z.string()).default([]),
});
type Params = z.infer<typeof params>;

/**
 * Injects nothing: a person, Stratus, Atomic or Litmus acts, and windshear only measures. t0 is the moment from which it
 * listens; what was done is put back by whoever did it.
 */
export const external = defineFault({
  type: 'external',
  kind: 'act',
  target: 'none',
  title: 'Somebody else acts',
  description:
    'windshear says that the moment has come, and from then on measures who notices. It does nothing itself and takes nothing back. That somebody acted is shown by a detector that tells of it; where none does, silence is inconclusive.',
  params,
  example: {
    what: 'stratus detonate aws.persistence.iam-backdoor-user',
    touches: ['arn:aws:iam:::user/backdoor'],
    impairs: [],
  },
  techniques: [],
  permissions: { inject: ['begin'], observe: [], revert: [] },
  touches: (p: Params) => p.touches,
  impairs: (p: Params) => p.impairs,
  settleMs: 0,
  onTrust: true,
  volatile: [],
  residue: ['whatever the other one does not put back'],
  capture: async (_ctx: FaultContext<ExternalClients>, _p: Params) => ({}),
  inject: async (ctx, p) => {
    ctx.signal.throwIfAborted();
    ctx.clients.begin('begin');
    ctx.log(`Now: ${p.what}`);
    return {};
  },
  observe: async (_ctx, _p, _before, after) => ({
    status: after?.acknowledged === undefined ? 'before' : 'ours',
    state: {},
  }),
  revert: async () => ({ outcome: 'already-gone', note: 'Whoever acted puts it back.' }),
});
