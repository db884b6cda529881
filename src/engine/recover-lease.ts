import { RefusedError } from '../model/errors.ts';
import { failureText } from './failure-text.ts';
import { takeLease } from './lease.ts';
import { fetchMirrored, forgetMirrored, type MirrorPlace, mirrorBeside, mirroredRuns } from './mirror.ts';
import type { RecoveredRun, RecoverRequest, RecoveryEnvironment } from './recover-request.ts';
import { isClosingVerdict } from './revert.ts';
import { hasEndedHere, type UnfinishedRun } from './unfinished-runs.ts';

/** What a recovery holds inside its environment. */
export interface RecoveryLease {
  /** Brings those runs here whose disk is lost; says what could not be brought. */
  readonly fetch: () => Promise<readonly string[]>;
  /** Says whether another machine may have recovered a run since it died, or may be doing so now. */
  readonly otherRecovery: (runId: string) => Promise<boolean>;
  /** Gives it back, and forgets the mirrored copies of runs of which nothing is left in; `isDone` where none was left out. */
  readonly end: (recovered: readonly RecoveredRun[], isDone: boolean) => Promise<void>;
}

interface Opened {
  readonly name: string;
  readonly environment: RecoveryEnvironment;
  readonly runs: readonly UnfinishedRun[];
}

/** Of an environment without a lease, or whose lease the caller takes itself. */
const none: RecoveryLease = { fetch: async () => [], otherRecovery: async () => false, end: async () => {} };

/**
 * Takes the lease of an environment to put back what dead runs left in. Throws a `RefusedError` where another machine
 * is busy in it; a store that does not answer keeps nobody from a revert, which overwrites nothing of anyone's.
 */
export async function takeRecoveryLease(request: RecoverRequest, opened: Opened): Promise<RecoveryLease> {
  const { name, environment, runs } = opened;
  if (environment.status === 'gone' || request.locked === name) return none;
  const { lease: place } = environment;
  if (place === undefined) {
    if (request.from === undefined) return none;
    throw new RefusedError('no-mirror', `Environment '${name}' has no lease in windshear.yaml, so it has no mirror.`);
  }
  const { disk, clock, random, folders, abandon, process, log = () => {} } = request;
  try {
    const store = await place.store(abandon);
    const mirror = mirrorBeside(place, { store, environment: name, clock, random, abandon });
    const lost = await lostRuns(request, { name, address: store.address, mirror });
    const known = new Set([...runs.map(({ runId }) => runId), ...lost, request.forget]);
    const lease = await takeLease({
      ...{ store, disk, clock, random, environment: name, process, abandon, log },
      stateFolder: folders.state,
      run: runs[0]?.runId ?? lost[0] ?? request.forget ?? 'none',
      doing: 'recover',
      ttlMs: place.ttlMs,
      mayTake: async (run) => known.has(run) || (await hasEndedHere(disk, folders, run)),
      stop: abandon,
      onLost: (why) => log(why.message),
    });
    return {
      fetch: async () => {
        const problems: string[] = [];
        if (mirror === undefined) return problems;
        for (const runId of lost) {
          const to = { disk, reports: folders.reports, stateFolder: folders.state };
          await fetchMirrored(mirror, runId, to).catch((error: unknown) => problems.push(failureText(error)));
        }
        return problems;
      },
      otherRecovery: async (runId) => {
        const { ofOther } = lease;
        const isOfRun = ofOther === undefined || (ofOther.doing === 'run' && ofOther.run === runId);
        const isLost = await lease.demand().then(
          () => false,
          () => true,
        );
        return !isOfRun || isLost;
      },
      end: async (recovered, isDone) => {
        if (mirror !== undefined)
          for (const run of recovered)
            if (isClean(run))
              await forgetMirrored(mirror, run.runId).catch((error: unknown) => log(failureText(error)));
        await lease.release(isDone && recovered.every(isClean) ? 'free' : 'unfinished');
      },
    };
  } catch (error) {
    const isHeldBack = error instanceof RefusedError && error.code !== 'no-lease';
    if (isHeldBack || request.from !== undefined || abandon.aborted) throw error;
    log(`${failureText(error)} What is in is reverted all the same.`);
    return { ...none, otherRecovery: async () => true };
  }
}

/** Says whether nothing of a recovered run is left in. */
export function isClean(run: RecoveredRun): boolean {
  return (
    run.problems.length === 0 &&
    (run.damaged.length === 0 || run.closed !== undefined) &&
    run.faults.every((fault) => isClosingVerdict(fault.rollback.verdict))
  );
}

async function lostRuns(
  request: RecoverRequest,
  at: { readonly name: string; readonly address: string; readonly mirror: MirrorPlace | undefined },
): Promise<readonly string[]> {
  const { name, address, mirror } = at;
  if (request.from === undefined) return [];
  const what = `Cannot recover environment '${name}' from '${request.from}'`;
  if (mirror === undefined) throw new RefusedError('no-mirror', `${what}: it has no journal.mirror in windshear.yaml.`);
  if (request.from !== address)
    throw new RefusedError('other-mirror', `${what}: its mirror is '${address}', by windshear.yaml.`);
  return mirroredRuns(mirror);
}
