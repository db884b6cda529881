import { exitCodes } from '../model/errors.ts';
import type { CommandDefinition } from './command.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

/** `windshear validate [file or folder …]`: checks environments and scenarios, and touches nothing. */
export const validateCommand: CommandDefinition = {
  define: (command, host) => {
    withCommonOptions(command)
      .argument('[scenario...]', 'scenario files or folders; scenarios/ without')
      .action(async (paths: readonly string[], options: CommonOptions) => {
        const [{ validateFiles }, { catalogue }, { problemText }, { counted }, { plainText }] = await Promise.all([
          import('../loading/validate.ts'),
          import('../catalogue.ts'),
          import('../model/problems.ts'),
          import('../scorecard/figures.ts'),
          import('../scorecard/plain-text.ts'),
        ]);
        const console = host.console(options);
        const { problems, warnings, counts } = await validateFiles({
          environmentFile: options.config,
          environment: options.env,
          scenarios: paths.length === 0 ? undefined : paths,
          catalogue,
        });
        host.end(problems.length === 0 ? exitCodes.met : exitCodes.usage);
        if (options.json === true) return console.out(JSON.stringify({ counts, problems, warnings }));
        for (const problem of problems) console.err(plainText(problemText(problem)));
        for (const warning of warnings) console.err(`${plainText(problemText(warning))} (warning)`);
        if (problems.length > 0) return console.err(`${counted(problems.length, 'problem')}; nothing was touched.`);
        const { scenarios, environments, expectations } = counts;
        const what = [
          counted(environments, 'environment'),
          counted(scenarios, 'scenario'),
          counted(expectations, 'expectation'),
        ];
        if (options.quiet !== true) console.out(`Valid: ${what.join(', ')}.`);
      });
  },
};
