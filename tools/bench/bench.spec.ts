import { expect } from 'chai';
import type { Scorecard } from '../../src/model/scorecard.ts';
import { median } from './figure.ts';
import { bound } from './suite-bound.ts';

describe('median', () => {
  it('answers the middle, or the mean of the two in the middle', () => {
    expect(median([3, 1, 100])).to.equal(3);
    expect(median([4, 1, 100, 2])).to.equal(3);
  });
});

describe('bound', () => {
  it('adds up the trials of the heaviest set of scenarios that all waited for each other', () => {
    const card = scorecard({ a: [3000, []], b: [4000, ['a']], c: [5000, []], d: [2000, ['a', 'b']] });
    expect(bound(card)).to.deep.equal({ suiteMs: 10_000, longestMs: 5000, cliqueMs: 9000 });
  });

  it('answers nothing for a run that did not end', () => {
    const { scenarios } = scorecard({});
    expect(bound({ run: { startedAt: '2026-01-01T00:00:00Z' } as Scorecard['run'], scenarios })).to.equal(undefined);
  });
});

function scorecard(of: Readonly<Record<string, readonly [durationMs: number, waitedFor: readonly string[]]>>) {
  const scenarios = Object.entries(of).map(([id, [durationMs, waited]]) => ({
    id,
    trials: [{ durationMs }],
    waitedFor: waited.map((scenario) => ({ scenario })),
  }));
  const run = { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:10Z' };
  return { run, scenarios } as unknown as Scorecard;
}
