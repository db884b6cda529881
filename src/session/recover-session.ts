import type { OwnProcess } from '../engine/lock.ts';
import type { RecoverOutcome, RecoveryEnvironment } from '../engine/recover-request.ts';
import { loadEnvironmentFile } from '../loading/environment-file.ts';
import { chooseEnvironment } from '../loading/validate.ts';
import { RefusedError, UsageError, WindshearError } from '../model/errors.ts';
import { InvalidFilesError, problemText } from '../model/problems.ts';
import { endProgram } from '../system/end-program.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemDisk } from '../system/system-disk.ts';
import { systemRandom } from '../system/system-random.ts';
import type { Folders } from './folders.ts';
import type { LoadedSession } from './load-session.ts';
import { type EnvironmentOptions, openTargets } from './open-environment.ts';
import { leasePlace } from './open-lease.ts';
import { runningStaging } from './staging.ts';

export interface RecoverSession extends EnvironmentOptions {
  readonly config: string;
  readonly folders: Folders;
  readonly own: OwnProcess;
  /** Only runs of this environment; it also names that of a run whose journal no longer does. */
  readonly environment?: string | undefined;
  readonly stopping: { readonly abandon: AbortSignal };
  /** Address of the mirror from which lost runs are brought here. */
  readonly from?: string | undefined;
  /** Run of another machine whose lease may be taken, because a person has looked. */
  readonly forget?: string | undefined;
  /** Set by a run that holds the lock of this environment: its own id, which is not to be recovered. */
  readonly underLockOf?: string | undefined;
}

/** Reverts what dead runs left in, in all environments or in one. The embedded staging is asked, never started. */
export async function recoverSession(session: RecoverSession): Promise<RecoverOutcome> {
  const [{ recover }, { catalogue }] = await Promise.all([import('../engine/recover.ts'), import('../catalogue.ts')]);
  const { folders, environment, underLockOf } = session;
  const outcome = await recover({
    disk: systemDisk,
    clock: systemClock,
    random: systemRandom,
    folders: { reports: folders.reports, state: folders.state },
    catalogue,
    environment: (name) => openForRecovery(session, name),
    ...(environment === undefined ? {} : { only: environment }),
    // What a person typed says where a nameless journal belongs; a run that merely needs the environment does not.
    ...(environment === undefined || underLockOf !== undefined ? {} : { assume: environment }),
    ...(underLockOf === undefined || environment === undefined ? {} : { locked: environment, except: underLockOf }),
    process: session.own,
    endProgram,
    from: session.from,
    forget: session.forget,
    abandon: session.stopping.abandon,
    log: session.notice,
  });
  // Whoever mistyped an environment must not be told that nothing is in.
  if (environment !== undefined && outcome.runs.length + outcome.refused.length === 0)
    await environmentNamed(session, environment);
  return outcome;
}

/**
 * Recovers the dead runs of the environment that a run is about to inject into. Throws where one could not be put
 * back: nothing is injected on top of what is left.
 */
export async function recoverBefore(
  session: RecoverSession & { readonly loaded: LoadedSession; readonly underLockOf: string },
): Promise<void> {
  const { checkUnfinished } = await import('../engine/unfinished-runs.ts');
  const { chosen } = session.loaded;
  const { name, environment } = chosen;
  const unfinished = await checkUnfinished({
    disk: systemDisk,
    folders: session.folders,
    environment: name,
    staging: environment.staging,
    process: session.own,
  });
  if (unfinished.length === 0) return;
  session.notice(`Recovering ${unfinished.map((run) => `'${run.runId}'`).join(', ')}, which did not end …`);
  const { exitCode, runs, refused } = await recoverSession({ ...session, environment: name });
  if (exitCode === 0) return;
  const [refusal] = refused;
  if (refusal !== undefined) throw refusal;
  const problems = runs.flatMap((run) => run.problems);
  // What a person has to settle by hand says so itself; another recovery would only say it again.
  const why = problems.length === 0 ? 'A rollback is not verified. Run: windshear recover' : problems.join(' ');
  throw new WindshearError(
    'not-recovered',
    exitCode,
    `Nothing was injected, because an earlier run is still in. ${why}`,
  );
}

async function openForRecovery(session: RecoverSession, name: string): Promise<RecoveryEnvironment> {
  const { environment, staging } = await environmentNamed(session, name);
  if (environment.staging === 'embedded' && staging === undefined) return { status: 'gone' };
  const { targets, close } = await openTargets(environment, session);
  if (Object.keys(environment.targets).length === 0)
    throw new RefusedError('no-target', `Environment '${name}' has no target to revert in.`);
  return {
    status: 'up',
    ...(staging === undefined || environment.staging === 'live' ? {} : { stagingId: staging.id }),
    revertBudgetMs: environment.revertBudget,
    targets,
    lease: await leasePlace(environment, { targets, variables: session.variables }),
    close,
  };
}

async function environmentNamed(session: RecoverSession, name: string) {
  const staging = await runningStaging(session.folders);
  const file = await loadEnvironmentFile(session.config, staging === undefined ? {} : { staging: staging.state });
  if (file.problems.length > 0) throw new InvalidFilesError(file.problems);
  const chosen = chooseEnvironment(file, name);
  if ('message' in chosen) throw new UsageError(problemText(chosen));
  return { environment: chosen.environment, staging };
}
