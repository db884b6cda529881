import type { Payload } from '../../model/detector.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { type Act, Ledger } from './ledger.ts';
import type { SimProcess } from './process.ts';
import { SimClock } from './sim-clock.ts';
import { SimDetector } from './sim-detector.ts';
import { startGuards } from './sim-guards.ts';
import type { State } from './state.ts';
import type { Story, When } from './story.ts';
import type { Fates } from './surroundings.ts';

/** Why a write was not carried out. */
export interface Refused {
  readonly kind: 'denied' | 'conflict';
  readonly by: string;
}

/** The end of a pushed channel in a run's process. */
export interface Receiver {
  readonly process: SimProcess;
  readonly deliver: (payload: Payload) => void;
}

/** The system under test: resources with fields, their history, whoever watches and whoever meddles. */
export class SimWorld {
  readonly story: Story;
  readonly clock: SimClock;
  readonly disk = new MemoryDisk();
  readonly ledger = new Ledger();
  readonly detectors: ReadonlyMap<string, SimDetector>;
  /** Where pushed channels deliver to, by channel and run. */
  readonly receivers = new Map<string, Map<string, Receiver>>();
  /** Intents that are whole on disk, as `<marker> <role> <index>`. */
  readonly intents = new Set<string>();
  readonly initial: ReadonlyMap<string, State>;
  readonly #resources = new Map<string, State>();
  readonly #history = new Map<string, { readonly atMs: number; readonly state: State }[]>();
  readonly #versions = new Map<string, number>();
  readonly #watchers: ((act: Act) => void)[] = [];
  #order = 0;
  readonly #begun = new Map<string, number>();
  readonly #onBegun: { readonly of: string; readonly act: (atMs: number) => void }[] = [];
  /** Decides over writes before they are carried out. */
  guard: (act: Act) => string | undefined = () => undefined;
  /** Told when one of our reverting writes leaves. */
  onRevertSent: (act: Act) => void = () => undefined;

  constructor(story: Story, onStuck: (error: Error | undefined) => void) {
    this.story = story;
    this.clock = new SimClock(onStuck);
    for (const { faults, control } of story.scenarios) {
      for (const { resource } of [...faults, ...control])
        this.#resources.set(resource, { policy: 'base', acl: 'base' });
    }
    for (const trouble of story.troubles) {
      const state = trouble.kind === 'open-before' ? this.#resources.get(trouble.resource) : undefined;
      if (trouble.kind === 'open-before' && state !== undefined)
        this.#resources.set(trouble.resource, { ...state, old: 'bad-before' });
    }
    this.initial = new Map(this.#resources);
    for (const [resource, state] of this.#resources) this.#history.set(resource, [{ atMs: -1, state }]);
    this.detectors = new Map(story.detectors.map((one) => [one.name, new SimDetector(this, one)]));
    startGuards(this);
  }

  state(resource: string): State {
    return this.#resources.get(resource) ?? {};
  }

  /** What a read sees that lags behind. */
  stateAt(resource: string, atMs: number): State {
    return this.#history.get(resource)?.findLast((one) => one.atMs <= atMs)?.state ?? this.state(resource);
  }

  version(resource: string): number {
    return this.#versions.get(resource) ?? 1;
  }

  resources(): ReadonlyMap<string, State> {
    return this.#resources;
  }

  /** Tells somebody of each write that was carried out or refused. */
  watch(watcher: (act: Act) => void): void {
    this.#watchers.push(watcher);
  }

  note(act: Omit<Act, 'n' | 'answer'>): Act {
    const whole: Act = { n: this.ledger.acts.length + 1, answer: 'pending', ...act };
    this.ledger.acts.push(whole);
    return whole;
  }

  /** Carries a write out, unless a guard or its precondition is against it. */
  write(act: Act, expected?: { readonly value: string | undefined }): Refused | undefined {
    const { resource, field = '' } = act;
    const by = this.guard(act);
    if (by !== undefined) {
      act.deniedBy = by;
      act.actedMs = this.clock.monoMs();
      for (const watcher of this.#watchers) watcher(act);
      return { kind: 'denied', by };
    }
    const state = this.state(resource);
    if (expected !== undefined && state[field] !== expected.value) return { kind: 'conflict', by: 'precondition' };
    const { [field]: _gone, ...rest } = state;
    const next = act.value === undefined ? rest : { ...rest, [field]: act.value };
    this.#resources.set(resource, next);
    this.#history.get(resource)?.push({ atMs: this.clock.monoMs(), state: next });
    this.#versions.set(resource, this.version(resource) + 1);
    act.actedMs = this.clock.monoMs();
    act.order = ++this.#order;
    for (const watcher of this.#watchers) watcher(act);
    return undefined;
  }

  /** Writes as somebody who is none of us. */
  writeAs(actor: string, resource: string, field: string, value: string | undefined): void {
    const sentMs = this.clock.monoMs();
    const act = this.note({ actor, agent: `${actor}/1`, op: 'write', resource, field, value, sentMs });
    this.write(act);
    act.answeredMs = sentMs;
    act.answer = act.deniedBy === undefined ? 'ok' : 'denied';
  }

  /** Lets something happen at an instant that may hang on a scenario's first bad request. */
  when({ of, ms }: When, act: () => void): void {
    const begin = (atMs: number) => void this.clock.at(atMs + ms, act);
    const begunMs = of === 'start' ? 0 : this.#begun.get(of);
    if (begunMs !== undefined) begin(begunMs);
    else this.#onBegun.push({ of, act: begin });
  }

  /** Told that a scenario's first bad request left. */
  begin(scenario: string): void {
    if (this.#begun.has(scenario)) return;
    const nowMs = this.clock.monoMs();
    this.#begun.set(scenario, nowMs);
    for (const one of this.#onBegun) if (one.of === scenario) one.act(nowMs);
  }

  /** Pushes at whoever listens; who stands still reads it once he goes on, unless the sender gives up before. */
  push(channel: string, texts: readonly string[], fates: Fates): void {
    const bytes = new TextEncoder().encode(texts.join('\n'));
    const sentMs = this.clock.monoMs();
    const receivers = this.receivers.get(channel);
    for (const [run, receiver] of [...(receivers ?? [])]) {
      const stall = receiver.process.freezer.now;
      receiver.process.reach(() => {
        if (receivers?.get(run) !== receiver) return;
        const nowMs = this.clock.monoMs();
        if (stall !== undefined && nowMs - sentMs >= stall.losesAfterMs) {
          fates.lost(run);
          return;
        }
        fates.arrived(run, stall?.fromMs ?? nowMs);
        receiver.deliver({ bytes, arrivedMonoMs: nowMs });
      });
    }
  }
}
