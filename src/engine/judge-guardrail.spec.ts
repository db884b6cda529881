import { expect } from 'chai';
import { injected, t0 } from '../testing/facts.ts';
import { type GuardrailCase, judgeGuardrail } from './judge-guardrail.ts';
import type { StateRead } from './state-reads.ts';

const denial = { action: 's3:PutBucketPolicy', code: 'AccessDenied', message: 'no' };
const mine = { whose: 'mine', evidence: 'role/remediator' } as const;

function read(atMs: number, present: boolean): StateRead {
  return { sentMonoMs: t0.monoMs + atMs - 5, receivedMonoMs: t0.monoMs + atMs, present };
}

/** Reads every 500 ms in which the delta is in until `goneMs`, then gone until `untilMs`. */
function reads(goneMs: number, untilMs: number): StateRead[] {
  return Array.from({ length: Math.floor(untilMs / 500) + 1 }, (_, n) => read(n * 500, n * 500 < goneMs));
}

function guardrailCase(overrides: Partial<GuardrailCase> = {}): GuardrailCase {
  return {
    expectation: { id: 'remediator/reverted', guardrail: 'remediator', outcome: 'reverted', sloMs: 4000 },
    fault: injected,
    reads: reads(1000, 12_500),
    settleMs: 0,
    revertBy: mine,
    auditSources: ['trail', 'argo'],
    onlyWriter: false,
    stabilityMs: 3000,
    nowMonoMs: t0.monoMs + 12_500,
    ...overrides,
  };
}

const prevented = { ...guardrailCase().expectation, outcome: 'prevented' } as const;
const refused = { status: 'refused', t0, effect: 'pending' } as const;
const denied = { fault: refused, expectation: prevented, denial: { denial, atMonoMs: t0.monoMs + 40 } } as const;

const rows: { rule: string; claim: string; facts: Partial<GuardrailCase>; verdict: string; code: string }[] = [
  {
    rule: 'J15',
    claim: 'credits a denial that is its own',
    facts: { ...denied, denialBy: mine },
    verdict: 'prevented',
    code: 'in-time',
  },
  {
    rule: 'J15',
    claim: 'does not credit a denial of another guardrail',
    facts: { ...denied, denialBy: { whose: 'other', by: 'scp' } },
    verdict: 'inconclusive',
    code: 'pre-empted',
  },
  {
    rule: 'J15',
    claim: 'calls no guardrail absent that had nothing to judge yet',
    facts: { expectation: prevented, fault: { ...injected, unasked: 'api has no replicas' } },
    verdict: 'inconclusive',
    code: 'not-asked',
  },
  {
    rule: 'J15',
    claim: "does not take the tester's missing rights for a guardrail",
    facts: { ...denied, denialBy: { whose: 'own-rights' } },
    verdict: 'inconclusive',
    code: 'own-rights',
  },
  {
    rule: 'J15',
    claim: 'tells a guardrail that failed closed',
    facts: { ...denied, denialBy: { whose: 'down' } },
    verdict: 'inconclusive',
    code: 'guardrail-down',
  },
  {
    rule: 'J15',
    claim: 'is inconclusive where the answer does not say by whom',
    facts: { ...denied, denialBy: { whose: 'unknown', why: 'encoded' } },
    verdict: 'inconclusive',
    code: 'not-attributed',
  },
  {
    rule: 'J15',
    claim: 'says mutated where the change was neutralised',
    facts: { ...denied, denialBy: { ...mine, mutated: true } },
    verdict: 'prevented',
    code: 'mutated',
  },
  {
    rule: 'J15',
    claim: 'is absent where the change went through',
    facts: { expectation: prevented },
    verdict: 'absent',
    code: 'not-prevented',
  },
  {
    rule: 'J17',
    claim: 'is met by better than expected',
    facts: { ...denied, expectation: guardrailCase().expectation, denialBy: mine },
    verdict: 'prevented',
    code: 'better-than-expected',
  },
  {
    rule: 'J16',
    claim: 'credits a stable revert by its own identity',
    facts: {},
    verdict: 'reverted',
    code: 'in-time',
  },
  {
    rule: 'J16',
    claim: 'needs the identity',
    facts: { revertBy: { whose: 'unknown', why: 'no record' } },
    verdict: 'inconclusive',
    code: 'reverter-unknown',
  },
  {
    rule: 'J16',
    claim: 'names who else did it',
    facts: { revertBy: { whose: 'other', by: 'alice' } },
    verdict: 'inconclusive',
    code: 'reverted-by-other',
  },
  {
    rule: 'J16',
    claim: 'needs no identity where the environment declares it the only writer',
    facts: { revertBy: { whose: 'unknown', why: 'no record' }, onlyWriter: true },
    verdict: 'reverted',
    code: 'in-time',
  },
  {
    rule: 'J16',
    claim: 'calls a revert after the SLO late',
    facts: { reads: reads(5000, 12_500) },
    verdict: 'late',
    code: 'after-slo',
  },
  {
    rule: 'J16',
    claim: 'is absent where the fault stayed in',
    facts: { reads: reads(99_999, 12_500) },
    verdict: 'absent',
    code: 'still-in',
  },
  {
    rule: 'J16',
    claim: 'is absent where it came again and stayed',
    facts: { reads: [...reads(1000, 2000), ...Array.from({ length: 21 }, (_, n) => read(2500 + n * 500, true))] },
    verdict: 'absent',
    code: 'not-stable',
  },
  {
    rule: 'J20',
    claim: 'is inconclusive where the SLO lies between two reads',
    facts: { reads: [read(3500, true), read(4500, false), read(8000, false)] },
    verdict: 'inconclusive',
    code: 'poll-too-coarse',
  },
  {
    rule: 'J20',
    claim: 'blames a stall of our own for the greater part of the time between them',
    facts: { reads: [read(3500, true), read(4500, false), read(8000, false)], stoodStillMs: () => 600 },
    verdict: 'inconclusive',
    code: 'harness-frozen',
  },
  {
    rule: 'J12',
    claim: 'is inconclusive where the fault was never proven to be in',
    facts: { fault: { ...injected, effect: 'unproven' }, reads: [read(10, false)] },
    verdict: 'inconclusive',
    code: 'effect-unproven',
  },
];

const mitigating = { ...guardrailCase().expectation, outcome: 'mitigated' } as const;
const stillIn = reads(99_999, 12_500);

rows.push(
  {
    rule: 'J17',
    claim: 'credits a probe that is back in tolerance while the fault is in',
    facts: { expectation: mitigating, reads: stillIn, mitigation: { reads: reads(2000, 6000), overMs: 2000 } },
    verdict: 'mitigated',
    code: 'in-time',
  },
  {
    rule: 'J17',
    claim: 'calls a mitigation after the SLO late',
    facts: { expectation: mitigating, reads: stillIn, mitigation: { reads: reads(6000, 12_000), overMs: 2000 } },
    verdict: 'late',
    code: 'after-slo',
  },
  {
    rule: 'J17',
    claim: 'is absent where users still feel it at the horizon',
    facts: { expectation: mitigating, reads: stillIn, mitigation: { reads: stillIn, overMs: 2000 } },
    verdict: 'absent',
    code: 'still-in',
  },
  {
    rule: 'J17',
    claim: 'credits nobody where users never felt the fault',
    facts: { expectation: mitigating, reads: stillIn, mitigation: { reads: reads(0, 12_500), overMs: 2000 } },
    verdict: 'inconclusive',
    code: 'not-felt',
  },
  {
    rule: 'J17',
    claim: 'credits a probe that left its tolerance only after a while',
    facts: {
      expectation: mitigating,
      reads: stillIn,
      mitigation: {
        reads: [...reads(0, 2500), read(3000, true), ...reads(0, 12_500).slice(7)],
        overMs: 2000,
      },
    },
    verdict: 'mitigated',
    code: 'in-time',
  },
  {
    rule: 'J17',
    claim: 'is inconclusive where the probe gave no reading',
    facts: { expectation: mitigating, reads: stillIn, mitigation: { reads: [], overMs: 2000 } },
    verdict: 'inconclusive',
    code: 'not-measured',
  },
  {
    rule: 'J17',
    claim: 'takes a revert for better than a mitigation',
    facts: { expectation: mitigating, mitigation: { reads: stillIn, overMs: 2000 } },
    verdict: 'reverted',
    code: 'better-than-expected',
  },
  {
    rule: 'J15',
    claim: 'tells a guardrail that failed open',
    facts: { expectation: prevented, failedOpen: 'failed-open.validating.webhook' },
    verdict: 'absent',
    code: 'failed-open',
  },
);

rows.push(
  {
    rule: 'J14',
    claim: 'is absent where our own revert took the fault out after the SLO',
    facts: { reads: reads(99_999, 5000), revertMonoMs: t0.monoMs + 5000 },
    verdict: 'absent',
    code: 'late-unknown',
  },
  {
    rule: 'J14',
    claim: 'takes no fault for one that we took out where our revert found it gone',
    facts: { reads: reads(99_999, 5000), revertMonoMs: t0.monoMs + 5000, mayBeGoneBefore: true },
    verdict: 'inconclusive',
    code: 'not-listened',
  },
  {
    rule: 'J13',
    claim: 'cannot say whether it was in time where the last read that saw it in may have lagged past the SLO',
    facts: { reads: reads(5000, 12_500), settleMs: 900 },
    verdict: 'inconclusive',
    code: 'poll-too-coarse',
  },
  {
    rule: 'stop',
    claim: 'stands by what was heard out before the stop',
    facts: { reads: reads(99_999, 12_500), ended: 'stopped', endedMonoMs: t0.monoMs + 12_400 },
    verdict: 'absent',
    code: 'still-in',
  },
);

describe('judgeGuardrail', () => {
  for (const { rule, claim, facts, verdict, code } of rows) {
    it(`${rule}: ${claim}`, () => {
      const { settled, result } = judgeGuardrail(guardrailCase(facts));
      expect(settled).to.equal(true);
      expect([result.verdict, result.reasonCode]).to.deep.equal([verdict, code]);
    });
  }

  it('J16: does not charge the stability window to the SLO', () => {
    const { result } = judgeGuardrail(guardrailCase({ reads: reads(3500, 12_500) }));
    expect(result.ttrMs).to.equal(3500);
    expect(result.verdict).to.equal('reverted');
  });

  it('J16: says of an unknown reverter which declared audit sources do not name it', () => {
    const { result } = judgeGuardrail(guardrailCase({ revertBy: { whose: 'unknown', why: 'nobody wrote' } }));
    expect(result.reason).to.include('no record of trail or argo shows that it was remediator (nobody wrote)');
  });

  it('J16: stays open inside the stability window', () => {
    const { settled, deadlinesMonoMs } = judgeGuardrail(
      guardrailCase({ reads: reads(1000, 2000), nowMonoMs: t0.monoMs + 2000 }),
    );
    expect(settled).to.equal(false);
    expect(deadlinesMonoMs).to.include(t0.monoMs + 4000);
  });
});
