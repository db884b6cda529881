import { formatDuration } from '../model/duration.ts';
import type { ExitCode } from '../model/errors.ts';
import type { Scorecard, TrialResult } from '../model/scorecard.ts';
import type { Change, ComparedLine, Comparison } from './baseline.ts';
import { shownRate, shownTime } from './figures.ts';
import { loadFacts } from './load-text.ts';
import { nextStep } from './next-step.ts';
import { type Palette, palette } from './palette.ts';
import { shownText } from './plain-text.ts';
import { isExpectation, type ResultLine, resultLines, trialLines } from './results.ts';
import { totals } from './totals.ts';
import { wrapped } from './wrap.ts';

export interface TerminalOptions {
  readonly colour: boolean;
  /** Width of the terminal; at least 80 is used. */
  readonly columns: number;
  readonly showAccounts: boolean;
  readonly comparison?: Comparison | undefined;
}

/**
 * Renders the one line that a trial leaves as it ends: mark, scenario, how long it took, each expectation with its
 * time or verdict, and what else went wrong.
 */
export function trialLine(scenario: string, trial: TrialResult, trials: number, options: TerminalOptions): string {
  const paint = palette(options.colour);
  const name = `${shownText(scenario, options.showAccounts)}${trials > 1 ? ` #${trial.n}` : ''}`.padEnd(28);
  const took = formatDuration(trial.durationMs).padStart(7);
  const told = trialLines(scenario, trial);
  const broken = told.some((line) => line.kind === 'trial');
  const parts = told
    .filter((line) => !broken || line.outcome === 'failed' || line.kind === 'trial')
    .flatMap((line) => trialPart(line, paint, options.showAccounts));
  return `  ${trialMark(trial.verdict, paint)} ${name} ${paint.dim(took)}  ${parts.join(paint.dim(' · '))}`;
}

/**
 * Renders the end of a run: the table of results with times against SLOs, then reason and next step for each line that
 * is not met, what became better than the baseline, and the totals.
 */
export function finalReport(card: Scorecard, exitCode: ExitCode, options: TerminalOptions): string {
  const paint = palette(options.colour);
  const compared = new Map(options.comparison?.lines.map((c) => [lineKey(c.line), c]));
  const view: View = {
    paint,
    text: (value) => shownText(value, options.showAccounts),
    columns: Math.min(Math.max(80, options.columns), 120),
    find: (line) => compared.get(lineKey(line)),
  };
  const lines = resultLines(card);
  return [
    ...table(lines, view),
    ...openLines(lines, view),
    ...loadLines(card, view),
    ...betterLines(options.comparison, view),
    ...totals(card, exitCode, { ...view, comparison: options.comparison }),
    '',
  ].join('\n');
}

interface View {
  readonly paint: Palette;
  readonly text: (value: string) => string;
  readonly columns: number;
  readonly find: (line: ResultLine) => ComparedLine | undefined;
}

function trialMark(verdict: TrialResult['verdict'], paint: Palette): string {
  if (verdict === 'passed') return paint.green('✔');
  return verdict === 'inconclusive' ? paint.yellow('?') : paint.red('✘');
}

function trialPart(line: ResultLine, paint: Palette, showAccounts: boolean): string[] {
  const whose = line.id.split('/')[0] ?? line.id;
  if (line.kind === 'trial') return [paint.red(`${line.verdict}: ${shownText(line.reason, showAccounts)}`)];
  if (isExpectation(line)) {
    const verdict = line.verdict === 'detected' ? '' : line.verdict;
    const words = [shownText(whose, showAccounts), verdict, shownTime(line.time)].filter((word) => word !== '');
    return [outcomePaint(line, paint)(words.join(' '))];
  }
  return line.outcome === 'met'
    ? []
    : [outcomePaint(line, paint)(`${shownText(line.id, showAccounts)} ${line.verdict}`)];
}

function outcomePaint(line: ResultLine, paint: Palette): (text: string) => string {
  if (line.outcome === 'met') return (text) => text;
  return isOpen(line) ? paint.yellow : paint.red;
}

/** Rows that need no attention by themselves are left out: a quiet control, a held probe, a clean rollback. */
function table(lines: readonly ResultLine[], view: View): string[] {
  const shown = lines.filter((line) => line.kind !== 'trial' && (isExpectation(line) || line.outcome !== 'met'));
  if (shown.length === 0) return [];
  const rows = shown.map((line, i) => ({
    line,
    scenario: shown[i - 1]?.scenario === line.scenario ? '' : view.text(line.scenario),
    id: view.text(line.id),
    verdict: verdictWords(line, view),
    time: shownTime(line.time),
    slo: line.sloMs === undefined ? '' : formatDuration(line.sloMs),
  }));
  const width = (of: (row: (typeof rows)[number]) => string, least: number) =>
    Math.max(least, ...rows.map((row) => of(row).length));
  const wide = {
    scenario: width((r) => r.scenario, 8),
    id: width((r) => r.id, 11),
    verdict: width((r) => r.verdict, 7),
    time: width((r) => r.time, 6),
    slo: width((r) => r.slo, 4),
  };
  const { paint } = view;
  const head = [
    '    ',
    'scenario'.padEnd(wide.scenario),
    'expectation'.padEnd(wide.id),
    'verdict'.padEnd(wide.verdict),
    'time'.padStart(wide.time),
    'SLO'.padStart(wide.slo),
  ];
  return [
    '',
    paint.dim(head.join('  ').slice(1)),
    ...rows.map((row) => {
      const { line } = row;
      const tint = tintOf(line, view);
      const cells = [
        `  ${tint(markOf(line))}`,
        paint.bold(row.scenario.padEnd(wide.scenario)),
        row.id.padEnd(wide.id),
        tint(row.verdict.padEnd(wide.verdict)),
        row.time.padStart(wide.time),
        paint.dim(row.slo.padStart(wide.slo)),
        line.rate === undefined ? gauge(line, view) : shownRate(line.rate),
      ];
      return cells.join('  ').trimEnd();
    }),
  ];
}

/** Draws a time against its SLO: ten cells are the SLO, `▸` says that it went beyond, or never came. */
function gauge(line: ResultLine, view: View): string {
  if (line.verdict === 'missed' || line.verdict === 'absent') return view.paint.red(`${'━'.repeat(10)}▸`);
  if (typeof line.time !== 'number' || line.sloMs === undefined || line.sloMs === 0) return '';
  const ratio = line.time / line.sloMs;
  const full = Math.min(10, Math.max(1, Math.round(ratio * 10)));
  const bar = `${'━'.repeat(full)}${ratio > 1 ? '▸' : ''}`;
  return `${tintOf(line, view)(bar)}${view.paint.dim('─'.repeat(10 - full))}`;
}

function verdictWords(line: ResultLine, view: View): string {
  const change = view.find(line)?.change;
  const words = line.outcome === 'inconclusive' ? `inconclusive (${line.reasonCode})` : view.text(line.verdict);
  return change === undefined || changeWords[change] === '' ? words : `${words}, ${changeWords[change]}`;
}

const changeWords: Readonly<Record<Change, string>> = {
  same: '',
  'known-gap': 'known gap',
  better: 'better',
  worse: 'WORSE',
  'new-failing': 'NEW',
  expired: 'EXPIRED',
  quarantined: 'quarantined',
  lost: '',
  unknown: '',
};

/**
 * Tells what is wrong, failures first; lines of which the same is to be said share one paragraph. What a broken trial
 * left untold is told by its own line.
 */
function openLines(lines: readonly ResultLine[], view: View): string[] {
  const broken = new Set(lines.filter((line) => line.kind === 'trial').map((line) => line.scenario));
  const isUntold = (line: ResultLine) =>
    broken.has(line.scenario) && line.kind !== 'trial' && line.outcome !== 'failed';
  const open = lines.filter((line) => line.outcome !== 'met' && !isUntold(line));
  const groups = Map.groupBy(open, (line) => explanation(line, view).join('\n'));
  return [...groups]
    .toSorted(([, [a]], [, [b]]) => Number(a !== undefined && isOpen(a)) - Number(b !== undefined && isOpen(b)))
    .flatMap(([text, group]) => ['', ...group.map((line) => openHead(line, view)), text]);
}

function openHead(line: ResultLine, view: View): string {
  const tint = tintOf(line, view);
  const several = line.rate === undefined ? '' : `, trial ${line.trial}`;
  return `  ${tint(markOf(line))} ${view.paint.bold(view.text(line.scenario))} ${view.text(line.id)}${several} ${tint(verdictWords(line, view))}`;
}

function explanation(line: ResultLine, view: View): string[] {
  const was = view.find(line)?.was;
  const parts = [was?.reason, was?.owner && `owner ${was.owner}`, was?.expires && `until ${was.expires}`];
  const accepted = parts.filter((part) => part !== undefined && part !== '').join(' · ');
  const shown = accepted === '' || was?.met === true ? [] : [`Accepted: ${view.text(accepted)}`];
  return [
    ...[view.text(line.reason), ...shown].flatMap((text) => paragraph(text, '    ', view.columns)),
    ...paragraph(`→ ${nextStep(line)}`, '    ', view.columns).map(view.paint.cyan),
  ];
}

function paragraph(text: string, indent: string, columns: number): string[] {
  return wrapped(text, columns - indent.length).map((line) => `${indent}${line}`);
}

function loadLines(card: Scorecard, view: View): string[] {
  const felt = card.scenarios.flatMap(({ id, trials }) =>
    trials.flatMap(({ n, load }) => {
      if (load === undefined) return [];
      const head = `  ${view.paint.bold(view.text(id))} load ${view.text(load.load)}${trials.length > 1 ? `, trial ${n}` : ''}`;
      return [head, ...loadFacts(load).flatMap((fact) => paragraph(view.text(fact), '    ', view.columns))];
    }),
  );
  return felt.length === 0 ? [] : ['', ...felt];
}

function betterLines(comparison: Comparison | undefined, view: View): string[] {
  const better = comparison?.lines.filter((c) => c.change === 'better') ?? [];
  if (better.length === 0) return [];
  const lines = better.map(
    ({ line, was }) =>
      `  ${view.paint.green('▲')} ${view.paint.bold(view.text(line.scenario))} ${view.text(line.id)}: ${view.text(line.verdict)}, was ${view.text(was?.verdict ?? '')}`,
  );
  return ['', ...lines, view.paint.dim('    Better than the baseline. Record it: windshear baseline accept')];
}

/** Neither good nor bad news. */
function isOpen({ outcome }: ResultLine): boolean {
  return outcome === 'inconclusive' || outcome === 'skipped';
}

function markOf(line: ResultLine): string {
  if (line.outcome === 'met') return '✔';
  return line.outcome === 'skipped' ? '–' : line.outcome === 'inconclusive' ? '?' : '✘';
}

/** A known gap stays red: it is a gap. */
function tintOf(line: ResultLine, view: View): (text: string) => string {
  if (line.outcome === 'met') return view.paint.green;
  return isOpen(line) ? view.paint.yellow : view.paint.red;
}

function lineKey(line: Pick<ResultLine, 'scenario' | 'id'>): string {
  return `${line.scenario}\n${line.id}`;
}
