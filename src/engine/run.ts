import { posix } from 'node:path';
import { type ExitCode, exitCodes, UnreachableError, WindshearError } from '../model/errors.ts';
import type { BoundScenario, RunOutcome, RunRequest } from '../model/run.ts';
import type { DetectorCounters, ScenarioResult, Scorecard, TrialResult } from '../model/scorecard.ts';
import { exitCodeOf, runSummary, scenarioVerdict, summariseExpectations } from '../model/summary.ts';
import { checkBudgets, permissionsOf } from './budgets.ts';
import { failureText } from './failure-text.ts';
import { newInterests } from './interests.ts';
import { openJournal } from './journal.ts';
import { acquireLock } from './lock.ts';
import { newPastActs } from './past-acts.ts';
import { openPosts, type Posts } from './posts.ts';
import { openPreImages } from './pre-images.ts';
import { checkRevertRights } from './rights.ts';
import { footprintOf, runAll } from './schedule.ts';
import { checkShares } from './shares.ts';
import { proveStaging } from './staging-proof.ts';
import { runTrial } from './trial.ts';
import { prepareLoads } from './trial-load.ts';
import { detectorsOf, type RunDeps } from './trial-state.ts';
import { checkWindows, checkWindowsOfTrial } from './windows.ts';

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
    await preflight(request);
    await disk.makeFolder(folders.report);
    const journal = await openJournal({ disk, clock, path: posix.join(folders.report, 'journal.jsonl') });
    await journal.append({
      kind: 'run-started',
      run: request.runId,
      environment: request.environmentName,
      staging: request.environment.staging,
      pid: request.process.pid,
      processStartedAt: request.process.startedAt,
      toolVersion: request.toolVersion,
      ...(request.stagingId === undefined ? {} : { stagingId: request.stagingId }),
    });
    const preImages = openPreImages({ disk, stateFolder: folders.state, runId: request.runId });
    const log = (text: string) => request.onEvent({ kind: 'notice', level: 'warning', text });
    const interests = newInterests();
    const posts = await openPosts(request, interests, log);
    try {
      await demandReachable(request, posts);
      const deps: RunDeps = {
        request,
        journal,
        preImages,
        interests,
        posts: posts.detectors,
        log,
        identities: new Set(),
        past: newPastActs(),
        halt: (why) => halted.abort(why),
        refusals: [],
      };
      const outcome = await runTrials(deps, posts);
      // A journal that could not be written to the end may still be recovered from. Whoever dies in between leaves a
      // run that is still found, never states of one that is not.
      if (outcome.exitCode !== exitCodes.dirty && journal.failure() === undefined) await preImages.removeAll();
      await journal
        .append({ kind: 'run-ended', exitCode: outcome.exitCode })
        .catch((error: unknown) => log(failureText(error)));
      return outcome;
    } catch (error) {
      if (error instanceof UnreachableError) await journal.append({ kind: 'run-ended', exitCode: error.exitCode });
      throw error;
    } finally {
      await posts.close();
    }
  } finally {
    await lock.release();
  }
}

async function preflight(request: RunRequest): Promise<void> {
  await prepareLoads(request, 'find');
  await proveStaging(request);
  await checkShares(request);
  await checkRevertRights(request);
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
async function demandReachable(request: RunRequest, posts: Posts): Promise<void> {
  const names = [...new Set(request.scenarios.flatMap(detectorsOf))];
  if (names.length === 0) return;
  const reached = await Promise.all(
    names.map(async (name) => (await posts.detectors.get(name)?.listener?.reachable(3000)) === true),
  );
  const lost = names.filter((_, index) => reached[index] !== true);
  if (lost.length === names.length) {
    throw new UnreachableError(
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
}

async function runTrials(deps: RunDeps, posts: Posts): Promise<RunOutcome> {
  const { request } = deps;
  const startedAt = new Date(request.clock.epochMs()).toISOString();
  const progress = new Map(
    request.scenarios.map((bound) => [
      bound.scenario.id,
      { bound, trials: [] as TrialResult[], waitedFor: [] as ScenarioResult['waitedFor'] },
    ]),
  );
  const card = (finishedAt?: string, exitCode?: ExitCode): Scorecard => {
    const scenarios = [...progress.values()].map(scenarioResult);
    return {
      schemaVersion: 1,
      tool: { name: 'windshear', version: request.toolVersion },
      run: {
        id: request.runId,
        environment: request.environmentName,
        staging: request.environment.staging,
        startedAt,
        ...(finishedAt === undefined ? {} : { finishedAt }),
        ...(request.environment.settle === undefined
          ? {}
          : { settle: `declared ${request.environment.settle} ms for every read` }),
        ...(request.sloScale === undefined ? {} : { sloScale: request.sloScale }),
        ...(deps.identities.size === 0 ? {} : { identity: [...deps.identities] }),
        ...(exitCode === undefined ? {} : { exitCode }),
      },
      summary: runSummary(scenarios),
      detectors: countersOf(posts),
      scenarios,
    };
  };
  let isClosed = false;
  const closedBefore = (bound: BoundScenario): boolean => {
    try {
      checkWindowsOfTrial(request, bound);
      return false;
    } catch (error) {
      isClosed = true;
      deps.log(failureText(error));
      return true;
    }
  };
  request.onEvent({ kind: 'run-started', runId: request.runId, scenarios: [...progress.keys()] });
  const queuedAt = request.clock.monoMs();
  await runAll(
    [...progress.values()].map((entry) => ({
      footprint: footprintOf(entry.bound, request.environment),
      onStart(waitedFor) {
        const ms = request.clock.monoMs() - queuedAt;
        entry.waitedFor = waitedFor.map((one) => ({ ...one, ms }));
      },
      async run() {
        const count = request.trials ?? entry.bound.scenario.trials;
        for (let n = 1; n <= count && !request.stop.aborted; n++) {
          if (closedBefore(entry.bound)) break;
          const result = await runTrial(deps, entry.bound, n);
          entry.trials.push(result);
          request.onEvent({ kind: 'trial-ended', scenario: entry.bound.scenario.id, result, soFar: card() });
          // What ended it early would do so again.
          if (result.verdict === 'aborted') break;
        }
        request.onEvent({ kind: 'scenario-ended', result: scenarioResult(entry) });
      },
    })),
    request.environment.budgets.concurrentFaults,
  );
  const also: ExitCode[] = request.stop.aborted
    ? [request.stop.reason instanceof WindshearError ? request.stop.reason.exitCode : exitCodes.stopped]
    : isClosed
      ? [exitCodes.refused]
      : nothingInjected(progress.values())
        ? [exitCodes.unreachable]
        : [];
  const exitCode = exitCodeOf(card(), deps.refusals.length > 0 ? [...also, exitCodes.refused] : also);
  const scorecard = card(new Date(request.clock.epochMs()).toISOString(), exitCode);
  request.onEvent({ kind: 'run-ended', scorecard, exitCode });
  return { scorecard, exitCode };
}

function scenarioResult(entry: {
  readonly bound: BoundScenario;
  readonly trials: TrialResult[];
  readonly waitedFor: ScenarioResult['waitedFor'];
}): ScenarioResult {
  const { scenario } = entry.bound;
  const expectations = summariseExpectations(scenario, entry.trials);
  return {
    id: scenario.id,
    title: scenario.title,
    techniques: [...entry.bound.techniques],
    verdict: scenarioVerdict(expectations, entry.trials),
    expectations,
    waitedFor: entry.waitedFor,
    trials: [...entry.trials],
  };
}

/** True where not a single request that changes anything reached a target in the whole run. */
function nothingInjected(entries: Iterable<{ readonly trials: readonly TrialResult[] }>): boolean {
  const trials = [...entries].flatMap((entry) => entry.trials);
  return (
    trials.length > 0 &&
    trials.every(
      ({ stages, verdict, rollback }) =>
        stages.sent === undefined &&
        verdict === 'inconclusive' &&
        rollback.faults.every((fault) => fault.verdict === 'none'),
    )
  );
}

function countersOf(posts: Posts): Record<string, DetectorCounters> {
  return Object.fromEntries(
    [...posts.detectors.values()].map((post) => {
      const counters = post.listener?.counters ?? {
        signals: 0,
        malformed: 0,
        refused: 0,
        failedPolls: 0,
        dropped: 0,
        clockOffsetMs: null,
      };
      const proof = post.keeper.proof(0, Number.POSITIVE_INFINITY);
      const { signals: unclaimed } = post.unclaimed;
      return [
        post.name,
        { ...counters, unclaimed, proof: proof.rule.received ? 'rule' : proof.tool.received ? 'tool' : 'none' },
      ];
    }),
  );
}
