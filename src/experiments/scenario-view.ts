import type { ScenarioResult } from '../model/scorecard.ts';
import { type ResultLine, scenarioLines } from '../scorecard/results.ts';

/** What `await trial()` answers: the results of one scenario, for claims to be made of. */
export class ScenarioView {
  readonly id: string;
  readonly result: ScenarioResult;
  readonly lines: readonly ResultLine[];
  constructor(result: ScenarioResult) {
    this.id = result.id;
    this.result = result;
    this.lines = scenarioLines(result);
  }
}
