import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { exitCodes, RefusedError } from '../model/errors.ts';
import type { CommandDefinition } from './command.ts';
import { defaultReports, withOutputOptions } from './options.ts';

interface AcceptOptions {
  readonly reports: string;
  readonly baseline?: string;
  readonly reason?: string;
  readonly owner?: string;
  readonly expires?: string;
  readonly json?: boolean;
  readonly color: boolean;
}

/** `windshear baseline accept [run]`: makes a run what later runs are compared with. */
export const baselineCommand: CommandDefinition = {
  define: (command, host) => {
    const accept = command
      .command('accept')
      .summary('make a run the baseline')
      .description(
        'Writes the verdicts of a run to the baseline; lines that did not run or are inconclusive keep theirs.',
      )
      .argument('[run]', 'id or folder of a run', 'latest')
      .option('--reports <dir>', 'where runs are written', defaultReports)
      .option('--baseline <file>', 'file to write; <reports>/baseline.json by default')
      .option('--reason <text>', 'why lines that are not met are accepted')
      .option('--owner <name>', 'who will close these gaps')
      .option('--expires <day>', 'day from which they fail again (2027-03-31)', isoDay)
      .action((run: string, options: AcceptOptions) => acceptRun(run, options));
    withOutputOptions(accept);

    async function acceptRun(run: string, options: AcceptOptions): Promise<void> {
      const [{ systemDisk: disk }, { readBaseline, readRun }, { acceptBaseline }] = await Promise.all([
        import('../system/system-disk.ts'),
        import('../session/read-run.ts'),
        import('../scorecard/baseline.ts'),
      ]);
      const console = host.console(options);
      const reports = resolve(console.cwd, options.reports);
      const file = resolve(console.cwd, options.baseline ?? `${reports}/baseline.json`);
      const { scorecard } = await readRun(disk, reports, run);
      const { dirty, unverified } = scorecard.summary.rollback;
      if (dirty + unverified > 0) {
        const what = `Run '${scorecard.run.id}' has ${dirty + unverified} rollbacks that are dirty or unverified`;
        throw new RefusedError('dirty-baseline', `${what}; nothing was written. Run: windshear recover`);
      }
      if (scorecard.run.sloScale !== undefined) {
        const what = `Run '${scorecard.run.id}' was a rehearsal with SLOs multiplied by ${scorecard.run.sloScale}`;
        throw new RefusedError('rehearsal', `${what}; nothing was written. Accept a run without --slo-scale.`);
      }
      const before = (await disk.exists(file)) ? await readBaseline(disk, file) : undefined;
      const baseline = acceptBaseline(scorecard, before, options, new Date().toISOString());
      await disk.writeDurably(file, new TextEncoder().encode(`${JSON.stringify(baseline, null, 2)}\n`));
      const entries = Object.values(baseline.scenarios).flatMap((s) => Object.values(s));
      const gaps = entries.filter((entry) => !entry.met).length;
      if (options.json === true) console.out(JSON.stringify(baseline));
      else
        console.out(`Wrote ${file}: ${entries.length - gaps} met, ${gaps} known gaps, from run ${scorecard.run.id}.`);
      host.end(exitCodes.met);
    }
  },
};

function isoDay(value: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
  if (!isDay) throw new InvalidArgumentError('It must be a day such as 2027-03-31.');
  return value;
}
