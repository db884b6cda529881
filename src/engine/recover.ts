import { type ExitCode, exitCodes, RefusedError, UnreachableError } from '../model/errors.ts';
import type { Target } from '../model/target.ts';
import { failureText } from './failure-text.ts';
import { maySitOnLease } from './lease.ts';
import { acquireLock } from './lock.ts';
import { isClean, takeRecoveryLease } from './recover-lease.ts';
import {
  isOfOtherStaging,
  type RecoveredRun,
  type RecoverOutcome,
  type RecoverRequest,
  type RecoveryEnvironment,
} from './recover-request.ts';
import { type Opened, recoverRun } from './recover-run.ts';
import { proveIdentity } from './staging-proof.ts';
import { environmentsWith } from './state-files.ts';
import { pause, withTimeLimit } from './time-limit.ts';
import { environmentOf as environmentKnownOf, isGoing, runsToRecover, type UnfinishedRun } from './unfinished-runs.ts';

/**
 * Puts back what dead runs left in: takes each environment's lock, proves that the targets are the same as then, and
 * reverts and verifies every open intent, newest first, in the run's own journal. One that fails does not stop the
 * next. May itself die at any step and be called again.
 */
export async function recover(request: RecoverRequest): Promise<RecoverOutcome> {
  const runs: RecoveredRun[] = [];
  const refused: RefusedError[] = [];
  const names = new Set<string>();
  for (const run of await findRuns(request)) {
    const name = environmentOf(request, run);
    if (name === undefined) runs.push(nameless(run));
    else names.add(name);
  }
  // A run that died before its first entry or after its last may still sit on the lease.
  for (const name of await maySitOnLease(request.disk, request.folders.state))
    if ((request.only ?? name) === name && name !== request.locked) names.add(name);
  if (request.only !== undefined && (request.from ?? request.forget) !== undefined) names.add(request.only);
  for (const name of names) {
    try {
      runs.push(...(await recoverEnvironment(request, name)));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      refused.push(error);
    }
  }
  await clearDeadLocks(request);
  return { exitCode: exitCodeOf(runs, refused), runs, refused };
}

/** A run that died before its first entry or after its last leaves nothing in but its lock. */
async function clearDeadLocks(request: RecoverRequest): Promise<void> {
  const { disk, clock, random, process, folders, only, locked } = request;
  for (const environment of await environmentsWith(disk, folders.state, 'lock')) {
    if (environment === locked || (only ?? environment) !== environment) continue;
    const place = { disk, clock, random, process, stateFolder: folders.state, environment, doing: 'recover' };
    const lock = await acquireLock(place).catch((error: unknown) => {
      if (error instanceof RefusedError) return undefined;
      throw error;
    });
    await lock?.release();
  }
}

async function recoverEnvironment(request: RecoverRequest, name: string): Promise<readonly RecoveredRun[]> {
  const { disk, clock, random, process } = request;
  const place = { disk, clock, random, process, stateFolder: request.folders.state, environment: name };
  const lock = request.locked === name ? undefined : await acquireLock({ ...place, doing: 'recover' });
  try {
    // Looked at again under the lock: another recovery may have been faster.
    const runs = await runsOf(request, name);
    const sitters = await maySitOnLease(disk, request.folders.state);
    const isAsked = (request.from ?? request.forget) !== undefined;
    return runs.length > 0 || sitters.includes(name) || isAsked ? await recoverAll(request, name, runs) : [];
  } finally {
    await lock?.release();
  }
}

async function recoverAll(
  request: RecoverRequest,
  name: string,
  runs: readonly UnfinishedRun[],
): Promise<readonly RecoveredRun[]> {
  let environment: RecoveryEnvironment;
  try {
    environment = await request.environment(name);
  } catch (error) {
    if (runs.length === 0) throw error;
    return runs.map((run) => untouched(run, name, `Environment '${name}' cannot be opened: ${failureText(error)}`));
  }
  try {
    const stranger = await provenStranger(request, environment, runs);
    if (stranger !== undefined) return runs.map((run) => untouched(run, name, stranger));
    const lease = await takeRecoveryLease(request, { name, environment, runs });
    const recovered: RecoveredRun[] = [];
    let isDone = false;
    try {
      const problems = await lease.fetch();
      if (request.from !== undefined) await refuseGoing(request, name);
      const all = request.from === undefined ? runs : await runsOf(request, name);
      const ofFetched = request.from === undefined ? undefined : await provenStranger(request, environment, all);
      for (const run of all) {
        const why = ofFetched ?? whyNotRecovered({ name, environment, run });
        recovered.push(
          why === undefined
            ? await recoverRun(request, {
                ...{ name, environment, run },
                otherRecovery: () => lease.otherRecovery(run.runId),
              })
            : untouched(run, name, why),
        );
      }
      for (const problem of problems)
        recovered.push({ runId: 'mirror', environment: name, faults: [], damaged: [], problems: [problem] });
      isDone = true;
    } finally {
      await lease.end(recovered, isDone);
    }
    return recovered;
  } finally {
    if (environment.status === 'up') await environment.close();
  }
}

async function runsOf(request: RecoverRequest, name: string): Promise<readonly UnfinishedRun[]> {
  return (await findRuns(request)).filter((run) => environmentOf(request, run) === name);
}

/** A revert in the wrong account would be worse than none: identities must be those of the proof. */
async function provenStranger(
  request: RecoverRequest,
  environment: RecoveryEnvironment,
  runs: readonly UnfinishedRun[],
): Promise<string | undefined> {
  if (environment.status === 'gone') return undefined;
  const targets = targetsOf(request, environment, runs);
  if (targets.length === 0) return undefined;
  const { clock, abandon } = request;
  const deadlineMonoMs = clock.monoMs() + environment.revertBudgetMs;
  for (let pauseMs = 200; ; pauseMs *= 2) {
    try {
      const limit = { clock, limitMs: Math.max(1, deadlineMonoMs - clock.monoMs()), outer: abandon };
      await withTimeLimit(limit, (signal) => proveIdentity(targets, signal));
      return undefined;
    } catch (error) {
      const isOver = clock.monoMs() + pauseMs >= deadlineMonoMs;
      const sentence = `Nothing was reverted: ${failureText(error)}. Run: windshear recover`;
      if (!(error instanceof UnreachableError) || isOver || !(await pause(clock, pauseMs, abandon))) return sentence;
    }
  }
}

/** Those that something is to be reverted in: one that is not needed keeps nobody from a revert. */
function targetsOf(
  { catalogue }: RecoverRequest,
  environment: Extract<RecoveryEnvironment, { readonly status: 'up' }>,
  runs: readonly UnfinishedRun[],
): readonly Target[] {
  const open = runs.filter((run) => !isOfOtherStaging(run, environment)).flatMap((run) => run.open);
  const kinds = new Set(open.map(({ intent }) => catalogue.faults.get(intent.fault)?.target));
  return [...environment.targets].flatMap(([kind, target]) => (kinds.has(kind) && kind !== 'none' ? [target] : []));
}

async function findRuns(request: RecoverRequest): Promise<readonly UnfinishedRun[]> {
  const found: UnfinishedRun[] = [];
  for (const run of await runsWanted(request)) if (!(await isGoing(run, request.process))) found.push(run);
  return found;
}

async function runsWanted(request: RecoverRequest): Promise<readonly UnfinishedRun[]> {
  const all = await runsToRecover(request.disk, request.folders);
  return all.filter((run) => {
    const name = environmentOf(request, run);
    // States of nobody knows which environment may be of this one.
    const isNameless = name === undefined && run.lost !== undefined;
    return run.runId !== request.except && (request.only === undefined || name === request.only || isNameless);
  });
}

/** Of what came from a mirror a process of this machine may still be busy, under the lock of another folder. */
async function refuseGoing(request: RecoverRequest, name: string): Promise<void> {
  for (const run of await runsWanted(request)) {
    if (environmentOf(request, run) !== name || !(await isGoing(run, request.process))) continue;
    throw new RefusedError(
      'still-going',
      `Run '${run.runId}' is still going, as process ${run.start?.pid} of this machine, so nothing was reverted. Let it end or end it, then type this again.`,
    );
  }
}

function environmentOf(request: RecoverRequest, run: UnfinishedRun): string | undefined {
  return environmentKnownOf(run) ?? request.assume;
}

function nameless(run: UnfinishedRun): RecoveredRun {
  const todo = `Run: windshear recover --env <name>`;
  if (run.lost !== undefined) return { runId: run.runId, faults: [], damaged: [], problems: [journalLost(run.lost)] };
  const problem = `The line of '${run.path}' that names the environment is damaged, so nothing was reverted. ${todo}`;
  return { runId: run.runId, faults: [], damaged: run.damaged, problems: [problem] };
}

/** What a run has left in cannot be told without its journal, nor reverted without the target that it was in. */
function whyNotRecovered({ name, environment, run }: Omit<Opened, 'otherRecovery'>): string | undefined {
  const isOfEmbedded = run.start?.staging === 'embedded' || run.owner?.stagingId !== undefined;
  if (environment.status === 'gone' && !isOfEmbedded)
    return `The run is not known to have used the embedded staging that is gone, so it was not closed. Start the staging or correct environment '${name}' in windshear.yaml, then run: windshear recover --env ${name}`;
  return run.lost === undefined || isOfOtherStaging(run, environment) ? undefined : journalLost(run.lost);
}

function journalLost({ folder, owner, isEmpty }: NonNullable<UnfinishedRun['lost']>): string {
  const what = isEmpty === true ? 'is empty' : 'is not there any more';
  const journal = owner === undefined ? 'Its journal is not known' : `Its journal '${owner.journal}' ${what}`;
  const end =
    owner?.stagingId === undefined ? '' : ' (windshear staging down ends an embedded staging with all that is in it)';
  return `${journal}, but states that it had kept are, in '${folder}': what it left in cannot be told, and nothing was reverted. Put the journal back, or compare by hand and put right what differs${end}, and delete that folder.`;
}

function untouched(run: UnfinishedRun, environment: string, problem: string): RecoveredRun {
  return { runId: run.runId, environment, faults: [], damaged: run.damaged, problems: [problem] };
}

function exitCodeOf(runs: readonly RecoveredRun[], refused: readonly RefusedError[]): ExitCode {
  if (!runs.every(isClean)) return exitCodes.dirty;
  return refused.length > 0 ? exitCodes.refused : exitCodes.met;
}
