import { userInfo } from 'node:os';
import { requestStop, type StopFile } from '../engine/stop.ts';
import { isGoing, unfinishedRuns } from '../engine/unfinished-runs.ts';
import { loadEnvironmentFile } from '../loading/environment-file.ts';
import { chooseEnvironment } from '../loading/validate.ts';
import { UsageError } from '../model/errors.ts';
import { InvalidFilesError, problemText } from '../model/problems.ts';
import { systemDisk } from '../system/system-disk.ts';
import type { Folders } from './folders.ts';
import { ownProcess } from './own-process.ts';
import { ownStopFile, sharedStopFile } from './run-stop.ts';

export interface StopQuestion {
  readonly folders: Pick<Folders, 'own' | 'reports'>;
  /** `windshear.yaml`; read only where an environment is named. */
  readonly config: string;
  /** Only runs on this environment; its own stop file is written too. */
  readonly environment?: string | undefined;
  /** Written in place of the folder's own. */
  readonly stopFile?: string | undefined;
}

export interface StopAnswer {
  /** Ids of the runs of the reports folder that are going and were asked. */
  readonly going: readonly string[];
  /** Absolute paths of the stop files that were written. */
  readonly files: readonly string[];
}

/**
 * Writes stop files, and answers which runs are known to be going. Throws `UsageError` where not one could be
 * written: nobody was asked then.
 */
export async function askToStop(question: StopQuestion): Promise<StopAnswer> {
  const { environment, folders } = question;
  const asked = { by: `windshear stop (${userName()})`, ...(environment === undefined ? {} : { environment }) };
  const files: string[] = [];
  const failures: string[] = [];
  for (const file of await filesFor(question)) {
    try {
      await requestStop(file, asked);
      files.push(file.path);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (files.length === 0) {
    const todo = 'Name a stop file that you may write, and that the run watches: --stop-file <file>, or --env <name>';
    throw new UsageError(
      `Nobody was asked to stop. ${failures.join(' ')} ${todo} where windshear.yaml lists its stopFile.`,
    );
  }
  return { going: await goingRuns(folders.reports, environment), files };
}

/** A container may run under a user that no list of users knows. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

async function filesFor({ folders, config, environment, stopFile }: StopQuestion): Promise<readonly StopFile[]> {
  if (stopFile !== undefined) return [sharedStopFile(stopFile)];
  if (environment === undefined) return [ownStopFile(folders)];
  const file = await loadEnvironmentFile(config);
  const chosen = chooseEnvironment(file, environment);
  if ('message' in chosen) {
    if (file.problems.length > 0) throw new InvalidFilesError(file.problems);
    throw new UsageError(problemText(chosen));
  }
  const shared = chosen.environment.stopFile;
  return [...(shared === undefined ? [] : [sharedStopFile(shared)]), ownStopFile(folders)];
}

async function goingRuns(reports: string, environment: string | undefined): Promise<readonly string[]> {
  const own = await ownProcess();
  const going: string[] = [];
  for (const run of await unfinishedRuns(systemDisk, reports)) {
    if (environment !== undefined && run.start?.environment !== environment) continue;
    if (await isGoing(run, own)) going.push(run.runId);
  }
  return going;
}
