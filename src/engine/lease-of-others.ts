import { RefusedError } from '../model/errors.ts';
import { type LeaseDocument, leaseName } from '../model/lease.ts';
import type { LeaseRequest } from './lease-request.ts';
import { pause } from './time-limit.ts';

/** A lease as it lies in its store. */
export interface Found {
  readonly lease: LeaseDocument;
  readonly version: string;
}

/**
 * Throws a `RefusedError` unless the lease may be taken. One that was taken from this disk (`isOurDisk`) belongs to a
 * dead process, since the environment's lock is held. One of another machine is watched for its whole time first, however
 * old it looks: our clock may be ahead of its holder's.
 */
export async function demandTakeable(request: LeaseRequest, found: Found, isOurDisk: boolean): Promise<void> {
  const { lease } = found;
  const { clock, log, environment } = request;
  if (lease.status === 'free' || isOurDisk) return;
  if (lease.status === 'held') {
    const isOver = clock.epochMs() >= Date.parse(lease.expiresAt);
    if (!isOver && !(await request.mayTake(lease.run))) throw inUse(lease);
    log(
      `Watching for ${lease.ttlMs} ms whether '${lease.run}' on '${lease.host}' still renews the lease of environment '${environment}' …`,
    );
    if (!(await stays(request, found))) throw inUse(lease);
  }
  if (!(await request.mayTake(lease.run))) throw unfinished(request, lease);
}

/** Says whether nobody has written the lease for its whole time, by our monotonic clock. */
async function stays({ clock, store, stop }: LeaseRequest, { lease, version }: Found): Promise<boolean> {
  const untilMonoMs = clock.monoMs() + lease.ttlMs;
  while (clock.monoMs() < untilMonoMs) {
    const leftMs = Math.min(lease.ttlMs / 6, untilMonoMs - clock.monoMs());
    if (!(await pause(clock, leftMs, stop))) stop.throwIfAborted();
    if ((await store.read(leaseName, stop))?.version !== version) return false;
  }
  return true;
}

function inUse(lease: LeaseDocument): RefusedError {
  const { environment, doing, run, host, pid, since, expiresAt } = lease;
  const who = `Environment '${environment}' is in use by '${doing} ${run}' (pid ${pid} on '${host}', since ${since}, lease until ${expiresAt})`;
  return new RefusedError('leased', `${who}. Wait until it has ended, or end it there: windshear stop`);
}

function unfinished({ store }: LeaseRequest, lease: LeaseDocument): RefusedError {
  const { environment, run, host } = lease;
  const what = `Run '${run}' on '${host}' held the lease of environment '${environment}' and did not end in order, so what it injected may still be in`;
  const todo = `Run there: windshear recover --env ${environment}. If its disk is lost: windshear recover --env ${environment} --from ${store.address}, or, once a person has looked, --forget ${run}`;
  return new RefusedError('lease-unfinished', `${what}. ${todo}`);
}
