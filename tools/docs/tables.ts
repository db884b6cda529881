import type { Catalogue } from '../../src/model/catalogue.ts';
import { type ExitCode, exitCodes, exitPrecedence } from '../../src/model/errors.ts';
import { reasonCodes } from '../../src/model/verdict.ts';

const exitMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  met: 'every expectation is met, or none is worse than the baseline',
  failed: 'an expectation failed, or became worse than the baseline',
  usage: 'the command line or a file is invalid; nothing was started',
  inconclusive: 'nothing failed, but something could not be judged',
  refused: 'a safety rule refused; nothing was injected, or all was put back',
  unreachable: 'a target, or every channel in use, was unreachable; nothing was injected',
  dirty: 'a rollback is dirty or unverified: look at the environment now',
  internal: 'windshear itself failed, or a trial errored',
  stopped: 'a person or a signal stopped the run; everything was reverted',
};

/** Renders every plugin by kind: type, title and ATT&CK techniques, where it has some. */
export function catalogueTables(catalogue: Catalogue): string {
  const kinds = [
    ['Faults', catalogue.faults],
    ['Channels', catalogue.channels],
    ['Formats', catalogue.formats],
    ['Canaries', catalogue.canaries],
    ['Guardrails', catalogue.guardrails],
    ['Probes', catalogue.probes],
    ['Loads', catalogue.loads],
  ] as const;
  return kinds
    .filter(([, plugins]) => plugins.size > 0)
    .map(([kind, plugins]) => `**${kind}**\n\n${pluginTable([...plugins.values()])}`)
    .join('\n\n');
}

/** Renders exit codes in the order in which they win where several apply. */
export function exitCodeTable(): string {
  const names = Object.entries(exitCodes) as [keyof typeof exitCodes, ExitCode][];
  const rows = names.toSorted(([, a], [, b]) => a - b).map(([name, code]) => [String(code), exitMeanings[name]]);
  return `${table(['code', 'meaning'], rows)}\n\nWhere several apply, the first of ${exitPrecedence.join(', ')} wins.`;
}

/** Renders every reason that a verdict can have. */
export function reasonCodeTable(): string {
  return table(
    ['reason code', 'meaning'],
    Object.entries(reasonCodes).map(([code, meaning]) => [`\`${code}\``, meaning]),
  );
}

interface Plugin {
  readonly type: string;
  readonly title: string;
  readonly techniques?: readonly string[];
}

function pluginTable(plugins: readonly Plugin[]): string {
  const sorted = plugins.toSorted((a, b) => (a.type < b.type ? -1 : 1));
  if (!sorted.some(({ techniques }) => techniques)) {
    return table(
      ['type', 'title'],
      sorted.map(({ type, title }) => [`\`${type}\``, title]),
    );
  }
  return table(
    ['type', 'title', 'ATT&CK'],
    sorted.map(({ type, title, techniques = [] }) => [`\`${type}\``, title, techniques.map(technique).join(', ')]),
  );
}

function technique(id: string): string {
  return `[${id}](https://attack.mitre.org/techniques/${id.replace('.', '/')}/)`;
}

/** Renders a Markdown table; a bar in a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
