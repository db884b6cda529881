import { expect } from 'chai';
import { injected, t0 } from '../testing/facts.ts';
import {
  type GuardrailAnswer,
  type GuardrailBlindnessCase,
  judgeGuardrailBlindness,
} from './judge-guardrail-blindness.ts';

const answered = (answer: GuardrailAnswer['answer'], detail?: string): GuardrailAnswer => ({
  answer,
  sentMonoMs: t0.monoMs + 90,
  answeredMonoMs: t0.monoMs + 100,
  askedForMs: 350,
  ...(detail === undefined ? {} : { detail }),
});
const canaries = {
  before: answered('refused', 'webhook guard'),
  during: answered('let-through'),
  after: answered('refused', 'webhook guard'),
};

function judge(overrides: Partial<GuardrailBlindnessCase> = {}) {
  return judgeGuardrailBlindness({ ...facts(), duringIsIn: true, ...overrides });
}

function judged(overrides: Partial<GuardrailBlindnessCase> = {}): readonly [boolean, string, string] {
  const { settled, result } = judge(overrides);
  return [settled, result.verdict, result.reasonCode];
}

const inconclusive = (code: string) => [true, 'inconclusive', code];

describe('judgeGuardrailBlindness', () => {
  it('J20: cannot tell where it let the canary through after the SLO, and we stood still before', () => {
    const during = { ...canaries.during, askedForMs: 6000 };
    const frozen = { canaries: { ...canaries, during: { ...during, frozenMs: 5800 } } };
    expect(judged(frozen)).to.deep.equal(inconclusive('harness-frozen'));
    expect(judged({ canaries: { ...canaries, during } })[1]).to.equal('blind');
    const inTime = { ...canaries.during, frozenMs: 300 };
    expect(judged({ canaries: { ...canaries, during: inTime } })[1]).to.equal('blind');
  });

  it('is blind where only the canary in the middle was let through', () => {
    expect(judged()).to.deep.equal([true, 'blind', 'guardrail-off']);
    expect(judge().result.reason).to.equal(
      'admission let its canary through 350 ms after the effect was proven, and refused it before and after.',
    );
  });

  it('is not blind where the guardrail still refused when the SLO was over', () => {
    const during = answered('refused', 'webhook guard');
    expect(judged({ canaries: { ...canaries, during } })).to.deep.equal([true, 'not-blind', 'guardrail-on']);
  });

  it('proves nothing where the canary before was let through, not attributed, or could not be sent', () => {
    for (const before of [answered('let-through'), answered('unknown', 'HTTP 500')])
      expect(judged({ canaries: { ...canaries, before } })).to.deep.equal(inconclusive('canary-not-proven'));
    expect(judged({ canaries: { during: canaries.during, after: canaries.after } })).to.deep.equal(
      inconclusive('canary-not-proven'),
    );
  });

  it('proves nothing where it is not known who answered while the fault was in', () => {
    const during = answered('unknown', 'Pod Security baseline refused');
    expect(judged({ canaries: { ...canaries, during } })).to.deep.equal(inconclusive('canary-not-proven'));
    expect(judge({ canaries: { ...canaries, during } }).result.reason).to.contain('Pod Security baseline refused');
  });

  it('J15: is not blind by a canary that was let through because nobody could be asked', () => {
    const failedOpen = { failedOpen: 'webhook guard failed open (audit a-1)' };
    expect(judged(failedOpen)).to.deep.equal(inconclusive('failed-open'));
    expect(judge({ ...failedOpen, canaries: { before: canaries.before, during: canaries.during } })).to.include({
      settled: true,
      settledDuring: true,
    });
    expect(judge(failedOpen).result.reason).to.contain('webhook guard failed open (audit a-1)');
  });

  it('J15: waits for the record of that canary where it may have failed open, and proves nothing without', () => {
    const unrecorded = { isUnrecorded: true };
    const horizon = canaries.during.answeredMonoMs + 12_000;
    expect(judge(unrecorded)).to.include({ settled: false, settledDuring: true });
    expect(judge(unrecorded).deadlinesMonoMs).to.deep.equal([horizon]);
    expect(judged({ ...unrecorded, nowMonoMs: horizon })).to.deep.equal(inconclusive('canary-not-proven'));
    expect(judge({ ...unrecorded, nowMonoMs: horizon }).result.reason).to.contain('no record of cluster');
    expect(judged({ ...unrecorded, auditSources: [] })).to.deep.equal(inconclusive('canary-not-proven'));
  });

  it('proves nothing where the fault may have been gone when the canary was answered', () => {
    expect(judged({ duringIsIn: false })).to.deep.equal(inconclusive('canary-not-proven'));
    const gone = { ...injected, goneMonoMs: [t0.monoMs + 40, t0.monoMs + 50] as const };
    expect(judged({ fault: gone, canaries: { before: canaries.before } })).to.deep.equal(
      inconclusive('canary-not-proven'),
    );
  });

  it('warns that the guardrail may be off where it does not refuse after the revert', () => {
    const { result } = judge({ canaries: { ...canaries, after: answered('let-through') } });
    expect(result).to.include({ verdict: 'inconclusive', reasonCode: 'canary-not-proven' });
    expect(result.reason).to.contain('It may still be disabled.');
  });

  it('needs the fault in until the canary in the middle is answered and read over', () => {
    const { before, during } = canaries;
    const waiting = [
      judge({ canaries: { before } }),
      judgeGuardrailBlindness({ ...facts(), canaries: { before, during } }),
    ];
    expect(waiting.map(({ settled, settledDuring }) => [settled, settledDuring])).to.deep.equal([
      [false, false],
      [false, false],
    ]);
    const answeredIt = judge({ canaries: { before, during } });
    expect([answeredIt.settled, answeredIt.settledDuring]).to.deep.equal([false, true]);
  });

  it('says nothing of a change that was refused, or whose effect is unproven', () => {
    expect(judged({ fault: { ...injected, status: 'refused' } })).to.deep.equal(inconclusive('not-injected'));
    expect(judged({ fault: { ...injected, effect: 'unproven' } })).to.deep.equal(inconclusive('effect-unproven'));
  });

  it('is settled by the end of the trial', () => {
    expect(judged({ ended: 'stopped', canaries: {} })).to.deep.equal(inconclusive('stopped'));
  });
});

function facts(): Omit<GuardrailBlindnessCase, 'duringIsIn'> {
  return {
    expectation: { id: 'admission/blind', guardrail: 'admission', sloMs: 4000 },
    fault: injected,
    canaries,
    auditSources: ['cluster'],
    nowMonoMs: t0.monoMs + 5000,
  };
}
