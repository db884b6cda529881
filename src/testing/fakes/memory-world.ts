import { z } from 'zod';
import { CallError, type CallErrorKind } from '../../model/call.ts';
import { type AnyFault, defineFault, type FaultContext, type Observation } from '../../model/fault.ts';
import type { Phase } from '../../model/marker.ts';
import type { Target } from '../../model/target.ts';

/** What a call of the fake does before it is carried out; `after` lets it act and then lose the answer. */
export type CallFate =
  | 'proceed'
  | { readonly kind: CallErrorKind; readonly when: 'before' | 'after'; readonly retryAfterMs?: number }
  | 'hang';

export interface WorldCall {
  readonly phase: Phase;
  readonly what: 'read' | 'add' | 'remove';
  readonly switch: string;
  /** 1 for the first call of this world. */
  readonly n: number;
}

/** A system of named switches in memory: the smallest thing that a fault can change and a revert put back. */
export class MemoryWorld {
  /** Switches that are on, with who turned them on. */
  readonly on = new Map<string, string>();
  readonly calls: WorldCall[] = [];
  readonly #decide: (call: WorldCall) => CallFate;

  constructor(decide: (call: WorldCall) => CallFate = () => 'proceed') {
    this.#decide = decide;
  }

  async call(phase: Phase, what: WorldCall['what'], name: string, signal: AbortSignal, act: () => void): Promise<void> {
    signal.throwIfAborted();
    const call: WorldCall = { phase, what, switch: name, n: this.calls.length + 1 };
    this.calls.push(call);
    const fate = this.#decide(call);
    if (fate === 'hang') await untilAborted(signal);
    if (typeof fate === 'string') return act();
    if (fate.when === 'after') act();
    throw new CallError(fate.kind, codes[fate.kind], `The world says ${fate.kind}.`, {
      ...(fate.retryAfterMs !== undefined && { retryAfterMs: fate.retryAfterMs }),
      ...(fate.kind === 'denied' && {
        denial: { action: `world:${what}`, code: codes.denied, message: 'not authorized' },
      }),
    });
  }
}

const codes: Readonly<Record<CallErrorKind, string>> = {
  denied: 'AccessDenied',
  'not-found': 'NotFound',
  conflict: 'Conflict',
  throttled: 'Throttling',
  invalid: 'InvalidInput',
  unanswered: 'Timeout',
  failed: 'InternalError',
};

const params = z.object({ switch: z.string() });

/** Makes the fault that turns one switch of a world on; its delta carries the trial's marker. */
export function switchFault(more: Partial<Pick<AnyFault, 'type' | 'settleMs' | 'kind'>> = {}): AnyFault {
  const fault = defineFault<z.infer<typeof params>, MemoryWorld>({
    type: 'world.switch',
    kind: 'change',
    target: 'aws',
    title: 'Turn a switch on',
    description: 'For specs.',
    params,
    example: { switch: 's-1' },
    techniques: [],
    permissions: { inject: ['world:add'], observe: ['world:read'], revert: ['world:remove'] },
    touches: (p) => [p.switch],
    impairs: () => [],
    settleMs: 0,
    volatile: [],
    residue: [],
    async capture(ctx, p) {
      await ctx.clients.call(ctx.phase, 'read', p.switch, ctx.signal, () => {});
      return { on: ctx.clients.on.get(p.switch) ?? null };
    },
    async inject(ctx, p) {
      await ctx.clients.call(ctx.phase, 'add', p.switch, ctx.signal, () => ctx.clients.on.set(p.switch, ctx.marker));
      return {};
    },
    observe,
    async revert(ctx, p) {
      const now = await observe(ctx, p);
      if (now.status === 'before') return { outcome: 'already-gone' };
      if (now.status === 'other') return { outcome: 'left', note: "the switch is somebody else's" };
      await ctx.clients.call(ctx.phase, 'remove', p.switch, ctx.signal, () => ctx.clients.on.delete(p.switch));
      return { outcome: 'removed' };
    },
    ...more,
  });
  return fault as unknown as AnyFault;
}

async function observe(ctx: FaultContext<MemoryWorld>, p: z.infer<typeof params>): Promise<Observation> {
  let holder: string | undefined;
  await ctx.clients.call(ctx.phase, 'read', p.switch, ctx.signal, () => {
    holder = ctx.clients.on.get(p.switch);
  });
  const state = { on: holder ?? null };
  if (holder === undefined) return { status: 'before', state };
  return { status: holder === ctx.marker ? 'ours' : 'other', state };
}

/** Makes a target whose clients are the world itself. */
export function worldTarget(world: MemoryWorld): Target {
  return {
    kind: 'aws',
    prove: async () => [
      { kind: 'identity', what: 'account', expected: '111111111111', got: '111111111111', holds: true },
      { kind: 'beacon', what: 'tag', expected: 'staging', got: 'staging', holds: true },
    ],
    session: async () => ({
      clients: world,
      identity: { arn: 'arn:aws:iam::111111111111:role/tester' },
      calls: () => [],
    }),
    checkRights: async ({ as, actions }) => actions.map((action) => ({ action, as, answer: 'allowed', why: 'fake' })),
    close: async () => {},
  };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
