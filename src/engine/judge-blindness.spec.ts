import { expect } from 'chai';
import { injected, t0 } from '../testing/facts.ts';
import { type BlindnessCase, judgeBlindness } from './judge-blindness.ts';

const at = (ms: number) => t0.monoMs + ms;
const passed = { raisedMonoMs: at(-900), receivedMonoMs: at(-500) };
const lost = { raisedMonoMs: at(100) };
const passedAfter = { raisedMonoMs: at(4500), receivedMonoMs: at(5000) };

function blindCase(overrides: Partial<BlindnessCase> = {}): BlindnessCase {
  return {
    expectation: { id: 'trail-rules/blind', detector: 'trail-rules', sloMs: 4000 },
    fault: injected,
    before: passed,
    during: lost,
    duringIsIn: true,
    after: passedAfter,
    nowMonoMs: at(5100),
    ...overrides,
  };
}

function judged(overrides: Partial<BlindnessCase> = {}): readonly [boolean, string, string] {
  const { settled, result } = judgeBlindness(blindCase(overrides));
  return [settled, result.verdict, result.reasonCode];
}

describe('judgeBlindness', () => {
  it('is blind where only the canary in the middle was lost', () => {
    expect(judged()).to.deep.equal([true, 'blind', 'canary-lost']);
  });

  it('is inconclusive where signals were dropped while the canary in the middle was waited for', () => {
    expect(judged({ overloaded: true })).to.deep.equal([true, 'inconclusive', 'overload']);
    expect(judged({ overloaded: true, during: { ...lost, receivedMonoMs: at(3000) } })[1]).to.equal('not-blind');
  });

  it('J2: cannot tell where its store was not seen for a while as the canary in the middle was waited for', () => {
    const unseen = [{ fromMonoMs: at(50), untilMonoMs: at(5100), failedPolls: 18 }];
    expect(judged({ unseen })).to.deep.equal([true, 'inconclusive', 'channel-unproven']);
    expect(judgeBlindness(blindCase({ unseen })).result.reason).to.contain(
      'for 5.1 s, from 50 ms before the canary on (18 polls failed)',
    );
    expect(judged({ unseen, during: { ...lost, receivedMonoMs: at(3000) } })[1]).to.equal('not-blind');
    const around = { ...lost, receivedMonoMs: at(5100), earliestMonoMs: at(50) };
    expect(judged({ unseen, during: around })[2]).to.equal('poll-too-coarse');
  });

  it('is not blind where the canary in the middle arrived before the SLO', () => {
    expect(judged({ during: { ...lost, receivedMonoMs: at(3000) } })).to.deep.equal([
      true,
      'not-blind',
      'canary-passed',
    ]);
  });

  it('J20: cannot tell where the canary in the middle arrived in an interval around the SLO', () => {
    const around = { ...lost, receivedMonoMs: at(8000), earliestMonoMs: at(300) };
    expect(judged({ during: around })).to.deep.equal([true, 'inconclusive', 'poll-too-coarse']);
    const polled = { during: around, stoodStillMs: (from: number, until: number) => (until - from) * 0.6 };
    expect(judged(polled)).to.deep.equal([true, 'inconclusive', 'harness-frozen']);
    const frozen = { during: around, frozenMs: 7700, nowMonoMs: at(8100) };
    expect(judged(frozen)).to.deep.equal([true, 'inconclusive', 'harness-frozen']);
    expect(judged({ during: { ...around, earliestMonoMs: at(4101) } })[1]).to.equal('blind');
  });

  it('cannot tell where the canary in the middle did not come, and we stood still for long enough to lose it', () => {
    expect(judged({ frozenMs: 1000 })).to.deep.equal([true, 'inconclusive', 'harness-frozen']);
    expect(judged({ frozenMs: 999 })[1]).to.equal('blind');
  });

  it('allows for how late the canary in the middle left, where we stood still as it was raised', () => {
    const during = { ...lost, leftByMonoMs: at(3000) };
    expect(judged({ during, frozenMs: 900, nowMonoMs: at(6999) })[0]).to.equal(false);
    expect(judged({ during, frozenMs: 900, nowMonoMs: at(7000) })[1]).to.equal('blind');
    const received = { ...during, receivedMonoMs: at(6000) };
    expect(judged({ during: received, frozenMs: 900, nowMonoMs: at(6000) })[2]).to.equal('harness-frozen');
  });

  it('stays blind where the canary in the middle arrived only after the SLO', () => {
    expect(judged({ during: { ...lost, receivedMonoMs: at(4600) } })).to.deep.equal([true, 'blind', 'canary-lost']);
  });

  it('proves nothing where no canary passed before', () => {
    expect(judged({ before: { raisedMonoMs: at(-900) } })).to.deep.equal([true, 'inconclusive', 'canary-not-proven']);
  });

  it('J20: hears the canary after the revert to its horizon, however long the trial goes on', () => {
    const late = { raisedMonoMs: at(4500), receivedMonoMs: at(16_501) };
    expect(judged({ after: late, nowMonoMs: at(17_000) })[1]).to.equal('inconclusive');
    expect(judged({ after: { ...late, receivedMonoMs: at(16_500) }, nowMonoMs: at(17_000) })[1]).to.equal('blind');
  });

  it('proves nothing where the canary after the revert is lost too', () => {
    expect(judged({ after: { raisedMonoMs: at(4500) }, nowMonoMs: at(17_000) })).to.deep.equal([
      true,
      'inconclusive',
      'canary-not-proven',
    ]);
  });

  it('proves nothing where the effect is unproven', () => {
    expect(judged({ fault: { ...injected, effect: 'unproven' } })).to.deep.equal([
      true,
      'inconclusive',
      'effect-unproven',
    ]);
  });

  it('proves nothing on a path that is slower than the SLO, where every canary would be lost', () => {
    const before = { raisedMonoMs: at(-9000), receivedMonoMs: at(-4000) };
    expect(judged({ before })).to.deep.equal([true, 'inconclusive', 'canary-not-proven']);
  });

  it('proves nothing by a canary after which the fault was read as gone', () => {
    const received = { ...lost, receivedMonoMs: at(900) };
    expect(judged({ during: received, duringIsIn: false })).to.deep.equal([true, 'inconclusive', 'canary-not-proven']);
  });

  it('waits for a read after the canary, as long as the fault is in', () => {
    const { duringIsIn: _read, ...unread } = blindCase();
    expect(judgeBlindness(unread).settled).to.equal(false);
    const gone = { ...injected, goneMonoMs: [at(90), at(600)] as const };
    expect(judgeBlindness({ ...unread, fault: gone }).result.reasonCode).to.equal('canary-not-proven');
  });

  it('needs the fault in until the SLO of the canary in the middle', () => {
    const early = {
      expectation: blindCase().expectation,
      fault: injected,
      before: passed,
      during: lost,
      duringIsIn: true,
    };
    expect(judgeBlindness({ ...early, nowMonoMs: at(4000) }).settledDuring).to.equal(false);
    expect(judgeBlindness({ ...early, nowMonoMs: at(4100) }).settledDuring).to.equal(true);
  });
});
