import { expect } from 'chai';
import type { JournalEntry, NewJournalEntry } from '../model/journal.ts';
import { newMarker } from '../model/marker.ts';
import { SeededRandom } from '../testing/fakes/seeded-random.ts';
import { openIntents } from './journal-state.ts';

const intent: NewJournalEntry = {
  ...{ kind: 'intent', scenario: 'flip', n: 1, role: 'fault', index: 0, fault: 'sim.flip', settleMs: 0 },
  ...{ marker: newMarker(new SeededRandom(1)), params: {}, touches: ['bucket'] },
  preImage: { name: '0-flip-1-fault-0', sha256: '' },
};

/** What a journal of one intent and these entries leaves open. */
function open(...entries: readonly NewJournalEntry[]) {
  const at = (entry: NewJournalEntry, seq: number): JournalEntry => ({ seq, at: '', monoMs: 0, ...entry });
  return openIntents([intent, ...entries].map(at));
}

const refusal = { kind: 'denied', of: 0, code: 'AccessDenied', message: 'no' } as const;
const verified = { kind: 'verified', of: 0, reason: '' } as const;

describe('openIntents', () => {
  it('keeps open what was refused, of which a part may be in', () => {
    expect(open(refusal)[0]).to.include({ injection: 'denied', begun: false });
  });

  it('cannot say of an injection that failed that it was acknowledged', () => {
    expect(open({ kind: 'inject-failed', of: 0, code: 'Timeout', message: 'no answer' })[0]?.injection).to.equal(
      'unknown',
    );
    expect(open({ kind: 'acknowledged', of: 0, acknowledgement: {}, requestIds: [] })[0]?.injection).to.equal(
      'acknowledged',
    );
  });

  it('knows whether our own revert had taken it out', () => {
    expect(open({ kind: 'reverting', of: 0 })[0])
      .to.include({ begun: true })
      .and.not.have.property('removed');
    expect(open({ kind: 'reverted', of: 0, outcome: 'removed' })[0]).to.include({ begun: true, removed: true });
    expect(open({ kind: 'reverted', of: 0, outcome: 'already-gone' })[0]).to.include({ removed: false });
  });

  it('closes by a verdict that is no dirty one', () => {
    for (const verdict of ['clean', 'by-guardrail', 'none'] as const)
      expect(open({ ...verified, verdict })).to.deep.equal([]);
    for (const verdict of ['dirty', 'unverified'] as const) expect(open({ ...verified, verdict })).to.have.length(1);
  });
});
