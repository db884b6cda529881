import { type ResultLine, resultLines, type ScenarioResults } from './results.ts';

/** One line of two runs; a side is absent where the run had no such line. */
export interface DiffLine {
  readonly scenario: string;
  readonly id: string;
  readonly change: 'better' | 'worse' | 'changed' | 'same' | 'added' | 'removed';
  readonly before?: ResultLine;
  readonly after?: ResultLine;
}

/** Compares two runs line by line, in the order of the later one; lines that only the earlier one had come last. */
export function diffRuns(before: ScenarioResults, after: ScenarioResults): DiffLine[] {
  const key = (line: ResultLine) => `${line.scenario}\n${line.id}`;
  const old = new Map(resultLines(before).map((line) => [key(line), line]));
  const fresh = resultLines(after);
  const known = new Set(fresh.map(key));
  return [
    ...fresh.map((line) => compare(old.get(key(line)), line)),
    ...[...old]
      .filter(([k]) => !known.has(k))
      .map(([, line]) => ({ ...ids(line), change: 'removed' as const, before: line })),
  ];
}

function compare(before: ResultLine | undefined, after: ResultLine): DiffLine {
  if (before === undefined) return { ...ids(after), change: 'added', after };
  const [was, is] = [rank(before), rank(after)];
  const same = before.verdict === after.verdict && before.reasonCode === after.reasonCode;
  const change = is > was ? 'better' : is < was ? 'worse' : same ? 'same' : 'changed';
  return { ...ids(after), change, before, after };
}

function ids(line: ResultLine): Pick<ResultLine, 'scenario' | 'id'> {
  return { scenario: line.scenario, id: line.id };
}

/** Met > late > inconclusive > failed > errored. */
function rank(line: ResultLine): number {
  if (line.outcome === 'met') return 4;
  if (line.outcome === 'failed') return line.verdict === 'late' ? 3 : 1;
  return line.outcome === 'inconclusive' || line.outcome === 'skipped' ? 2 : 0;
}
