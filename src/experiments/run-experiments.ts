import { existsSync } from 'node:fs';
import { type ExitCode, exitCodes, UsageError, WindshearError } from '../model/errors.ts';
import type { RunEvent } from '../model/run.ts';
import { firstExitCode } from '../model/summary.ts';
import type { Session, SessionOutcome } from '../session/session.ts';
import { ClaimError } from './claim-error.ts';
import { registry } from './host.ts';
import { startSession } from './start-session.ts';
import { type TestOutcome, testReport } from './test-report.ts';

export interface ExperimentsOutcome {
  /** Absent where no scenario was run. */
  readonly outcome?: SessionOutcome | undefined;
  readonly exitCode: ExitCode;
  /** Renders the tests and what failed in them. */
  readonly report: (options: {
    readonly colour: boolean;
    readonly columns: number;
    readonly quiet?: boolean | undefined;
  }) => string;
}

/**
 * Runs experiment files with mocha as a library, and adds the full exit codes: a claim that is a known gap leaves its
 * test pending, an inconclusive one counts as 3, every other failure as 1.
 */
export async function runExperiments(
  request: { readonly files: readonly string[]; readonly grep?: string | undefined },
  open: (scenarios: readonly string[]) => Promise<Session>,
  onEvent: (event: RunEvent) => void,
): Promise<ExperimentsOutcome> {
  const missing = request.files.filter((file) => !existsSync(file));
  if (missing.length > 0) throw new UsageError(missing.map((file) => `There is no experiment ${file}.`).join('\n'));
  const { default: Mocha } = await import('mocha');
  const tests: TestOutcome[] = [];
  let outcome: Promise<SessionOutcome> | undefined;
  let refusal: Error | undefined;
  registry.host = {
    start: async (scenarios, hear) => {
      try {
        const session = await open(scenarios);
        const started = startSession(
          session,
          (event) => both(event, onEvent, hear),
          () => undefined,
        );
        outcome = started.outcome;
        return started;
      } catch (error) {
        refusal = error instanceof Error ? error : new Error(String(error));
        throw error;
      }
    },
  };
  /** Prints nothing: `testReport` shows the results. */
  class Silent extends Mocha.reporters.Base {}
  const mocha = new Mocha({ ui: 'bdd', reporter: Silent, failZero: true, timeout: 10_000 });
  for (const file of request.files) mocha.addFile(file);
  if (request.grep !== undefined) mocha.fgrep(request.grep);
  await loadFiles(mocha);
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    registry.runner = runner;
    collect(runner, tests);
  });
  mocha.dispose();
  // Nothing but the run's own refusal is worth saying where it did not start.
  if (refusal !== undefined) throw refusal;
  const done = outcome === undefined ? undefined : await outcome;
  if (tests.length === 0) throw new UsageError('No test is left to run.');
  const codes = tests.map(codeOf);
  const exitCode = firstExitCode([...codes, ...(done === undefined ? [] : [done.exitCode])]);
  const report = (how: Parameters<ExperimentsOutcome['report']>[0]) =>
    [testReport(tests, how), ...recordedOtherwise(codes, exitCode, done)].join('\n');
  return { outcome: done, exitCode, report };
}

/** Tests may claim more than the scenarios expect, which the scorecard knows nothing of. */
function recordedOtherwise(codes: readonly ExitCode[], exitCode: ExitCode, done: SessionOutcome | undefined) {
  if (done === undefined || done.exitCode === exitCode) return [];
  const failed = codes.filter((code) => code === exitCode).length;
  const what = failed === 1 ? '1 test' : `${failed} tests`;
  return [
    '',
    `  ${what} failed beyond what the scenarios expect: the exit code is ${exitCode}, and the scorecard records that of the run, ${done.exitCode}.`,
  ];
}

function both(event: RunEvent, ...listeners: readonly ((event: RunEvent) => void)[]): void {
  for (const listener of listeners) listener(event);
}

async function loadFiles(mocha: Mocha): Promise<void> {
  let loading = '';
  mocha.suite.on('pre-require', (_context, file) => {
    loading = file;
  });
  try {
    await mocha.loadFilesAsync();
  } catch (error) {
    if (error instanceof WindshearError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    const todo = text.includes('import statement outside a module')
      ? '. An experiment is an ES module: set "type": "module" in the package.json beside it, or let its name end in .mts'
      : '';
    throw new UsageError(`The experiment ${loading} cannot be loaded: ${text}${todo}`, { cause: error });
  }
}

function collect(runner: Mocha.Runner, tests: TestOutcome[]): void {
  const about = (test: Mocha.Runnable) => ({ scenario: test.parent?.titlePath().join(' › ') ?? '', title: test.title });
  runner.on('pass', (test) => tests.push({ ...about(test), status: 'passed' }));
  runner.on('pending', (test) => tests.push({ ...about(test), status: 'pending' }));
  runner.on('fail', (test, error: unknown) => tests.push({ ...about(test), status: 'failed', error }));
}

function codeOf(test: TestOutcome): ExitCode {
  if (test.status !== 'failed') return exitCodes.met;
  if (test.error instanceof ClaimError) return test.error.inconclusive ? exitCodes.inconclusive : exitCodes.failed;
  return test.error instanceof WindshearError ? test.error.exitCode : exitCodes.failed;
}
