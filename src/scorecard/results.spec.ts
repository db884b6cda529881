import { expect } from 'chai';
import { detection, guardrail, missed, rollback, scenario, scorecard, trial } from '../testing/fixtures/scorecards.ts';
import { acceptBaseline, compareWithBaseline } from './baseline.ts';
import { diffRuns } from './diff.ts';
import { junitXml } from './junit.ts';
import { markdown } from './markdown.ts';
import { nextStep } from './next-step.ts';
import { resultLines, scenarioLines, trialLines } from './results.ts';
import { finalReport } from './terminal.ts';

const unclear = missed({ verdict: 'inconclusive', reasonCode: 'channel-unproven', reason: 'No canary came.' });
const outcomes = (lines: readonly { id: string; outcome: string }[]) => lines.map((l) => `${l.id} ${l.outcome}`);

describe('scenarioLines', () => {
  it('lists expectations, control, probes and rollback, in this order', () => {
    const probe = {
      id: 'p',
      probe: 'aws.reachability',
      when: 'before',
      unit: 'ratio',
      samples: 3,
      windowMs: 1000,
    } as const;
    const held = { ...probe, verdict: 'held', reasonCode: 'within-tolerance', reason: 'r' } as const;
    const lines = scenarioLines(scenario('flip', trial({ guardrails: [guardrail()], steadyState: [held] })));
    expect(outcomes(lines)).to.deep.equal([
      'trail-rules/s3-public-policy met',
      'identity-remediator/reverted met',
      'control met',
      'steady-state/p met',
      'rollback met',
    ]);
  });

  it('takes the reason of the first failed trial, and the verdict of the summary', () => {
    const trials = [trial(), trial({ n: 2, detections: [unclear] }), trial({ n: 3, detections: [missed()] })];
    const expectations = [
      {
        ...({ id: 'trail-rules/s3-public-policy', kind: 'detection', verdict: 'missed', met: false } as const),
        ...{
          judged: 2,
          hits: 1,
          inconclusive: 1,
          wilson95: [0.09, 0.91] as [number, number],
          ttdMs: { p50: 1200, p95: null },
        },
      },
    ];
    const [line] = scenarioLines(scenario('flip', trial(), { trials, expectations }));
    expect(line).to.include({ outcome: 'failed', trial: 3, time: 1200 });
    expect(line?.rate).to.include({ hits: 1, judged: 2 });
  });

  it('tells of an errored trial in a line of its own, and of what it left untold as errored', () => {
    const lines = scenarioLines(scenario('flip', trial({ verdict: 'errored', error: 'boom', detections: [unclear] })));
    expect(lines[0]).to.include({ id: 'trial', outcome: 'errored', reason: 'boom' });
    expect(lines[1]).to.include({ outcome: 'errored' });
  });

  for (const [endedBy, reasonCode, step] of [
    ['person', 'stopped', 'when it may finish'],
    ['stop-condition', 'stop-condition', 'why the limit was passed'],
    ['safety-rule', 'safety-rule', 'what windshear.yaml lists'],
  ] as const) {
    it(`tells of a trial that was ended by a ${endedBy} what ended it, and what to do`, () => {
      const [line] = scenarioLines(scenario('flip', trial({ verdict: 'aborted', endedBy })));
      expect(line).to.include({ id: 'trial', outcome: 'failed', reasonCode });
      expect(line === undefined ? '' : nextStep(line)).to.contain(step);
    });
  }

  it('says of a scenario without a trial that it was not started', () => {
    const only = scenario('flip', trial());
    const expectations = only.expectations.map((e) => ({ ...e, met: null, verdict: 'inconclusive' }));
    expect(scenarioLines({ ...only, expectations, trials: [] })).to.have.length(1);
    expect(scenarioLines({ ...only, expectations, trials: [] })[0]).to.include({
      reasonCode: 'not-injected',
      trial: 0,
    });
  });

  it('names the fault that made a rollback dirty', () => {
    const line = scenarioLines(scenario('flip', trial({ rollback: rollback('dirty') }))).at(-1);
    expect(line).to.include({ id: 'rollback', outcome: 'failed', reasonCode: 'revert-failed' });
    expect(nextStep(line ?? { kind: 'rollback', id: '', verdict: '', reasonCode: 'errored' })).to.contain(
      'windshear recover',
    );
  });
});

describe('nextStep', () => {
  for (const [of, whose] of [
    [{ detector: 'trail-rules' }, 'detector’s canary'],
    [{ guardrail: 'admission' }, 'guardrail’s canary'],
  ] as const)
    it(`speaks of the ${whose} where that proved nothing`, () => {
      const canaries = [{ when: 'before', raised: true, received: false }] as const;
      const said = { verdict: 'inconclusive', reasonCode: 'canary-not-proven', reason: 'It was let through.' } as const;
      const blindness = [{ id: 'x/blind', sloMs: 4000, ...of, ...said, canaries: [...canaries] }];
      const line = trialLines('blinded', trial({ blindness })).find(({ kind }) => kind === 'blind');
      expect(line === undefined ? '' : nextStep(line)).to.contain(whose);
    });
});

describe('diffRuns', () => {
  it('tells better, worse, added and removed lines apart', () => {
    const before = scorecard([
      scenario('a', trial()),
      scenario('b', trial({ detections: [missed()] })),
      scenario('c', trial()),
    ]);
    const after = scorecard([
      scenario('a', trial({ detections: [missed()] })),
      scenario('b', trial()),
      scenario('d', trial()),
    ]);
    const changes = diffRuns(before, after)
      .filter((l) => l.id.startsWith('trail-rules'))
      .map((l) => `${l.scenario} ${l.change}`);
    expect(changes).to.deep.equal(['a worse', 'b better', 'd added', 'c removed']);
  });
});

describe('markdown', () => {
  it('has a row per line, what to do about red ones, and no account id', () => {
    const card = scorecard([
      scenario('flip', trial({ detections: [detection(), missed({ id: 'x', reason: 'On 111122223333 | <b>.' })] })),
    ]);
    const page = markdown(card);
    const table = page.split('## What to do')[0] ?? '';
    expect(table.split('\n').filter((row) => row.startsWith('|'))).to.have.length(2 + resultLines(card).length);
    expect(page).to.contain('Write or enable the rule').and.contain('…3333 &#124; &lt;b&gt;');
    expect(page).to.not.contain('111122223333');
  });
});

describe('a scenario under load', () => {
  const load = {
    load: 'http',
    figures: [
      { phase: 'before', durationMs: 2000, requests: 100, errors: 0, errorRatio: 0, latencyMs: { p50: 3, p95: 9 } },
      { phase: 'during', durationMs: 8000, requests: 400, errors: 12, errorRatio: 0.03, latencyMs: { p99: 2000 } },
    ],
    impaired: [{ fromMs: 40, untilMs: 2440 }],
  } as const;
  const impact = {
    ...({ id: 'http/error-ratio/during', probe: 'http', when: 'during', unit: 'ratio' } as const),
    ...({ samples: 400, windowMs: 8000, worst: 0.03, verdict: 'breached' } as const),
    ...({ reasonCode: 'out-of-tolerance', reason: 'Got error-ratio 3 %.' } as const),
  };
  const skipped = {
    ...({ id: 'browser.journey', probe: 'browser.journey', when: 'during', unit: 'ratio' } as const),
    ...({ samples: 0, windowMs: 1000, verdict: 'skipped', reasonCode: 'skipped' } as const),
    reason: 'There is no browser on this machine.',
  };
  const under = trial({
    load: { ...load, figures: [...load.figures], impaired: [...load.impaired] },
    impact: [impact, skipped],
  });
  const card = scorecard([scenario('region-failover', under)]);
  const options = { colour: false, columns: 120, showAccounts: false };

  it('is told phase by phase on every page, with when users were hurt', () => {
    const before = 'before: 100 requests, 0 % errors, p50 3 ms, p95 9 ms';
    const hurt = 'users were hurt from 40 ms after it to 2.4 s after it';
    for (const page of [finalReport(card, 1, options), junitXml(card)]) {
      expect(page).to.contain(before).and.contain('during: 400 requests, 3 % errors, p99 2 s').and.contain(hurt);
    }
    expect(markdown(card)).to.contain(`trial 1, load http, ${before}`).and.contain(hurt);
  });

  it('says where a load does not tell its errors', () => {
    const figures = [{ phase: 'whole' as const, durationMs: 9000, requests: 400, latencyMs: {} }];
    const k6 = trial({ load: { load: 'k6', figures, impaired: [] } });
    expect(markdown(scorecard([scenario('flip', k6)]))).to.contain('whole: 400 requests, errors not told');
  });

  it('shows a control on which nobody listened as skipped, with its reason', () => {
    const unheard = { verdict: 'unheard', reasonCode: 'no-detector', reason: 'Nobody listened.', alerts: [] } as const;
    const [line] = resultLines(
      scorecard([scenario('flip', trial({ detections: [], control: { ...unheard, alerts: [] } }))]),
    );
    expect(line).to.include({ id: 'control', outcome: 'skipped', reason: 'Nobody listened.' });
  });

  it('fails for a limit that was crossed', () => {
    expect(under.verdict).to.equal('failed');
    expect(junitXml(card)).to.match(/name="impact\/http\/error-ratio\/during"[^>]*>\s*<failure message="breached: /);
  });

  it('counts what was crossed among the expectations that failed, as JUnit does', () => {
    expect(card.summary).to.include({ met: 1, failed: 1 });
    expect(junitXml(card)).to.contain('failures="1"');
    expect(finalReport(card, 1, options)).to.match(/Expectations +1 met · 1 failed · 0 inconclusive/);
    expect(markdown(card)).to.contain('2 in 1 scenario: 1 met, 1 failed, 0 inconclusive');
  });

  it('shows a skipped probe as skipped, with its reason, and counts it', () => {
    expect(resultLines(card).find(({ id }) => id === 'impact/browser.journey')?.outcome).to.equal('skipped');
    expect(card.summary.skipped).to.equal(1);
    expect(junitXml(card)).to.contain('<skipped message="skipped: There is no browser on this machine."/>');
    expect(finalReport(card, 1, options))
      .to.match(/Skipped +1 probe reading/)
      .and.contain('– region-failover');
    expect(markdown(card))
      .to.contain('**Skipped** 1 probe reading')
      .and.contain('There is no browser on this machine.');
  });

  it('is neither better nor worse than a baseline where a probe is skipped', () => {
    const baseline = acceptBaseline(card, undefined, {}, '2026-11-01T00:00:00Z');
    const change = compareWithBaseline(card, baseline, '2026-11-22').lines.find(
      ({ line }) => line.id === 'impact/browser.journey',
    );
    expect(change?.change).to.equal('same');
  });
});
