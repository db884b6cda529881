import { expect } from 'chai';
import { t0 } from '../testing/facts.ts';
import { faultState, tellingReads } from './fault-state.ts';
import type { LiveFault } from './live-fault.ts';

const read = (sentMonoMs: number, present: boolean) => ({ sentMonoMs, receivedMonoMs: sentMonoMs + 10, present });

describe('tellingReads', () => {
  it('J13: takes an absence for no sign before a store that lags can have agreed', () => {
    const reads = [read(100, false), read(390, false), read(500, false)];
    expect(tellingReads({ reads, settleMs: 300, acknowledgedMonoMs: 90 })).to.deep.equal([read(500, false)]);
  });

  it('J13: takes an absence for no sign before that, though the change was seen already', () => {
    const reads = [read(100, false), read(200, true), read(300, false), read(400, false)];
    expect(tellingReads({ reads, settleMs: 300, acknowledgedMonoMs: 90 })).to.deep.equal([reads[1], reads[3]]);
  });

  it('J13: takes a change that nobody acknowledged for in since it was seen', () => {
    const reads = [read(100, false), read(200, true), read(300, false), read(520, false)];
    expect(tellingReads({ reads, settleMs: 300 })).to.deep.equal([reads[1], reads[3]]);
  });

  it('J13: takes every read of a store that is strongly consistent', () => {
    const reads = [read(90, false), read(200, false)];
    expect(tellingReads({ reads, settleMs: 0, acknowledgedMonoMs: 90 })).to.deep.equal(reads);
  });

  it('J12: takes no absence for a sign where nobody acknowledged the change', () => {
    expect(tellingReads({ reads: [read(900, false)], settleMs: 0 })).to.deep.equal([]);
  });
});

describe('faultState', () => {
  const reads = [read(100, true), read(600, true)];
  const fault = {
    reads,
    settleMs: 0,
    acknowledgedMonoMs: 90,
    effect: 'proven',
    status: 'injected',
    t0,
    definition: {},
  };
  const goneOf = (verdict?: string, reasonCode?: string) =>
    faultState({
      ...fault,
      revertRequested: { monoMs: 900, epochMs: 900 },
      ...(verdict === undefined ? {} : { rollback: { verdict, reasonCode } }),
    } as unknown as LiveFault).goneMonoMs;

  it("J12: cannot tell what a scenario's own act did before it got no answer, but for what was not even sent", () => {
    const failed = { ...fault, status: 'not-injected', mayHaveActed: true, definition: { selfDeclared: true } };
    const isUnknown = (more: object) => faultState({ ...failed, ...more } as unknown as LiveFault).isUnknown;
    expect(isUnknown({})).to.equal(true);
    for (const more of [{ t0: undefined }, { mayHaveActed: false }, { definition: {} }, { status: 'injected' }])
      expect(isUnknown(more), JSON.stringify(more)).to.equal(undefined);
  });

  it('J14: takes a fault that our revert found in for gone with that', () => {
    expect(goneOf('clean')).to.deep.equal([900, 900]);
    expect(goneOf()).to.deep.equal([900, 900]);
  });

  it('J14: takes a fault for in that our revert could not take out', () => {
    expect(goneOf('dirty', 'revert-failed')).to.equal(undefined);
  });

  for (const verdict of ['by-guardrail', 'unverified', 'dirty']) {
    it(`J14: takes a fault for gone since it was last seen where its rollback is ${verdict}`, () => {
      expect(goneOf(verdict)).to.deep.equal([600, 900]);
    });
  }
});
