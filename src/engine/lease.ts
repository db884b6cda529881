import { posix } from 'node:path';
import { isoTime } from '../model/clock.ts';
import type { Disk } from '../model/disk.ts';
import { RefusedError } from '../model/errors.ts';
import { type LeaseDocument, leaseName, readLease, writeLease } from '../model/lease.ts';
import { failureText } from './failure-text.ts';
import { demandTakeable, type Found } from './lease-of-others.ts';
import type { LeaseRequest } from './lease-request.ts';
import { environmentsWith } from './state-files.ts';
import { pause, withTimeLimit } from './time-limit.ts';

/** The right to inject into one environment, on all machines. */
export interface Lease {
  /** Throws a `RefusedError` unless the lease is held now; asked before each change. */
  readonly demand: () => Promise<void>;
  /** What it said before it was taken, where another disk had written it last. */
  readonly ofOther: LeaseDocument | undefined;
  /** Gives it back, saying whether something was left in. */
  readonly release: (left: 'free' | 'unfinished') => Promise<void>;
}

const mostTries = 6;

/**
 * Takes the lease of an environment, or throws a `RefusedError` that names its holder. Renews it until it is released.
 * Only a conditional write decides who has it; no two clocks are ever compared to take it away from somebody.
 */
export async function takeLease(request: LeaseRequest): Promise<Lease> {
  const { store, environment } = request;
  const nonce = Buffer.from(request.random.bytes(16)).toString('hex');
  const known = await knownNonces(request);
  let failure: unknown;
  let ofOther: LeaseDocument | undefined;
  for (let tries = 0; tries < mostTries; tries++) {
    try {
      const found = await look(request);
      if (found?.lease.nonce === nonce) return new HeldLease(request, found.lease, { version: found.version, ofOther });
      const isOurDisk = found?.lease.host === request.process.host && known.includes(found.lease.nonce);
      if (found !== undefined) await demandTakeable(request, found, isOurDisk);
      // What another disk left in stays that run's until it is put back, so its lease never counts as one of ours.
      const isTakenOver = found !== undefined && found.lease.status !== 'free' && !isOurDisk;
      const own = newLease(request, nonce, isTakenOver ? found.lease.run : request.run);
      ofOther = isOurDisk ? undefined : found?.lease;
      // First the note, then the lease: one that was taken from this disk is always known as such by it.
      await note(request, isTakenOver ? [] : [nonce, ...known.filter((one) => one === found?.lease.nonce)]);
      const version = await bounded(request, (signal) =>
        store.write(leaseName, writeLease(own), { over: found?.version, signal }),
      );
      if (version !== undefined) return new HeldLease(request, own, { version, ofOther });
    } catch (error) {
      if (error instanceof RefusedError || request.stop.aborted) throw error;
      // A write may have taken effect all the same, which the next look tells.
      failure = error;
      if (!(await pause(request.clock, 200, request.stop))) request.stop.throwIfAborted();
    }
  }
  const why = failure === undefined ? 'it changes hands all the time' : failureText(failure);
  throw new RefusedError(
    'no-lease',
    `The lease of environment '${environment}' cannot be taken (${store.address}): ${why}.`,
    { cause: failure },
  );
}

/** Lists the environments whose lease a process of this disk took and may not have given back. */
export function maySitOnLease(disk: Disk, stateFolder: string): Promise<readonly string[]> {
  return environmentsWith(disk, stateFolder, 'lease');
}

class HeldLease implements Lease {
  readonly ofOther: LeaseDocument | undefined;
  readonly #request: LeaseRequest;
  readonly #ended = new AbortController();
  readonly #renewing: Promise<void>;
  #lease: LeaseDocument;
  #version: string;
  #renewedMonoMs: number;
  #lost: RefusedError | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(request: LeaseRequest, lease: LeaseDocument, at: Pick<HeldLease, 'ofOther'> & Pick<Found, 'version'>) {
    this.#request = request;
    this.#lease = lease;
    this.#version = at.version;
    this.ofOther = at.ofOther;
    this.#renewedMonoMs = request.clock.monoMs();
    this.#renewing = this.#keepRenewing();
  }

  async demand(): Promise<void> {
    // A machine that slept wakes up with a lease that looks young to one of its clocks.
    if (!this.#isFresh()) await this.#renew();
    if (this.#lost !== undefined) throw this.#lost;
  }

  async release(left: 'free' | 'unfinished'): Promise<void> {
    this.#ended.abort();
    await this.#renewing;
    if (this.#lost?.code === 'lease-taken') return;
    const { log, disk, clock, environment } = this.#request;
    for (let tries = 0; tries < 3; tries++) {
      try {
        const now = isoTime(clock);
        const isWritten = await this.#write({ ...this.#lease, status: left, renewedAt: now, expiresAt: now });
        if (isWritten && left === 'free') await disk.remove(notePath(this.#request));
        return;
      } catch (error) {
        if (tries === 2)
          log(
            `The lease of environment '${environment}' was not given back: ${failureText(error)}. Run: windshear recover`,
          );
      }
    }
  }

  async #keepRenewing(): Promise<void> {
    const { clock, ttlMs, abandon } = this.#request;
    const over = AbortSignal.any([this.#ended.signal, abandon]);
    while (this.#lost === undefined && (await pause(clock, ttlMs / 3, over))) await this.#renew();
  }

  /** One after the other: a version is replaced once. */
  #renew(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#renewNow());
    return this.#turn;
  }

  async #renewNow(): Promise<void> {
    if (this.#lost !== undefined) return;
    const { clock, ttlMs, environment, store } = this.#request;
    const sentMonoMs = clock.monoMs();
    const sent = clock.epochMs();
    try {
      const renewedAt = new Date(sent).toISOString();
      const expiresAt = new Date(sent + ttlMs).toISOString();
      if (!(await this.#write({ ...this.#lease, renewedAt, expiresAt }))) {
        const who = (await look(this.#request))?.lease;
        const holder = who === undefined ? 'nobody' : `'${who.doing} ${who.run}' on '${who.host}'`;
        return this.#lose('lease-taken', `The lease of environment '${environment}' is held by ${holder} now`);
      }
      this.#renewedMonoMs = sentMonoMs;
    } catch (error) {
      if (this.#isFresh()) return;
      const age = Math.round(clock.monoMs() - this.#renewedMonoMs);
      this.#lose(
        'lease-expired',
        `The lease of environment '${environment}' (${store.address}) was last renewed ${age} ms ago: ${failureText(error)}`,
      );
    }
  }

  /** Answers false where the lease is not ours any more. */
  async #write(next: LeaseDocument): Promise<boolean> {
    const { store } = this.#request;
    for (let tries = 0; tries < 2; tries++) {
      const over = this.#version;
      const version = await bounded(this.#request, (signal) =>
        store.write(leaseName, writeLease(next), { over, signal }),
      );
      if (version !== undefined) {
        this.#version = version;
        this.#lease = next;
        return true;
      }
      // An earlier write of ours that got no answer may have taken effect.
      const found = await look(this.#request);
      if (found?.lease.nonce !== this.#lease.nonce) return false;
      this.#version = found.version;
    }
    throw new Error('the lease changes under our hands');
  }

  /** A third of its time is left for whoever asks. */
  #isFresh(): boolean {
    const { clock, ttlMs } = this.#request;
    const isYoung = clock.monoMs() - this.#renewedMonoMs < (ttlMs * 2) / 3;
    return isYoung && clock.epochMs() < Date.parse(this.#lease.expiresAt);
  }

  #lose(code: 'lease-taken' | 'lease-expired', what: string): void {
    const error = new RefusedError(code, `${what}. Nothing more is injected, and what is in is reverted.`);
    this.#lost = error;
    this.#request.onLost(error);
  }
}

function newLease(request: LeaseRequest, nonce: string, run: string): LeaseDocument {
  const { clock, ttlMs, environment, doing, process } = request;
  const now = isoTime(clock);
  return {
    schemaVersion: 1,
    status: 'held',
    environment,
    nonce,
    run,
    doing,
    host: process.host,
    pid: process.pid,
    since: now,
    renewedAt: now,
    expiresAt: new Date(clock.epochMs() + ttlMs).toISOString(),
    ttlMs,
  };
}

/** Reads the lease; what lies there and is none is refused, never overwritten. */
async function look(request: LeaseRequest): Promise<Found | undefined> {
  const { store, environment } = request;
  const stored = await bounded(request, (signal) => store.read(leaseName, signal));
  if (stored === undefined) return undefined;
  const lease = readLease(stored.bytes);
  if (lease !== undefined && lease.environment === environment) return { lease, version: stored.version };
  const what = lease === undefined ? 'cannot be read as one' : `is that of environment '${lease.environment}'`;
  throw new RefusedError(
    'lease-unreadable',
    `The lease of environment '${environment}' (${store.address}) ${what}, so nobody knows who injects. Name another place in windshear.yaml, or look at it and remove it.`,
  );
}

function bounded<T>(request: LeaseRequest, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, ttlMs, abandon } = request;
  return withTimeLimit({ clock, limitMs: ttlMs / 6, outer: abandon }, work);
}

function notePath({ stateFolder, environment }: LeaseRequest): string {
  return posix.join(stateFolder, `${environment}.lease`);
}

async function knownNonces(request: LeaseRequest): Promise<readonly string[]> {
  const path = notePath(request);
  if (!(await request.disk.exists(path))) return [];
  return new TextDecoder()
    .decode(await request.disk.read(path))
    .split('\n')
    .filter(Boolean);
}

function note(request: LeaseRequest, nonces: readonly string[]): Promise<void> {
  return request.disk.writeDurably(notePath(request), new TextEncoder().encode(`${nonces.join('\n')}\n`), 0o600);
}
