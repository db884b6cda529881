import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { exitCodes, UsageError } from '../model/errors.ts';
import type { CommandDefinition, CommandHost } from './command.ts';
import type { Console } from './console.ts';
import { type CommonOptions, type PickOptions, withCommonOptions, withPickOptions } from './options.ts';

interface RunOptions extends CommonOptions, PickOptions {
  readonly baseline?: string;
  readonly rerunFailed?: string;
  readonly stopFile?: string;
  readonly sloScale?: number;
}

/** `windshear run [scenario or experiment …]`: scenarios by id, file or folder, or experiments by file. */
export const runCommand: CommandDefinition = {
  define: (command, host) => {
    withPickOptions(withCommonOptions(command))
      .argument('[what...]', 'scenarios by id, file or folder, or experiment files; all scenarios without')
      .option('--baseline <file>', 'compare with this baseline; known gaps do not fail')
      .option('--rerun-failed <run>', 'only the scenarios that were not met in this run')
      .option('--stop-file <file>', 'one more file whose appearance ends the run')
      .option('--slo-scale <factor>', 'multiply every SLO, to rehearse; verdicts on times then mean nothing', aFactor)
      .action(async (what: readonly string[], options: RunOptions) => {
        const experiments = what.filter((name) => /\.[cm]?[jt]s$/.test(name));
        if (experiments.length === 0) return runScenarioFiles(host, what, options);
        if (experiments.length < what.length) {
          throw new UsageError('Run either scenarios or experiments; an experiment names its scenario itself.');
        }
        if (options.tag !== undefined || options.rerunFailed !== undefined) {
          throw new UsageError('--tag and --rerun-failed pick scenarios; pick tests of experiments by --grep.');
        }
        return runExperimentFiles(host, experiments, options);
      });
  },
};

async function runScenarioFiles(host: CommandHost, names: readonly string[], options: RunOptions): Promise<void> {
  const { openSession } = await import('../session/session.ts');
  const run = await prepare(host, options);
  try {
    const only = options.rerunFailed === undefined ? undefined : await notMet(run.console, options);
    const session = await openSession(run.sessionOptions, { names, tags: options.tag, grep: options.grep, only });
    try {
      const outcome = await session.run(run.printer.hear);
      await run.finish(outcome);
      host.end(outcome.exitCode);
    } finally {
      await session.close();
    }
  } finally {
    run.release();
  }
}

async function runExperimentFiles(host: CommandHost, files: readonly string[], options: RunOptions): Promise<void> {
  const [{ runExperiments }, { openSession }] = await Promise.all([
    import('../experiments/run-experiments.ts'),
    import('../session/session.ts'),
  ]);
  const run = await prepare(host, options);
  try {
    const request = { files: files.map((file) => resolve(run.console.cwd, file)), grep: options.grep };
    const { outcome, exitCode, report } = await runExperiments(
      request,
      (scenarios) => openSession(run.sessionOptions, { names: scenarios }),
      run.printer.hear,
    );
    run.printer.end();
    if (outcome !== undefined)
      await run.finish({ ...outcome, exitCode }, report({ ...run.console, quiet: options.quiet }));
    else run.print(report({ ...run.console, quiet: options.quiet }));
    host.end(exitCode);
  } finally {
    run.release();
  }
}

/** What both ways of running share: console, printer, baseline, ways to stop, and the end of it all. */
async function prepare(host: CommandHost, options: RunOptions) {
  const [{ listenForStop }, { foldersOf }, { runPrinter }, { readBaseline }, { systemDisk }] = await Promise.all([
    import('../session/run-stop.ts'),
    import('../session/folders.ts'),
    import('./run-printer.ts'),
    import('../session/read-run.ts'),
    import('../system/system-disk.ts'),
  ]);
  if (options.sloScale !== undefined && options.baseline !== undefined)
    throw new UsageError('--slo-scale changes every SLO, so the run cannot be compared with a --baseline.');
  const console = host.console(options);
  const print = options.json === true ? console.err : console.out;
  const file = options.baseline === undefined ? undefined : resolve(console.cwd, options.baseline);
  const baseline = file === undefined ? undefined : await readBaseline(systemDisk, file);
  const printer = runPrinter(print, console.passing, {
    console,
    quiet: options.quiet === true,
    showAccounts: options.showAccounts === true,
    version: host.version,
    trials: options.trials,
  });
  const say = (line: string) => {
    printer.end();
    console.err(line);
  };
  const stopping = listenForStop(foldersOf(console.cwd, options.reports), say, options.stopFile);
  const finish = async (outcome: import('../session/session.ts').SessionOutcome, before = '') => {
    const [{ finalReport }, { relative }] = await Promise.all([
      import('../scorecard/terminal.ts'),
      import('node:path'),
    ]);
    printer.end();
    if (before !== '') print(before);
    const { scorecard, exitCode, comparison, folder } = outcome;
    print(
      finalReport(scorecard, exitCode, {
        ...console,
        showAccounts: options.showAccounts === true,
        comparison,
      }).trimEnd(),
    );
    print(`  Scorecard     ${relative(console.cwd, folder) || folder}/scorecard.md\n`);
    if (options.json === true) console.out(JSON.stringify({ ...scorecard, run: { ...scorecard.run, exitCode } }));
  };
  return {
    console,
    print,
    printer,
    finish,
    release: stopping.release,
    sessionOptions: {
      cwd: console.cwd,
      config: options.config,
      environment: options.env,
      reports: options.reports,
      baseline,
      showAccounts: options.showAccounts === true,
      trials: options.trials,
      sloScale: options.sloScale,
      version: host.version,
      variables: console.variables,
      notice: printer.notice,
      stopping,
    },
  };
}

async function notMet(console: Console, options: RunOptions): Promise<ReadonlySet<string>> {
  const [{ readRun }, { systemDisk }, { resultLines }] = await Promise.all([
    import('../session/read-run.ts'),
    import('../system/system-disk.ts'),
    import('../scorecard/results.ts'),
  ]);
  const run = await readRun(systemDisk, resolve(console.cwd, options.reports), options.rerunFailed ?? 'latest');
  const ids = resultLines(run.scorecard).flatMap((line) => (line.outcome === 'met' ? [] : [line.scenario]));
  if (ids.length > 0) return new Set(ids);
  throw new UsageError(
    `Run '${run.scorecard.run.id}' has nothing to run again: every line is met (exit ${exitCodes.met}).`,
  );
}

function aFactor(value: string): number {
  const factor = Number(value);
  if (!(factor >= 0.01 && factor <= 100)) throw new InvalidArgumentError('It must be a number from 0.01 to 100.');
  return factor;
}
