import type { Command } from 'commander';
import type { ExitCode } from '../model/errors.ts';
import type { Console } from './console.ts';

/** A command as its file exports it: adds arguments, options and help; its work is loaded when it is called. */
export interface CommandDefinition {
  /** Calls `end` with the exit code of a call. */
  readonly define: (command: Command, host: CommandHost) => void;
}

export interface CommandHost {
  readonly console: (options: {
    readonly color?: boolean;
    readonly json?: boolean;
    readonly quiet?: boolean;
  }) => Console;
  readonly version: string;
  readonly end: (code: ExitCode) => void;
}

interface ListedCommand {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandDefinition>;
}

/** Every command with the line that `--help` shows; the files are loaded only for the command that is called. */
export const commands: readonly ListedCommand[] = [
  {
    name: 'run',
    summary: 'inject, measure, revert and write a scorecard',
    load: async () => (await import('./run.ts')).runCommand,
  },
  {
    name: 'plan',
    summary: 'show what a run would do, and change nothing',
    load: async () => (await import('./plan.ts')).planCommand,
  },
  {
    name: 'recover',
    summary: 'revert what a killed run left in',
    load: async () => (await import('./recover.ts')).recoverCommand,
  },
  {
    name: 'stop',
    summary: 'end running game days and revert what is in',
    load: async () => (await import('./stop.ts')).stopCommand,
  },
  {
    name: 'validate',
    summary: 'check environments and scenarios, all problems at once',
    load: async () => (await import('./validate.ts')).validateCommand,
  },
  {
    name: 'list',
    summary: 'list faults, detectors, channels, formats, canaries, guardrails, probes, loads or scenarios',
    load: async () => (await import('./list.ts')).listCommand,
  },
  {
    name: 'parse',
    summary: 'turn raw alerts into signals, a JSON object a line',
    load: async () => (await import('./parse.ts')).parseCommand,
  },
  {
    name: 'baseline',
    summary: 'accept a run as what later runs are compared with',
    load: async () => (await import('./baseline.ts')).baselineCommand,
  },
  {
    name: 'report',
    summary: 'print the scorecard of a run again, or verify its manifest',
    load: async () => (await import('./report.ts')).reportCommand,
  },
  {
    name: 'diff',
    summary: 'compare two runs',
    load: async () => (await import('./diff.ts')).diffCommand,
  },
  {
    name: 'explain',
    summary: 'say what a reason or exit code means',
    load: async () => (await import('./explain.ts')).explainCommand,
  },
  {
    name: 'staging',
    summary: 'start, stop or show the embedded staging',
    load: async () => (await import('./staging.ts')).stagingCommand,
  },
];
