import type { ScenarioResult, Scorecard } from '../model/scorecard.ts';
import type { ComparedLine, Comparison } from './baseline.ts';
import { loadFacts } from './load-text.ts';
import { nextStep } from './next-step.ts';
import { shownText } from './plain-text.ts';
import { type ResultLine, scenarioLines } from './results.ts';

/** What a page is rendered with besides the scorecard. */
export interface PageOptions {
  readonly comparison?: Comparison | undefined;
  readonly showAccounts?: boolean | undefined;
}

/**
 * Renders a scorecard as JUnit XML: a suite per scenario, a case per expectation, control, probe and rollback. Missed
 * and late are failures, an errored trial is an error, inconclusive is skipped with its reason, and so is a known gap.
 */
export function junitXml(card: Scorecard, options: PageOptions = {}): string {
  const compared = new Map(options.comparison?.lines.map((c) => [key(c.line), c]));
  const text = (value: string) => xmlText(shownText(value, options.showAccounts === true));
  const suites = card.scenarios.map((scenario) => suite(scenario, compared, text));
  const counts = total(suites.flatMap((s) => s.cases));
  const time = suites.reduce((sum, s) => sum + s.seconds, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="windshear ${text(card.run.environment)}" ${counts} time="${time.toFixed(3)}" timestamp="${stamp(card.run.startedAt)}">`,
    ...suites.map((s) => s.xml),
    '</testsuites>',
    '',
  ].join('\n');
}

/** Escapes a text for XML 1.0, content and attributes alike; characters that XML cannot hold are stripped. */
export function xmlText(value: string): string {
  return value
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"'\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`);
}

type CaseState = 'failure' | 'error' | 'skipped' | 'ok';

interface Case {
  readonly state: CaseState;
  readonly xml: string;
}

function suite(scenario: ScenarioResult, compared: ReadonlyMap<string, ComparedLine>, text: (value: string) => string) {
  const lines = scenarioLines(scenario);
  const cases = lines.map((line) => testCase(line, compared.get(key(line)), text));
  const seconds = scenario.trials.reduce((sum, t) => sum + t.durationMs, 0) / 1000;
  const at = scenario.trials[0]?.startedAt;
  const head = `name="${text(scenario.id)}" ${total(cases)} time="${seconds.toFixed(3)}"`;
  const properties = [
    ['title', scenario.title],
    ['verdict', scenario.verdict],
    ['techniques', scenario.techniques.join(' ')],
    ['markers', scenario.trials.map((t) => t.marker).join(' ')],
    ...scenario.trials.flatMap(({ n, load }) =>
      load === undefined ? [] : [[`load.${n}`, `${load.load}: ${loadFacts(load).join('; ')}`]],
    ),
  ].map(([name, value]) => `      <property name="${name}" value="${text(value ?? '')}"/>`);
  const xml = [
    `  <testsuite ${head}${at === undefined ? '' : ` timestamp="${stamp(at)}"`}>`,
    '    <properties>',
    ...properties,
    '    </properties>',
    ...cases.map((c) => c.xml),
    '  </testsuite>',
  ].join('\n');
  return { cases, seconds, xml };
}

function testCase(line: ResultLine, compared: ComparedLine | undefined, text: (value: string) => string): Case {
  const seconds = typeof line.time === 'number' ? line.time / 1000 : 0;
  const head = `    <testcase name="${text(line.id)}" classname="${text(line.scenario)}" time="${seconds.toFixed(3)}"`;
  const { state, message, type } = stateOf(line, compared);
  if (state === 'ok') return { state, xml: `${head}/>` };
  const body = state === 'skipped' ? '' : `${text(line.reason)}&#10;Next: ${text(nextStep(line))}`;
  const attributes =
    state === 'skipped' ? `message="${text(message)}"` : `message="${text(message)}" type="${text(type)}"`;
  const child = body === '' ? `<${state} ${attributes}/>` : `<${state} ${attributes}>${body}</${state}>`;
  return { state, xml: `${head}>\n      ${child}\n    </testcase>` };
}

function stateOf(
  line: ResultLine,
  compared: ComparedLine | undefined,
): { state: CaseState; message: string; type: string } {
  const type = line.reasonCode;
  const message = `${line.verdict}: ${line.reason}`;
  if (line.outcome === 'met') return { state: 'ok', message, type };
  if (line.outcome === 'errored') return { state: 'error', message, type };
  if (line.outcome === 'skipped') return { state: 'skipped', message, type };
  if (compared?.change === 'known-gap') {
    const because = compared.was?.reason ?? line.reason;
    return { state: 'skipped', message: `known gap: ${line.verdict}: ${because}`, type };
  }
  if (compared?.change === 'quarantined') return { state: 'skipped', message: `quarantined: ${message}`, type };
  if (line.outcome === 'inconclusive')
    return { state: 'skipped', message: `inconclusive (${type}): ${line.reason}`, type };
  return { state: 'failure', message, type };
}

function total(cases: readonly Case[]): string {
  const n = (state: CaseState) => cases.filter((c) => c.state === state).length;
  return `tests="${cases.length}" failures="${n('failure')}" errors="${n('error')}" skipped="${n('skipped')}"`;
}

/** JUnit's schema knows no milliseconds and no zone. */
function stamp(iso: string): string {
  return xmlText(iso.replace(/(\.\d+)?Z?$/, ''));
}

function key(line: Pick<ResultLine, 'scenario' | 'id'>): string {
  return `${line.scenario}\n${line.id}`;
}
