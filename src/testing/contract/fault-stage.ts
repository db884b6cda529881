import type { Clock } from '../../model/clock.ts';
import type { Acknowledgement, After, AnyFault, FaultContext, FaultDefinition } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import type { Marker, Phase } from '../../model/marker.ts';
import type { AwsClients } from '../../targets/aws/clients.ts';
import type { CallFate, ObservedCall } from '../fakes/unreliable-aws.ts';
import type { ContractCase } from './contract-case.ts';

export type Fault<Clients = AwsClients> = FaultDefinition<unknown, Clients>;

/** Where the faults of a platform act during the contract: a fake or an emulator, made anew for each test. */
export interface ContractPlace<Clients = AwsClients> {
  readonly clients: Clients;
  readonly clock: Clock;
  readonly dump: () => Promise<Readonly<Record<string, Json>>>;
}

export interface ContractOptions<Clients = AwsClients> {
  /** Faults of one kind of target. */
  readonly faults: Iterable<AnyFault>;
  readonly cases: Readonly<Record<string, readonly ContractCase<Clients>[]>>;
  readonly place: () => Promise<ContractPlace<Clients>>;
  /** Lets `decide` choose the fate of each call of the clients. */
  readonly unreliable: (clients: Clients, decide: Decide) => Clients;
  readonly sourceFolder: string;
  /** `effects` leaves out all but one round trip a case: the rest takes thousands of calls. */
  readonly extent?: 'all' | 'effects';
}

export const marker: Marker = 'wsabcdefghij23';
export const signal = new AbortController().signal;

export interface Outcome {
  readonly after: After;
  readonly error: unknown;
  /** Calls that were tried, and how many of them were let through. */
  readonly calls: number;
  readonly acted: number;
  readonly lastMutating: boolean;
  /** True once a mutating call was let through. */
  readonly changed: boolean;
}

export type Decide = (call: ObservedCall) => CallFate;

/** Prepares a place and captures; the functions then act as the engine does. */
export async function setUp<Clients>(
  fault: Fault<Clients>,
  example: ContractCase<Clients>,
  options: ContractOptions<Clients>,
) {
  const { clients, clock, dump } = await options.place();
  await example.prepare?.(clients, signal, marker);
  const params = fault.params.parse(example.params ?? fault.example);
  const used = { inject: new Set<string>(), observe: new Set<string>(), revert: new Set<string>() };

  function context(phase: Phase, ends: AbortSignal, decide: Decide = () => 'proceed'): FaultContext<Clients> {
    const watched = options.unreliable(clients, (call) => {
      used[phase === 'inject' ? 'inject' : phase === 'revert' ? 'revert' : 'observe'].add(call.action);
      return decide(call);
    });
    return Object.freeze({ clock, signal: ends, clients: watched, marker, phase, log: () => undefined });
  }

  const before = asJson(await fault.capture(context('observe', signal), params));
  const observe = async (after: After) => fault.observe(context('observe', signal), params, before, after);

  async function counted(
    decide: Decide,
    act: (watch: Decide) => Promise<Acknowledgement | undefined>,
  ): Promise<Outcome> {
    let calls = 0;
    let acted = 0;
    let lastMutating = false;
    let changed = false;
    const watch: Decide = (call) => {
      calls = call.n;
      lastMutating = call.mutating;
      const fate = decide(call);
      if (fate === 'proceed' || fate === 'unanswered-after-acting') {
        acted += 1;
        changed ||= call.mutating;
      }
      return fate;
    };
    try {
      const acknowledged = await act(watch);
      const after = acknowledged === undefined ? {} : { acknowledged: asJson(acknowledged) as Acknowledgement };
      return { after, error: undefined, calls, acted, lastMutating, changed };
    } catch (error) {
      return { after: {}, error, calls, acted, lastMutating, changed };
    }
  }

  const injectWith = (decide: Decide, ends: AbortSignal = signal) =>
    counted(decide, (watch) => fault.inject(context('inject', ends, watch), params, before));

  return {
    params,
    before,
    clients,
    dump,
    used,
    untouched: await dump(),
    observe,
    injectWith,
    watch: async (onChange: () => void, ends: AbortSignal) => fault.watch?.(context('observe', ends), params, onChange),
    /** Injects, and reads back as the engine does. */
    inject: async (): Promise<After> => {
      const { after, error } = await injectWith(() => 'proceed');
      if (error !== undefined) throw new Error('The injection failed.', { cause: error });
      return { ...after, readBack: asJson((await observe(after)).state) };
    },
    revert: (after: After) => fault.revert(context('revert', signal), params, before, after),
    revertWith: (after: After, decide: Decide, ends: AbortSignal = signal) =>
      counted(decide, async (watch) => {
        await fault.revert(context('revert', ends, watch), params, before, after);
        return undefined;
      }),
  };
}

/** What the journal keeps of a value. */
function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
