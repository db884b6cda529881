import { expect } from 'chai';
import { handleSummary, machineReadable, summaryExport } from './k6.fixture.ts';
import { readExit } from './k6-exit.ts';
import { limitsOf } from './k6-limits.ts';
import { readSummary } from './k6-summary.ts';

function limits(summary: object | undefined, exitCode: number, declared: Record<string, string[]> = {}) {
  const written = summary === undefined ? undefined : readSummary(JSON.stringify(summary));
  return limitsOf(written, { exitCode, end: readExit({ exitCode }, exitCode === 105) }, declared);
}

const verdicts = (...given: Parameters<typeof limits>) => limits(...given).map((one) => `${one.limit} ${one.verdict}`);

const failed = { count: 400 };
const withThresholds = (thresholds: object) => ({
  metrics: { http_reqs: failed, http_req_failed: { value: 0, thresholds } },
});
const handled = { metrics: { http_reqs: { type: 'counter', values: failed } } };

describe('limitsOf', () => {
  for (const [shape, summary] of [
    ['an export', summaryExport],
    ['handleSummary', handleSummary],
  ] as const) {
    it(`breaches what ${shape} shows as crossed, and holds the rest`, () => {
      const expected = ['rate<0.01 breached', 'rate<0.5 held', 'p(95)<200 held'];
      for (const exitCode of [99, 105]) expect(verdicts(summary, exitCode)).to.deep.equal(expected);
    });
  }

  it('believes the exit code where a summary has no thresholds by its shape', () => {
    expect(verdicts(machineReadable, 99)).to.deep.equal(['all thresholds breached']);
    expect(verdicts(machineReadable, 0)).to.deep.equal(['all thresholds held']);
    expect(verdicts(machineReadable, 105)).to.deep.equal(['all thresholds inconclusive']);
  });

  it('leaves open what is shown as kept where k6 says that a threshold was crossed', () => {
    const [limit] = limits(withThresholds({ 'rate<0.5': false }), 99);
    expect(limit).to.deep.include({ limit: 'rate<0.5', verdict: 'inconclusive' });
    expect(limit?.reason).to.equal(
      'k6 says that a threshold was crossed (exit code 99), and its summary shows none that was.',
    );
  });

  for (const [title, summary] of [
    ['an export', withThresholds({})],
    ['a file of handleSummary', handled],
  ] as const) {
    it(`is open where k6 says that a threshold was crossed and ${title} has none`, () => {
      const [limit, ...more] = limits(summary, 99);
      expect(limit).to.deep.include({ metric: 'k6', limit: 'all thresholds', verdict: 'inconclusive' });
      expect(limit?.reason).to.include('exit code 99');
      expect(more).to.deep.equal([]);
      expect(limits(summary, 0)).to.deep.equal([]);
    });
  }

  it('is open where the run failed, also where no threshold is known', () => {
    const every = ['rate<0.01 inconclusive', 'rate<0.5 inconclusive', 'p(95)<200 inconclusive'];
    expect(verdicts(summaryExport, 107)).to.deep.equal(every);
    for (const summary of [handled, machineReadable, undefined]) {
      const [limit] = limits(summary, 107);
      expect(limit).to.deep.include({ limit: 'all thresholds', verdict: 'inconclusive' });
      expect(limit?.reason).to.include('the script threw an exception (exit code 107)');
    }
  });

  it('is open where there is no summary, whatever the exit code', () => {
    for (const exitCode of [0, 99, 105])
      expect(verdicts(undefined, exitCode)).to.deep.equal(['all thresholds inconclusive']);
  });

  it('is open on a threshold of ours that the summary does not tell', () => {
    const declared = { http_req_failed: ['rate < 0.5'], checks: ['rate>0.9'] };
    const told = limits(withThresholds({ 'rate<0.5': false }), 0, declared);
    expect(told.map(({ metric, verdict }) => `${metric} ${verdict}`)).to.deep.equal([
      'http_req_failed held',
      'checks inconclusive',
    ]);
    expect(told[1]?.reason).to.equal('The summary of k6 does not tell of it.');
  });
});
