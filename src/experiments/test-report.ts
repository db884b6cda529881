import { palette } from '../scorecard/palette.ts';
import { plainText } from '../scorecard/plain-text.ts';
import { ClaimError } from './claim-error.ts';

/** How one test of an experiment ended. */
export interface TestOutcome {
  /** Title of the suite around it: the scenario's id, with those around that. */
  readonly scenario: string;
  readonly title: string;
  readonly status: 'passed' | 'failed' | 'pending';
  readonly error?: unknown;
}

/** Renders tests by experiment, and below them what each failed one found. A known gap stays red. */
export function testReport(
  tests: readonly TestOutcome[],
  options: { readonly colour: boolean; readonly quiet?: boolean | undefined },
): string {
  const paint = palette(options.colour);
  const groups = Map.groupBy(tests, (test) => test.scenario);
  const lines = [...groups].flatMap(([scenario, group]) => [
    '',
    `  ${paint.bold(plainText(scenario))}`,
    ...group.map((test) => {
      const tint = tintOf(test);
      return `    ${paint[tint](markOf(test))} ${test.status === 'passed' ? plainText(test.title) : paint[tint](plainText(test.title))}`;
    }),
  ]);
  const failures = tests
    .filter((test) => test.status === 'failed')
    .flatMap((test) => ['', ...failure(test, paint.red)]);
  return [...(options.quiet === true ? [] : lines), ...failures].join('\n');
}

function markOf(test: TestOutcome): string {
  if (test.status === 'passed') return '✔';
  if (isInconclusive(test)) return '?';
  return isGap(test) || test.status === 'failed' ? '✘' : '-';
}

function tintOf(test: TestOutcome): 'green' | 'yellow' | 'red' | 'dim' {
  if (test.status === 'passed') return 'green';
  if (isInconclusive(test)) return 'yellow';
  return isGap(test) || test.status === 'failed' ? 'red' : 'dim';
}

function isGap(test: TestOutcome): boolean {
  return test.status === 'pending' && test.title.endsWith('(known gap)');
}

function isInconclusive({ error }: TestOutcome): boolean {
  return error instanceof ClaimError && error.inconclusive;
}

function failure(test: TestOutcome, red: (text: string) => string): readonly string[] {
  const { error } = test;
  const text = error instanceof Error ? error.message : String(error);
  const [first = '', ...rest] = text.split('\n').map((line) => line.trimEnd());
  const at = error instanceof ClaimError || !(error instanceof Error) ? [] : placeOf(error);
  return [
    `  ${red('✘')} ${plainText(test.scenario)}: ${plainText(test.title)}`,
    ...[first, ...rest, ...at].map((line) => `    ${indentOf(line)}${plainText(line.trimStart())}`),
  ];
}

/** Where a test's own code failed; a claim says enough by itself. */
function placeOf(error: Error): readonly string[] {
  const place = error.stack?.split('\n').find((line) => /\.experiment\.[cm]?[jt]s/.test(line));
  return place === undefined ? [] : [place];
}

function indentOf(line: string): string {
  return ' '.repeat(line.length - line.trimStart().length);
}
