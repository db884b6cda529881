import { CallError, type CallRecord, type Denial } from '../model/call.ts';
import { sameJson } from '../model/canonical.ts';
import type { Clock } from '../model/clock.ts';
import { RefusedError } from '../model/errors.ts';
import type { Acknowledgement, After, FaultContext, FaultDefinition, Observation } from '../model/fault.ts';
import type { NewJournalEntry, StateFile } from '../model/journal.ts';
import type { Json } from '../model/json.ts';
import type { Marker, Phase } from '../model/marker.ts';
import type { BoundFault } from '../model/run.ts';
import type { RollbackResult } from '../model/scorecard.ts';
import type { TargetSession } from '../model/target.ts';
import { failureText } from './failure-text.ts';
import type { Instant } from './heard.ts';
import type { Journal } from './journal.ts';
import type { FaultState } from './judge-detection.ts';
import type { PreImages } from './pre-images.ts';
import type { StateRead } from './state-reads.ts';

/** The definition with its types rubbed off: params were parsed against its own schema, clients are its target's. */
type JournaledParams = Extract<NewJournalEntry, { kind: 'intent' }>['params'];

type RawFault = FaultDefinition<unknown, unknown>;

/** One injection of a fault or control, and all that is known of it. */
export interface LiveFault {
  readonly bound: BoundFault;
  readonly definition: RawFault;
  readonly role: 'fault' | 'control';
  readonly index: number;
  readonly settleMs: number;
  status: FaultState['status'];
  intent?: number;
  before?: Json;
  files: StateFile[];
  t0?: Instant;
  /** When the last of its changing requests left. */
  lastSentMonoMs?: number;
  acknowledged?: Acknowledgement;
  acknowledgedMonoMs?: number;
  requestIds: readonly string[];
  /** How many of its requests were acknowledged before one was refused. */
  doneBefore: number;
  /** Those of its requests that an audit source told of as done. */
  readonly auditedIds: Set<string>;
  denied?: { readonly denial: Denial; readonly atMonoMs: number };
  /** Why it was not injected, or may be in only by half. */
  failure?: string;
  /** True where a request of its injection got no answer, or failed in a way that may have changed something. */
  mayHaveActed?: boolean;
  effect: FaultState['effect'];
  effectMonoMs?: number;
  effectBy?: 'read-back' | 'audit' | 'version';
  auditedMonoMs?: number;
  readBack?: Json;
  reads: StateRead[];
  revertRequested?: Instant;
  /** When the first request of its revert left that changes anything; absent where none did. */
  revertSent?: Instant | undefined;
  /** When the last request of its revert was answered; absent as long as it may be in. */
  reverted?: Instant;
  restoredMonoMs?: number;
  rollback?: RollbackResult['faults'][number];
  /** True where its rollback is clean, but nothing tells that our revert still found it in. */
  mayBeGoneBefore?: boolean;
  /** True where a request of its revert got no answer. */
  mayStillBeReverted?: boolean;
}

/** What an injection needs of its trial. */
export interface InjectionDeps {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly preImages: PreImages;
  readonly marker: Marker;
  readonly scenario: string;
  readonly n: number;
  readonly session: (fault: BoundFault, phase: Phase) => Promise<TargetSession>;
  /** Asked right before an intent is written; a throw refuses it. */
  readonly beforeIntent?: (fault: LiveFault) => void;
  /** Told when all that comes before the change is done. */
  readonly aboutToInject?: (fault: LiveFault) => void;
  /** Told when a target answers, and what it answers keeps the change from being sent. */
  readonly onKeptOut?: () => void;
  readonly log: (line: string) => void;
}

export function newLiveFault(bound: BoundFault, role: LiveFault['role'], index: number, settleMs?: number): LiveFault {
  const definition = bound.definition as unknown as RawFault;
  return {
    bound,
    definition,
    role,
    index,
    settleMs: settleMs ?? definition.settleMs,
    status: 'pending',
    files: [],
    requestIds: [],
    doneBefore: 0,
    auditedIds: new Set(),
    effect: 'pending',
    reads: [],
  };
}

/** What `observe` and `revert` are told of an injection. */
export function afterOf(fault: LiveFault): After {
  return {
    ...(fault.acknowledged === undefined ? {} : { acknowledged: fault.acknowledged }),
    ...(fault.readBack === undefined ? {} : { readBack: fault.readBack }),
  };
}

/**
 * Captures the pre-image, writes it and the intent to disk, and only then injects. A refusal, a failure or a lost
 * answer is noted on the fault, not thrown; what throws is the journal, the disk, an abort, or a safety rule
 * that refuses.
 */
export async function inject(fault: LiveFault, deps: InjectionDeps, signal: AbortSignal): Promise<void> {
  const { definition, bound } = fault;
  const phase = fault.role === 'fault' ? 'inject' : 'control';
  const reader = await contextFor(fault, deps, 'observe', signal);
  const writer = await contextFor(fault, deps, phase, signal);
  try {
    fault.before = await definition.capture(reader.ctx, bound.params);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RefusedError) throw error;
    if (isAnswer(error)) deps.onKeptOut?.();
    fault.status = 'not-injected';
    fault.failure = `The state before could not be captured: ${failureText(error)}`;
    return;
  }
  const preImage = await deps.preImages.keep(`${deps.scenario}-${deps.n}-${fault.role}-${fault.index}`, fault.before);
  fault.files.push(preImage);
  signal.throwIfAborted();
  deps.beforeIntent?.(fault);
  const touches = definition.touches(bound.params);
  const entry = await deps.journal.append({
    kind: 'intent',
    scenario: deps.scenario,
    n: deps.n,
    role: fault.role,
    index: fault.index,
    fault: definition.type,
    params: bound.params as JournaledParams,
    marker: deps.marker,
    touches: [...touches],
    settleMs: fault.settleMs,
    preImage,
  });
  fault.intent = entry.seq;
  await deps.preImages.noteIntent(preImage, { fault: definition.type, touches });

  const callsBefore = writer.session.calls().length;
  const calls = () => writer.session.calls().slice(callsBefore);
  deps.aboutToInject?.(fault);
  try {
    const acknowledged = await definition.inject(writer.ctx, bound.params, fault.before);
    fault.acknowledged = acknowledged;
    fault.acknowledgedMonoMs = deps.clock.monoMs();
    noteCalls(fault, calls(), deps.clock);
    fault.status = 'injected';
    if (acknowledged.advanced !== undefined && acknowledged.advanced.from !== acknowledged.advanced.to) {
      proveEffect(fault, 'version', fault.acknowledgedMonoMs);
    }
    await deps.journal.append({
      kind: 'acknowledged',
      of: entry.seq,
      acknowledgement: { ...acknowledged },
      requestIds: [...fault.requestIds],
    });
  } catch (error) {
    if (fault.status === 'injected') throw error;
    noteCalls(fault, calls(), deps.clock);
    if (hasChangedNothing(fault, calls())) fault.effect = 'unproven';
    await noteFailure(fault, error, deps, entry.seq);
    // To write a Deployment is no part of what its pods are refused for.
    if (fault.denied !== undefined && fault.denied.denial.behind === undefined) fault.doneBefore = doneIn(calls());
    if (error instanceof RefusedError) throw error;
  }
}

/** Reads the live state once, notes whether our delta is in, and proves the effect as `settle` allows (J13). */
export async function readState(fault: LiveFault, deps: InjectionDeps, signal: AbortSignal): Promise<Observation> {
  const { ctx } = await contextFor(fault, deps, 'observe', signal);
  const sentMonoMs = deps.clock.monoMs();
  const observation = await fault.definition.observe(ctx, fault.bound.params, fault.before ?? null, afterOf(fault));
  const receivedMonoMs = deps.clock.monoMs();
  const isOurs = observation.status === 'ours' || observation.status === 'ours-plus-others';
  // Of a request without an answer nothing is known but what it changed, and where it was so before that is nothing.
  const isNothingNew = fault.acknowledged === undefined && sameJson(observation.state, fault.before ?? null);
  const present = isOurs && !isNothingNew && fault.effect !== 'unproven';
  fault.reads.push({ sentMonoMs, receivedMonoMs, present, ...shownBy(observation) });
  if (present && fault.effect !== 'proven') {
    const agreeing = firstAgreeing(fault.reads);
    if (fault.settleMs === 0 || (agreeing !== undefined && sentMonoMs - agreeing.sentMonoMs > fault.settleMs)) {
      proveEffect(fault, 'read-back', receivedMonoMs);
      if (fault.status === 'not-injected') fault.status = 'injected';
    }
  }
  if (present && fault.readBack === undefined) {
    fault.readBack = observation.state;
    if (fault.intent !== undefined) {
      const readBack = await deps.preImages.keep(
        `${deps.scenario}-${deps.n}-${fault.role}-${fault.index}-after`,
        observation.state,
      );
      fault.files.push(readBack);
      await deps.journal.append({ kind: 'effect', of: fault.intent, status: observation.status, readBack });
    }
  }
  return observation;
}

function shownBy({ status, managers, isAltered }: Observation): Pick<StateRead, 'instead' | 'managers'> {
  if (status === 'ours-partial') return { instead: isAltered === true ? 'other' : 'part' };
  if (status === 'other') return { instead: 'other' };
  return status === 'before' && managers !== undefined ? { managers } : {};
}

/** Notes the first proof that the injected state was in (J12). */
export function proveEffect(fault: LiveFault, by: NonNullable<LiveFault['effectBy']>, monoMs: number): void {
  if (fault.effect !== 'pending') return;
  fault.effect = 'proven';
  fault.effectBy = by;
  fault.effectMonoMs = monoMs;
}

/** Builds the frozen context of one phase of a fault. */
export async function contextFor(
  fault: Pick<LiveFault, 'bound'>,
  deps: Pick<InjectionDeps, 'clock' | 'marker' | 'session' | 'log'>,
  phase: Phase,
  signal: AbortSignal,
): Promise<{ readonly ctx: FaultContext; readonly session: TargetSession }> {
  const session = await deps.session(fault.bound, phase);
  const ctx = Object.freeze({
    clock: deps.clock,
    signal,
    clients: session.clients,
    marker: deps.marker,
    phase,
    log: deps.log,
  });
  return { ctx, session };
}

async function noteFailure(fault: LiveFault, error: unknown, deps: InjectionDeps, of: number): Promise<void> {
  const sent = fault.t0 !== undefined;
  if (!sent && isAnswer(error)) deps.onKeptOut?.();
  if (error instanceof CallError && error.kind === 'denied') {
    fault.status = sent ? 'refused' : 'not-injected';
    const denial = error.denial ?? { action: fault.definition.type, code: error.code, message: error.message };
    if (sent) fault.denied = { denial, atMonoMs: deps.clock.monoMs() };
    else fault.failure = `A read before the change was refused: ${error.message}`;
    await deps.journal.append({ kind: 'denied', of, code: error.code, message: error.message });
    return;
  }
  fault.status = 'not-injected';
  fault.failure = failureText(error);
  fault.mayHaveActed = error instanceof CallError && (error.kind === 'unanswered' || error.kind === 'failed');
  const code = error instanceof CallError ? error.code : 'error';
  await deps.journal.append({ kind: 'inject-failed', of, code, message: fault.failure });
}

/** Where its precondition refused each request, what the state shows is somebody else's; a scenario's own call may mean anything by a conflict. */
function hasChangedNothing({ definition, t0 }: LiveFault, calls: readonly CallRecord[]): boolean {
  if (definition.selfDeclared === true || t0 === undefined) return false;
  return calls.every(({ mutating, outcome }) => !mutating || outcome === 'conflict');
}

function doneIn(calls: readonly CallRecord[]): number {
  return calls.filter(({ mutating, outcome }) => mutating && outcome === 'acknowledged').length;
}

/** t0 is when the first mutating request left (J19); request ids tie audit records to it. */
function noteCalls(fault: LiveFault, calls: readonly CallRecord[], clock: Clock): void {
  const mutating = calls.filter((call) => call.mutating);
  const first = mutating[0];
  if (first !== undefined) {
    fault.lastSentMonoMs = mutating.at(-1)?.sentMonoMs ?? first.sentMonoMs;
    fault.t0 = { monoMs: first.sentMonoMs, epochMs: clock.epochMs() - (clock.monoMs() - first.sentMonoMs) };
  }
  const done = mutating.filter(({ outcome }) => outcome === 'acknowledged');
  // What was not acknowledged may have been done all the same, and is known by its id where it has one.
  const known = done.length > 0 ? done : mutating;
  fault.requestIds = known.flatMap((call) => (call.requestId === undefined ? [] : [call.requestId]));
}

/** The first of the reads at the end that all saw our delta. */
function firstAgreeing(reads: readonly StateRead[]): StateRead | undefined {
  const lastAbsent = reads.findLastIndex((read) => !read.present);
  return reads[lastAbsent + 1];
}

/** Of a target that throttles, fails or says nothing it is not known whether it can be had at all. */
function isAnswer(error: unknown): boolean {
  return error instanceof CallError && ['denied', 'not-found', 'conflict', 'invalid'].includes(error.kind);
}
