import { posix } from 'node:path';
import type { Disk } from '../model/disk.ts';
import { RefusedError } from '../model/errors.ts';
import type { RunRequest } from '../model/run.ts';
import { failureText } from './failure-text.ts';
import type { Journal } from './journal.ts';
import { takeLease } from './lease.ts';
import { forgetMirrored, mirrorBeside, mirroredDisk } from './mirror.ts';

/** What a run holds inside its environment, and what its writes go through meanwhile. */
export interface RunLease {
  /** Copies journal and states to the mirror, where there is one. */
  readonly disk: Disk;
  /** A journal that takes no intent once the lease is lost, so that nothing is injected without it. */
  readonly guard: (journal: Journal) => Journal;
  /** Gives all of it back, saying whether something was left in. */
  readonly end: (left: 'free' | 'unfinished') => Promise<void>;
}

/** Refuses a live environment without a lease; asked before anything is touched. */
export function demandLease({ environment, environmentName, lease }: RunRequest): void {
  if (environment.staging === 'embedded' || lease !== undefined) return;
  const why = `Environment '${environmentName}' is live and names no lease, so that another machine could inject into it at the same time`;
  throw new RefusedError('no-lease', `${why}. Add 'lease:' to it in windshear.yaml.`);
}

/** Takes the environment's lease for a run; an embedded environment may do without. Throws as `takeLease` does. */
export async function takeRunLease(
  request: RunRequest,
  tell: { readonly onLost: (why: RefusedError) => void; readonly log: (line: string) => void },
): Promise<RunLease> {
  const { lease: place, disk, clock, random, abandon, runId, environmentName: environment, folders } = request;
  if (place === undefined) return { disk, guard: (journal) => journal, end: async () => {} };
  const store = await place.store(request.stop);
  const lease = await takeLease({
    store,
    disk,
    clock,
    random,
    stateFolder: folders.state,
    environment,
    process: request.process,
    run: runId,
    doing: 'run',
    ttlMs: place.ttlMs,
    mayTake: async () => false,
    stop: request.stop,
    abandon,
    ...tell,
  });
  const mirror = mirrorBeside(place, { store, environment, clock, random, abandon });
  const run = {
    runId,
    journal: posix.join(folders.report, 'journal.jsonl'),
    states: posix.join(folders.state, runId),
  };
  return {
    disk: mirror === undefined ? disk : mirroredDisk(disk, mirror, run),
    guard: (journal) => ({
      ...journal,
      append: async (entry) => {
        if (entry.kind === 'intent') await lease.demand();
        return journal.append(entry);
      },
    }),
    end: async (left) => {
      // The copy first: whoever finds the lease free must not find a copy that looks like a run that died.
      if (mirror !== undefined && left === 'free')
        await forgetMirrored(mirror, runId).catch((error: unknown) => tell.log(failureText(error)));
      await lease.release(left);
    },
  };
}
