import { expect } from 'chai';
import { UsageError } from '../model/errors.ts';
import { handleSummary, machineReadable, summaryExport } from './k6.fixture.ts';
import { readExit } from './k6-exit.ts';
import { readSummary } from './k6-summary.ts';

describe('readSummary', () => {
  const latencyMs = { p50: 1.8, p95: 5.5, p99: 9.1, max: 31.7 };
  const thresholds = [
    { metric: 'http_req_failed', threshold: 'rate<0.01', isCrossed: true },
    { metric: 'http_req_failed', threshold: 'rate<0.5', isCrossed: false },
    { metric: 'http_req_duration', threshold: 'p(95)<200', isCrossed: false },
  ];

  it('reads a threshold of true as crossed in an export, and as kept where it is ok in handleSummary', () => {
    const common = { requests: 400, errorRatio: 0.05, latencyMs, thresholds };
    expect(readSummary(JSON.stringify(summaryExport))).to.deep.equal({ shape: 'summary-export', ...common });
    const handled = { shape: 'handle-summary', durationMs: 8004.1, ...common };
    expect(readSummary(JSON.stringify(handleSummary))).to.deep.equal(handled);
  });

  it('finds no thresholds in the machine-readable one', () => {
    const { p99: _none, ...rest } = latencyMs;
    const expected = {
      shape: 'machine-readable',
      durationMs: 8500,
      requests: 400,
      errorRatio: 0.05,
      latencyMs: rest,
    };
    expect(readSummary(JSON.stringify(machineReadable))).to.deep.equal(expected);
  });

  for (const text of ['', '[]', '{"metrics":[]}', 'null']) {
    it(`refuses '${text}'`, () => {
      expect(() => readSummary(text)).to.throw(UsageError, 'The summary of k6');
    });
  }
});

describe('readExit', () => {
  it('tells a run to its end from one that was stopped, interrupted or failed', () => {
    expect(readExit({ exitCode: 0 }, false).kind).to.equal('sound');
    expect(readExit({ exitCode: 99 }, false)).to.deep.include({ kind: 'sound' });
    expect(readExit({ exitCode: 105 }, true).kind).to.equal('stopped');
    expect(readExit({ exitCode: 105 }, false).kind).to.equal('failed');
    expect(readExit({ exitCode: 107 }, true).reason).to.include('exception');
    expect(readExit({ exitCode: 108 }, true).reason).to.include('test.abort()');
    expect(readExit({ exitCode: 104 }, true).reason).to.include('configuration');
    expect(readExit({ exitCode: 77 }, false)).to.deep.include({ kind: 'failed' });
    expect(readExit({ signal: 'SIGKILL' }, true)).to.deep.include({
      kind: 'failed',
      reason: 'k6 was ended by SIGKILL',
    });
  });
});
