import { CallError, type CallRecord } from '../../model/call.ts';
import { type Marker, markerWithPhase, type Phase } from '../../model/marker.ts';
import type { Target, TargetSession } from '../../model/target.ts';
import type { Act } from './ledger.ts';
import type { SimProcess } from './process.ts';
import type { SimWorld } from './sim-world.ts';
import { isBad, type State } from './state.ts';
import type { CallFate } from './story.ts';

/** What faults and canaries act through. */
export interface SimClients {
  readonly read: (resource: string, signal: AbortSignal) => Promise<State>;
  /** Writes one field if it still is what is expected; answers the versions before and after. */
  readonly write: (
    request: WriteRequest,
    signal: AbortSignal,
  ) => Promise<{ readonly from: number; readonly to: number }>;
  readonly canary: (kind: 'canary' | 'test', detector: string, signal: AbortSignal) => Promise<void>;
}

export interface WriteRequest {
  readonly resource: string;
  readonly field: string;
  readonly value: string | undefined;
  readonly expected?: { readonly value: string | undefined };
}

/** How long a request is waited for that gets no answer. */
export const patienceMs = 1000;
/** How long after that a late request is carried out. */
const lateMs = 120;

interface Session {
  readonly run: string;
  readonly process: SimProcess;
  readonly phase: Phase;
  readonly marker: Marker;
  readonly actor: string;
  readonly calls: CallRecord[];
}

/** Makes the target of one run in one process. */
export function simTarget(world: SimWorld, run: string, process: SimProcess): Target {
  const counts = new Map<string, number>();
  return {
    kind: 'aws',
    prove: async () => [
      { kind: 'identity', what: 'account', expected: '1', got: '1', holds: true },
      { kind: 'beacon', what: 'tag', expected: 'staging', got: 'staging', holds: true },
    ],
    async session(phase, marker): Promise<TargetSession> {
      const reverts = phase === 'observe' || phase === 'revert';
      const actor = reverts && !world.story.environment.oneIdentity ? 'role/revert' : 'role/tester';
      const session: Session = { run, process, phase, marker, actor, calls: [] };
      return {
        clients: clientsOf(world, session, counts),
        identity: { arn: actor, account: '1' },
        calls: () => session.calls,
      };
    },
    checkRights: async () => [],
    close: async () => undefined,
  };
}

function clientsOf(world: SimWorld, session: Session, counts: Map<string, number>): SimClients {
  const { run, phase, marker, actor } = session;
  const agent = `windshear/0 ${markerWithPhase(marker, phase)}`;
  const base = { run, marker, phase, actor, agent };
  return {
    async read(resource, signal) {
      const act = world.note({ ...base, op: 'read', resource, sentMs: world.clock.monoMs() });
      const fate = fateOf(world, counts, act);
      const lagMs = lagOf(world, act);
      await call(world, session, { act, fate, signal }, () => {
        act.saw = lagMs === 0 ? world.state(resource) : world.stateAt(resource, world.clock.monoMs() - lagMs);
        return undefined;
      });
      return act.saw ?? {};
    },
    async write({ resource, field, value, expected }, signal) {
      const sentMs = world.clock.monoMs();
      const act = world.note({ ...base, op: 'write', resource, field, value, sentMs });
      noteSending(world, act);
      const from = world.version(resource);
      let to = from;
      await call(world, session, { act, fate: fateOf(world, counts, act), signal }, () => {
        const refused = world.write(act, expected);
        to = world.version(resource);
        return refused;
      });
      return { from, to };
    },
    async canary(kind, detector, signal) {
      const act = world.note({ ...base, op: kind, resource: detector, sentMs: world.clock.monoMs() });
      await call(world, session, { act, fate: fateOf(world, counts, act), signal }, () => {
        act.actedMs = world.clock.monoMs();
        world.detectors.get(detector)?.canary(act);
        return undefined;
      });
    },
  };
}

function noteSending(world: SimWorld, act: Act): void {
  if (act.phase === 'revert') world.onRevertSent(act);
  if (act.phase !== 'inject' && act.phase !== 'control') return;
  const role = act.phase === 'inject' ? 'fault' : 'control';
  const found = world.story.scenarios.flatMap((scenario) =>
    (role === 'fault' ? scenario.faults : scenario.control).flatMap((fault, index) =>
      fault.resource === act.resource && fault.set[act.field ?? ''] === act.value ? [{ scenario, index }] : [],
    ),
  );
  act.journaled = found.some(({ index }) => world.intents.has(`${act.marker} ${role} ${index}`));
  const [first] = found;
  if (first !== undefined && isBad(act.value)) world.begin(first.scenario.id);
}

interface Call {
  readonly act: Act;
  readonly fate: CallFate | undefined;
  readonly signal: AbortSignal;
}

/** Sends a request, lets it act or not, and answers or not. What was sent acts even if its sender dies meanwhile. */
async function call(
  world: SimWorld,
  session: Session,
  { act, fate, signal }: Call,
  work: () => { readonly kind: 'denied' | 'conflict'; readonly by: string } | undefined,
): Promise<void> {
  const { clock } = world;
  const { process } = session;
  if (process.isDead) return new Promise(() => undefined);
  signal.throwIfAborted();
  const death = process.nextCall();
  if (death === 'before') {
    process.kill();
    return new Promise(() => undefined);
  }
  const record = {
    phase: session.phase,
    action: `sim:${act.op}`,
    mutating: act.op === 'write',
    sentMonoMs: act.sentMs,
  };
  const at = session.calls.push({ ...record, outcome: 'in-flight' }) - 1;
  const { latencyMs } = world.story.environment;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const answer = (outcome: CallRecord['outcome'], error?: CallError) => {
    act.answeredMs = clock.monoMs();
    if (process.isDead || signal.aborted) act.untold = true;
    act.answer = error === undefined ? 'ok' : answerOf(error);
    const isTold = error === undefined || error.kind === 'denied';
    session.calls[at] = {
      ...record,
      answeredMonoMs: clock.monoMs(),
      outcome,
      ...(isTold ? { requestId: requestIdOf(act) } : {}),
    };
    if (error === undefined) resolve();
    else reject(error);
  };
  const acts = fate === undefined || fate === 'failed-after' || fate === 'unanswered-after' || fate === 'late';
  const arrivesMs = act.sentMs + latencyMs + (fate === 'late' ? patienceMs + lateMs : 0);
  let refused: ReturnType<typeof work>;
  if (acts) {
    clock.at(arrivesMs, () => {
      refused = work();
      if (act.deniedBy === undefined && refused === undefined) act.actedMs ??= clock.monoMs();
      if (death === 'after') process.kill();
    });
  }
  const error = errorOf(fate, act);
  const unanswered = fate === 'late' || fate === 'unanswered-after' || fate === 'unanswered-before';
  clock.at(act.sentMs + (unanswered ? patienceMs : 2 * latencyMs), () => {
    const failure = error ?? (refused === undefined ? undefined : refusal(refused, act));
    process.freezer.reach(() => answer(failure?.kind ?? 'acknowledged', failure));
  });
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await process.orNever(promise);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

export function requestIdOf(act: Act): string {
  return `req-${act.n}`;
}

function answerOf(error: CallError): Act['answer'] {
  if (error.kind === 'denied' || error.kind === 'conflict') return error.kind;
  return error.kind === 'unanswered' ? 'lost' : 'error';
}

function refusal({ kind, by }: { readonly kind: 'denied' | 'conflict'; readonly by: string }, act: Act): CallError {
  if (kind === 'conflict')
    return new CallError('conflict', 'PreconditionFailed', 'The field is not what was expected.');
  const denial = { action: `sim:${act.op}`, code: by, message: `refused by ${by}`, requestId: requestIdOf(act) };
  return new CallError('denied', by, denial.message, { denial });
}

function errorOf(fate: CallFate | undefined, act: Act): CallError | undefined {
  switch (fate) {
    case undefined:
      return undefined;
    case 'throttled':
      return new CallError('throttled', 'Throttling', 'Slow down.', { retryAfterMs: 300 });
    case 'failed-before':
    case 'failed-after':
      return new CallError('failed', 'InternalError', 'The service failed.');
    case 'denied':
      return refusal({ kind: 'denied', by: 'AccessDenied' }, act);
    default:
      return new CallError('unanswered', 'Timeout', 'No answer came.');
  }
}

function fateOf(world: SimWorld, counts: Map<string, number>, act: Act): CallFate | undefined {
  const op = act.op === 'read' ? 'read' : 'write';
  const key = `${act.phase} ${op} ${act.resource}`;
  const nth = (counts.get(key) ?? 0) + 1;
  counts.set(key, nth);
  const trouble = world.story.troubles.find(
    (one) =>
      one.kind === 'call' &&
      one.phase === act.phase &&
      one.op === op &&
      one.resource === act.resource &&
      nth >= one.nth &&
      nth < one.nth + one.count,
  );
  return trouble?.kind === 'call' ? trouble.fate : undefined;
}

/** A store that is only eventually consistent answers with a state of up to `settle` ago. */
function lagOf(world: SimWorld, act: Act): number {
  if (world.story.environment.settleMs !== undefined) return 0;
  const settleMs = Math.max(
    0,
    ...world.story.scenarios.flatMap(({ faults, control }) =>
      [...faults, ...control].filter(({ resource }) => resource === act.resource).map((fault) => fault.settleMs),
    ),
  );
  return settleMs === 0 ? 0 : ((act.n * 7919) % 10) * 0.1 * settleMs;
}
