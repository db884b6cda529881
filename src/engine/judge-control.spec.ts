import { expect } from 'chai';
import { heard, t0 } from '../testing/facts.ts';
import type { Belonging } from './correlate.ts';
import { type ControlCase, judgeControl } from './judge-control.ts';

function controls(belonging: Partial<Belonging> = {}, atMs = 500, rule = 's3-public-policy'): Belonging {
  return { heard: heard(atMs, { rule }), whose: 'control', matchedBy: ['subject', 'time'], ...belonging };
}

const provenDetector = {
  name: 'trail-rules',
  rules: ['s3-*'],
  carriesMarker: false,
  proven: true,
  assumeAlive: false,
  overloaded: false,
  isDeaf: false,
  unseen: [],
  frozenMs: 0,
};

function controlCase(overrides: Partial<ControlCase> = {}): ControlCase {
  return {
    status: 'quiet-so-far',
    belonging: [],
    t0MonoMs: t0.monoMs,
    windowEndMonoMs: t0.monoMs + 4000,
    detectors: [provenDetector],
    ...overrides,
  };
}

describe('judgeControl', () => {
  it('J2: is quiet where a canary passed in its window and nothing was raised', () => {
    expect(judgeControl(controlCase()).verdict).to.equal('quiet');
  });

  it('J2: is inconclusive where no canary passed in its window', () => {
    const judged = judgeControl(controlCase({ detectors: [{ ...provenDetector, proven: false }] }));
    expect([judged.verdict, judged.reasonCode]).to.deep.equal(['inconclusive', 'channel-unproven']);
  });

  it('J2: is unheard, and not quiet, where the scenario names no detector', () => {
    const judged = judgeControl(controlCase({ detectors: [] }));
    expect([judged.verdict, judged.reasonCode]).to.deep.equal(['unheard', 'no-detector']);
    expect(judgeControl(controlCase({ detectors: [], status: 'refused' })).verdict).to.equal('blocked');
    expect(judgeControl(controlCase({ detectors: [], status: 'failed' })).verdict).to.equal('inconclusive');
  });

  it('J10: counts a signal with its own marker by any rule', () => {
    const judged = judgeControl(controlCase({ belonging: [controls({ matchedBy: ['marker'] }, 500, 'anything')] }));
    expect([judged.verdict, judged.alerts[0]?.counted]).to.deep.equal(['noisy', true]);
  });

  it('J10: counts an alert once, however often it is sent', () => {
    const [again] = [controls({ heard: { ...heard(900), isRepeat: true } })];
    expect(judgeControl(controlCase({ belonging: [controls(), again] })).alerts).to.have.lengthOf(1);
  });

  it('J10: counts a signal without marker only by a rule that an expectation names', () => {
    expect(judgeControl(controlCase({ belonging: [controls()] })).verdict).to.equal('noisy');
    const unrelated = judgeControl(controlCase({ belonging: [controls({}, 500, 'other')] }));
    expect([unrelated.verdict, unrelated.alerts[0]?.counted]).to.deep.equal(['quiet', false]);
  });

  it('J10: counts no signal without marker from a detector that carries it', () => {
    const detectors = [{ ...provenDetector, carriesMarker: true }];
    expect(judgeControl(controlCase({ detectors, belonging: [controls()] })).verdict).to.equal('quiet');
  });

  it('J10: counts a signal without marker only in its window', () => {
    expect(judgeControl(controlCase({ belonging: [controls({}, 5000)] })).verdict).to.equal('quiet');
  });

  it('J10: takes no resolution for an alert, unless it carries its own marker', () => {
    const resolved = { heard: heard(500, { rule: 's3-public-policy', status: 'resolved' }) };
    expect(judgeControl(controlCase({ belonging: [controls(resolved)] })).verdict).to.equal('quiet');
    const marked = controls({ ...resolved, matchedBy: ['marker'] });
    expect(judgeControl(controlCase({ belonging: [marked] })).verdict).to.equal('noisy');
  });

  it("J6: never says quiet where an alert holds the control's event among others", () => {
    const both = controls({ whose: 'ambiguous', matchedBy: ['subject', 'time'] });
    const marker = 'wsaaaaaaaaaaaa';
    const sightings = [
      { marker, phase: 'control' },
      { marker, phase: 'inject' },
    ] as const;
    const judged = judgeControl(controlCase({ belonging: [{ ...both, heard: { ...both.heard, sightings } }] }));
    expect([judged.verdict, judged.reasonCode]).to.deep.equal(['inconclusive', 'time-ambiguous']);
  });

  it('leaves the signals of the fault aside', () => {
    expect(
      judgeControl(controlCase({ belonging: [controls({ whose: 'fault', matchedBy: ['marker'] })] })).verdict,
    ).to.equal('quiet');
  });

  it('is inconclusive where only the tester lacked the right: no guardrail blocked it (J15)', () => {
    const result = judgeControl(controlCase({ status: 'no-right', detail: 'no identity-based policy allows it' }));
    expect(result).to.include({ verdict: 'inconclusive', reasonCode: 'own-rights' });
  });

  it('is blocked where the permitted change was refused or taken back', () => {
    expect(judgeControl(controlCase({ status: 'refused', detail: 'no' })).verdict).to.equal('blocked');
    expect(judgeControl(controlCase({ status: 'taken-back' })).verdict).to.equal('blocked');
  });

  it('J2: is inconclusive where a detector could not be asked until the end of its window', () => {
    const judged = judgeControl(controlCase({ detectors: [{ ...provenDetector, isDeaf: true }] }));
    expect([judged.verdict, judged.reasonCode]).to.deep.equal(['inconclusive', 'channel-unproven']);
    expect(judged.reason).to.contain('could not be asked until the end of its window');
  });

  it('J2: is inconclusive where its store was not seen for a while in its window', () => {
    const unseen = [{ fromMonoMs: t0.monoMs + 500, untilMonoMs: t0.monoMs + 3500, failedPolls: 7 }];
    const judged = judgeControl(controlCase({ detectors: [provenDetector, { ...provenDetector, unseen }] }));
    expect([judged.verdict, judged.reasonCode]).to.deep.equal(['inconclusive', 'channel-unproven']);
    expect(judged.reason).to.contain('for 3 s, from 500 ms after the permitted change on (7 polls failed)');
  });

  it('says quiet only where we did not stand still long enough to lose a signal', () => {
    const frozenFor = (frozenMs: number) =>
      judgeControl(controlCase({ detectors: [{ ...provenDetector, frozenMs }] })).reasonCode;
    expect([frozenFor(999), frozenFor(1000)]).to.deep.equal(['no-alerts', 'harness-frozen']);
  });

  it('never says quiet of a detector whose signals were dropped', () => {
    const judged = judgeControl(controlCase({ detectors: [{ ...provenDetector, overloaded: true }] }));
    expect([judged.verdict, judged.reasonCode]).to.deep.equal(['inconclusive', 'overload']);
  });
});
