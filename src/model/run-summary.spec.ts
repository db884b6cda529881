import { expect } from 'chai';
import { missed, noisyControl, quietControl, rollback, scenario, trial } from '../testing/fixtures/scorecards.ts';
import { runSummary } from './run-summary.ts';
import type { ProbeResult } from './scorecard.ts';

function probe(id: string, verdict: ProbeResult['verdict'], when: ProbeResult['when'] = 'during'): ProbeResult {
  const reasonCode = 'within-tolerance';
  return { id, probe: id, verdict, when, unit: 'ratio', samples: 3, windowMs: 1000, reasonCode, reason: 'r' };
}

describe('runSummary', () => {
  it('counts false alerts that count, and rollbacks by trial', () => {
    const s = runSummary([
      scenario('a', trial({ control: noisyControl })),
      scenario('b', trial({ rollback: rollback('by-guardrail'), detections: [missed()] })),
    ]);
    expect(s).to.include({ scenarios: 2, expectations: 2, met: 1, failed: 1, inconclusive: 0, falseAlerts: 1 });
    expect(s.rollback).to.include({ clean: 1, byGuardrail: 1, dirty: 0 });
  });

  it('counts what is expected of the impact among the expectations', () => {
    const impact = [probe('a', 'breached'), probe('b', 'breached'), probe('c', 'inconclusive'), probe('d', 'held')];
    const s = runSummary([scenario('a', trial({ impact }))]);
    expect(s).to.include({ expectations: 5, met: 2, failed: 2, inconclusive: 1 });
  });

  it('counts a probe once over its trials, by the worst, and one that was skipped in all of them not at all', () => {
    const trials = [
      trial({ impact: [probe('a', 'held'), probe('b', 'held'), probe('c', 'skipped'), probe('d', 'skipped')] }),
      trial({
        impact: [probe('a', 'breached'), probe('b', 'inconclusive'), probe('c', 'held'), probe('d', 'skipped')],
      }),
    ];
    const s = runSummary([scenario('a', trial(), { trials, expectations: [] })]);
    expect(s).to.include({ expectations: 3, met: 1, failed: 1, inconclusive: 1, skipped: 3 });
  });

  it('counts controls and steady states by verdict', () => {
    const blocked = { ...quietControl, verdict: 'blocked' } as const;
    const steadyState = [
      probe('up', 'held', 'before'),
      probe('up', 'breached', 'after'),
      probe('fast', 'held', 'before'),
    ];
    const s = runSummary([
      scenario('a', trial({ control: blocked, steadyState })),
      scenario('b', trial()),
      scenario('c', trial({ control: noisyControl, steadyState: [probe('up', 'inconclusive', 'before')] })),
    ]);
    expect(s.controls).to.deep.equal({ quiet: 1, noisy: 1, blocked: 1, unheard: 0, inconclusive: 0 });
    expect(s.steadyState).to.deep.equal({ held: 1, breached: 1, inconclusive: 1 });
  });

  it('counts trials by verdict, also those that broke', () => {
    const s = runSummary([
      scenario('a', trial()),
      scenario('b', trial({ verdict: 'aborted' })),
      scenario('c', trial({ verdict: 'errored' })),
      scenario('d', trial({ control: noisyControl })),
    ]);
    expect(s.trials).to.deep.equal({ passed: 1, failed: 1, inconclusive: 0, aborted: 1, errored: 1 });
  });
});
