import { bearable, type Ending } from './attempt.ts';
import type { Tried } from './matrix.ts';

/** Sums up as Markdown: scenarios by how their runs ended without one right, and why some may do without. */
export function rightsTable(all: readonly Tried[]): string {
  const scenarios = [...new Set(all.map(({ scenario }) => scenario))].toSorted();
  const head = ['scenario', 'with all', 'without one: preflight', 'first refused call', 'borne', 'wrong'];
  const rows = scenarios.map((scenario) => [scenario, ...cells(all.filter((tried) => tried.scenario === scenario))]);
  const lines = [head, head.map(() => '---'), ...rows, ['**all**', ...cells(all)]];
  const borne = bearable.flatMap(({ right, why }) => {
    const count = all.filter(({ removal, ending }) => ending === 'borne' && right.test(removal?.right ?? '')).length;
    return count === 0 ? [] : [`${count} borne: ${why}.`];
  });
  return [...lines.map((line) => `| ${line.join(' | ')} |`), ...borne].join('\n');
}

function cells(tried: readonly Tried[]): readonly string[] {
  const without = tried.filter(({ removal }) => removal !== undefined);
  const whole = tried.filter(({ removal }) => removal === undefined);
  const good = (ending: Ending) => without.filter((one) => one.ending === ending && one.faults.length === 0).length;
  const wrong = without.filter(({ faults }) => faults.length > 0).length;
  const succeeded = whole.filter(({ faults }) => faults.length === 0).length;
  return [`${succeeded} of ${whole.length}`, ...[good('preflight'), good('refused'), good('borne'), wrong].map(String)];
}
