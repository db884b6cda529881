import type { Cell } from './matrix.ts';

const phases = ['arm', 'control', 'fault', 'after'] as const;
type Phase = (typeof phases)[number];

/** The crashes of a scenario in one phase: how many left something, and how many there were. */
export interface CrashSum {
  readonly residues: number;
  readonly died: number;
  /** Not tried, as another of them is the same. */
  readonly same: number;
  /** What a run did not come to again. */
  readonly notReached: number;
}

/** The crashes of a scenario by phase of the trial. */
export type CrashRow = { readonly scenario: string } & Readonly<Record<Phase, CrashSum>>;

/** Sums crashes up by scenario and phase. */
export function crashRows(cells: readonly Cell[]): readonly CrashRow[] {
  const scenarios = [...new Set(cells.map(({ scenario }) => scenario))].toSorted();
  return scenarios.map((scenario) => {
    const byPhase: Record<Phase, Cell[]> = { arm: [], control: [], fault: [], after: [] };
    let phase: Phase = 'arm';
    const inOrder = cells.filter((one) => one.scenario === scenario).toSorted((a, b) => a.crash.step - b.crash.step);
    for (const cell of inOrder) {
      phase = phaseOf(cell.crash.label, phase);
      byPhase[phase].push(cell);
    }
    const { arm, control, fault, after } = byPhase;
    return { scenario, arm: sumOf(arm), control: sumOf(control), fault: sumOf(fault), after: sumOf(after) };
  });
}

/** Renders sums as Markdown: scenarios by phase, each as residues of crashes, and what was not reached. */
export function crashTable(rows: readonly CrashRow[]): string {
  const head = ['scenario', 'until armed', 'control', 'fault', 'afterwards', 'all'];
  const sums = (row: CrashRow) => phases.map((phase) => row[phase]);
  const lines = [
    head,
    head.map(() => '---'),
    ...rows.map((row) => [row.scenario, ...sums(row).map(told), told(total(sums(row)))]),
    ['**all**', ...phases.map((phase) => told(total(rows.map((row) => row[phase])))), told(total(rows.flatMap(sums)))],
  ];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function phaseOf(label: string, before: Phase): Phase {
  if (/control \d/.test(label)) return 'control';
  if (/fault \d/.test(label)) return 'fault';
  return /trial-ended|run-ended/.test(label) || before === 'after' ? 'after' : before;
}

function sumOf(cells: readonly Cell[]): CrashSum {
  const died = cells.filter(({ diedAt }) => diedAt !== undefined).length;
  const residues = cells.filter((cell) => cell.residues.length > 0).length;
  const same = cells.filter(({ isSame }) => isSame).length;
  return { residues, died, same, notReached: cells.length - died - same };
}

function total(sums: readonly CrashSum[]): CrashSum {
  const add = (pick: (sum: CrashSum) => number) => sums.reduce((all, sum) => all + pick(sum), 0);
  return {
    residues: add((s) => s.residues),
    died: add((s) => s.died),
    same: add((s) => s.same),
    notReached: add((s) => s.notReached),
  };
}

/** `0 of 12 (5 the same)`: residues of crashes; what was not tried, and what a run did not come to, is told apart. */
function told({ residues, died, same, notReached }: CrashSum): string {
  const apart = [...(same > 0 ? [`${same} the same`] : []), ...(notReached > 0 ? [`${notReached} not reached`] : [])];
  return `${residues} of ${died}${apart.length === 0 ? '' : ` (${apart.join(', ')})`}`;
}
