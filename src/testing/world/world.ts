import { CallError, type CallRecord } from '../../model/call.ts';
import type { Clock } from '../../model/clock.ts';
import type { Payload } from '../../model/detector.ts';
import { type Marker, markerWithPhase, type Phase } from '../../model/marker.ts';
import type { Signal } from '../../model/signal.ts';
import type { Target, TargetSession } from '../../model/target.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';

/** Something that happened in the world, as an audit log would have it. */
export interface WorldEvent {
  readonly n: number;
  readonly epochMs: number;
  readonly action: 'write' | 'read' | 'canary' | 'test';
  readonly resource: string;
  readonly value: string | undefined;
  readonly actor: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly denied: boolean;
}

/** A detector of the world: what it makes of an event or of the state, and how its alerts travel. */
export interface WorldDetector {
  readonly name: string;
  readonly delayMs: number;
  /** Answers the rule that an event sets off, if any; a canary act is an event like any other. */
  readonly rule: (event: WorldEvent) => string | undefined;
  readonly carriesMarker: boolean;
  /** False where its rules are not evaluated; its sender still answers tool canaries. */
  rulesUp: boolean;
  /** False where nothing of it reaches us. */
  deliveryUp: boolean;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** A system under test in memory, and in virtual time unless another clock is given: resources with values, detectors, guardrails and their side effects. */
export class World {
  readonly clock: Clock;
  readonly disk = new MemoryDisk();
  readonly random: SeededRandom;
  readonly resources = new Map<string, string>();
  readonly detectors: WorldDetector[] = [];
  readonly events: WorldEvent[] = [];
  /** Where pushed channels deliver to, by detector. */
  readonly receivers = new Map<string, (payload: Payload) => void>();
  /** Decides over each write before it happens: a refusal, or nothing. */
  guard: (resource: string, value: string | undefined, phase: Phase | undefined) => Refusal | undefined = () =>
    undefined;
  /** Told of each write after it happened; guardrails and saboteurs live here. */
  onWrite: (event: WorldEvent) => void = () => undefined;
  /** Told of each call of a session before it is made; a throw keeps it from being sent. */
  beforeCall: (phase: Phase) => void = () => undefined;
  /** What its probe of health measures; a throw is a probe that fails. */
  health: () => number = () => 1;
  /** How its service answers a request of a load. */
  answer: () => number = () => 200;
  /** Requests of loads so far. */
  requests = 0;
  /** Whether the audit source hears of events at all. */
  auditUp = true;
  latencyMs = 5;
  #n = 0;

  constructor(seed = 1, clock: Clock = new VirtualClock({ autoAdvance: true })) {
    this.random = new SeededRandom(seed);
    this.clock = clock;
  }

  /** Writes as somebody; throws a `CallError` where the guard refuses. */
  write(
    by: { readonly actor: string; readonly userAgent: string; readonly phase?: Phase },
    resource: string,
    value: string | undefined,
  ): WorldEvent {
    const refusal = this.guard(resource, value, by.phase);
    if (refusal === undefined) {
      if (value === undefined) this.resources.delete(resource);
      else this.resources.set(resource, value);
    }
    const event = this.#happen({
      action: 'write',
      resource,
      value,
      actor: by.actor,
      userAgent: by.userAgent,
      denied: refusal !== undefined,
    });
    if (refusal !== undefined) {
      const denial = { action: 'sim:Write', code: refusal.code, message: refusal.message, requestId: event.requestId };
      throw new CallError('denied', refusal.code, refusal.message, { denial });
    }
    this.onWrite(event);
    return event;
  }

  /** Lets something happen after a while, in the world's own time. */
  later(ms: number, what: () => void): void {
    this.clock.sleep(ms).then(what, () => undefined);
  }

  canary(kind: 'canary' | 'test', detector: string, userAgent: string): void {
    this.#happen({
      action: kind,
      resource: detector,
      value: undefined,
      actor: 'role/tester',
      userAgent,
      denied: false,
    });
  }

  /** A target whose sessions act under `role/tester`, and revert under `role/revert`. */
  target(): Target {
    return {
      kind: 'aws',
      prove: async () => [
        { kind: 'identity', what: 'account', expected: '1', got: '1', holds: true },
        { kind: 'beacon', what: 'tag', expected: 'staging', got: 'staging', holds: true },
      ],
      session: async (phase, marker) => this.#session(phase, marker),
      checkRights: async () => [],
      close: async () => undefined,
    };
  }

  #session(phase: Phase, marker: Marker): TargetSession {
    const actor = phase === 'observe' || phase === 'revert' ? 'role/revert' : 'role/tester';
    const userAgent = `windshear/0 ${markerWithPhase(marker, phase)}`;
    const calls: CallRecord[] = [];
    const clients: WorldClients = {
      read: async (resource) => {
        this.beforeCall(phase);
        await this.clock.sleep(this.latencyMs);
        this.#happen({ action: 'read', resource, value: undefined, actor, userAgent, denied: false });
        return this.resources.get(resource) ?? null;
      },
      write: async (resource, value) => {
        this.beforeCall(phase);
        const sentMonoMs = this.clock.monoMs();
        await this.clock.sleep(this.latencyMs);
        const record = (outcome: CallRecord['outcome'], requestId?: string) =>
          calls.push({
            phase,
            action: 'sim:Write',
            mutating: true,
            sentMonoMs,
            answeredMonoMs: this.clock.monoMs(),
            outcome,
            ...(requestId === undefined ? {} : { requestId }),
          });
        try {
          record('acknowledged', this.write({ actor, userAgent, phase }, resource, value).requestId);
        } catch (error) {
          record(error instanceof CallError ? error.kind : 'failed');
          throw error;
        }
      },
      canary: (kind, detector) => this.canary(kind, detector, userAgent),
    };
    return { clients, identity: { arn: actor, account: '1' }, calls: () => calls };
  }

  #happen(what: Omit<WorldEvent, 'n' | 'epochMs' | 'requestId'>): WorldEvent {
    const n = ++this.#n;
    const event: WorldEvent = { n, epochMs: this.clock.epochMs(), requestId: `req-${n}`, ...what };
    this.events.push(event);
    for (const detector of this.detectors) this.#detect(detector, event);
    if (this.auditUp) this.#send('audit', auditRecord(event), 50);
    return event;
  }

  #detect(detector: WorldDetector, event: WorldEvent): void {
    if (!detector.deliveryUp) return;
    const isTest = event.action === 'test';
    if ((event.action === 'canary' || isTest) && event.resource !== detector.name) return;
    const rule = isTest ? 'test' : event.action === 'canary' ? 'canary' : detector.rule(event);
    if (rule === undefined || (!isTest && !detector.rulesUp)) return;
    this.#send(detector.name, alert(detector, event, { rule, sample: isTest }), detector.delayMs);
  }

  /** Sends a signal so that it arrives after a while; pushed, as it is. */
  send(channel: string, signal: Signal, afterMs: number): void {
    this.#send(channel, signal, afterMs);
  }

  #send(channel: string, signal: Signal, afterMs: number): void {
    this.later(afterMs, () => {
      const bytes = new TextEncoder().encode(JSON.stringify(signal));
      this.receivers.get(channel)?.({ bytes, arrivedMonoMs: this.clock.monoMs() });
    });
  }
}

/** What faults, probes and canaries of the world act through. */
export interface WorldClients {
  readonly read: (resource: string) => Promise<string | null>;
  readonly write: (resource: string, value: string | undefined) => Promise<void>;
  readonly canary: (kind: 'canary' | 'test', detector: string) => void;
}

function alert(
  detector: WorldDetector,
  event: WorldEvent,
  { rule, sample }: { readonly rule: string; readonly sample: boolean },
): Signal {
  const id = `${detector.name}-${event.n}`;
  return {
    format: 'sim',
    id,
    dedupeKey: id,
    rule,
    severity: 4,
    rawSeverity: 'high',
    status: 'open',
    sample,
    techniques: [],
    eventTime: new Date(event.epochMs).toISOString(),
    resource: { id: event.resource },
    actor: { name: event.actor, ...(detector.carriesMarker || sample ? { userAgent: event.userAgent } : {}) },
  };
}

function auditRecord(event: WorldEvent): Signal {
  return {
    format: 'sim',
    id: `audit-${event.n}`,
    dedupeKey: `audit-${event.n}`,
    rule: event.action,
    severity: null,
    rawSeverity: '',
    status: 'open',
    sample: false,
    techniques: [],
    eventTime: new Date(event.epochMs).toISOString(),
    requestId: event.requestId,
    action: event.action,
    readOnly: event.action !== 'write',
    resource: { id: event.resource },
    actor: { name: event.actor, userAgent: event.userAgent },
    ...(event.denied ? { errorCode: 'AccessDenied' } : {}),
  };
}
