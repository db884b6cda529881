import type { RecoveredRun, RecoverOutcome } from '../engine/recover-request.ts';
import { UsageError } from '../model/errors.ts';
import type { CommandDefinition } from './command.ts';
import type { Console } from './console.ts';
import { type CommonOptions, defaultReports, withCommonOptions } from './options.ts';

interface RecoverOptions extends CommonOptions {
  readonly from?: string;
  readonly forget?: string;
}

/** `windshear recover`: reverts what dead runs left in, newest first, verifies it, and reports each fault. */
export const recoverCommand: CommandDefinition = {
  define: (command, host) => {
    withCommonOptions(command)
      .option('--from <mirror>', "bring runs here whose disk is lost, from the environment's mirror")
      .option('--forget <run>', 'take the lease of this run of another machine: a person has looked at what it left in')
      .action(async (options: RecoverOptions) => {
        if ((options.from ?? options.forget) !== undefined && options.env === undefined)
          throw new UsageError('--from and --forget are of one environment; name it by --env.');
        const [{ recoverSession }, { foldersOf }, { ownProcess }, { listenForStop }, { systemDisk }] =
          await Promise.all([
            import('../session/recover-session.ts'),
            import('../session/folders.ts'),
            import('../session/own-process.ts'),
            import('../session/run-stop.ts'),
            import('../system/system-disk.ts'),
          ]);
        const console = host.console(options);
        const folders = foldersOf(console.cwd, options.reports);
        const stopping = listenForStop(folders, console.err);
        try {
          const outcome = await recoverSession({
            config: options.config,
            environment: options.env,
            from: options.from,
            forget: options.forget,
            folders,
            own: await ownProcess(),
            version: host.version,
            variables: console.variables,
            notice: (text) => {
              if (options.quiet !== true) console.err(`  ${text}`);
            },
            stopping,
          });
          const isNothing = outcome.runs.length + outcome.refused.length === 0;
          if (isNothing && options.reports !== defaultReports && !(await systemDisk.exists(folders.reports)))
            throw new UsageError(`There is no folder '${options.reports}' to look for runs in.`);
          if (options.json === true)
            console.out(JSON.stringify({ ...outcome, refused: outcome.refused.map((r) => r.message) }));
          else await print(outcome, console, options.showAccounts === true);
          host.end(outcome.exitCode);
        } finally {
          stopping.release();
        }
      });
  },
};

async function print(outcome: RecoverOutcome, console: Console, showAccounts: boolean): Promise<void> {
  const [{ palette }, { shownText }] = await Promise.all([
    import('../scorecard/palette.ts'),
    import('../scorecard/plain-text.ts'),
  ]);
  const paint = palette(console.colour);
  const text = (value: string) => shownText(value, showAccounts);
  for (const run of outcome.runs) {
    console.out(
      `  ${paint.bold(text(run.runId))}${run.environment === undefined ? '' : ` on ${text(run.environment)}`}`,
    );
    for (const line of linesOf(run)) {
      const tint = line.good ? paint.green('✔') : paint.red('✘');
      console.out(`    ${tint} ${text(line.text)}`);
    }
  }
  for (const refusal of outcome.refused) console.err(`  ${paint.red('✘')} ${text(refusal.message)}`);
  if (outcome.runs.length + outcome.refused.length === 0)
    console.out('Nothing to recover: no dead run of this folder has left anything in.');
  else if (outcome.exitCode === 0) console.out(`  ${paint.green('Everything is put back.')}`);
}

function linesOf(run: RecoveredRun): readonly { readonly good: boolean; readonly text: string }[] {
  const bad = (text: string) => ({ good: false, text });
  const faults = run.faults.map(({ scenario, role, rollback, touches }) => ({
    good: rollback.verdict !== 'dirty' && rollback.verdict !== 'unverified',
    text: `${scenario} ${role === 'control' ? 'control ' : ''}${touches.join(', ')}: ${rollback.verdict}. ${rollback.reason}`,
  }));
  const programs = (run.programs ?? []).flatMap(({ scenario, program, pid, end }) => {
    const whose = scenario === undefined ? '' : `${scenario} `;
    const text = `${whose}program '${program}' (pid ${pid}): ended. It had outlived the run.`;
    return end === 'ended' ? [{ good: true, text }] : [];
  });
  const lines = run.damaged.map(({ line }) => String(line)).join(', ');
  const where =
    run.states === undefined
      ? ''
      : ` Compare what lies in '${run.states}' with the target, put right what differs, and delete that folder.`;
  const damaged =
    run.damaged.length === 0 || run.closed !== undefined
      ? run.damaged.map(({ line }) => bad(`Line ${line} of the journal is damaged.`))
      : [bad(`Line ${lines} of the journal is damaged: what it told of may still be in.${where}`)];
  const closed = run.closed === undefined ? [] : [{ good: true, text: run.closed }];
  const all = [...programs, ...faults, ...closed, ...damaged, ...run.problems.map(bad)];
  return all.length > 0 ? all : [{ good: true, text: 'Nothing of it was left in.' }];
}
