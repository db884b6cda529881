import type { ExitCode } from '../model/errors.ts';
import type { Scorecard } from '../model/scorecard.ts';

/** Renders the line that a finished run adds to `history.jsonl`: verdicts and medians per expectation, for trends. */
export function historyLine(card: Scorecard, exitCode: ExitCode): string {
  const { id, environment, staging, startedAt, finishedAt } = card.run;
  const scenarios = card.scenarios.map((s) => ({
    id: s.id,
    verdict: s.verdict,
    techniques: s.techniques,
    expectations: s.expectations.map((e) => ({
      id: e.id,
      kind: e.kind,
      verdict: e.verdict,
      met: e.met,
      judged: e.judged,
      hits: e.hits,
      ttdMs: e.ttdMs,
    })),
  }));
  const line = {
    schemaVersion: 1,
    run: id,
    environment,
    staging,
    startedAt,
    finishedAt,
    tool: card.tool.version,
    exitCode,
  };
  return `${JSON.stringify({ ...line, summary: card.summary, scenarios })}\n`;
}
