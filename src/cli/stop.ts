import type { CommandDefinition } from './command.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

interface StopOptions extends CommonOptions {
  readonly stopFile?: string;
}

/** `windshear stop`: asks every run that was started in this folder, or that watches a stop file, to end and to revert what is in. */
export const stopCommand: CommandDefinition = {
  define: (command, host) => {
    withCommonOptions(command)
      .option('--stop-file <file>', 'write this stop file, which the run was told to watch')
      .action(async (options: StopOptions) => {
        const [{ askToStop }, { foldersOf }] = await Promise.all([
          import('../session/ask-to-stop.ts'),
          import('../session/folders.ts'),
        ]);
        const console = host.console(options);
        const { going, files } = await askToStop({
          folders: foldersOf(console.cwd, options.reports),
          config: options.config,
          environment: options.env,
          stopFile: options.stopFile,
        });
        if (options.json === true) console.out(JSON.stringify({ asked: going, files }));
        else if (going.length > 0)
          console.out(`Asked ${going.join(', ')} to stop: injections end at once, and what is in is reverted.`);
        else {
          const where = files.join(' or ');
          console.out(`No run is going in '${options.reports}'; one that watches ${where} stops within a second.`);
        }
      });
  },
};
