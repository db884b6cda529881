import { expect } from 'chai';
import { lastStablePeriod, type StateRead, untilStable } from './state-reads.ts';

function read(atMs: number, present: boolean): StateRead {
  return { sentMonoMs: atMs - 5, receivedMonoMs: atMs, present };
}

describe('untilStable', () => {
  it('J16: takes no drift after a stable period from the guardrail', () => {
    const flapping = [read(0, true), read(500, false), read(1000, true), read(1500, false), read(2600, false)];
    expect(untilStable([...flapping, read(3000, true)], 1000)).to.deep.equal(flapping);
    expect(untilStable([...flapping, read(3000, true)], 2000)).to.have.lengthOf(6);
  });
});

describe('lastStablePeriod', () => {
  it('J16: restarts the clock where the drift came again', () => {
    expect(lastStablePeriod([read(0, true), read(500, false), read(1000, true), read(1500, false)])).to.deep.equal([
      995, 1500,
    ]);
  });
});
