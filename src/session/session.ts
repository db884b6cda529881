import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { OwnProcess } from '../engine/lock.ts';
import type { Environment } from '../model/environment.ts';
import { type ExitCode, UsageError, WindshearError } from '../model/errors.ts';
import type { BoundScenario, RunEvent, RunRequest } from '../model/run.ts';
import type { ScenarioResult, Scorecard } from '../model/scorecard.ts';
import { scaleEnvironment, scaleScenario } from '../model/slo-scale.ts';
import { type Baseline, type Comparison, compareWithBaseline, exitCodeWithBaseline } from '../scorecard/baseline.ts';
import { runWriter } from '../scorecard/write-run.ts';
import { errorCode } from '../system/disk-error.ts';
import { watchStalls } from '../system/stalls.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemDisk } from '../system/system-disk.ts';
import { systemRandom } from '../system/system-random.ts';
import { type Folders, foldersOf } from './folders.ts';
import { type LoadedSession, loadSession } from './load-session.ts';
import { type EnvironmentOptions, openTargets } from './open-environment.ts';
import { demandMirror, leasePlace } from './open-lease.ts';
import { ownProcess } from './own-process.ts';
import type { Pick as ScenarioPick } from './pick-scenarios.ts';
import { recoverBefore } from './recover-session.ts';
import { newRunId } from './run-id.ts';
import type { RunStop } from './run-stop.ts';
import type { Watchdog } from './watchdog.ts';

export interface SessionOptions extends EnvironmentOptions {
  readonly cwd: string;
  /** `windshear.yaml`, relative to `cwd`. */
  readonly config: string;
  readonly environment?: string | undefined;
  readonly reports: string;
  readonly baseline?: Baseline | undefined;
  readonly showAccounts: boolean;
  readonly trials?: number | undefined;
  /** Multiplies every SLO. */
  readonly sloScale?: number | undefined;
  readonly stopping: Pick<RunStop, 'stop' | 'abandon' | 'enter'>;
}

/** A run that is ready: files are valid, staging is up, what dead runs left in is out. */
export interface Session {
  readonly environmentName: string;
  readonly environment: Environment;
  readonly scenarios: readonly BoundScenario[];
  /** A generous upper bound for the run. */
  readonly boundMs: number;
  readonly run: (onEvent: (event: RunEvent) => void) => Promise<SessionOutcome>;
  readonly compare: (results: readonly ScenarioResult[]) => Comparison | undefined;
  readonly close: () => Promise<void>;
}

export interface SessionOutcome {
  readonly scorecard: Scorecard;
  /** With the baseline, where one is in use. */
  readonly exitCode: ExitCode;
  readonly comparison?: Comparison | undefined;
  /** Absolute path of the run's folder. */
  readonly folder: string;
}

/**
 * Prepares a run: reads and checks all files before anything is started, brings the embedded staging up, recovers what
 * dead runs left in it, builds targets. The command line and the mocha adapter both go this way. Throws
 * `InvalidFilesError`, `RefusedError` or `UnreachableError`.
 */
export async function openSession(options: SessionOptions, pick: ScenarioPick): Promise<Session> {
  const folders = foldersOf(options.cwd, options.reports);
  await demandWritable(folders.reports, options.reports);
  const loaded = scaled(await loadSession(options, folders, pick), options.sloScale);
  const { name, environment } = loaded.chosen;
  try {
    demandMirror(name, environment, options.variables);
    const { targets, channelClients, close } = await openTargets(environment, options);
    const lease = await leasePlace(environment, { targets, variables: options.variables });
    const own = await ownProcess();
    const today = new Date(systemClock.epochMs()).toISOString().slice(0, 10);
    const compare = (scenarios: readonly ScenarioResult[]) =>
      options.baseline === undefined ? undefined : compareWithBaseline({ scenarios }, options.baseline, today);
    const run = async (onEvent: (event: RunEvent) => void): Promise<SessionOutcome> => {
      const [{ runScenarios }, { decode }] = await Promise.all([
        import('../engine/run.ts'),
        import('../detectors/decode.ts'),
      ]);
      const runId = newRunId(systemClock, systemRandom);
      const folder = `${folders.reports}/${runId}`;
      const writer = runWriter({
        disk: systemDisk,
        reports: folders.reports,
        runId,
        showAccounts: options.showAccounts,
        inputs: loaded.inputs,
        gitCommit: await gitCommit(options.cwd),
        compare: options.baseline === undefined ? undefined : (card) => compare(card.scenarios) ?? emptyComparison,
      });
      const watch = watchStalls();
      const request: RunRequest = {
        runId,
        environmentName: name,
        environment,
        ...(loaded.stagingId === undefined ? {} : { stagingId: loaded.stagingId }),
        scenarios: loaded.scenarios,
        catalogue: loaded.catalogue,
        decode,
        targets,
        channelClients,
        clock: systemClock,
        stalls: watch.stalls,
        random: systemRandom,
        disk: systemDisk,
        folders: { report: folder, state: folders.state },
        process: own,
        underLock: () => recoverBefore({ ...options, folders, own, loaded, underLockOf: runId }),
        toolVersion: options.version,
        lease,
        ...(options.trials === undefined ? {} : { trials: options.trials }),
        ...(options.sloScale === undefined ? {} : { sloScale: options.sloScale }),
        stop: options.stopping.stop,
        abandon: options.stopping.abandon,
        onEvent: (event) => {
          if (event.kind === 'trial-ended') writer.save(event.soFar);
          onEvent(event);
        },
      };
      const watchdog = await watchdogFor(environment, { options, name, folders, own });
      const { scorecard, exitCode: judged } = await watched(watchdog, () => runScenarios(request)).finally(watch.end);
      const comparison = compare(scorecard.scenarios);
      const exitCode = exitCodeWithBaseline(judged, comparison);
      await writer.finish(scorecard, exitCode);
      return { scorecard, exitCode, comparison, folder };
    };
    return {
      environmentName: name,
      environment,
      scenarios: loaded.scenarios,
      boundMs: boundOf(loaded.scenarios, environment, options.trials),
      run,
      compare,
      close: async () => {
        loaded.release();
        await close();
      },
    };
  } catch (error) {
    loaded.release();
    throw error;
  }
}

async function watchdogFor(
  environment: Environment,
  run: {
    readonly options: SessionOptions;
    readonly name: string;
    readonly folders: Folders;
    readonly own: Pick<OwnProcess, 'pid' | 'startedAt'>;
  },
): Promise<Watchdog | undefined> {
  if (!(environment.watchdog ?? environment.staging === 'live')) return undefined;
  const { startWatchdog } = await import('./watchdog.ts');
  const { cwd, config, reports, version } = run.options;
  const { pid, startedAt } = run.own;
  return startWatchdog({ cwd, config, reports, version, environment: run.name, pid, startedAt }, run.folders);
}

/** Sends the watchdog home when a run has ended. Of an error that nobody foresaw the journal may know more than we do. */
async function watched<Outcome>(watchdog: Watchdog | undefined, run: () => Promise<Outcome>): Promise<Outcome> {
  try {
    const outcome = await run();
    watchdog?.end();
    return outcome;
  } catch (error) {
    if (error instanceof WindshearError) watchdog?.end();
    throw error;
  }
}

function scaled(loaded: LoadedSession, factor: number | undefined): LoadedSession {
  if (factor === undefined) return loaded;
  const { chosen, scenarios } = loaded;
  return {
    ...loaded,
    chosen: { ...chosen, environment: scaleEnvironment(chosen.environment, factor) },
    scenarios: scenarios.map((scenario) => scaleScenario(scenario, factor)),
  };
}

const emptyComparison: Comparison = { lines: [], exitCode: 0 };

/** Three SLOs after a control and after a fault, exposure, revert and canaries; one trial after the other. */
function boundOf(scenarios: readonly BoundScenario[], environment: Environment, trials: number | undefined): number {
  const perTrial = scenarios.map(({ scenario }) => {
    const { detections, guardrails, blind, blindGuardrails } = scenario.expect;
    const all = [...detections, ...guardrails, ...blind, ...blindGuardrails];
    const longestSlo = Math.max(0, ...all.map((e) => e.within));
    const exposure = scenario.maxExposure ?? environment.budgets.maxExposure;
    const once = 6 * longestSlo + exposure + environment.revertBudget + environment.stability + 60_000;
    return once * (trials ?? scenario.trials);
  });
  return perTrial.reduce((sum, ms) => sum + ms, 60_000);
}

/** The commit of the folder, or undefined outside a repository or without git. */
async function gitCommit(cwd: string): Promise<string | undefined> {
  const git = promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd, timeout: 2000 });
  return git.then(({ stdout }) => stdout.trim()).catch(() => undefined);
}

/** A run must not find out only when it begins that its results have no place. Throws `UsageError`; makes nothing. */
async function demandWritable(path: string, name: string): Promise<void> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) throw new UsageError(`--reports: '${name}' is a file; name a folder.`);
    await access(path, constants.W_OK);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = errorCode(error);
    const parent = dirname(path);
    if (code === 'ENOENT' && parent !== path) return demandWritable(parent, name);
    throw new UsageError(`--reports: nothing can be written to '${name}' (${code}); name another folder.`);
  }
}
