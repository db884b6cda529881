import { expect } from 'chai';
import { switchFault } from '../testing/fakes/memory-world.ts';
import type { RevertRequest, RevertRounds } from './revert-request.ts';
import { judgeRollback } from './rollback-verdict.ts';

const request = {
  ...{ definition: switchFault(), params: { switch: 's-1' }, injection: 'acknowledged' },
  beforePlace: '.windshear/state/r-1/0-flip-1-fault-0',
} as unknown as RevertRequest;

function rounds(more: Partial<RevertRounds>): RevertRounds {
  const times = { tries: 1, tookMs: 20, mayHaveActed: false, requestedMonoMs: 0, verifiedMonoMs: 20 };
  return { ...times, look: { observation: { status: 'other', state: {} } }, abandoned: false, sent: true, ...more };
}

describe('judgeRollback', () => {
  it('says what somebody altered, and where the pre-image lies', () => {
    const { verdict, reason } = judgeRollback(
      request,
      rounds({ report: { outcome: 'left', note: 'Its owner changed.' } }),
    );
    expect(verdict).to.equal('dirty');
    expect(reason).to.equal(
      "Someone altered our delta of 'world.switch' on 's-1' (Its owner changed); it was left as it is. Compare with the pre-image in .windshear/state/r-1/0-flip-1-fault-0, put it right by hand, then run: windshear recover",
    );
  });

  it('says of an injection that failed in its midst what may be left beyond what is read', () => {
    const report = { outcome: 'already-gone', note: 'the rest is not known' } as const;
    const before = rounds({ report, look: { observation: { status: 'before', state: {} } } });
    const reasonOf = (injection: RevertRequest['injection']) =>
      judgeRollback({ ...request, injection, begunBefore: true }, before).reason;
    expect(reasonOf('unknown')).to.equal('The state read back equals the pre-image (the rest is not known).');
    expect(reasonOf('acknowledged')).to.not.contain('not known');
  });

  it('names each object that stays', () => {
    const candidates = ['secret/shop/a-1-token', 'serviceaccount/shop/a-1'];
    const { reason } = judgeRollback(request, rounds({ report: { outcome: 'left', candidates } }));
    expect(reason).to.contain(
      "of 'world.switch' on 's-1'; left as they are: secret/shop/a-1-token, serviceaccount/shop/a-1.",
    );
  });
});
