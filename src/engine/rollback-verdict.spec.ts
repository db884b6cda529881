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

  it('says of what a scenario reads itself and failed in its midst that more may be left', () => {
    const report = { outcome: 'already-gone' } as const;
    const before = rounds({ report, look: { observation: { status: 'before', state: {} } } });
    const reasonOf = (selfDeclared: boolean, more: Partial<RevertRequest> = {}) =>
      judgeRollback(
        { ...request, definition: { ...request.definition, selfDeclared }, injection: 'unknown', ...more },
        before,
      ).reason;
    expect(reasonOf(true)).to.equal(
      'The state read back equals the pre-image; what it did beyond what the scenario reads is not known, and was not undone.',
    );
    expect(reasonOf(false)).to.equal('The state read back equals the pre-image.');
    expect(reasonOf(true, { after: { readBack: {} } as never })).to.equal('The state read back equals the pre-image.');
  });

  it('says what of it is left though its change is taken back, and who is to put that right', () => {
    const remains = '1 of its 2 pods still run another template';
    const look = { observation: { status: 'ours-partial', state: {}, remains } } as const;
    const said = (outcome: 'already-gone' | 'left') => judgeRollback(request, rounds({ report: { outcome }, look }));
    const what = `What 'world.switch' on 's-1' changed is as before, but ${remains}, so a part of the fault may be in.`;
    expect(said('already-gone')).to.include({
      ...{ verdict: 'dirty', reasonCode: 'revert-failed' },
      reason: `${what} Run: windshear recover`,
    });
    expect(said('left')).to.include({
      ...{ verdict: 'dirty', reasonCode: 'left-altered' },
      reason: `${what} Put that right by hand, then run: windshear recover`,
    });
  });

  it('names each object that stays', () => {
    const candidates = ['secret/shop/a-1-token', 'serviceaccount/shop/a-1'];
    const { reason } = judgeRollback(request, rounds({ report: { outcome: 'left', candidates } }));
    expect(reason).to.contain(
      "of 'world.switch' on 's-1'; left as they are: secret/shop/a-1-token, serviceaccount/shop/a-1.",
    );
  });
});
