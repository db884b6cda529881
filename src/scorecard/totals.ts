import { formatDuration } from '../model/duration.ts';
import type { ExitCode } from '../model/errors.ts';
import type { Scorecard } from '../model/scorecard.ts';
import type { Comparison } from './baseline.ts';
import { exitSentence } from './exit-sentence.ts';
import { counted, runDurationMs } from './figures.ts';
import type { Palette } from './palette.ts';
import { isExpectation, type ResultLine } from './results.ts';

interface TotalsView {
  readonly paint: Palette;
  readonly text: (value: string) => string;
  readonly comparison: Comparison | undefined;
}

/** Renders the counts of a run, so that whatever decided its exit code is among them, and what that code means. */
export function totals(card: Scorecard, exitCode: ExitCode, view: TotalsView): string[] {
  const { paint, comparison } = view;
  const { run, summary } = card;
  const { rollback: r } = summary;
  const took = runDurationMs(run);
  const line = (label: string, ...parts: readonly string[]) =>
    parts.length === 0 ? [] : [`  ${paint.dim(label.padEnd(14))}${parts.join(' · ')}`];
  return [
    '',
    ...line('Expectations', ...expectations(summary, view)),
    ...line('Controls', ...some(summary.controls, paint), ...knownGaps(comparison, ({ kind }) => kind === 'control')),
    ...line(
      'Steady state',
      ...some(summary.steadyState, paint),
      ...knownGaps(comparison, ({ kind }) => kind === 'steady-state'),
    ),
    ...line('Trials', ...some(summary.trials, paint)),
    ...(summary.skipped === 0 ? [] : line('Skipped', paint.yellow(counted(summary.skipped, 'probe reading')))),
    ...line('False alerts', summary.falseAlerts === 0 ? '0' : paint.red(String(summary.falseAlerts))),
    ...line(
      'Rollback',
      `${r.clean} clean`,
      ...(r.byGuardrail === 0 ? [] : [`${r.byGuardrail} by guardrail`]),
      ...(r.none === 0 ? [] : [`${r.none} nothing to revert`]),
      ...(r.dirty === 0 ? [] : [paint.red(`${r.dirty} DIRTY`)]),
      ...(r.unverified === 0 ? [] : [paint.red(`${r.unverified} UNVERIFIED`)]),
    ),
    ...line(
      'Run',
      view.text(run.id),
      ...(took === undefined ? [] : [formatDuration(took)]),
      `${view.text(run.environment)} (${run.staging} staging)`,
    ),
    ...(run.sloScale === undefined
      ? []
      : line('Rehearsal', paint.yellow(`every SLO × ${run.sloScale}; times and verdicts say nothing of the tools`))),
    ...line('Result', verdictSentence(exitCode, comparison !== undefined, paint)),
  ];
}

function expectations(summary: Scorecard['summary'], { paint, comparison }: TotalsView): string[] {
  const { met, failed, inconclusive } = summary;
  const n = (count: number, word: string, tint: (text: string) => string) =>
    count === 0 ? `${count} ${word}` : tint(`${count} ${word}`);
  const [gaps] = knownGaps(comparison, (line) => isExpectation(line) || line.kind === 'impact');
  return [
    n(met, 'met', paint.green),
    `${n(failed, 'failed', paint.red)}${gaps === undefined ? '' : ` (${gaps})`}`,
    n(inconclusive, 'inconclusive', paint.yellow),
  ];
}

function knownGaps(comparison: Comparison | undefined, isOf: (line: ResultLine) => boolean): string[] {
  const known = comparison?.lines.filter(({ change, line }) => change === 'known-gap' && isOf(line)).length ?? 0;
  return known === 0 ? [] : [counted(known, 'known gap')];
}

const calm: readonly string[] = ['quiet', 'held', 'passed'];

/** Says how often each verdict fell, good ones first, and leaves out those that never did. */
function some(counts: Readonly<Record<string, number>>, paint: Palette): string[] {
  return Object.entries(counts).flatMap(([verdict, count]) => {
    if (count === 0) return [];
    const text = `${count} ${verdict}`;
    if (calm.includes(verdict)) return [text];
    return [verdict === 'inconclusive' || verdict === 'unheard' ? paint.yellow(text) : paint.red(text)];
  });
}

function verdictSentence(exitCode: ExitCode, compared: boolean, paint: Palette): string {
  const tint = exitCode === 0 ? paint.green : exitCode === 3 ? paint.yellow : paint.red;
  return `${tint(exitSentence(exitCode, compared))} ${paint.dim(`(exit ${exitCode})`)}`;
}
