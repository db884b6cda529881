import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { type ExitCode, exitCodes, WindshearError } from '../model/errors.ts';
import { harmlessPage, plainText } from '../scorecard/plain-text.ts';
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
      const shown = json === true ? process.stderr : process.stdout;
      const colour = wantsColour(shown.isTTY, process.env, color);
      const write = (stream: NodeJS.WriteStream) => (text: string) => {
        stream.write(harmlessPage(text.endsWith('\n') ? text : `${text}\n`, colour));
      };
      return {
        out: write(process.stdout),
        err: write(process.stderr),
        colour,
        columns: shown.columns ?? 100,
        passing: shown.isTTY === true ? (text) => shown.write(`\r\u001b[K${harmlessPage(text, colour)}`) : undefined,
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
    .configureOutput({
      outputError: (text, write) => write(harmlessPage(`windshear: ${text.replace(/^error: /, '')}`, false)),
    })
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
    complain(error.message);
    return error.exitCode;
  }
  const text = error instanceof Error ? error.message : String(error);
  complain(`Internal error: ${text}${debug ? '' : ' Run again with --debug to see where.'}`);
  if (debug && error instanceof Error) process.stderr.write(harmlessPage(`${error.stack}\n`, false));
  return exitCodes.internal;
}

/** Problems of files are told a line each, so the message keeps its lines; each of them is shown like any other text. */
function complain(message: string): void {
  const lines = message.split('\n').map((line) => plainText(line));
  process.stderr.write(`windshear: ${lines.join('\n')}\n`);
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
