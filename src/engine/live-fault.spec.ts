import { expect } from 'chai';
import { tellingReads } from './live-fault.ts';

const read = (sentMonoMs: number, present: boolean) => ({ sentMonoMs, receivedMonoMs: sentMonoMs + 10, present });

describe('tellingReads', () => {
  it('J13: takes an absence for no sign before a store that lags can have agreed', () => {
    const reads = [read(100, false), read(390, false), read(500, false)];
    expect(tellingReads({ reads, settleMs: 300, acknowledgedMonoMs: 90 })).to.deep.equal([read(500, false)]);
  });

  it('J13: takes every read after the change was seen', () => {
    const reads = [read(100, false), read(200, true), read(300, false)];
    expect(tellingReads({ reads, settleMs: 300, acknowledgedMonoMs: 90 })).to.deep.equal(reads.slice(1));
  });

  it('J13: takes every read of a store that is strongly consistent', () => {
    const reads = [read(90, false), read(200, false)];
    expect(tellingReads({ reads, settleMs: 0, acknowledgedMonoMs: 90 })).to.deep.equal(reads);
  });

  it('J12: takes no absence for a sign where nobody acknowledged the change', () => {
    expect(tellingReads({ reads: [read(900, false)], settleMs: 0 })).to.deep.equal([]);
  });
});
