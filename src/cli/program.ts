import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { type ExitCode, exitCodes, WindshearError } from '../model/errors.ts';
import { type CommandHost, commands } from './command.ts';
import { wantsColour } from './console.ts';

const exitCodeHelp = `
Exit codes:
  0 met, or no worse than the baseline   1 an expectation failed      2 usage or invalid file
  3 something is inconclusive            4 refused by a safety rule   5 nothing could be reached
  6 a rollback is dirty or unverified   70 internal error           130 stopped, all reverted`;

/** Carries out a command line and answers its exit code; whatever goes wrong becomes one sentence. */
export async function carryOut(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCodes.met;
  const host: CommandHost = {
    version: packageVersion(),
    end: (end) => {
      code = end;
    },
    console: ({ color, json }) => {
      const write = (stream: NodeJS.WriteStream) => (text: string) => {
        stream.write(text.endsWith('\n') ? text : `${text}\n`);
      };
      const shown = json === true ? process.stderr : process.stdout;
      return {
        out: write(process.stdout),
        err: write(process.stderr),
        colour: wantsColour(shown.isTTY, process.env, color),
        columns: shown.columns ?? 100,
        passing: shown.isTTY === true ? (text) => shown.write(`\r\u001b[K${text}`) : undefined,
        cwd: process.cwd(),
        variables: process.env,
        stdin: process.stdin,
      };
    },
  };
  try {
    const program = await programFor(args, host);
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return explained(error, args.includes('--debug'));
  }
}

/** Defines all commands by name, and the one that is called with all that it understands. */
async function programFor(args: readonly string[], host: CommandHost): Promise<Command> {
  const program = new Command('windshear')
    .description('Injects reversible drift into staging and measures which detector or guardrail meets its SLO.')
    .version(host.version)
    .usage('<command> [options]')
    .showHelpAfterError('Run: windshear --help')
    .configureOutput({ outputError: (text, write) => write(`windshear: ${text.replace(/^error: /, '')}`) })
    .addHelpText('after', exitCodeHelp)
    .exitOverride();
  const called = args.find((arg) => !arg.startsWith('-'));
  const named = called === 'help' ? args[args.indexOf('help') + 1] : called;
  for (const { name, summary, load } of commands) {
    const command = program.command(name).summary(summary).description(summary);
    if (name === named) (await load()).define(command, host);
  }
  return program;
}

/** One sentence for every error, and the exit code that belongs to it; commander has printed its own. */
function explained(error: unknown, debug: boolean): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.met : exitCodes.usage;
  if (error instanceof WindshearError) {
    process.stderr.write(`windshear: ${error.message}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`windshear: Internal error: ${text}${debug ? '' : ' Run again with --debug to see where.'}\n`);
  if (debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exitCodes.internal;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
