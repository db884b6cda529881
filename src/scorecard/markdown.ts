import { formatDuration } from '../model/duration.ts';
import type { ScenarioResult, Scorecard } from '../model/scorecard.ts';
import type { ComparedLine } from './baseline.ts';
import { counted, runDurationMs, shownRate, shownTime } from './figures.ts';
import type { PageOptions } from './junit.ts';
import { loadFacts } from './load-text.ts';
import { nextStep } from './next-step.ts';
import { shownText } from './plain-text.ts';
import { type ResultLine, resultLines, scenarioLines } from './results.ts';

/** Renders a scorecard as Markdown: what the run was, a table of all results, what to do about red lines, timelines. */
export function markdown(card: Scorecard, options: PageOptions = {}): string {
  const text = (value: string) => markdownText(value, options.showAccounts === true);
  const compared = new Map(options.comparison?.lines.map((c) => [`${c.line.scenario}\n${c.line.id}`, c]));
  const find = (line: ResultLine) => compared.get(`${line.scenario}\n${line.id}`);
  return [
    `# windshear scorecard: ${text(card.run.environment)}`,
    '',
    ...runFacts(card, text),
    '',
    '## Results',
    '',
    '| | scenario | expectation | verdict | time | SLO | rate |',
    '|---|---|---|---|--:|--:|---|',
    ...resultLines(card).map((line) => row(line, find(line), text)),
    ...openLines(card, find, text),
    ...detectorTable(card, text),
    '',
    '## Scenarios',
    ...card.scenarios.flatMap((scenario) => scenarioSection(scenario, text)),
    '',
  ].join('\n');
}

/**
 * Escapes outside text so that it is read as text: no markup, no HTML, no image, no table cell of its own, and nothing
 * that a forge would turn into a link, a mention, an issue or a formula.
 */
export function markdownText(value: string, showAccounts: boolean): string {
  return shownText(value, showAccounts)
    .trim()
    .replace(/\b(?:https?|ftp|mailto|xmpp|www)(?=[:.])|@|#(?=\d)|\bGH-(?=\d)/gi, '$&\u200b')
    .replace(/[\\`*_{}[\]<>#|~!&$\u200b]/g, (c) => entities[c] ?? `\\${c}`)
    .replace(/^(\d*)([-+=.)])/, '$1\\$2');
}

/**
 * Tables are cut at pipes before backslashes are read. The space without width ends what a forge looks for once the
 * markup is read, where an entity would not.
 */
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '|': '&#124;',
  '\u200b': '&#8203;',
};

type Text = (value: string) => string;

function runFacts(card: Scorecard, text: Text): string[] {
  const { run, summary } = card;
  const took = runDurationMs(run);
  const { clean, byGuardrail, dirty, unverified, none } = summary.rollback;
  return [
    `- **Run** ${text(run.id)} · ${text(run.startedAt)}${took === undefined ? ' · not finished' : ` · ${formatDuration(took)}`}`,
    `- **Staging** ${run.staging}${run.settle === undefined ? '' : ` · settle ${text(run.settle)}`}`,
    ...(run.sloScale === undefined
      ? []
      : [`- **Rehearsal** every SLO × ${run.sloScale}; times and verdicts say nothing of the tools`]),
    ...(run.identity === undefined ? [] : [`- **Identity** ${run.identity.map(text).join(', ')}`]),
    `- **Tool** windshear ${text(card.tool.version)}`,
    `- **Expectations** ${summary.expectations} in ${counted(summary.scenarios, 'scenario')}: ${summary.met} met, ${summary.failed} failed, ${summary.inconclusive} inconclusive · ${counted(summary.falseAlerts, 'false alert')}`,
    `- **Controls** ${countsOf(summary.controls)}`,
    `- **Steady state** ${countsOf(summary.steadyState)}`,
    `- **Trials** ${countsOf(summary.trials)}`,
    ...(summary.skipped === 0 ? [] : [`- **Skipped** ${counted(summary.skipped, 'probe reading')}`]),
    `- **Rollback** ${clean} clean, ${byGuardrail} by guardrail, ${none} none, ${dirty} dirty, ${unverified} unverified`,
    ...(run.exitCode === undefined ? [] : [`- **Exit code** ${run.exitCode}`]),
  ];
}

function countsOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([verdict, count]) => `${count} ${verdict}`)
    .join(', ');
}

function row(line: ResultLine, compared: ComparedLine | undefined, text: Text): string {
  const mark = compared?.change === 'known-gap' ? '✘ known gap' : marks[line.outcome];
  const cells = [
    mark,
    text(line.scenario),
    text(line.id),
    line.outcome === 'inconclusive' ? `inconclusive (${line.reasonCode})` : text(line.verdict),
    text(shownTime(line.time)),
    line.sloMs === undefined ? '' : formatDuration(line.sloMs),
    line.rate === undefined ? '' : shownRate(line.rate),
  ];
  return `| ${cells.join(' | ')} |`;
}

const marks = { met: '✔', failed: '✘', inconclusive: '?', errored: '‼', skipped: '–' } as const;

function openLines(card: Scorecard, find: (line: ResultLine) => ComparedLine | undefined, text: Text): string[] {
  const open = resultLines(card).filter((line) => line.outcome !== 'met');
  if (open.length === 0) return [];
  return [
    '',
    '## What to do',
    '',
    ...open.map((line) => {
      const compared = find(line);
      const gap = compared?.change === 'known-gap' ? ` Known gap${acceptedBy(compared, text)}.` : '';
      return `- **${text(line.scenario)} ${text(line.id)}**: ${text(line.verdict)}, ${line.reasonCode}. ${text(line.reason)}${gap} Next: ${text(nextStep(line))}`;
    }),
  ];
}

function acceptedBy(compared: ComparedLine, text: Text): string {
  const { reason, owner, expires } = compared.was ?? {};
  const parts = [
    reason,
    owner === undefined ? undefined : `owner ${owner}`,
    expires === undefined ? undefined : `until ${expires}`,
  ];
  const known = parts.filter((part) => part !== undefined).map(text);
  return known.length === 0 ? '' : ` (${known.join(', ')})`;
}

function detectorTable(card: Scorecard, text: Text): string[] {
  const detectors = Object.entries(card.detectors);
  if (detectors.length === 0) return [];
  return [
    '',
    '## Detectors',
    '',
    '| detector | path proven by | signals | malformed | refused | failed polls | dropped | clock offset |',
    '|---|---|--:|--:|--:|--:|--:|--:|',
    ...detectors.map(([name, d]) => {
      const offset = d.clockOffsetMs === null ? '' : `${Math.round(d.clockOffsetMs)} ms`;
      return `| ${[text(name), d.proof, d.signals, d.malformed, d.refused, d.failedPolls, d.dropped, offset].join(' | ')} |`;
    }),
  ];
}

function scenarioSection(scenario: ScenarioResult, text: Text): string[] {
  const techniques = scenario.techniques.length === 0 ? '' : ` · ${scenario.techniques.map(text).join(', ')}`;
  const waited = scenario.waitedFor.map(
    (w) => `- waited ${formatDuration(w.ms)} for ${text(w.scenario)}: ${text(w.why)}`,
  );
  const reasons = scenarioLines(scenario).map(
    (line) => `- ${text(line.id)}: ${text(line.verdict)}. ${text(line.reason)}`,
  );
  const loads = scenario.trials.flatMap(({ n, load }) =>
    load === undefined ? [] : loadFacts(load).map((fact) => `- trial ${n}, load ${text(load.load)}, ${text(fact)}`),
  );
  const trials = scenario.trials.map((trial) => {
    const stages = Object.entries(trial.stages)
      .filter((stage): stage is [string, number] => typeof stage[1] === 'number')
      .toSorted(([, a], [, b]) => a - b)
      .map(([stage, ms]) => `${stage} ${formatDuration(ms)}`);
    const seen = trial.alsoSeenBy.map((s) => `${text(s.detector)} (${text(s.rule)}, ${formatDuration(s.ttdMs)})`);
    const also = seen.length === 0 ? '' : ` · also seen by ${seen.join(', ')}`;
    return `- trial ${trial.n} (${text(trial.marker)}), ${trial.verdict}: ${stages.join(' → ') || 'nothing injected'}${also}`;
  });
  return [
    '',
    `### ${text(scenario.id)}: ${text(scenario.title)}`,
    '',
    `${scenario.verdict}${techniques}`,
    '',
    ...reasons,
    ...waited,
    ...trials,
    ...loads,
  ];
}
