import { expect } from 'chai';
import { heard } from '../testing/facts.ts';
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
    lastHeard: () => undefined,
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

  it('J9: remembers what a detector was last heard to say of any of them, and that somebody put one back', () => {
    const [seven, nine] = [heard(7), heard(9)];
    const past = newPastActs();
    past.note(act('arn:aws:s3:::one', 20, { lastHeard: () => seven, wasPutBack: true }));
    past.note(act('arn:aws:s3:::one', 30, { lastHeard: (name) => (name === 'rules' ? nine : undefined) }));
    const found = past.on(['arn:aws:s3:::one']);
    expect([found?.lastHeard('rules'), found?.lastHeard('other'), found?.wasPutBack]).to.deep.equal([
      nine,
      seven,
      true,
    ]);
  });
});
