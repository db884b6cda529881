import { expect } from 'chai';
import type { TrialResult } from '../model/scorecard.ts';
import {
  detection,
  gameDay,
  missed,
  quietControl,
  rollback,
  scenario,
  scorecard,
  trial,
} from '../testing/fixtures/scorecards.ts';
import { acceptBaseline, compareWithBaseline } from './baseline.ts';
import { markdown } from './markdown.ts';
import { finalReport, trialLine } from './terminal.ts';

const plain = { colour: false, columns: 100, showAccounts: false };
const card = gameDay();
const day = '2026-11-22';
const known = acceptBaseline(card, undefined, { reason: 'no rule yet', owner: 'blue' }, '2026-11-01T00:00:00Z');

describe('trialLine', () => {
  it('says who saw it when, and nothing about what is as it should be', () => {
    expect(trialLine('bucket-policy-flip', trial(), 1, plain)).to.equal(
      '  ✔ bucket-policy-flip             6.1 s  trail-rules 1.2 s',
    );
  });

  it('names what went wrong around the expectations', () => {
    const line = trialLine('flip', trial({ n: 2, detections: [missed()], rollback: rollback('dirty') }), 3, plain);
    expect(line).to.contain('✘ flip #2').and.contain('trail-rules missed · rollback dirty');
  });

  it('lets no control character of a tool through', () => {
    const line = trialLine('flip', trial({ verdict: 'errored', error: 'bad \u001b]0;title\u0007' }), 1, plain);
    expect(line).to.contain('bad \\x1b]0;title\\x07');
  });
});

describe('finalReport', () => {
  it('shows times against SLOs, and a reason and next step for what was missed', () => {
    const report = finalReport(card, 1, plain);
    expect(report).to.match(/✔ +bucket-policy-flip +trail-rules\/s3-public-policy +detected +1\.2 s +4 s +━━━─{7}\n/);
    expect(report).to.match(/✘ +lambda-environment-drift +trail-rules\/lambda-environment +missed +4 s +━{10}▸\n/);
    expect(report).to.contain("no signal of rule 'lambda-environment' came in 12 s.");
    expect(report).to.contain('→ Write or enable the rule');
    expect(report).to.contain('8 met · 1 failed · 0 inconclusive');
    expect(report).to.contain('an expectation failed (exit 1)');
  });

  it('counts what else may decide the exit code: controls, steady states, trials', () => {
    const probe = { probe: 'up', unit: 'ratio', samples: 5, windowMs: 1000, reason: 'r' } as const;
    const blocked = { ...quietControl, verdict: 'blocked', reasonCode: 'control-refused' } as const;
    const steadyState: TrialResult['steadyState'] = [
      { ...probe, id: 'up', when: 'before', verdict: 'breached', reasonCode: 'out-of-tolerance' },
      { ...probe, id: 'fast', when: 'before', verdict: 'held', reasonCode: 'within-tolerance' },
    ];
    const odd = scorecard([
      scenario('a', trial({ control: blocked })),
      scenario('b', trial({ steadyState })),
      scenario('c', trial({ verdict: 'aborted', endedBy: 'stop-condition' })),
    ]);
    const report = finalReport(odd, 1, plain);
    expect(report).to.contain('  Expectations  3 met · 0 failed · 0 inconclusive\n');
    expect(report).to.contain('  Controls      2 quiet · 1 blocked\n');
    expect(report).to.contain('  Steady state  1 held · 1 breached\n');
    expect(report).to.contain('  Trials        2 failed · 1 aborted\n');
    const page = markdown(odd);
    expect(page).to.contain('**Controls** 2 quiet, 0 noisy, 1 blocked, 0 unheard, 0 inconclusive');
    expect(page).to.contain('**Steady state** 1 held, 1 breached, 0 inconclusive');
    expect(page).to.contain('**Trials** 0 passed, 2 failed, 0 inconclusive, 1 aborted, 0 errored');
  });

  it('keeps a known gap in red and says who accepted it', () => {
    const comparison = compareWithBaseline(card, known, day);
    const report = finalReport(card, 0, { ...plain, colour: true, comparison });
    expect(report).to.contain('\u001b[31mmissed, known gap');
    expect(report).to.contain('Accepted: no rule yet · owner blue');
    expect(report).to.contain('no worse than the baseline');
  });

  it('names what became better', () => {
    const better = scorecard([
      scenario(
        'lambda-environment-drift',
        trial({ detections: [detection({ id: 'trail-rules/lambda-environment' })] }),
      ),
    ]);
    const report = finalReport(better, 0, { ...plain, comparison: compareWithBaseline(better, known, day) });
    expect(report).to.contain('▲ lambda-environment-drift trail-rules/lambda-environment: detected, was missed');
  });

  it('writes no escape sequence without colour', () => {
    expect(finalReport(card, 1, plain)).to.not.contain('\u001b');
  });

  it('shows a rate with its interval where there were several trials', () => {
    const several = scenario('flip', trial(), {
      trials: [trial(), trial({ n: 2 })],
      expectations: [
        {
          id: 'trail-rules/s3-public-policy',
          kind: 'detection',
          verdict: 'detected',
          met: true,
          judged: 2,
          hits: 2,
          inconclusive: 0,
          wilson95: [0.342, 1],
          ttdMs: { p50: 1200, p95: null },
        },
      ],
    });
    expect(finalReport(scorecard([several]), 0, plain)).to.contain('2/2 (34–100 %)');
  });
});
