import type { Clock } from '../../model/clock.ts';
import type { Disk } from '../../model/disk.ts';
import type { MemoryDisk } from '../fakes/memory-disk.ts';
import { Freezer } from './freezer.ts';
import type { SimClock } from './sim-clock.ts';
import type { DeathPoint, Story } from './story.ts';

/** What processes share: time, one disk, and what they are told of each other. */
export interface Machine {
  readonly clock: SimClock;
  readonly disk: MemoryDisk;
  readonly story: Story;
  /** How far the machine's wall clock is ahead of everybody else's. */
  readonly wallAheadMs: () => number;
  /** Told of each intent that is whole on disk. */
  readonly onIntent: (intent: { readonly marker: string; readonly role: string; readonly index: number }) => void;
}

/**
 * A process that can die at any write or call: from then on nothing that it waits for ever comes. While it stands still
 * what it waits for comes late.
 */
export class SimProcess {
  readonly n: number;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly died: Promise<void>;
  readonly freezer: Freezer;
  readonly #machine: Machine;
  readonly #die: () => void;
  #isDead = false;
  #calls = 0;
  #writes = 0;

  constructor(n: number, machine: Machine) {
    this.n = n;
    this.#machine = machine;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.died = promise;
    this.#die = resolve;
    const { clock } = machine;
    this.freezer = new Freezer(clock);
    this.clock = {
      epochMs: () => clock.epochMs() + machine.wallAheadMs(),
      monoMs: () => clock.monoMs(),
      sleep: (ms, signal) => this.orNever(clock.sleep(ms, signal)),
    };
    this.disk = this.#diskOf(machine.disk);
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Writes and calls so far, so that a story can be told of where to die. */
  get steps(): { readonly writes: number; readonly calls: number } {
    return { writes: this.#writes, calls: this.#calls };
  }

  kill(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#die();
  }

  /** Lets something reach the process as soon as it runs; never, once it is dead. */
  reach(act: () => void): void {
    this.freezer.reach(() => {
      if (!this.#isDead) act();
    });
  }

  /** Passes on what comes while the process lives. */
  orNever<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      work.then(
        (value) => this.reach(() => resolve(value)),
        (error: unknown) => this.reach(() => reject(error)),
      );
    });
  }

  /** A signal of somebody outside, as this process hears of it. */
  hearing(signal: AbortSignal): AbortSignal {
    const heard = new AbortController();
    if (signal.aborted) heard.abort(signal.reason);
    signal.addEventListener('abort', () => this.reach(() => heard.abort(signal.reason)), { once: true });
    return heard.signal;
  }

  /** Counts a call to a target, and says whether the process dies in it. */
  nextCall(): 'before' | 'after' | undefined {
    this.#calls++;
    return this.#deaths().find((at) => 'call' in at && at.call === this.#calls)?.when as 'before' | 'after' | undefined;
  }

  #deaths(): DeathPoint[] {
    return this.#machine.story.troubles.flatMap((trouble) =>
      trouble.kind === 'death' && trouble.process === this.n ? [trouble.at] : [],
    );
  }

  #diskOf(disk: MemoryDisk): Disk {
    const reading =
      <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
      (...args: Args): Promise<T> =>
        this.#isDead ? new Promise(() => undefined) : this.orNever(work(...args));
    const writing =
      <Args extends unknown[], T>(work: (...args: Args) => Promise<T>, torn?: (...args: Args) => Promise<unknown>) =>
      (...args: Args): Promise<T> =>
        this.#isDead ? new Promise(() => undefined) : this.#write(() => work(...args), torn && (() => torn(...args)));
    const removing = (path: string): Promise<void> =>
      this.#isDead ? new Promise(() => undefined) : this.#write(() => disk.remove(path), undefined, true);
    const append = async (path: string, bytes: Uint8Array, mode?: number): Promise<void> => {
      await disk.appendDurably(path, bytes, mode);
      if (path.endsWith('/journal.jsonl')) this.#noteIntents(bytes);
    };
    return {
      read: reading((path) => disk.read(path)),
      list: reading((path) => disk.list(path)),
      exists: reading((path) => disk.exists(path)),
      makeFolder: writing((path, mode) => disk.makeFolder(path, mode)),
      appendDurably: writing(append, (path, bytes, mode) =>
        disk.appendDurably(path, bytes.subarray(0, bytes.byteLength >> 1), mode),
      ),
      writeDurably: writing((path, bytes, mode) => disk.writeDurably(path, bytes, mode)),
      createExclusively: writing((path, bytes, mode) => disk.createExclusively(path, bytes, mode)),
      truncate: writing((path, length) => disk.truncate(path, length)),
      remove: removing,
      link: writing((target, path) => disk.link(target, path)),
    };
  }

  async #write<T>(work: () => Promise<T>, torn?: () => Promise<unknown>, frees = false): Promise<T> {
    const n = ++this.#writes;
    const full =
      !frees &&
      this.#machine.story.troubles.some(
        (one) => one.kind === 'disk-full' && one.process === this.n && n >= one.write && n < one.until,
      );
    if (full) throw Object.assign(new Error('ENOSPC: no space left on the simulated disk'), { code: 'ENOSPC' });
    const death = this.#deaths().find((at) => 'write' in at && at.write === n);
    if (death === undefined) return this.orNever(work());
    if (death.when === 'torn') await torn?.();
    if (death.when === 'after') await work();
    this.kill();
    return new Promise(() => undefined);
  }

  #noteIntents(bytes: Uint8Array): void {
    for (const line of new TextDecoder().decode(bytes).split('\n')) {
      if (line.includes('"kind":"intent"')) this.#machine.onIntent(JSON.parse(line));
    }
  }
}
