import { type ExitCode, exitCodes, WindshearError } from '../model/errors.ts';
import type { BoundScenario, RunOutcome } from '../model/run.ts';
import { runSummary } from '../model/run-summary.ts';
import type { DetectorCounters, ScenarioResult, Scorecard, TrialResult } from '../model/scorecard.ts';
import { exitCodeOf, scenarioVerdict, summariseExpectations } from '../model/summary.ts';
import { failureText } from './failure-text.ts';
import { newCounters } from './listener.ts';
import type { Posts } from './posts.ts';
import { footprintOf, runAll } from './schedule.ts';
import { runTrial } from './trial.ts';
import type { RunDeps } from './trial-state.ts';
import { checkWindowsOfTrial } from './windows.ts';

/** Runs the trials of a run, as concurrent as their conflicts allow, and judges it all. */
export async function runTrials(deps: RunDeps, posts: Posts): Promise<RunOutcome> {
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
      : nothingInjected(progress.values()) && deps.keptOut.count === 0
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
      const counters = post.listener?.counters ?? newCounters();
      const proof = post.keeper.proof(0, Number.POSITIVE_INFINITY);
      const { signals: unclaimed } = post.unclaimed;
      return [
        post.name,
        { ...counters, unclaimed, proof: proof.rule.received ? 'rule' : proof.tool.received ? 'tool' : 'none' },
      ];
    }),
  );
}
