import { resolve } from 'node:path';
import { exitCodes } from '../model/errors.ts';
import type { DiffLine } from '../scorecard/diff.ts';
import type { CommandDefinition } from './command.ts';
import { defaultReports, withOutputOptions } from './options.ts';

interface DiffOptions {
  readonly reports: string;
  readonly json?: boolean;
  readonly color: boolean;
}

/** `windshear diff <before> <after>`: what changed between two runs; exit code 1 where a line became worse. */
export const diffCommand: CommandDefinition = {
  define: (command, host) => {
    withOutputOptions(command)
      .argument('<before>', 'id or folder of the earlier run')
      .argument('[after]', 'id or folder of the later run', 'latest')
      .option('--reports <dir>', 'where runs are written', defaultReports)
      .action(async (before: string, after: string, options: DiffOptions) => {
        const [{ systemDisk: disk }, { readRun }, { diffRuns }, { palette }, { plainText }, { shownTime }] =
          await Promise.all([
            import('../system/system-disk.ts'),
            import('../session/read-run.ts'),
            import('../scorecard/diff.ts'),
            import('../scorecard/palette.ts'),
            import('../scorecard/plain-text.ts'),
            import('../scorecard/figures.ts'),
          ]);
        const console = host.console(options);
        const reports = resolve(console.cwd, options.reports);
        const [first, second] = [await readRun(disk, reports, before), await readRun(disk, reports, after)];
        const lines = diffRuns(first.scorecard, second.scorecard);
        host.end(lines.some((line) => line.change === 'worse') ? exitCodes.failed : exitCodes.met);
        if (options.json === true) return console.out(JSON.stringify(lines));
        const paint = palette(console.colour);
        const tints = {
          better: paint.green,
          worse: paint.red,
          changed: paint.yellow,
          added: paint.cyan,
          removed: paint.cyan,
        };
        const side = (line: DiffLine['before']) =>
          line === undefined ? '–' : `${plainText(line.verdict)} ${shownTime(line.time)}`.trimEnd();
        for (const line of lines) {
          if (line.change === 'same') continue;
          const what = `${plainText(line.scenario)} ${plainText(line.id)}`;
          console.out(
            `  ${tints[line.change](line.change.padEnd(8))} ${what}: ${side(line.before)} → ${side(line.after)}`,
          );
        }
        const same = lines.filter((line) => line.change === 'same').length;
        console.out(paint.dim(`  ${same} of ${lines.length} lines are the same.`));
      });
  },
};
