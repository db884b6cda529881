import { z } from 'zod';
import { type AnyFault, defineFault, type FaultContext, type Observation } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import type { SimClients } from './sim-target.ts';

const params = z.strictObject({
  resource: z.string(),
  set: z.record(z.string(), z.string()),
  impairs: z.boolean(),
  versioned: z.boolean(),
});
type Params = z.infer<typeof params>;

/** Sets fields of a resource, one call each; takes back exactly those that are still ours. */
function simFault(settleMs: number): AnyFault {
  const fault = defineFault<Params, SimClients>({
    type: `sim.set-${settleMs}`,
    kind: 'change',
    target: 'aws',
    title: 'Set fields',
    description: 'Sets fields of a resource.',
    params,
    example: { resource: 'bucket/a', set: { policy: 'bad' }, impairs: false, versioned: false },
    techniques: ['T1530'],
    permissions: { inject: ['sim:write'], observe: ['sim:read'], revert: ['sim:write'] },
    touches: (p) => [p.resource],
    impairs: (p) => (p.impairs ? [p.resource] : []),
    settleMs,
    volatile: [],
    residue: [],
    capture: async (ctx, p) => ({ ...(await ctx.clients.read(p.resource, ctx.signal)) }),
    async inject(ctx, p, before) {
      const was = stateOf(before);
      let advanced: { what: string; from: string; to: string } | undefined;
      for (const [field, value] of Object.entries(p.set)) {
        const expected = { value: was[field] };
        const { from, to } = await ctx.clients.write({ resource: p.resource, field, value, expected }, ctx.signal);
        advanced = { what: p.resource, from: advanced?.from ?? String(from), to: String(to) };
      }
      return p.versioned && advanced !== undefined ? { advanced } : {};
    },
    observe,
    async revert(ctx, p, before) {
      const now = await ctx.clients.read(p.resource, ctx.signal);
      const was = stateOf(before);
      let removed = false;
      for (const [field, value] of Object.entries(p.set).reverse()) {
        if (now[field] !== value || was[field] === value) continue;
        const expected = { value };
        await ctx.clients.write({ resource: p.resource, field, value: was[field], expected }, ctx.signal);
        removed = true;
      }
      const altered = Object.entries(p.set).some(([field, value]) => now[field] !== value && now[field] !== was[field]);
      return { outcome: removed ? 'removed' : altered ? 'left' : 'already-gone' };
    },
  });
  return fault as unknown as AnyFault;
}

async function observe(ctx: FaultContext<SimClients>, p: Params, before: Json): Promise<Observation> {
  const now = await ctx.clients.read(p.resource, ctx.signal);
  const was = stateOf(before);
  const fields = Object.entries(p.set);
  const ours = fields.filter(([field, value]) => now[field] === value);
  const altered = fields.filter(([field, value]) => now[field] !== value && now[field] !== was[field]);
  const isRest = (field: string) => !(field in p.set);
  const names = [...new Set([...Object.keys(now), ...Object.keys(was)])].filter(isRest);
  const othersChanged = names.some((field) => now[field] !== was[field]);
  const state = { ...now };
  if (altered.length > 0) return { status: 'other', state };
  if (ours.length === 0) return { status: 'before', state, othersChanged };
  if (ours.length < fields.length) return { status: 'ours-partial', state };
  return { status: othersChanged ? 'ours-plus-others' : 'ours', state };
}

function stateOf(before: Json): Record<string, string> {
  return typeof before === 'object' && before !== null && !Array.isArray(before)
    ? (before as Record<string, string>)
    : {};
}

/** Faults by type; they differ in what `settle` they declare. */
export const simFaults: ReadonlyMap<string, AnyFault> = new Map(
  [0, 300, 900].map((settleMs) => [`sim.set-${settleMs}`, simFault(settleMs)]),
);
