import { isGoing, runsToRecover } from '../engine/unfinished-runs.ts';
import { RefusedError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemDisk } from '../system/system-disk.ts';
import type { Folders } from './folders.ts';
import { ownProcess } from './own-process.ts';

/** The embedded staging that a session uses. */
export interface StagingInUse {
  readonly id: string;
  /** What `${staging.…}` in windshear.yaml reads. */
  readonly state: Json;
  /** Stops telling the staging that it is in use. */
  readonly release: () => void;
}

const touchEveryMs = 60_000;

/**
 * Uses the embedded staging of a folder as it runs, or brings it up; a staging that someone started without a detector
 * stays without it. While it is in use it is kept from ending idle.
 */
export async function useStaging(folders: Folders, notice: (text: string) => void): Promise<StagingInUse> {
  const [{ stagingStatus, touchStaging }, { stagingUp }] = await Promise.all([
    import('../staging/status.ts'),
    import('../staging/up.ts'),
  ]);
  const running = await stagingStatus(folders.staging);
  const onInstall = (folder: string) => notice(`Installing the AWS emulator once, into ${folder} …`);
  const state =
    running.status === 'up' ? running.state : await stagingUp({ folder: folders.staging, venv: { onInstall } });
  const ended = new AbortController();
  const keepAlive = async () => {
    for (;;) {
      await touchStaging(state).catch((error: unknown) => notice(`The embedded staging does not answer: ${error}`));
      await systemClock.sleep(touchEveryMs, ended.signal);
    }
  };
  keepAlive().catch((error: unknown) => {
    if (!ended.signal.aborted) notice(String(error));
  });
  return { id: state.id, state: state as unknown as Json, release: () => ended.abort() };
}

/** Reads the embedded staging of a folder if it runs, without starting it. */
export async function runningStaging(
  folders: Folders,
): Promise<{ readonly id: string; readonly state: Json } | undefined> {
  const { stagingStatus } = await import('../staging/status.ts');
  const running = await stagingStatus(folders.staging);
  return running.status === 'up' ? { id: running.state.id, state: running.state as unknown as Json } : undefined;
}

/** Throws a `RefusedError` where a run is going in the embedded staging of a folder, which is about to be ended. */
export async function demandUnused(folders: Folders): Promise<void> {
  const own = await ownProcess();
  for (const run of await runsToRecover(systemDisk, folders)) {
    if (run.start?.staging !== 'embedded' || !(await isGoing(run, own))) continue;
    throw new RefusedError(
      'staging-in-use',
      `Run '${run.runId}' (pid ${run.start.pid}) is using the embedded staging. Wait until it has ended, end it by windshear stop, or add --force: its verdicts and what it has in are lost then.`,
    );
  }
}
