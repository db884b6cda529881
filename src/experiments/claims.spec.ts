import { expect as chaiExpect } from 'chai';
import type { TrialResult } from '../model/scorecard.ts';
import {
  detection,
  guardrail,
  missed,
  noisyControl,
  rollback,
  scenario,
  trial,
} from '../testing/fixtures/scorecards.ts';
import { ClaimError } from './claim-error.ts';
import { expect } from './expect.ts';
import { ScenarioView } from './scenario-view.ts';

const view = (over: Partial<TrialResult> = {}) => new ScenarioView(scenario('flip', trial(over)));
const unclear = missed({ verdict: 'inconclusive', reasonCode: 'channel-unproven', reason: 'No canary came.' });

/** The claim's error, or undefined where it holds. */
function claimed(claim: () => unknown): ClaimError | undefined {
  try {
    claim();
    return undefined;
  } catch (error) {
    if (error instanceof ClaimError) return error;
    throw error;
  }
}

describe('expect of a scenario', () => {
  const holding: readonly (readonly [string, () => unknown])[] = [
    ['detectedBy', () => expect(view()).to.be.detectedBy('trail-rules')],
    [
      'detectedBy an attempt',
      () =>
        expect(view({ detections: [detection({ of: 'attempt', verdict: 'attempt' })] })).to.be.detectedBy(
          'trail-rules',
        ),
    ],
    ['within a longer duration', () => expect(view()).to.be.detectedBy('trail-rules').within('1200ms')],
    [
      'not detectedBy what missed it',
      () => expect(view({ detections: [missed()] })).to.not.be.detectedBy('trail-rules'),
    ],
    [
      'revertedBy',
      () =>
        expect(view({ guardrails: [guardrail()] }))
          .to.be.revertedBy('identity-remediator')
          .within('4s'),
    ],
    [
      'mitigatedBy what did better',
      () => expect(view({ guardrails: [guardrail()] })).to.be.mitigatedBy('identity-remediator'),
    ],
    ['quietOnControl', () => expect(view()).to.be.quietOnControl()],
    [
      'rolledBackCleanly by a guardrail',
      () => expect(view({ rollback: rollback('by-guardrail') })).to.be.rolledBackCleanly(),
    ],
    ['chai claims of its own', () => expect(5).to.be.within(1, 9)],
  ];
  for (const [name, claim] of holding) {
    it(`holds: ${name}`, () => chaiExpect(claimed(claim)).to.equal(undefined));
  }

  const failing: readonly (readonly [string, readonly string[], () => unknown])[] = [
    [
      'a miss',
      ['trail-rules/s3-public-policy'],
      () => expect(view({ detections: [missed()] })).to.be.detectedBy('trail-rules'),
    ],
    [
      'a detector that is too slow',
      ['trail-rules/s3-public-policy'],
      () => expect(view()).to.be.detectedBy('trail-rules').within('1s'),
    ],
    ['a detector that nobody expected', [], () => expect(view()).to.be.detectedBy('posture')],
    [
      'a weaker guardrail',
      ['identity-remediator/reverted'],
      () => expect(view({ guardrails: [guardrail()] })).to.be.preventedBy('identity-remediator'),
    ],
    ['a noisy control', ['control'], () => expect(view({ control: noisyControl })).to.be.quietOnControl()],
    [
      'a control on which nobody listened',
      ['control'],
      () => expect(view({ control: { ...noisyControl, verdict: 'unheard', alerts: [] } })).to.be.quietOnControl(),
    ],
    ['a dirty rollback', ['rollback'], () => expect(view({ rollback: rollback('dirty') })).to.be.rolledBackCleanly()],
    ['a scenario without steady state', [], () => expect(view()).to.holdSteadyState()],
    ['a detector that nobody blinds', [], () => expect(view()).to.blind('trail-rules')],
  ];
  for (const [name, ids, claim] of failing) {
    it(`fails and names the lines: ${name}`, () => chaiExpect(claimed(claim)?.ids).to.deep.equal(ids));
  }

  it('takes what is inconclusive for neither', () => {
    for (const claim of [
      () => expect(view({ detections: [unclear] })).to.be.detectedBy('trail-rules'),
      () => expect(view({ detections: [unclear] })).to.not.be.detectedBy('trail-rules'),
    ]) {
      chaiExpect(claimed(claim)).to.include({ inconclusive: true });
    }
  });

  it('prints the timeline of the trial', () => {
    const message =
      claimed(() => expect(view({ detections: [missed()] })).to.be.detectedBy('trail-rules'))?.message ?? '';
    chaiExpect(message).to.match(
      /expected 'flip' to be detected by 'trail-rules'\n.*missed\. The path was proven alive/,
    );
    chaiExpect(message).to.match(/0 ms +the first mutating request left\n +40 ms +the target acknowledged it/);
    chaiExpect(message).to.match(/4 s +trail-rules\/s3-public-policy missed at its SLO/);
  });

  it('prints nothing that a terminal acts on', () => {
    const hostile = missed({ reason: 'See \u001b]8;;https://evil.example\u001b\\this\u009b2J\u202e.' });
    const message =
      claimed(() => expect(view({ detections: [hostile] })).to.be.detectedBy('trail-rules'))?.message ?? '';
    chaiExpect(message)
      .to.contain('See \\x1b]8;;')
      .and.not.match(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });

  it('refuses a duration without a unit, and a value that is no scenario', () => {
    chaiExpect(() => expect(view()).to.be.detectedBy('trail-rules').within('30')).to.throw('a duration with a unit');
    chaiExpect(() => expect('flip').to.be.detectedBy('trail-rules')).to.throw('await trial()');
  });
});
