import { expect } from 'chai';
import { notInjected } from './not-injected.ts';

describe('notInjected', () => {
  it('says that nothing was injected, and why, where that is known', () => {
    const code = 'not-injected';
    expect(notInjected({}, 'so there was nothing to see')).to.deep.equal({
      code,
      reason: 'Nothing was injected, so there was nothing to see.',
    });
    const reason = 'Nothing was injected: NoSuchBucket: b-1.';
    expect(notInjected({ failure: 'NoSuchBucket: b-1' }, 'so')).to.deep.equal({ code, reason });
    const said = 'NoSuchBucket: Nothing was injected: b-1';
    expect(notInjected({ failure: said }, 'so')).to.deep.equal({ code, reason });
  });

  it('says that it is not known where a program was ended in its midst', () => {
    const failure = "TimedOut: Program '/bin/flag' was not done after 1 s, and was ended";
    expect(notInjected({ failure, isUnknown: true }, 'so')).to.deep.equal({
      code: 'effect-unproven',
      reason: `What was injected is not known: ${failure}. What the scenario reads never showed a change.`,
    });
  });
});
