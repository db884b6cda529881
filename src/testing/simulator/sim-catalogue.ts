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
  Payload,
} from '../../model/detector.ts';
import type { AnyGuardrail, GuardrailDefinition } from '../../model/guardrail.ts';
import type { Signal } from '../../model/signal.ts';
import type { SimProcess } from './process.ts';
import { simFaults } from './sim-fault.ts';
import type { SimClients } from './sim-target.ts';
import type { SimWorld } from './sim-world.ts';

const named = z.strictObject({ name: z.string() });
type Named = z.infer<typeof named>;

/** Every plugin that a simulated run needs, bound to the world and to the run that listens. */
export function simCatalogue(world: SimWorld, run: string, process: SimProcess): Catalogue {
  const plain = { title: 'Simulated', description: 'Exists in simulations only.' };
  const channel = (delivery: 'push' | 'store' | 'queue'): ChannelDefinition<Named> => ({
    type: `sim.${delivery}`,
    ...plain,
    params: named,
    example: { name: 'x' },
    delivery,
    async open(ctx, { name }) {
      const close = async () => void world.receivers.get(name)?.delete(run);
      if (delivery === 'push') {
        const receivers = world.receivers.get(name) ?? new Map();
        world.receivers.set(name, receivers);
        receivers.set(run, { process, deliver: (payload: Payload) => ctx.deliver(payload) });
        return { close };
      }
      const transport = world.detectors.get(name)?.transport;
      if (transport === undefined) throw new Error(`No detector '${name}'.`);
      if (delivery === 'queue') transport.openQueue(run);
      return { close, keepsMs: transport.keepsMs, poll: (signal) => transport.poll({ run, process }, signal) };
    },
  });
  const format: FormatDefinition<unknown> = {
    type: 'sim.json',
    ...plain,
    params: z.strictObject({}),
    example: {},
    recurrence: 'none',
    yields: 'signals',
    read: () => [],
  };
  const canary = (kind: 'canary' | 'test' | 'heartbeat' | 'poll'): CanaryDefinition<Named> => ({
    type: `sim.${kind}`,
    ...plain,
    params: named,
    example: { name: 'x' },
    kind: kind === 'heartbeat' || kind === 'poll' ? kind : 'raise',
    async raise(ctx, { name }) {
      if (kind === 'heartbeat' || kind === 'poll') return;
      const clients = (await ctx.clients('aws')) as SimClients;
      await clients.canary(kind, name, ctx.signal);
    },
  });
  const channels = [channel('push'), channel('store'), channel('queue')];
  const canaries = [canary('canary'), canary('test'), canary('heartbeat'), canary('poll')];
  const guardrails = [denier, reverter];
  return {
    faults: simFaults,
    channels: new Map(channels.map((one) => [one.type, one as unknown as AnyChannel])),
    formats: new Map([[format.type, format as unknown as AnyFormat]]),
    canaries: new Map(canaries.map((one) => [one.type, one as unknown as AnyCanary])),
    guardrails: new Map(guardrails.map((one) => [one.type, one as unknown as AnyGuardrail])),
    probes: new Map(),
    loads: new Map(),
  };
}

const plain = { title: 'Simulated', description: 'Exists in simulations only.' };

const denier: GuardrailDefinition<{ code: string }> = {
  type: 'sim.denier',
  ...plain,
  params: z.strictObject({ code: z.string() }),
  example: { code: 'Guard' },
  outcomes: ['prevented'],
  attributeDenial({ code }, params) {
    if (code === params.code) return { whose: 'mine', evidence: code };
    if (code === 'AccessDenied') return { whose: 'own-rights' };
    return code === 'GuardDown' ? { whose: 'down' } : { whose: 'other', by: code };
  },
};

/** Credits whoever wrote the value back last; what makes bad again is nobody's revert. */
const reverter: GuardrailDefinition<{ actor: string }> = {
  type: 'sim.reverter',
  ...plain,
  params: z.strictObject({ actor: z.string() }),
  example: { actor: 'role/fixer' },
  outcomes: ['reverted'],
  attributeRevert({ audit }, { actor }) {
    const last = audit.findLast((signal) => signal.action === 'put-back')?.actor?.name;
    if (last === undefined) return { whose: 'unknown', why: 'no record' };
    return last === actor ? { whose: 'mine', evidence: last } : { whose: 'other', by: last };
  },
};

/** What was read of bytes: a store shows the same ones at each poll, and detectors of one run and of the next hear the same. */
const decoded = new WeakMap<Uint8Array, ReturnType<Decode>>();

/** Reads a payload, an alert a line, as the signals in it, each with its own text. */
export const simDecode: Decode = ({ bytes }) => {
  const known = decoded.get(bytes);
  if (known !== undefined) return known;
  const texts = bytes.byteLength === 0 ? [] : new TextDecoder().decode(bytes).split('\n');
  const signals = texts.map((text) => ({ signal: JSON.parse(text) as Signal, text }));
  const read = { signals, ignored: 0, malformed: [] };
  decoded.set(bytes, read);
  return read;
};
