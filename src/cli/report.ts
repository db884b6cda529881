import { resolve } from 'node:path';
import type { Disk } from '../model/disk.ts';
import { type ExitCode, exitCodes, UsageError } from '../model/errors.ts';
import type { CommandDefinition, CommandHost } from './command.ts';
import { defaultReports, withOutputOptions } from './options.ts';

interface ReportOptions {
  readonly reports: string;
  readonly baseline?: string;
  readonly format: string;
  readonly verify?: boolean;
  readonly showAccounts?: boolean;
  readonly json?: boolean;
  readonly color: boolean;
}

const formats = ['terminal', 'markdown', 'junit', 'json'];

/** `windshear report [run]`: prints a run's scorecard again, or checks its files against their manifest. */
export const reportCommand: CommandDefinition = {
  define: (command, host) => {
    withOutputOptions(command)
      .argument('[run]', 'id or folder of a run', 'latest')
      .option('--reports <dir>', 'where runs are written', defaultReports)
      .option('--baseline <file>', 'compare with this baseline')
      .option('--format <format>', formats.join(', '), 'terminal')
      .option('--verify', 'check every file of the run against its manifest')
      .action(async (run: string, options: ReportOptions) => {
        host.end(await (options.verify === true ? verify(host, run, options) : show(host, run, options)));
      });
  },
};

async function show(host: CommandHost, run: string, options: ReportOptions): Promise<ExitCode> {
  const format = options.json === true ? 'json' : options.format;
  if (!formats.includes(format))
    throw new UsageError(`--format must be one of ${formats.join(', ')}, got '${format}'.`);
  const { disk, folder, scorecard, console, read } = await found(host, run, options);
  const [{ compareWithBaseline }, { markdown }, { junitXml }, { finalReport }] = await Promise.all([
    import('../scorecard/baseline.ts'),
    import('../scorecard/markdown.ts'),
    import('../scorecard/junit.ts'),
    import('../scorecard/terminal.ts'),
  ]);
  const today = new Date().toISOString().slice(0, 10);
  const baseline =
    options.baseline === undefined ? undefined : await read(disk, resolve(console.cwd, options.baseline));
  const comparison = baseline === undefined ? undefined : compareWithBaseline(scorecard, baseline, today);
  const page = { comparison, showAccounts: options.showAccounts === true };
  if (format === 'json') console.out(JSON.stringify(scorecard, null, 2));
  else if (format === 'markdown') console.out(markdown(scorecard, page));
  else if (format === 'junit') console.out(junitXml(scorecard, page));
  else {
    const code = exitCodeIn(scorecard.run.exitCode);
    console.out(finalReport(scorecard, code, { ...console, ...page }));
    console.out(`  Report        ${folder}`);
  }
  return exitCodes.met;
}

async function verify(host: CommandHost, run: string, options: ReportOptions): Promise<ExitCode> {
  const { disk, folder, console } = await found(host, run, options);
  const { manifestSchema, verifyManifest } = await import('../scorecard/manifest.ts');
  const path = `${folder}/manifest.json`;
  if (!(await disk.exists(path))) throw new UsageError(`There is no ${path} to verify against.`);
  const manifest = manifestSchema.safeParse(parsed(new TextDecoder().decode(await disk.read(path))));
  if (!manifest.success) throw new UsageError(`${path} is no manifest.`);
  const problems = await verifyManifest(disk, folder, manifest.data);
  if (options.json === true) console.out(JSON.stringify({ run: manifest.data.run, problems }));
  else if (problems.length === 0) console.out(`${manifest.data.files.length} files are as the run left them.`);
  else for (const problem of problems) console.out(problem);
  return problems.length === 0 ? exitCodes.met : exitCodes.failed;
}

async function found(host: CommandHost, run: string, options: ReportOptions) {
  const [{ systemDisk: disk }, { readBaseline, readRun }] = await Promise.all([
    import('../system/system-disk.ts'),
    import('../session/read-run.ts'),
  ]);
  const console = host.console(options);
  const read = (from: Disk, file: string) => readBaseline(from, file);
  return { disk, console, read, ...(await readRun(disk, resolve(console.cwd, options.reports), run)) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function exitCodeIn(code: number | undefined): ExitCode {
  return Object.values(exitCodes).find((known) => known === code) ?? exitCodes.inconclusive;
}
