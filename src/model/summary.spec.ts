import { expect } from 'chai';
import {
  detection,
  guardrail,
  missed,
  noisyControl,
  rollback,
  scenario,
  scorecard,
  trial,
} from '../testing/fixtures/scorecards.ts';
import { type Scenario, scenarioSchema } from './scenario.ts';
import type { TrialResult } from './scorecard.ts';
import {
  exitCodeOf,
  guardrailMet,
  scenarioVerdict,
  summariseExpectations,
  type TrialParts,
  trialVerdict,
  worstRollback,
} from './summary.ts';

const expected = (pass: Scenario['pass'] = 'all') =>
  scenarioSchema.parse({
    ...{ id: 'flip', title: 'Flip', why: 'Because.', faults: [{ type: 'f' }], pass },
    expect: { detections: [{ detector: 'trail-rules', rule: 's3-public-policy', within: '4s' }] },
  });
const hit = (ttdMs = 1000) => trial({ detections: [detection({ ttdMs })] });
const miss = () => trial({ detections: [missed()] });
const unclear = () =>
  trial({
    detections: [missed({ verdict: 'inconclusive', reasonCode: 'channel-unproven', reason: 'No canary came.' })],
  });
const summary = (trials: readonly TrialResult[], pass?: Scenario['pass']) => {
  const [first] = summariseExpectations(expected(pass), trials);
  if (first === undefined) throw new Error('no summary');
  return first;
};

describe('summariseExpectations', () => {
  it('leaves inconclusive trials out of the denominator (J22)', () => {
    const s = summary([hit(), unclear(), miss()]);
    expect([s.judged, s.hits, s.inconclusive, s.met, s.verdict]).to.deep.equal([2, 1, 1, false, 'missed']);
  });

  it('says nothing where no trial was judged', () => {
    for (const trials of [[], [unclear()]]) {
      const s = summary(trials);
      expect([s.met, s.verdict, s.wilson95, s.ttdMs.p50]).to.deep.equal([null, 'inconclusive', null, null]);
    }
  });

  it('is never met for sure under pass: all while a trial is inconclusive', () => {
    expect(summary([hit(), unclear()]).met).to.equal(null);
  });

  for (const [name, trials, met] of [
    ['meets its hits in spite of a miss', [hit(), hit(), miss()], true],
    ['fails where inconclusive trials could not have helped', [hit(), miss(), miss()], false],
    ['stays open where an inconclusive trial could have been the missing hit', [hit(), miss(), unclear()], null],
  ] as const) {
    it(`${name} under pass: { hits: 2 }`, () => expect(summary(trials, { hits: 2 }).met).to.equal(met));
  }

  it('counts a miss as beyond the horizon of 3 SLOs', () => {
    expect(summary([hit(900), miss(), miss()]).ttdMs.p50).to.equal('> 12 s');
    expect(summary([hit(900), hit(1100), miss()]).ttdMs.p50).to.equal(1100);
  });

  it('tells a p95 from 20 judged trials on', () => {
    const trials = Array.from({ length: 20 }, (_, i) => hit(100 * (i + 1)));
    expect(summary(trials.slice(1)).ttdMs.p95).to.equal(null);
    expect(summary(trials).ttdMs.p95).to.equal(1900);
  });
});

describe('guardrailMet', () => {
  for (const [outcome, verdict, met] of [
    ['reverted', 'prevented', true],
    ['prevented', 'reverted', false],
    ['mitigated', 'reverted', true],
    ['reverted', 'late', false],
    ['reverted', 'inconclusive', null],
  ] as const) {
    it(`answers ${met} where ${outcome} was expected and ${verdict} came (J17)`, () => {
      expect(guardrailMet({ outcome, verdict })).to.equal(met);
    });
  }
});

describe('trialVerdict', () => {
  const probe = (verdict: 'breached' | 'skipped'): TrialResult['impact'] => [
    {
      ...{ id: 'p', probe: 'p', verdict, when: 'during', unit: 'ratio', samples: 3, windowMs: 1000 },
      reasonCode: 'out-of-tolerance',
      reason: 'r',
    },
  ];
  const cases: readonly (readonly [string, Partial<TrialParts>, string])[] = [
    ['an error before everything', { errored: true, aborted: true, detections: [missed()] }, 'errored'],
    ['a stop before a failure', { aborted: true, detections: [missed()] }, 'aborted'],
    ['a missed detection', { detections: [missed()] }, 'failed'],
    ['a noisy control', { control: noisyControl }, 'failed'],
    ['a control on which nobody listened', { control: { ...noisyControl, verdict: 'unheard', alerts: [] } }, 'passed'],
    ['a dirty rollback', { rollback: rollback('dirty') }, 'failed'],
    ['a breached impact', { impact: probe('breached') }, 'failed'],
    ['a guardrail weaker than expected', { guardrails: [guardrail({ outcome: 'prevented' })] }, 'failed'],
    [
      'a failure before an inconclusive part',
      { detections: [missed(), unclear().detections[0] ?? missed()] },
      'failed',
    ],
    ['an inconclusive part', { detections: unclear().detections }, 'inconclusive'],
    ['a skipped probe as nothing', { impact: probe('skipped') }, 'passed'],
    ['a skipped probe that is all that was expected', { detections: [], impact: probe('skipped') }, 'inconclusive'],
  ];
  for (const [name, over, verdict] of cases) {
    it(`puts ${name}: ${verdict}`, () => expect(trialVerdict({ ...trial(), ...over })).to.equal(verdict));
  }
});

describe('scenarioVerdict', () => {
  it('passes a scenario whose misses are within pass, and fails it for a noisy control all the same', () => {
    expect(scenarioVerdict([{ met: true }], [hit(), miss()])).to.equal('passed');
    expect(scenarioVerdict([{ met: true }], [hit(), trial({ control: noisyControl })])).to.equal('failed');
  });

  it('is inconclusive without a trial', () => expect(scenarioVerdict([], [])).to.equal('inconclusive'));
});

describe('exitCodeOf', () => {
  const card = (...trials: readonly TrialResult[]) => scorecard(trials.map((t, i) => scenario(`s-${i}`, t)));
  for (const [name, trials, also, code] of [
    ['0 where all is met', [hit()], [], 0],
    ['1 for a miss', [hit(), miss()], [], 1],
    ['3 for something inconclusive', [hit(), unclear()], [], 3],
    ['1 before 3', [miss(), unclear()], [], 1],
    ['6 before an error', [trial({ verdict: 'errored' }), trial({ rollback: rollback('dirty') })], [], 6],
    ['6 for an unverified rollback', [trial({ rollback: rollback('unverified') })], [], 6],
    ['70 for an error before a stop', [trial({ verdict: 'errored' })], [130], 70],
    ['130 where a person stopped', [trial({ verdict: 'aborted' })], [130], 130],
    ['1 where a stop condition fired', [trial({ verdict: 'aborted' })], [], 1],
    ['4 before a stop', [hit()], [130, 4], 4],
  ] as const) {
    it(`answers ${name}`, () => expect(exitCodeOf(card(...trials), also)).to.equal(code));
  }
});

describe('worstRollback', () => {
  it('lets the worst fault speak', () => {
    expect(worstRollback(['clean', 'unverified', 'none'])).to.equal('unverified');
    expect(worstRollback([])).to.equal('none');
  });
});
