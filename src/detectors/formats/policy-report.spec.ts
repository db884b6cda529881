import { expect } from 'chai';
import { readFormat, signalsOf } from '../../testing/read-format.ts';
import { policyReport } from './policy-report.ts';

const result = {
  policy: 'host-path',
  rule: 'no-host-path',
  result: 'fail',
  severity: 'high',
  source: 'kyverno',
  timestamp: { seconds: 1795377616, nanos: 5 },
};
const report = {
  apiVersion: 'wgpolicyk8s.io/v1alpha2',
  kind: 'PolicyReport',
  metadata: { name: 'p-uid', namespace: 'inference', uid: 'r-1' },
  scope: { kind: 'Pod', namespace: 'inference', name: 'rogue', uid: 'p-uid' },
  results: [result, { ...result, rule: 'other', result: 'pass' }],
};

describe('policy-report', () => {
  it('gives a signal for a failed result, about the scope of the report', () => {
    expect(signalsOf(readFormat(policyReport, report))).to.deep.equal([
      {
        format: 'policy-report',
        id: 'r-1/host-path/no-host-path/Pod/inference/rogue',
        dedupeKey: 'r-1/host-path/no-host-path/Pod/inference/rogue',
        rule: 'host-path/no-host-path',
        severity: 4,
        rawSeverity: 'high',
        updatedAt: '2026-11-22T20:00:16.000Z',
        resource: { kind: 'Pod', id: 'Pod/inference/rogue', namespace: 'inference', name: 'rogue' },
        status: 'open',
        sample: false,
        techniques: [],
      },
    ]);
  });

  for (const [outcome, rule] of [
    ['warn', 'host-path/no-host-path [warn]'],
    ['error', 'host-path/no-host-path [error]'],
  ])
    it(`tells a result that is ${outcome} from a failed one`, () => {
      const [signal] = signalsOf(readFormat(policyReport, { ...report, results: [{ ...result, result: outcome }] }));
      expect(signal?.rule).to.equal(rule);
    });

  it('reads openreports, cluster reports and results that name their own resources', () => {
    const subjects = [
      { kind: 'Namespace', name: 'a' },
      { kind: 'Namespace', name: 'b' },
    ];
    const cluster = {
      apiVersion: 'openreports.io/v1alpha1',
      kind: 'ClusterReport',
      metadata: { name: 'c' },
      results: [{ ...result, rule: undefined, resources: subjects }],
    };
    const signals = signalsOf(readFormat(policyReport, cluster));
    expect(signals.map(({ resource }) => resource?.id)).to.deep.equal(['Namespace/a', 'Namespace/b']);
    expect(signals[0]).to.deep.include({ rule: 'host-path', id: 'ClusterReport//c/host-path/Namespace/a' });
  });

  it('resolves what the report said before and says no more', () => {
    const now = { ...report, results: [{ ...result, result: 'pass' }] };
    const parsed = readFormat(policyReport, { type: 'MODIFIED', object: now, previous: report });
    const signals = parsed.flatMap((one) => (one.kind === 'signal' ? [one.signal] : []));
    expect(signals.map(({ status }) => status)).to.deep.equal(['resolved']);
    const same = readFormat(policyReport, { type: 'MODIFIED', object: report, previous: report });
    expect(signalsOf(same).map(({ status }) => status)).to.deep.equal(['open']);
  });

  it('resolves all that a deleted report said', () => {
    const signals = signalsOf(readFormat(policyReport, { type: 'DELETED', object: report }));
    expect(signals.map(({ status }) => status)).to.deep.equal(['resolved']);
  });

  it('ignores a report in which nothing is wrong', () => {
    expect(readFormat(policyReport, { ...report, results: [] })[0]?.kind).to.equal('ignored');
  });

  for (const value of [null, {}, { results: [{ result: 'fail' }] }, { kind: 'Pod' }])
    it(`calls ${JSON.stringify(value)} malformed`, () => {
      expect(readFormat(policyReport, value)[0]?.kind).to.equal('malformed');
    });
});
