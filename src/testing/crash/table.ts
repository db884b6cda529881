import type { Cell } from './matrix.ts';

const phases = ['arm', 'control', 'fault', 'after'] as const;
type Phase = (typeof phases)[number];

/** Sums crashes up as Markdown: scenarios by phase of the trial, each as residues of crashes, and what was not reached. */
export function crashTable(cells: readonly Cell[]): string {
  const scenarios = [...new Set(cells.map(({ scenario }) => scenario))].toSorted();
  const rows = scenarios.map((scenario) => {
    const own = cells.filter((cell) => cell.scenario === scenario);
    const byPhase = new Map<Phase, Cell[]>();
    let phase: Phase = 'arm';
    for (const cell of own) {
      phase = phaseOf(cell.label, phase);
      byPhase.set(phase, [...(byPhase.get(phase) ?? []), cell]);
    }
    return [scenario, ...phases.map((one) => summed(byPhase.get(one) ?? [])), summed(own)];
  });
  const head = ['scenario', 'until armed', 'control', 'fault', 'afterwards', 'all'];
  const lines = [head, head.map(() => '---'), ...rows, ['**all**', '', '', '', '', summed(cells)]];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function phaseOf(label: string, before: Phase): Phase {
  if (/control \d/.test(label)) return 'control';
  if (/fault \d/.test(label)) return 'fault';
  return /trial-ended|run-ended/.test(label) || before === 'after' ? 'after' : before;
}

/** `0 of 12`: residues of crashes; writes that a run did not come to again are told apart. */
function summed(cells: readonly Cell[]): string {
  const died = cells.filter(({ diedAt }) => diedAt !== undefined);
  const residues = cells.filter((cell) => cell.residues.length > 0).length;
  const missed = cells.length - died.length;
  return `${residues} of ${died.length}${missed === 0 ? '' : ` (${missed} not reached)`}`;
}
