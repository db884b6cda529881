import { CallError } from '../../model/call.ts';
import type { Payload } from '../../model/detector.ts';
import type { Alert } from './ledger.ts';
import type { SimProcess } from './process.ts';
import type { DetectorStory, Trouble } from './story.ts';
import type { Surroundings } from './surroundings.ts';

type Fate = Extract<Trouble, { kind: 'delivery' }>['fate'];

/** Who polls. */
export interface Poller {
  readonly run: string;
  readonly process: SimProcess;
}

type PollsFail = Extract<Trouble, { kind: 'polls-fail' }>;

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

interface Stored {
  readonly alert: Alert;
  readonly atMs: number;
}

/** How long a store shows an alert that is not taken back, but of a state that lasts. */
const retainMs = 45_000;

/** The way from a detector to whoever listens: delays, losses, doubles, batches, stores and queues. */
export class Transport {
  readonly #world: Surroundings;
  readonly #story: DetectorStory;
  readonly #fates = new Map<number, Fate[]>();
  readonly #deaf: Span[] = [];
  readonly #failing: (Span & Pick<PollsFail, 'retryAfterMs' | 'hangMs'>)[] = [];
  /** What a store shows: the newest version of each alert. */
  readonly #store = new Map<string, Stored>();
  /** What each run has not yet taken from the queue. */
  readonly #queues = new Map<string, Alert[]>();
  /** When each run last asked with success. */
  readonly #lastGoodMs = new Map<string, number>();
  /** What a store showed each run when it last asked with success. */
  readonly #shownTo = new Map<string, ReadonlySet<Alert>>();
  #answer: { readonly alerts: readonly Alert[]; readonly bytes: Uint8Array } = { alerts: [], bytes: new Uint8Array() };
  #batch: Alert[] = [];
  #sent = 0;

  constructor(world: Surroundings, story: DetectorStory) {
    this.#world = world;
    this.#story = story;
    for (const trouble of world.story.troubles) {
      if (!('detector' in trouble) || trouble.detector !== story.name) continue;
      if (trouble.kind === 'delivery')
        this.#fates.set(trouble.nth, [...(this.#fates.get(trouble.nth) ?? []), trouble.fate]);
      if (trouble.kind === 'deaf' && trouble.what === 'delivery') this.#later(trouble, (span) => this.#deaf.push(span));
      if (trouble.kind === 'polls-fail') this.#later(trouble, (span) => this.#failing.push({ ...trouble, ...span }));
    }
  }

  send(alert: Alert): void {
    const fates = this.#fates.get(++this.#sent) ?? [];
    if (fates.includes('drop')) return;
    const delays = fates.flatMap((fate) => (typeof fate === 'object' ? [fate.delayMs] : []));
    const delayMs = this.#story.delayMs + delays.reduce((sum, ms) => sum + ms, 0);
    this.#travel(alert, delayMs);
    if (fates.includes('duplicate')) this.#travel(alert, delayMs + 700);
  }

  /** Sends the newest alert on a subject that was on its way for long enough to be there once more, as it was. */
  resend(resource: string): void {
    const { ledger, clock } = this.#world;
    const { name, delayMs } = this.#story;
    const last = ledger.alerts.findLast(
      ({ detector, resource: of, cause, trueMs }) =>
        detector === name && of === resource && cause.kind !== 'noise' && trueMs + delayMs <= clock.monoMs(),
    );
    if (last !== undefined) this.#travel(last, 50);
  }

  /** For how long a store declares to show what comes; one of states shows them for as long as they last. */
  get keepsMs(): number {
    return this.#story.sees === 'event' && this.#story.showsForMs === undefined ? retainMs : 0;
  }

  /** Opens a queue for a run; what came before is not in it. */
  openQueue(run: string): void {
    this.#queues.set(run, []);
  }

  /** Answers one poll of a run; rejects where polls fail now. */
  async poll({ run, process }: Poller, signal: AbortSignal): Promise<readonly Payload[]> {
    const { clock, ledger } = this.#world;
    const sentMs = clock.monoMs();
    const { latencyMs } = this.#world.story.environment;
    const failing = this.#failing.find((one) => one.fromMs <= sentMs && sentMs < one.untilMs);
    await clock.sleep(failing?.hangMs ?? latencyMs, signal);
    const answeredMs = clock.monoMs();
    const alerts = failing === undefined ? this.#take(run) : [];
    if (process.freezer.now !== undefined) await new Promise<void>((resolve) => process.reach(resolve));
    const toldMs = clock.monoMs();
    ledger.polls.push({ run, detector: this.#story.name, sentMs, answeredMs, toldMs, ok: failing === undefined });
    if (failing !== undefined) {
      const more = failing.retryAfterMs === undefined ? {} : { retryAfterMs: failing.retryAfterMs };
      throw new CallError(
        failing.retryAfterMs === undefined ? 'failed' : 'throttled',
        'PollFailed',
        'The poll failed.',
        more,
      );
    }
    const lastGoodMs = this.#lastGoodMs.get(run) ?? 0;
    this.#lastGoodMs.set(run, sentMs);
    for (const alert of alerts) this.#arrived(run, alert, lastGoodMs, toldMs);
    // What a store had ceased to show, and shows again, has come once more.
    this.#shownTo.set(run, new Set(alerts));
    return [{ bytes: this.#bytesOf(alerts), arrivedMonoMs: toldMs }];
  }

  /** What a run's poll is answered: what a store shows then, or what it has not yet taken from the queue. */
  #take(run: string): readonly Alert[] {
    if (this.#story.delivery === 'store') return this.#shown();
    const waiting = this.#queues.get(run) ?? [];
    this.#queues.set(run, []);
    return waiting;
  }

  /** A store mostly shows what it showed before. */
  #bytesOf(alerts: readonly Alert[]): Uint8Array {
    const { alerts: last, bytes } = this.#answer;
    if (last.length === alerts.length && last.every((alert, index) => alert === alerts[index])) return bytes;
    this.#answer = { alerts, bytes: new TextEncoder().encode(alerts.map((alert) => alert.text).join('\n')) };
    return this.#answer.bytes;
  }

  #travel(alert: Alert, delayMs: number): void {
    const { clock } = this.#world;
    clock.at(clock.monoMs() + delayMs, () => {
      const nowMs = clock.monoMs();
      if (this.#deaf.some((one) => one.fromMs <= nowMs && nowMs < one.untilMs)) return;
      this.#come(alert);
    });
  }

  #come(alert: Alert): void {
    const { clock } = this.#world;
    if (this.#story.delivery === 'store') {
      this.#expire();
      if (alert.status === 'open') {
        const shown = this.#store.get(alert.key);
        if (shown === undefined) this.#showAgain(alert.key);
        if (shown === undefined || shown.alert.n <= alert.n) this.#show(alert);
      } else this.#withdraw(alert.key);
      return;
    }
    if (this.#story.delivery === 'queue') {
      for (const waiting of this.#queues.values()) waiting.push(alert);
      return;
    }
    if (this.#story.batchMs === 0) {
      this.#push([alert]);
      return;
    }
    this.#batch.push(alert);
    if (this.#batch.length > 1) return;
    const dueMs = (Math.floor(clock.monoMs() / this.#story.batchMs) + 1) * this.#story.batchMs;
    clock.at(dueMs, () => {
      const batch = this.#batch;
      this.#batch = [];
      this.#push(batch);
    });
  }

  #show(alert: Alert): void {
    const nowMs = this.#world.clock.monoMs();
    this.#endShow(alert.key, nowMs);
    this.#store.set(alert.key, { alert, atMs: nowMs });
    this.#world.ledger.shows.push({ alert, fromMs: nowMs, untilMs: Number.POSITIVE_INFINITY });
  }

  #push(alerts: readonly Alert[]): void {
    const payload = alerts.map((alert) => alert.text);
    const { clock, ledger } = this.#world;
    this.#world.push(this.#story.name, payload, {
      arrived: (run, fromMs) => {
        for (const alert of alerts) this.#arrived(run, alert, fromMs, clock.monoMs());
      },
      lost: (run) => {
        for (const alert of alerts) ledger.lost.push({ run, alert });
      },
    });
  }

  #shown(): Alert[] {
    this.#expire();
    return [...this.#store.values()].map(({ alert }) => alert);
  }

  #expire(): void {
    const forMs = this.#story.showsForMs ?? retainMs;
    const nowMs = this.#world.clock.monoMs();
    const keeps = this.#story.sees === 'state';
    for (const [key, { alert, atMs }] of this.#store) {
      const lasts = keeps && alert.cause.kind !== 'heartbeat' && alert.cause.kind !== 'canary';
      if (!lasts && atMs + forMs < nowMs) this.#withdraw(key, atMs + forMs);
    }
  }

  #withdraw(key: string, untilMs = this.#world.clock.monoMs()): void {
    const { clock, ledger } = this.#world;
    this.#endShow(key, untilMs);
    if (this.#store.delete(key)) ledger.withdrawals.push({ detector: this.#story.name, key, atMs: clock.monoMs() });
  }

  #endShow(key: string, untilMs: number): void {
    const { alert } = this.#store.get(key) ?? {};
    const shown = this.#world.ledger.shows.findLast((one) => one.alert === alert);
    if (shown !== undefined) shown.untilMs = Math.min(shown.untilMs, untilMs);
  }

  #showAgain(key: string): void {
    const { clock, ledger } = this.#world;
    const last = ledger.withdrawals.findLast((one) => one.detector === this.#story.name && one.key === key);
    if (last !== undefined) last.shownAgainMs = clock.monoMs();
  }

  /** A version counts from its first arrival on; that a store goes on showing it is none. */
  #arrived(run: string, alert: Alert, fromMs: number, untilMs: number): void {
    if (this.#story.delivery === 'store' && this.#shownTo.get(run)?.has(alert) === true) return;
    this.#world.ledger.arrivals.push({ run, alert, fromMs, untilMs });
  }

  #later(trouble: Extract<Trouble, { kind: 'deaf' | 'polls-fail' }>, note: (span: Span) => void): void {
    this.#world.when(trouble.from, () => {
      const fromMs = this.#world.clock.monoMs();
      note({ fromMs, untilMs: fromMs + trouble.forMs });
    });
  }
}
