import { expect } from 'chai';
import type { LoadFigures, LoadSummary } from '../model/load.ts';
import type { LoadExpectation } from '../model/scenario.ts';
import type { ProbeResult } from '../model/scorecard.ts';
import { judgeLoad, type LoadCase } from './judge-load.ts';

const during: LoadFigures = {
  phase: 'during',
  durationMs: 8000,
  requests: 400,
  errors: 8,
  errorRatio: 0.02,
  latencyMs: { p50: 20, p95: 300, p99: 900, max: 1000 },
};

const takenBackAt = (monoMs: number) => ({ untilMonoMs: monoMs, goneMonoMs: monoMs, by: 'us' }) as const;
const takenOutAt = (monoMs: number) => ({ untilMonoMs: monoMs - 400, goneMonoMs: monoMs, by: 'others' }) as const;

function judge(expected: LoadExpectation, summary: Partial<LoadSummary> = {}, more: Partial<LoadCase> = {}) {
  const facts: LoadCase = {
    use: { type: 'http', expect: [expected] },
    summary: { figures: [during], limits: [], impaired: [], ...summary },
    t0MonoMs: 10_000,
    timeIn: takenBackAt(20_000),
    endMonoMs: 23_000,
    ...more,
  };
  const [result] = judgeLoad(facts);
  if (result === undefined) throw new Error('No result.');
  return result;
}

const errors = (atMost: number): LoadExpectation => ({ figure: 'error-ratio', phase: 'during', atMost });
const p99: LoadExpectation = { figure: 'p99', phase: 'during', atMost: 1000 };
const recovery: LoadExpectation = { figure: 'recovery', within: 4000 };

describe('judgeLoad', () => {
  it('holds a ratio against its limit, and states window and samples', () => {
    const held = judge(errors(0.02));
    expect(held).to.deep.include({ id: 'http/error-ratio/during', verdict: 'held', when: 'during', worst: 0.02 });
    expect(held).to.deep.include({ samples: 400, windowMs: 8000, unit: 'ratio' });
    expect(held.reason).to.equal(
      'Got error-ratio 2 %, expected at most 2 % (400 requests in 8 s, while it was in). It was in from 0 s to 10 s, when we took it back.',
    );
    expect(judge(errors(0.019)).verdict).to.equal('breached');
  });

  it('judges a percentile only on enough requests', () => {
    expect(judge(p99).verdict).to.equal('held');
    expect(judge({ ...p99, atMost: 800 }).verdict).to.equal('breached');
    const few = judge(p99, { figures: [{ ...during, requests: 99 }] });
    expect([few.verdict, few.reasonCode]).to.deep.equal(['inconclusive', 'too-few-samples']);
    expect(judge(errors(0), { figures: [{ ...during, requests: 0 }] }).reasonCode).to.equal('too-few-samples');
  });

  it('says nothing of a time that somebody cut short or spoilt, but for the guardrail that took it out', () => {
    const after: LoadExpectation = { figure: 'error-ratio', phase: 'after', atMost: 0.1 };
    const figures = [during, { ...during, phase: 'after' } as const];
    const limits = [{ metric: 'rate', limit: '<1', verdict: 'breached', reason: 'crossed' } as const];
    const said = (expected: LoadExpectation, timeIn: LoadCase['timeIn'], isByGuardrail = false) => {
      const use = { type: 'http', expect: [expected] };
      const summary = { figures, limits, impaired: [] };
      const facts = { use, summary, t0MonoMs: 10_000, timeIn, endMonoMs: 23_000, isByGuardrail };
      return judgeLoad(facts).map(({ verdict, reasonCode }) => (verdict === 'inconclusive' ? reasonCode : verdict));
    };
    const out = takenOutAt(12_100);
    expect(said(errors(0.1), out)).to.deep.equal(['gone-before-slo', 'gone-before-slo']);
    expect(said(errors(0.01), out, true)).to.deep.equal(['breached', 'breached']);
    expect(said(after, out)).to.deep.equal(['held', 'gone-before-slo']);
    const altered = { ...out, isAltered: true } as const;
    expect(said(errors(0.1), altered, true)).to.deep.equal(['altered', 'altered']);
    expect(said(after, altered)).to.deep.equal(['altered', 'altered']);
    const left = { ...takenBackAt(20_000), isLeft: true } as const;
    expect(said(after, left)).to.deep.equal(['not-measured', 'breached']);
    expect(said(errors(0.1), left)).to.deep.equal(['held', 'breached']);
  });

  it('relies on nothing that the generator does not vouch for', () => {
    const unsound = judge(errors(1), { unsound: 'the generator was too slow' });
    expect(unsound).to.deep.include({ verdict: 'inconclusive', reasonCode: 'load-failed' });
    expect(judge(errors(1), { figures: [] }).reasonCode).to.equal('not-measured');
    expect(judge(errors(1), {}, { ended: 'stopped' }).reasonCode).to.equal('stopped');
  });

  it('is open on a ratio that the load does not tell', () => {
    const { errors: _errors, errorRatio: _ratio, ...rest } = during;
    const open = judge(errors(1), { figures: [rest] });
    expect(open).to.deep.include({ verdict: 'inconclusive', reasonCode: 'not-measured' });
    expect(open.reason).to.equal('The load does not tell its error-ratio.');
  });

  const wholeRatio: LoadExpectation = { figure: 'error-ratio', phase: 'whole', atMost: 0.1 };
  const limit = (verdict: 'held' | 'breached') => ({ metric: 'http_reqs', limit: 'count>1', verdict, reason: 'So.' });

  /** The ratio, then a limit that is held, then one that is breached. */
  function judgeEndedAt(endedMonoMs: number, errorRatio = 0.02): readonly ProbeResult[] {
    const limits = [limit('held'), limit('breached')];
    const figures = [{ ...during, phase: 'whole' as const, errorRatio }];
    const summary = { figures, limits, impaired: [], endedMonoMs };
    const use = { type: 'k6', expect: [wholeRatio] };
    return judgeLoad({ use, summary, t0MonoMs: 10_000, timeIn: takenBackAt(20_000), endMonoMs: 23_000 });
  }

  it('says nothing of a fault that came after the traffic had ended by itself', () => {
    for (const errorRatio of [0.02, 0.5]) {
      for (const result of judgeEndedAt(7400, errorRatio)) {
        expect(result).to.deep.include({ verdict: 'inconclusive', reasonCode: 'load-failed' });
        expect(result.reason).to.equal(
          'The load ended by itself 2.6 s before the fault went in, so it says nothing of the fault.',
        );
      }
    }
  });

  it('holds nothing where the traffic ended by itself while the fault was in, and keeps a breach', () => {
    const results = judgeEndedAt(13_000);
    expect(results.map(({ verdict }) => verdict)).to.deep.equal(['inconclusive', 'inconclusive', 'breached']);
    expect(results[0]?.reason).to.equal(
      'The load ended by itself 3 s after the fault went in, so it says nothing of the rest. It was in from 0 s to 10 s, when we took it back.',
    );
    expect(judgeEndedAt(13_000, 0.5)[0]?.verdict).to.equal('breached');
  });

  it('judges what ended by itself once the fault was out', () => {
    expect(judgeEndedAt(20_500).map(({ verdict }) => verdict)).to.deep.equal(['held', 'held', 'breached']);
  });

  const hurt = (fromMonoMs: number, untilMonoMs?: number, feltMonoMs = fromMonoMs + 50) => ({
    impaired: [{ fromMonoMs, feltMonoMs, ...(untilMonoMs === undefined ? {} : { untilMonoMs }) }],
  });
  const recoveries: readonly [string, Partial<LoadSummary>, Partial<LoadCase>, string][] = [
    ['held where users were never hurt', {}, {}, 'held within-tolerance'],
    ['held where they were well again in time', hurt(10_000, 13_900), {}, 'held within-tolerance'],
    ['breached where they were well again too late', hurt(10_000, 14_100), {}, 'breached out-of-tolerance'],
    ['open where the SLO lies inside what it is told to', hurt(10_000, 14_050), {}, 'inconclusive poll-too-coarse'],
    ['breached where only our revert healed them', hurt(10_100, 20_300), {}, 'breached out-of-tolerance'],
    ['breached where nothing healed them', hurt(10_100), {}, 'breached out-of-tolerance'],
    [
      'open where our revert came before the SLO',
      hurt(10_100, 13_300),
      { timeIn: takenBackAt(13_000) },
      'inconclusive gone-before-slo',
    ],
    [
      'open where nothing hurt them before an early revert',
      {},
      { timeIn: takenBackAt(13_000) },
      'inconclusive gone-before-slo',
    ],
    [
      'open where they were well again because somebody else took the fault out',
      hurt(10_000, 12_000),
      { timeIn: takenOutAt(12_100) },
      'inconclusive gone-before-slo',
    ],
    [
      'open where they were well for less than a second before somebody took it out',
      hurt(10_000, 12_000),
      { timeIn: takenOutAt(13_300) },
      'inconclusive gone-before-slo',
    ],
    [
      'held where they were well again a second before somebody took it out',
      hurt(10_000, 12_000),
      { timeIn: takenOutAt(13_500) },
      'held within-tolerance',
    ],
    [
      'open where nothing hurt them before somebody took it out',
      {},
      { timeIn: takenOutAt(13_000) },
      'inconclusive gone-before-slo',
    ],
    ['open where they were hurt before the fault', hurt(9500, 12_000), {}, 'inconclusive not-measured'],
    [
      'held where what was due before the fault failed only after it came',
      hurt(9500, 12_000, 10_010),
      {},
      'held within-tolerance',
    ],
    ['held where they were hurt and well again before the fault', hurt(8000, 8500), {}, 'held within-tolerance'],
    [
      'held where they were well in time and our revert hurt them once more',
      { impaired: [...hurt(10_000, 12_000).impaired, ...hurt(20_100, 20_300).impaired] },
      {},
      'held within-tolerance',
    ],
  ];
  for (const [title, summary, more, expected] of recoveries) {
    it(`calls a recovery ${title}`, () => {
      const { verdict, reasonCode } = judge(recovery, summary, more);
      expect(`${verdict} ${reasonCode}`).to.equal(expected);
    });
  }

  it('says from when to when the fault was in where somebody else took it out', () => {
    const { reason } = judge(recovery, hurt(10_000, 12_000), { timeIn: takenOutAt(12_100) });
    expect(reason).to.equal(
      'Users were still hurt after 1.7 s of the fault, which was gone before the SLO of 4 s. It was in from 0 s to 1.7 s; by 2.1 s somebody else had taken it out.',
    );
  });

  it("passes on the load's own limits, with its requests", () => {
    const whole: LoadFigures = { ...during, phase: 'whole' };
    const [limit] = judgeLoad({
      use: { type: 'k6', expect: [] },
      summary: {
        figures: [whole],
        limits: [{ metric: 'http_reqs', limit: 'count>1', verdict: 'breached', reason: 'Crossed.' }],
        impaired: [],
      },
      t0MonoMs: 0,
      timeIn: takenBackAt(1),
      endMonoMs: 1,
    });
    expect(limit).to.deep.include({ id: 'k6/http_reqs count>1', verdict: 'breached', samples: 400, windowMs: 8000 });
  });
});
