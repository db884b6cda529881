import { expect } from 'chai';
import { heard, t0 } from '../testing/facts.ts';
import { reviewAudit } from './audit.ts';
import type { LiveFault } from './live-fault.ts';
import type { Trial } from './trial-state.ts';

function proven(requestIds: readonly string[], records: readonly Parameters<typeof heard>[1][]): string {
  const fault = {
    definition: { kind: 'change' },
    requestIds,
    auditedIds: new Set(),
    status: 'injected',
    effect: 'pending',
  } as unknown as LiveFault;
  const audit = records.map((record, n) => heard(n * 100, record));
  reviewAudit({ audit } as unknown as Trial, fault);
  return fault.effect === 'proven' ? `proven after ${(fault.effectMonoMs ?? 0) - t0.monoMs} ms` : fault.effect;
}

describe('reviewAudit', () => {
  it('J12: proves an effect by the records of all its requests', () => {
    expect(proven(['a', 'b'], [{ requestId: 'a' }, { requestId: 'b' }])).to.equal('proven after 100 ms');
  });

  it('J12: proves nothing by the record of one request of two', () => {
    expect(proven(['a', 'b'], [{ requestId: 'a' }, { requestId: 'a' }])).to.equal('pending');
  });

  it('J12: proves nothing by the record of a failure, or of a request of somebody else', () => {
    expect(proven(['a'], [{ requestId: 'a', errorCode: 'AccessDenied' }, { requestId: 'z' }])).to.equal('pending');
  });
});
