import { expect } from 'chai';
import { readFormat, signalsOf } from '../../testing/read-format.ts';
import { gatekeeperConstraint } from './gatekeeper-constraint.ts';

const violation = {
  enforcementAction: 'deny',
  group: '',
  version: 'v1',
  kind: 'Pod',
  namespace: 'inference',
  name: 'rogue',
  message: 'Privileged container is not allowed: c',
};
const constraint = {
  apiVersion: 'constraints.gatekeeper.sh/v1beta1',
  kind: 'NoPrivileged',
  metadata: { name: 'no-privileged' },
  status: { auditTimestamp: '2026-11-22T20:00:16Z', totalViolations: 1, violations: [violation] },
};
const line = {
  level: 'info',
  ts: 1795377616.4645,
  msg: violation.message,
  process: 'audit',
  audit_id: '2026-11-22T20:00:16Z',
  event_type: 'violation_audited',
  constraint_kind: 'NoPrivileged',
  constraint_name: 'no-privileged',
  resource_kind: 'Pod',
  resource_namespace: 'inference',
  resource_name: 'rogue',
};
const id = 'NoPrivileged/no-privileged/Pod/inference/rogue/Privileged container is not allowed: c';

describe('gatekeeper-constraint', () => {
  it('gives a signal for each violation', () => {
    expect(signalsOf(readFormat(gatekeeperConstraint, constraint))).to.deep.equal([
      {
        format: 'gatekeeper-constraint',
        id,
        dedupeKey: id,
        rule: 'no-privileged',
        ruleId: 'NoPrivileged/no-privileged',
        severity: null,
        rawSeverity: '',
        updatedAt: '2026-11-22T20:00:16Z',
        resource: { kind: 'Pod', id: 'Pod/inference/rogue', namespace: 'inference', name: 'rogue' },
        status: 'open',
        sample: false,
        techniques: [],
      },
    ]);
  });

  it('takes a later audit of the same violation as the same alert', () => {
    const status = { ...constraint.status, auditTimestamp: '2026-11-22T20:01:16Z' };
    expect(signalsOf(readFormat(gatekeeperConstraint, { ...constraint, status }))[0]?.dedupeKey).to.equal(id);
    expect(gatekeeperConstraint.recurrence).to.equal('none');
  });

  it('tells of violations that the status does not list', () => {
    const status = { ...constraint.status, totalViolations: 27 };
    const [, rest] = readFormat(gatekeeperConstraint, { ...constraint, status });
    expect(rest).to.deep.include({ kind: 'ignored', reason: '26 of 27 violations are not listed' });
  });

  it('resolves what an audit found before and finds no more', () => {
    const now = { ...constraint, status: { auditTimestamp: '2026-11-22T20:01:16Z', totalViolations: 0 } };
    const parsed = readFormat(gatekeeperConstraint, { type: 'MODIFIED', object: now, previous: constraint });
    const signals = parsed.flatMap((one) => (one.kind === 'signal' ? [one.signal] : []));
    expect(signals.map((signal) => [signal.dedupeKey, signal.status])).to.deep.equal([[id, 'resolved']]);
  });

  it('reads audited violations of the log as the same alerts', () => {
    const [signal] = signalsOf(readFormat(gatekeeperConstraint, line));
    expect(signal).to.deep.include({ dedupeKey: id, updatedAt: '2026-11-22T20:00:16Z' });
    expect(readFormat(gatekeeperConstraint, { ...line, event_type: 'audit_started' })[0]?.kind).to.equal('ignored');
  });

  it('reads a refused request of the log with its time and user, each as its own alert', () => {
    const denied = { ...line, process: 'admission', event_type: 'violation', request_username: 'windshear-tester' };
    const [signal] = signalsOf(readFormat(gatekeeperConstraint, denied));
    expect(signal).to.deep.include({
      errorCode: 'denied',
      eventTime: '2026-11-22T20:00:16.4645Z',
      alertTime: '2026-11-22T20:00:16.4645Z',
    });
    expect(signal?.actor?.name).to.equal('windshear-tester');
    const [later] = signalsOf(readFormat(gatekeeperConstraint, { ...denied, ts: 1795377617 }));
    expect(later?.dedupeKey).not.to.equal(signal?.dedupeKey);
  });

  for (const value of [null, 7, {}, { kind: 'K' }, { event_type: 'violation' }])
    it(`calls ${JSON.stringify(value)} malformed`, () => {
      expect(readFormat(gatekeeperConstraint, value)[0]?.kind).to.equal('malformed');
    });
});
