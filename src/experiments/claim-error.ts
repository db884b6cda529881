import { AssertionError } from 'chai';
import { plainText } from '../scorecard/plain-text.ts';
import type { ResultLine } from '../scorecard/results.ts';
import type { ScenarioView } from './scenario-view.ts';
import { timeline } from './timeline.ts';

/**
 * Is thrown by a claim that does not hold; names the lines that it was about, so that a baseline may know them. Any runner
 * prints its message as it is, so texts from outside are harmless in it.
 */
export class ClaimError extends AssertionError<object> {
  readonly scenario: string;
  /** Ids of the lines that do not hold. */
  readonly ids: readonly string[];
  /** True where nothing failed, but something cannot be told. */
  readonly inconclusive: boolean;
  constructor(view: ScenarioView, claim: string, lines: readonly ResultLine[]) {
    const reasons = lines.map((line) => `  ${plainText(`${line.id}: ${verdictOf(line)}. ${line.reason}`)}`);
    super([`expected '${view.id}' ${claim}`, ...reasons, ...timeline(view.result)].join('\n'));
    this.scenario = view.id;
    this.ids = lines.map((line) => line.id);
    this.inconclusive =
      lines.length > 0 && lines.every(({ outcome }) => outcome === 'inconclusive' || outcome === 'skipped');
  }
}

function verdictOf(line: ResultLine): string {
  return line.outcome === 'inconclusive' ? `inconclusive (${line.reasonCode})` : line.verdict;
}
