import { expect } from 'chai';
import {
  detection,
  gameDay,
  missed,
  noisyControl,
  rollback,
  scenario,
  scorecard,
  trial,
} from '../testing/fixtures/scorecards.ts';
import { acceptBaseline, compareWithBaseline } from './baseline.ts';
import { junitXml, xmlText } from './junit.ts';

/** The element of one case, whole. */
function caseOf(xml: string, name: string): string {
  return new RegExp(`<testcase name="${name}"[^>]*?(/>|>[\\s\\S]*?</testcase>)`).exec(xml)?.[0] ?? '';
}

describe('junitXml', () => {
  const id = 'trail-rules/s3-public-policy';

  it('has a case per expectation, control and rollback', () => {
    const names = [...junitXml(gameDay()).matchAll(/<testcase name="([^"]+)" classname="role-over-privilege"/g)].map(
      (m) => m[1],
    );
    expect(names).to.deep.equal([
      'identity-rules/admin-attached',
      'identity-remediator/reverted',
      'control',
      'rollback',
    ]);
  });

  it('makes missed and late failures, with reason and next step', () => {
    for (const d of [missed(), detection({ verdict: 'late', reasonCode: 'after-slo', reason: 'It came after 5 s.' })]) {
      const xml = caseOf(junitXml(scorecard([scenario('flip', trial({ detections: [d] }))])), id);
      expect(xml).to.match(new RegExp(`<failure message="${d.verdict}: [^>]*type="${d.reasonCode}">[^<]*Next: `));
    }
  });

  it('makes a noisy control and a dirty rollback failures', () => {
    const xml = junitXml(scorecard([scenario('flip', trial({ control: noisyControl, rollback: rollback('dirty') }))]));
    expect(caseOf(xml, 'control')).to.contain('<failure message="noisy: ');
    expect(caseOf(xml, 'rollback')).to.contain('Run: windshear recover');
  });

  it('makes an errored trial an error, not a failure', () => {
    const unheard = missed({ verdict: 'inconclusive', reasonCode: 'errored', reason: 'The harness failed.' });
    const xml = junitXml(
      scorecard([scenario('flip', trial({ verdict: 'errored', error: 'boom', detections: [unheard] }))]),
    );
    expect(caseOf(xml, id)).to.contain('<error ');
    expect(caseOf(xml, 'trial')).to.contain('message="errored: boom"');
    expect(xml).to.match(/<testsuites [^>]*failures="0" errors="2"/);
  });

  it('skips what is inconclusive, with its reason', () => {
    const d = missed({ verdict: 'inconclusive', reasonCode: 'channel-unproven', reason: 'No canary came.' });
    const xml = caseOf(junitXml(scorecard([scenario('flip', trial({ detections: [d] }))])), id);
    expect(xml).to.contain('<skipped message="inconclusive (channel-unproven): No canary came."/>');
  });

  it('skips a known gap under that name', () => {
    const card = gameDay();
    const baseline = acceptBaseline(card, undefined, { reason: 'no rule yet' }, '2026-11-01T00:00:00Z');
    const xml = junitXml(card, { comparison: compareWithBaseline(card, baseline, '2026-11-22') });
    expect(caseOf(xml, 'trail-rules/lambda-environment')).to.contain(
      '<skipped message="known gap: missed: no rule yet"/>',
    );
    expect(xml).to.match(/<testsuites [^>]*tests="19" failures="0" errors="0" skipped="1"/);
  });

  it('masks account ids unless they are asked for', () => {
    const card = scorecard([scenario('flip', trial({ detections: [missed({ reason: 'On 111122223333.' })] }))]);
    expect(junitXml(card)).to.contain('…3333').and.not.contain('111122223333');
    expect(junitXml(card, { showAccounts: true })).to.contain('111122223333');
  });
});

describe('xmlText', () => {
  it('strips what XML 1.0 cannot hold and escapes the rest', () => {
    expect(xmlText('a\u0000\u001b[2J\ud800\uffff<b a="c">&\']]>🎉')).to.equal(
      'a[2J&#60;b a=&#34;c&#34;&#62;&#38;&#39;]]&#62;🎉',
    );
  });
});
