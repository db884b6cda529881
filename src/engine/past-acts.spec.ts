import { expect } from 'chai';
import { newPastActs, type PastAct } from './past-acts.ts';

function act(touches: string, monoMs: number, more: Partial<PastAct> = {}): PastAct {
  const at = { monoMs, epochMs: monoMs };
  return {
    touches: [touches],
    markers: [],
    at,
    wasPutBack: false,
    isLeftIn: false,
    mayStillBeReverted: false,
    lastHeardMonoMs: () => undefined,
    ...more,
  };
}

describe('newPastActs', () => {
  it('J9: knows nothing of what nobody touched', () => {
    const past = newPastActs();
    past.note(act('arn:aws:s3:::one', 10));
    expect(past.on(['arn:aws:s3:::two'])).to.equal(undefined);
  });

  it('J9: finds acts on what holds the resource', () => {
    const past = newPastActs();
    past.note(act('namespace/prod', 10));
    expect(past.on(['pod/prod/one'])?.at.monoMs).to.equal(10);
  });

  it('J7: answers with the last of several acts', () => {
    const past = newPastActs();
    past.note(act('arn:aws:s3:::one', 20));
    past.note(act('arn:aws:s3:::one', 10));
    expect(past.on(['arn:aws:s3:::one'])?.at.monoMs).to.equal(20);
  });

  it('J9: remembers when a detector was last heard of any of them, and that somebody put one back', () => {
    const past = newPastActs();
    past.note(act('arn:aws:s3:::one', 20, { lastHeardMonoMs: () => 7, wasPutBack: true }));
    past.note(act('arn:aws:s3:::one', 30, { lastHeardMonoMs: (name) => (name === 'rules' ? 9 : undefined) }));
    const found = past.on(['arn:aws:s3:::one']);
    expect([found?.lastHeardMonoMs('rules'), found?.lastHeardMonoMs('other'), found?.wasPutBack]).to.deep.equal([
      9,
      7,
      true,
    ]);
  });
});
