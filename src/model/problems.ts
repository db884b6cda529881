import { UsageError } from './errors.ts';

/** One thing that is wrong with a file; without a line it is about the file as a whole. */
export interface Problem {
  readonly file: string;
  /** Both count from 1. */
  readonly line?: number;
  readonly column?: number;
  /** One sentence. */
  readonly message: string;
  /** True where it only follows from another problem; it is not told. */
  readonly follows?: boolean;
}

/** Keys and indices that lead to a value inside a file. */
export type Path = readonly (string | number)[];

/** Writes a problem as `file:line:column: message`, which terminals and editors turn into a link. */
export function problemText({ file, line, column, message }: Problem): string {
  return line === undefined ? `${file}: ${message}` : `${file}:${line}:${column ?? 1}: ${message}`;
}

/** Is thrown once for all problems of all files, before anything is touched; its message lists each on a line. */
export class InvalidFilesError extends UsageError {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    const sorted = sortProblems(problems);
    super(sorted.map(problemText).join('\n'));
    this.problems = sorted;
  }
}

/** Orders problems by file and place; drops repetitions, and what only follows from another problem. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const byText = new Map(
    problems.flatMap((problem) => (problem.follows === true ? [] : [[problemText(problem), problem] as const])),
  );
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...byText.values()].sort(
    (a, b) =>
      order(a.file, b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      order(a.message, b.message),
  );
}

/** Writes a path as people do: `faults[0].with.bucket`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
