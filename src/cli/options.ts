import { type Command, InvalidArgumentError, Option } from 'commander';

/** Options that every command which opens an environment understands (DESIGN §10). */
export interface CommonOptions {
  readonly config: string;
  readonly env?: string;
  readonly reports: string;
  readonly json?: boolean;
  readonly color: boolean;
  readonly quiet?: boolean;
  readonly showAccounts?: boolean;
  readonly debug?: boolean;
}

/** Options that pick scenarios. */
export interface PickOptions {
  readonly tag?: readonly string[];
  readonly grep?: string;
  readonly trials?: number;
}

/** Where runs are written unless told otherwise. */
export const defaultReports = 'reports';

/** Adds output and environment options to a command. */
export function withCommonOptions(command: Command): Command {
  return withOutputOptions(command)
    .option('--config <file>', 'file with the environments', 'windshear.yaml')
    .option('--env <name>', 'environment to use; a live one is never implied')
    .option('--reports <dir>', 'where runs are written', defaultReports);
}

/** Adds the options that say how a command prints. */
export function withOutputOptions(command: Command): Command {
  return command
    .option('--json', 'machine output on stdout, the rest on stderr')
    .option('--no-color', 'no colours; NO_COLOR says the same')
    .option('--quiet', 'only results and problems')
    .option('--show-accounts', 'whole account ids instead of their last four digits')
    .addOption(new Option('--debug', 'stack traces of internal errors').hideHelp());
}

/** Adds the options that pick scenarios. */
export function withPickOptions(command: Command): Command {
  return command
    .option('--tag <tag>', 'only scenarios with this tag; may be repeated', collect)
    .option('--grep <text>', 'only scenarios whose id or title contains this, or tests whose title does')
    .option('--trials <n>', 'trials of each scenario', positiveInteger);
}

/** Gathers an option that may be repeated. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Reads a whole number of at least 1. */
export function positiveInteger(value: string): number {
  const n = Number(value);
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError(`It must be a whole number of at least 1.`);
  return n;
}
