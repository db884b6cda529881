import { expect } from 'chai';
import { blindnessVerdicts, detectionVerdicts, guardrailVerdicts, reasonCodes, verdictRank } from './verdict.ts';

describe('verdictRank', () => {
  it('puts what was met over late over what was missed', () => {
    const rank = (verdicts: Parameters<typeof verdictRank>[0][]) => verdicts.map(verdictRank);
    expect(rank(['detected', 'attempt', 'blind', 'prevented', 'reverted', 'mitigated'])).to.deep.equal(
      Array(6).fill(2),
    );
    expect(rank(['late'])).to.deep.equal([1]);
    expect(rank(['missed', 'absent', 'not-blind'])).to.deep.equal([0, 0, 0]);
  });

  it('ranks everything but inconclusive', () => {
    for (const verdict of [...detectionVerdicts, ...blindnessVerdicts, ...guardrailVerdicts])
      expect(verdictRank(verdict) === undefined, verdict).to.equal(verdict === 'inconclusive');
  });
});

describe('reasonCodes', () => {
  it('explains each code in sentences', () => {
    for (const [code, text] of Object.entries(reasonCodes)) {
      expect(code).to.match(/^[a-z]+(-[a-z]+)*$/);
      expect(text, code).to.match(/^[A-Z].*[.)]$/);
    }
  });
});
