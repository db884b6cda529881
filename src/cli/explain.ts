import { exitCodes, UsageError } from '../model/errors.ts';
import { suggestion } from '../model/nearest.ts';
import { reasonCodes } from '../model/verdict.ts';
import { nextStepFor } from '../scorecard/next-step.ts';
import type { CommandDefinition } from './command.ts';

/** `windshear explain <code>`: the meaning of a reason code or an exit code, and what to do. */
export const explainCommand: CommandDefinition = {
  define: (command, host) => {
    command
      .argument('[code]', 'a reason code such as channel-unproven, or an exit code; all are listed without')
      .option('--json', 'machine output')
      .action((code: string | undefined, options: { json?: boolean }) => {
        const console = host.console(options);
        const wanted = code === undefined ? all() : [find(code)];
        if (options.json === true) console.out(JSON.stringify(code === undefined ? wanted : wanted[0]));
        else for (const one of wanted) console.out(sentence(one));
      });
  },
};

interface Explained {
  readonly code: string;
  readonly means: string;
  readonly next?: string;
}

const exitMeanings: Readonly<Record<string, string>> = {
  met: 'All expectations are met, or the run is no worse than the baseline.',
  failed: 'An expectation failed, or became worse than the baseline.',
  usage: 'The command or a file is invalid; nothing was started.',
  inconclusive: 'Nothing failed, but something is inconclusive.',
  refused: 'A safety rule refused.',
  unreachable: 'Nothing was injected: a target, or every channel in use, was unreachable.',
  dirty: 'A rollback is dirty or unverified. Run: windshear recover',
  internal: 'The harness failed in a trial, or itself.',
  stopped: 'A person or a signal stopped the run; all is reverted.',
};

function all(): readonly Explained[] {
  const exits = Object.entries(exitCodes).map(([name, code]) => ({
    code: String(code),
    means: exitMeanings[name] ?? '',
  }));
  return [...exits, ...Object.keys(reasonCodes).map(reason)];
}

function reason(code: string): Explained {
  const next = nextStepFor(code);
  const means: Readonly<Record<string, string>> = reasonCodes;
  return { code, means: means[code] ?? '', ...(next === undefined ? {} : { next }) };
}

function find(code: string): Explained {
  const known = all();
  const found = known.find((one) => one.code === code);
  if (found !== undefined) return found;
  const isExit = (text: string) => /^\d+$/.test(text);
  const alike = known.map((one) => one.code).filter((one) => isExit(one) === isExit(code));
  throw new UsageError(`'${code}' is no reason or exit code${suggestion(code, alike)}`);
}

function sentence({ code, means, next }: Explained): string {
  return `${code.padEnd(22)} ${means}${next === undefined ? '' : `\n${' '.repeat(23)}→ ${next}`}`;
}
