import { z } from 'zod';
import type { Catalogue } from '../../model/catalogue.ts';
import type {
  AnyCanary,
  AnyChannel,
  AnyFormat,
  CanaryDefinition,
  ChannelDefinition,
  Decode,
  FormatDefinition,
} from '../../model/detector.ts';
import { type AnyFault, defineFault, type FaultDefinition } from '../../model/fault.ts';
import type { AnyGuardrail, GuardrailDefinition } from '../../model/guardrail.ts';
import type { AnyLoad } from '../../model/load.ts';
import type { AnyProbe, ProbeDefinition } from '../../model/probe.ts';
import { type Signal, signalSchema } from '../../model/signal.ts';
import { worldLoad } from './traffic.ts';
import type { World, WorldClients } from './world.ts';

const flipParams = z.strictObject({
  resource: z.string(),
  value: z.string(),
  impairs: z.array(z.string()).default([]),
});

type FlipParams = z.infer<typeof flipParams>;

const flip: FaultDefinition<FlipParams, WorldClients> = defineFault<FlipParams, WorldClients>({
  type: 'sim.flip',
  kind: 'change',
  target: 'aws',
  title: 'Set a resource to another value',
  description: 'Writes one value over another; reverts only its own.',
  params: flipParams as unknown as z.ZodType<FlipParams>,
  example: { resource: 'a', value: 'public', impairs: [] },
  techniques: ['T1530'],
  permissions: { inject: ['sim:Write'], observe: ['sim:Read'], revert: ['sim:Write'] },
  touches: (p) => [p.resource],
  impairs: (p) => p.impairs,
  settleMs: 0,
  volatile: [],
  residue: [],
  capture: (ctx, p) => ctx.clients.read(p.resource),
  async inject(ctx, p) {
    await ctx.clients.write(p.resource, p.value);
    return {};
  },
  async observe(ctx, p, before) {
    const state = await ctx.clients.read(p.resource);
    return { state, status: state === p.value ? 'ours' : state === before ? 'before' : 'other' };
  },
  async revert(ctx, p, before) {
    const state = await ctx.clients.read(p.resource);
    if (state !== p.value) return { outcome: state === before ? 'already-gone' : 'left' };
    await ctx.clients.write(p.resource, typeof before === 'string' ? before : undefined);
    return { outcome: 'removed' };
  },
});

const nameParams = z.strictObject({ name: z.string() });

/** The catalogue of a world: one fault, one pushed channel, one format, two canaries, two guardrails, one probe. */
export function worldCatalogue(world: World): Catalogue {
  const channel: ChannelDefinition<z.infer<typeof nameParams>> = {
    type: 'sim.push',
    title: 'Pushed',
    description: 'Pushed by the world.',
    params: nameParams,
    example: { name: 'x' },
    delivery: 'push',
    async open(ctx, { name }) {
      world.receivers.set(name, ctx.deliver);
      return { close: async () => void world.receivers.delete(name) };
    },
  };
  const format: FormatDefinition<unknown> = {
    type: 'sim.json',
    title: 'Normal form',
    description: 'Signals as they are.',
    params: z.strictObject({}),
    example: {},
    recurrence: 'none',
    yields: 'signals',
    read: ({ value }) => [{ kind: 'signal', signal: signalSchema.parse(value) }],
  };
  const canary = (kind: 'canary' | 'test'): CanaryDefinition<z.infer<typeof nameParams>> => ({
    type: `sim.${kind}`,
    title: kind,
    description: kind,
    params: nameParams,
    example: { name: 'x' },
    kind: 'raise',
    async raise(ctx, { name }) {
      const clients = (await ctx.clients('aws')) as WorldClients;
      clients.canary(kind, name);
    },
  });
  const denial: GuardrailDefinition<{ code: string }> = {
    type: 'sim.denial',
    title: 'Denial',
    description: 'Refuses.',
    params: z.strictObject({ code: z.string() }),
    example: { code: 'Guard' },
    outcomes: ['prevented'],
    attributeDenial: (refused, { code }) =>
      refused.code === code ? { whose: 'mine', evidence: refused.code } : { whose: 'other', by: refused.code },
  };
  const reverter: GuardrailDefinition<{ actor: string }> = {
    type: 'sim.reverter',
    title: 'Reverter',
    description: 'Reverts.',
    params: z.strictObject({ actor: z.string() }),
    example: { actor: 'role/fixer' },
    outcomes: ['reverted'],
    attributeRevert({ audit }, { actor }) {
      const last = audit.at(-1)?.actor?.name;
      if (last === undefined) return { whose: 'unknown', why: 'no record' };
      return last === actor ? { whose: 'mine', evidence: last } : { whose: 'other', by: last };
    },
  };
  const probe: ProbeDefinition<{ value: number }, WorldClients> = {
    type: 'sim.probe',
    title: 'Probe',
    description: 'Answers its own value, and keeps a picture of a bad one.',
    target: 'aws',
    params: z.strictObject({ value: z.number() }),
    example: { value: 1 },
    unit: 'ratio',
    permissions: [],
    measure: async ({ keep }, { value }) => {
      if (value === 0) await keep?.('picture.png', new Uint8Array([1]));
      return { status: 'measured', value };
    },
  };
  const health: ProbeDefinition<Record<string, never>, WorldClients> = {
    type: 'sim.health',
    title: 'Health',
    description: 'Answers how well the world is.',
    target: 'aws',
    params: z.strictObject({}),
    example: {},
    unit: 'ratio',
    permissions: [],
    measure: async () => ({ status: 'measured', value: world.health() }),
  };
  return {
    faults: new Map([['sim.flip', flip as unknown as AnyFault]]),
    channels: new Map([['sim.push', channel as unknown as AnyChannel]]),
    formats: new Map([['sim.json', format as unknown as AnyFormat]]),
    canaries: new Map([
      ['sim.canary', canary('canary') as unknown as AnyCanary],
      ['sim.test', canary('test') as unknown as AnyCanary],
    ]),
    guardrails: new Map<string, AnyGuardrail>([
      ['sim.denial', denial as unknown as AnyGuardrail],
      ['sim.reverter', reverter as unknown as AnyGuardrail],
    ]),
    probes: new Map<string, AnyProbe>([
      ['sim.probe', probe as unknown as AnyProbe],
      ['sim.health', health as unknown as AnyProbe],
    ]),
    loads: new Map([['sim.load', worldLoad(world) as unknown as AnyLoad]]),
  };
}

/** Reads a payload as one signal in normal form. */
export const worldDecode: Decode = ({ bytes }) => {
  const text = new TextDecoder().decode(bytes);
  const signal: Signal = signalSchema.parse(JSON.parse(text));
  return { signals: [{ signal, text }], ignored: 0, malformed: [] };
};
