import { posix } from 'node:path';
import { CallError } from '../model/call.ts';
import { exitCodes, type RefusedError, UnreachableError, WindshearError } from '../model/errors.ts';
import type { RunOutcome, RunRequest } from '../model/run.ts';
import { checkBudgets, permissionsOf } from './budgets.ts';
import { detectorsOf } from './detectors-of.ts';
import { failureText } from './failure-text.ts';
import { newInterests } from './interests.ts';
import { openJournal } from './journal.ts';
import { acquireLock } from './lock.ts';
import { newPastActs } from './past-acts.ts';
import { openPosts, type Posts } from './posts.ts';
import { openPreImages } from './pre-images.ts';
import { checkRights } from './rights.ts';
import { demandLease, type RunLease, takeRunLease } from './run-lease.ts';
import { runTrials } from './run-trials.ts';
import { checkShares } from './shares.ts';
import { proveStaging } from './staging-proof.ts';
import { prepareLoads } from './trial-load.ts';
import type { RunDeps } from './trial-state.ts';
import { watchWallClock } from './wall-clock.ts';
import { checkWindows } from './windows.ts';

/**
 * Runs scenarios on an environment: preflight, trials as concurrent as their conflicts allow, scorecard.
 * Throws a `WindshearError` where it refuses or cannot reach anything, before anything is touched; whatever happens
 * once something is in becomes part of the scorecard.
 */
export async function runScenarios(given: RunRequest): Promise<RunOutcome> {
  const halted = new AbortController();
  const request = { ...given, stop: AbortSignal.any([given.stop, halted.signal]) };
  const { disk, folders, clock } = request;
  checkBudgets(request);
  checkWindows(request);
  demandLease(request);
  await disk.makeFolder(folders.state, 0o700);
  const lock = await acquireLock({
    disk,
    clock,
    random: request.random,
    stateFolder: folders.state,
    environment: request.environmentName,
    process: request.process,
    doing: `run ${request.runId}`,
  });
  try {
    await request.underLock?.();
    await preflight(request).catch((error: unknown) => Promise.reject(stopOr(error, request.stop)));
    const log = (text: string) => request.onEvent({ kind: 'notice', level: 'warning', text });
    const halt = (why: RefusedError) => halted.abort(why);
    const lease = await takeRunLease(request, { log, onLost: halt });
    let left: 'free' | 'unfinished' = 'unfinished';
    try {
      const ended = await runJournaled({ request, lease, log, halt });
      if (ended.isClean) left = 'free';
      if (ended.outcome instanceof WindshearError) throw ended.outcome;
      return ended.outcome;
    } finally {
      await lease.end(left);
    }
  } finally {
    await lock.release();
  }
}

interface Opened {
  readonly request: RunRequest;
  readonly lease: RunLease;
  readonly log: (text: string) => void;
  readonly halt: (why: RefusedError) => void;
}

/** Runs under lock and lease, with a journal; nothing is left in where it `isClean`. */
async function runJournaled({
  request,
  lease,
  log,
  halt,
}: Opened): Promise<{ readonly outcome: RunOutcome | WindshearError; readonly isClean: boolean }> {
  const { folders, clock, environment } = request;
  await lease.disk.makeFolder(folders.report);
  const path = posix.join(folders.report, 'journal.jsonl');
  const journal = lease.guard(await openJournal({ disk: lease.disk, clock, path }));
  await journal.append({
    kind: 'run-started',
    run: request.runId,
    environment: request.environmentName,
    staging: environment.staging,
    pid: request.process.pid,
    processStartedAt: request.process.startedAt,
    toolVersion: request.toolVersion,
    ...(request.stagingId === undefined ? {} : { stagingId: request.stagingId }),
  });
  for (const target of request.targets.values())
    target.notePrograms?.(async (program) => {
      await journal.append({ kind: 'program-started', ...program });
    });
  const preImages = openPreImages({
    disk: lease.disk,
    stateFolder: folders.state,
    runId: request.runId,
    owner: { journal: path, environment: request.environmentName, stagingId: request.stagingId },
  });
  const interests = newInterests();
  const wall = watchWallClock(request.clock, log);
  const posts = await openPosts(request, interests, { log, wall });
  try {
    const unreachable = await whyUnreachable(request, posts);
    const why = stopOr(unreachable, request.stop);
    if (why instanceof WindshearError) {
      await journal.append({ kind: 'run-ended', exitCode: why.exitCode });
      return { outcome: why, isClean: true };
    }
    const deps: RunDeps = {
      ...{ request, journal, preImages, interests, log, wall, halt },
      posts: posts.detectors,
      identities: new Set(),
      past: newPastActs(),
      refusals: [],
      keptOut: { count: 0 },
    };
    const outcome = await runTrials(deps, posts);
    const isClean = outcome.exitCode !== exitCodes.dirty && journal.failure() === undefined;
    // A journal that could not be written to the end may still be recovered from. Whoever dies in between leaves a
    // run that is still found, never states of one that is not.
    if (isClean) await preImages.removeAll();
    await journal
      .append({ kind: 'run-ended', exitCode: outcome.exitCode })
      .catch((error: unknown) => log(failureText(error)));
    return { outcome, isClean };
  } finally {
    await posts.close();
  }
}

/** What a stop cut short was not out of reach. */
function stopOr(error: unknown, stop: AbortSignal): unknown {
  const isCut = error instanceof UnreachableError || error instanceof CallError;
  return isCut && stop.aborted ? stop.reason : error;
}

async function preflight(request: RunRequest): Promise<void> {
  await prepareLoads(request, 'find');
  await proveStaging(request);
  await checkShares(request);
  await checkRights(request);
  await prepareTargets(request);
  await prepareLoads(request, 'prepare');
}

/** Libraries are loaded before the first trial: a process that is busy with that hears no signal meanwhile (J19). */
async function prepareTargets({ scenarios, targets }: RunRequest): Promise<void> {
  for (const [kind, target] of targets) {
    const injections = scenarios.flatMap(({ faults, control }) => [...faults, ...control]);
    const ofKind = injections.filter(({ definition }) => definition.target === kind);
    await target.prepare?.(ofKind.map(permissionsOf).flatMap((needs) => Object.values(needs).flat()));
  }
}

/** Exit 5: where not one channel in use could be reached, nothing is injected. */
async function whyUnreachable(request: RunRequest, posts: Posts): Promise<UnreachableError | undefined> {
  const names = [...new Set(request.scenarios.flatMap(detectorsOf))];
  if (names.length === 0) return undefined;
  const reached = await Promise.all(
    names.map(async (name) => (await posts.detectors.get(name)?.listener?.reachable(3000)) === true),
  );
  const lost = names.filter((_, index) => reached[index] !== true);
  if (lost.length === names.length) {
    return new UnreachableError(
      `Nothing was injected: none of the channels in use could be reached (${names.join(', ')}). Check the detectors of environment '${request.environmentName}' in windshear.yaml.`,
    );
  }
  for (const name of lost) {
    request.onEvent({
      kind: 'notice',
      level: 'warning',
      text: `The channel of '${name}' cannot be reached; its verdicts will be inconclusive.`,
    });
  }
  return undefined;
}
