import { expect } from 'chai';
import type { TrialResult } from '../model/scorecard.ts';
import {
  detection,
  gameDay,
  missed,
  noisyControl,
  rollback,
  scenario,
  scorecard,
  trial,
} from '../testing/fixtures/scorecards.ts';
import { acceptBaseline, baselineSchema, compareWithBaseline, exitCodeWithBaseline } from './baseline.ts';

const today = '2026-11-22';
const card = (t: TrialResult) => scorecard([scenario('flip', t)]);
const hit = () => trial();
const miss = () => trial({ detections: [missed()] });
const late = () => trial({ detections: [detection({ verdict: 'late', reasonCode: 'after-slo', ttdMs: 5000 })] });
const unclear = () => trial({ detections: [missed({ verdict: 'inconclusive', reasonCode: 'channel-unproven' })] });
const noisy = (alerts: number) =>
  trial({
    control: {
      ...noisyControl,
      alerts: Array.from({ length: alerts }, () => ({ detector: 'd', rule: 'r', id: 'i', counted: true })),
    },
  });
const accept = (t: TrialResult, how = {}) => acceptBaseline(card(t), undefined, how, '2026-11-01T00:00:00Z');

describe('compareWithBaseline', () => {
  for (const [name, before, now, change, exitCode] of [
    ['a met line that stays met', hit(), hit(), 'same', 0],
    ['a known miss', miss(), miss(), 'known-gap', 0],
    ['a met line that is missed', hit(), miss(), 'worse', 1],
    ['a met line that is late', hit(), late(), 'worse', 1],
    ['a late line that is missed', late(), miss(), 'worse', 1],
    ['a missed line that is late', miss(), late(), 'better', 0],
    ['a missed line that is met', miss(), hit(), 'better', 0],
    ['a met line that is inconclusive', hit(), unclear(), 'lost', 3],
    ['a known miss that is inconclusive', miss(), unclear(), 'unknown', 0],
  ] as const) {
    it(`calls ${name} ${change}`, () => {
      const comparison = compareWithBaseline(card(now), accept(before), today);
      expect(comparison.lines.find((l) => l.line.kind === 'detection')?.change).to.equal(change);
      expect(comparison.exitCode).to.equal(exitCode);
    });
  }

  it('fails a new failing id, and not a new met one', () => {
    const empty = { ...accept(hit()), scenarios: {} };
    expect(compareWithBaseline(card(miss()), empty, today).exitCode).to.equal(1);
    expect(compareWithBaseline(card(hit()), empty, today).exitCode).to.equal(0);
    expect(compareWithBaseline(card(unclear()), empty, today).exitCode).to.equal(3);
  });

  it('fails a noisier control, and a rollback that was clean', () => {
    expect(compareWithBaseline(card(noisy(2)), accept(noisy(1)), today).exitCode).to.equal(1);
    expect(compareWithBaseline(card(noisy(1)), accept(noisy(1)), today).exitCode).to.equal(0);
    expect(compareWithBaseline(card(trial({ rollback: rollback('dirty') })), accept(hit()), today).exitCode).to.equal(
      1,
    );
    expect(
      compareWithBaseline(card(trial({ rollback: rollback('by-guardrail') })), accept(hit()), today).exitCode,
    ).to.equal(0);
  });

  it('fails an expired gap from its day on, and not once it is met', () => {
    const baseline = accept(miss(), { reason: 'no rule yet', expires: today });
    expect(compareWithBaseline(card(miss()), baseline, '2026-11-21').exitCode).to.equal(0);
    expect(compareWithBaseline(card(miss()), baseline, today).exitCode).to.equal(1);
    expect(compareWithBaseline(card(hit()), baseline, today).exitCode).to.equal(0);
  });

  it('lets a quarantined line be flaky until it expires', () => {
    const entry = { verdict: 'detected', met: true, quarantine: true, expires: '2026-12-01' };
    const baseline = {
      ...accept(hit()),
      scenarios: { flip: { ...accept(hit()).scenarios['flip'], 'trail-rules/s3-public-policy': entry } },
    };
    expect(compareWithBaseline(card(miss()), baseline, today).exitCode).to.equal(0);
    expect(compareWithBaseline(card(miss()), baseline, '2026-12-01').exitCode).to.equal(1);
  });
});

describe('exitCodeWithBaseline', () => {
  for (const [own, compared, code] of [
    [1, 0, 0],
    [3, 0, 0],
    [0, 1, 1],
    [6, 0, 6],
    [70, 1, 70],
    [130, 1, 130],
    [4, 0, 4],
  ] as const) {
    it(`makes ${own} and a comparison of ${compared} ${code}`, () => {
      expect(exitCodeWithBaseline(own, { lines: [], exitCode: compared })).to.equal(code);
    });
  }
});

describe('acceptBaseline', () => {
  it('writes what its own schema reads, and what the same run is no worse than', () => {
    const baseline = acceptBaseline(
      gameDay(),
      undefined,
      { reason: 'no rule yet', owner: 'blue' },
      '2026-11-01T00:00:00Z',
    );
    expect(baselineSchema.parse(JSON.parse(JSON.stringify(baseline)))).to.deep.equal(baseline);
    expect(compareWithBaseline(gameDay(), baseline, today).exitCode).to.equal(0);
    expect(baseline.scenarios['lambda-environment-drift']?.['trail-rules/lambda-environment']).to.deep.equal({
      verdict: 'missed',
      met: false,
      reason: 'no rule yet',
      owner: 'blue',
    });
  });

  it('keeps scenarios that did not run, inconclusive lines, and the reasons of old gaps', () => {
    const before = acceptBaseline(
      scorecard([scenario('flip', miss()), scenario('other', hit())]),
      undefined,
      { reason: 'old reason' },
      '2026-11-01T00:00:00Z',
    );
    const kept = acceptBaseline(card(unclear()), before, {}, '2026-11-02T00:00:00Z');
    expect(kept.scenarios).to.deep.equal(before.scenarios);
    expect(acceptBaseline(card(miss()), before, {}, '2026-11-02T00:00:00Z').scenarios).to.deep.equal(before.scenarios);
  });
});
