import { expect } from 'chai';
import { alive, detectionCase, faults, heard, injected, rulesDown, t0, unproven } from '../testing/facts.ts';
import type { Belonging } from './correlate.ts';
import type { HeardSignal } from './heard.ts';
import { type DetectionCase, judgeDetection } from './judge-detection.ts';
import type { PollGap } from './poll-gaps.ts';

const state = {
  sees: 'state',
  showsOpen: true,
  groups: false,
  marginMs: 0,
  recurrence: 'none',
  assumeAlive: false,
  offersRuleCanary: false,
} as const;
const attempt = { ...detectionCase().expectation, of: 'attempt' } as const;
const refused = { status: 'refused', t0, effect: 'pending' } as const;
const severe = { ...detectionCase().expectation, severity: 4 } as const;

interface Row {
  readonly rule: string;
  readonly claim: string;
  readonly facts: Partial<DetectionCase>;
  readonly verdict: string;
  readonly code: string;
}

const rows: readonly Row[] = [
  {
    rule: 'J2',
    claim: 'needs no proof for a detection',
    facts: { belonging: [faults(heard(900))], proof: unproven },
    verdict: 'detected',
    code: 'in-time',
  },
  {
    rule: 'J2',
    claim: 'says missed where a rule canary passed after the injection',
    facts: { proof: alive },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J2',
    claim: 'says missed on a tool canary alone where no rule canary is offered',
    facts: { proof: rulesDown, detector: { ...state, sees: 'event' } },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J2',
    claim: 'is inconclusive where no canary passed',
    facts: { proof: unproven },
    verdict: 'inconclusive',
    code: 'channel-unproven',
  },
  {
    rule: 'J3',
    claim: 'blames the detector where delivery works and its canary rule is silent',
    facts: { proof: rulesDown },
    verdict: 'missed',
    code: 'detector-down',
  },
  {
    rule: 'J3',
    claim: 'says assumed-alive only where the environment does',
    facts: { proof: unproven, detector: { ...detectionCase().detector, assumeAlive: true } },
    verdict: 'missed',
    code: 'assumed-alive',
  },
  {
    rule: 'J5',
    claim: "leaves another rule's signal aside",
    facts: { belonging: [faults(heard(900, { rule: 'other' }))] },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J6',
    claim: "leaves the control's signal aside",
    facts: { belonging: [{ ...faults(heard(900)), whose: 'control' }] },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J7',
    claim: 'is inconclusive where a signal may be of the fault or of the control',
    facts: { belonging: [{ ...faults(heard(900)), whose: 'ambiguous' }] },
    verdict: 'inconclusive',
    code: 'time-ambiguous',
  },
  {
    rule: 'J7',
    claim: "calls nothing late where a new signal came in time that may be the fault's too",
    facts: { belonging: [{ ...faults(heard(900)), whose: 'ambiguous' }, faults(heard(5000))] },
    verdict: 'inconclusive',
    code: 'time-ambiguous',
  },
  {
    rule: 'J8',
    claim: 'calls it late where that signal had been known before and did not rise',
    facts: {
      belonging: [
        { ...faults(heard(900, {}, { previous: { firstMonoMs: 10 } })), whose: 'ambiguous' },
        faults(heard(5000)),
      ],
    },
    verdict: 'late',
    code: 'after-slo',
  },
  {
    rule: 'J8',
    claim: 'does not count a re-send of an alert that was open before',
    facts: { belonging: [faults(heard(900, {}, { previous: { firstMonoMs: 10 } }))] },
    verdict: 'inconclusive',
    code: 'already-firing',
  },
  {
    rule: 'J8',
    claim: 'counts a last-seen that moved, though its clock is behind, where the marker tells',
    facts: {
      detector: { ...state, sees: 'event', recurrence: 'last-seen' },
      belonging: [
        faults(
          heard(
            900,
            { lastSeen: '2026-01-01T00:00:00.500Z' },
            { previous: { firstMonoMs: 0, lastSeen: '2025-12-31T23:59:58Z' } },
          ),
        ),
      ],
    },
    verdict: 'detected',
    code: 'in-time',
  },
  {
    rule: 'J7',
    claim: 'leaves a resolved alert of uncertain time out of it',
    facts: { belonging: [{ heard: heard(900, { status: 'resolved' }), whose: 'ambiguous', matchedBy: ['subject'] }] },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J8',
    claim: 'is inconclusive where the alert of a state was heard of late and opened before',
    facts: {
      detector: { ...state, offersRuleCanary: true },
      belonging: [{ heard: heard(400), whose: 'other', matchedBy: ['subject', 'time'] }],
    },
    verdict: 'inconclusive',
    code: 'already-firing',
  },
  {
    rule: 'J8',
    claim: "takes an event from before the injection for no open alert, nor another actor's",
    facts: {
      belonging: [
        { heard: heard(400), whose: 'control', matchedBy: ['subject', 'time'] },
        { heard: heard(500), whose: 'other', matchedBy: ['subject'] },
      ],
    },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J8',
    claim: 'is inconclusive where an alert is sent once more just as it was',
    facts: { belonging: [faults(heard(900, {}, { previous: { firstMonoMs: 0 }, isRepeat: true }))] },
    verdict: 'inconclusive',
    code: 'already-firing',
  },
  {
    rule: 'J8',
    claim: 'is inconclusive where a store shows the alert as open before',
    facts: { openBefore: [heard(-500)] },
    verdict: 'inconclusive',
    code: 'already-firing',
  },
  {
    rule: 'J8',
    claim: 'counts a known alert whose count rose',
    facts: {
      detector: { ...detectionCase().detector, recurrence: 'count' },
      belonging: [faults(heard(900, { count: 4 }, { previous: { firstMonoMs: 10, count: 3 } }))],
    },
    verdict: 'detected',
    code: 'in-time',
  },
  {
    rule: 'J8',
    claim: 'does not count a known alert whose last-seen has not moved',
    facts: {
      detector: { ...detectionCase().detector, recurrence: 'last-seen' },
      belonging: [
        of(
          'other',
          heard(
            900,
            { lastSeen: new Date(t0.epochMs - 5000).toISOString(), eventTime: '2025-12-31T23:00:00Z' },
            {
              previous: {
                firstMonoMs: 10,
                lastSeen: new Date(t0.epochMs - 5000).toISOString(),
                eventTime: '2025-12-31T23:00:00Z',
              },
            },
          ),
        ),
      ],
    },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J8',
    claim: 'never says missed of a known alert that now carries the marker and has not risen',
    facts: {
      detector: { ...detectionCase().detector, recurrence: 'count' },
      belonging: [faults(heard(900, { count: 1 }, { previous: { firstMonoMs: 10, count: 1 } }))],
    },
    verdict: 'inconclusive',
    code: 'already-firing',
  },
  {
    rule: 'J8',
    claim: 'never says missed of a known alert that was opened anew and counts from one again',
    facts: {
      detector: { ...detectionCase().detector, recurrence: 'count' },
      belonging: [
        of(
          'fault',
          heard(
            900,
            { count: 1, eventTime: new Date(t0.epochMs + 5).toISOString() },
            { previous: { firstMonoMs: 10, count: 1, eventTime: new Date(t0.epochMs - 5000).toISOString() } },
          ),
        ),
      ],
    },
    verdict: 'inconclusive',
    code: 'already-firing',
  },
  {
    rule: 'J8',
    claim: 'never says missed of a known alert whose coarse last-seen fits the fault and has not moved',
    facts: {
      detector: { ...detectionCase().detector, recurrence: 'last-seen' },
      belonging: [
        of(
          'fault',
          heard(
            900,
            { lastSeen: '2025-12-31T23:59:59Z' },
            { isRepeat: true, previous: { firstMonoMs: 10, lastSeen: '2025-12-31T23:59:59Z' } },
          ),
        ),
      ],
    },
    verdict: 'inconclusive',
    code: 'already-firing',
  },
  {
    rule: 'J8',
    claim: "never says missed where a store shows another actor's alert from before the injection",
    facts: {
      detector: { ...detectionCase().detector, showsOpen: true },
      belonging: [{ heard: heard(900, { eventTime: '2025-12-31T23:59:00Z' }), whose: 'other', matchedBy: ['subject'] }],
    },
    verdict: 'inconclusive',
    code: 'already-firing',
  },
  {
    rule: 'J9',
    claim: 'never says missed where a detector that groups tells for the first time of an alert from before',
    facts: {
      detector: { ...detectionCase().detector, groups: true },
      belonging: [{ heard: heard(900, { eventTime: '2025-12-31T23:59:00Z' }), whose: 'other', matchedBy: ['subject'] }],
    },
    verdict: 'inconclusive',
    code: 'already-firing',
  },
  {
    rule: 'J9',
    claim: 'says missed where one that does not group tells late of what was before',
    facts: {
      belonging: [{ heard: heard(900, { eventTime: '2025-12-31T23:59:00Z' }), whose: 'other', matchedBy: ['subject'] }],
    },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J8',
    claim: 'never says missed where the last-seen of an open alert lies within the clock margin of the injection',
    facts: {
      detector: { ...detectionCase().detector, showsOpen: true, recurrence: 'last-seen', marginMs: 1000 },
      openBefore: [heard(-10, { lastSeen: new Date(t0.epochMs - 900).toISOString() })],
    },
    verdict: 'inconclusive',
    code: 'already-firing',
  },
  {
    rule: 'J8',
    claim: 'says missed where the last-seen of an open alert would have moved',
    facts: {
      detector: { ...detectionCase().detector, showsOpen: true, recurrence: 'last-seen', marginMs: 1000 },
      openBefore: [heard(-10, { lastSeen: new Date(t0.epochMs - 1100).toISOString() })],
    },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J8',
    claim: 'never says missed where a store shows an alert from before the injection that another event may hide in',
    facts: {
      detector: { ...detectionCase().detector, showsOpen: true },
      belonging: [of('control', heard(900, { eventTime: '2025-12-31T23:59:00Z' }))],
    },
    verdict: 'inconclusive',
    code: 'already-firing',
  },
  {
    rule: 'J8',
    claim: 'takes no re-send after the horizon for an alert that was open before',
    facts: {
      belonging: [faults(heard(13_000, {}, { isRepeat: true, previous: { firstMonoMs: t0.monoMs + 12_500 } }))],
      nowMonoMs: t0.monoMs + 14_000,
    },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J8',
    claim: 'does not count the notice that an alert is resolved',
    facts: { belonging: [faults(heard(900, { status: 'resolved' }))] },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J11',
    claim: 'counts a severity of at least the expected one',
    facts: { expectation: severe, belonging: [faults(heard(900, { severity: 5 }))] },
    verdict: 'detected',
    code: 'in-time',
  },
  {
    rule: 'J11',
    claim: 'does not count a lower severity, and says that it came',
    facts: { expectation: severe, belonging: [faults(heard(900, { severity: 3 }))] },
    verdict: 'missed',
    code: 'severity-too-low',
  },
  {
    rule: 'J2',
    claim: 'knows nothing of silence in which the detector could not be asked',
    facts: { asked: askedAt(3000), nowMonoMs: t0.monoMs + 15_000 },
    verdict: 'inconclusive',
    code: 'channel-unproven',
  },
  {
    rule: 'J2',
    claim: 'takes a detector that answered a poll of the horizon for heard out',
    facts: { asked: askedAt(12_000) },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J2',
    claim: 'stands by an alert that came before the detector could no longer be asked',
    facts: { asked: askedAt(3000), belonging: [faults(heard(900))] },
    verdict: 'detected',
    code: 'in-time',
  },
  {
    rule: 'J2',
    claim: 'knows nothing of silence in which a store was not seen for a while',
    facts: { unseen: unseenFor(100, 6000) },
    verdict: 'inconclusive',
    code: 'channel-unproven',
  },
  {
    rule: 'J2',
    claim: 'blames us where a store was not seen since we stood still',
    facts: { unseen: unseenFor(100, 6000).map((gap) => ({ ...gap, failedPolls: 0 })) },
    verdict: 'inconclusive',
    code: 'harness-frozen',
  },
  {
    rule: 'J2',
    claim: 'takes what is shown for as long as the fault is in for seen after a gap that it outlasts',
    facts: { unseen: unseenFor(100, 6000), detector: { ...state, offersRuleCanary: true } },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J14',
    claim: 'knows nothing of a state that went while its store was not seen',
    facts: {
      unseen: unseenFor(100, 6000),
      detector: { ...state, offersRuleCanary: true },
      fault: { ...injected, goneMonoMs: [t0.monoMs + 5000, t0.monoMs + 5400] },
    },
    verdict: 'inconclusive',
    code: 'channel-unproven',
  },
  {
    rule: 'J2',
    claim: 'calls nothing late before which a store was not seen for a while',
    facts: { unseen: unseenFor(100, 3000), belonging: [faults(heard(6000))] },
    verdict: 'inconclusive',
    code: 'channel-unproven',
  },
  {
    rule: 'J20',
    claim: 'says late where a store was not seen for a while after the SLO only',
    facts: { unseen: unseenFor(4000, 7000), belonging: [faults(heard(8000))] },
    verdict: 'late',
    code: 'after-slo',
  },
  {
    rule: 'J2',
    claim: 'stands by an alert that came in time, though its store was not seen for a while',
    facts: { unseen: unseenFor(1000, 3000), belonging: [faults(heard(900))] },
    verdict: 'detected',
    code: 'in-time',
  },
  {
    rule: 'J11',
    claim: 'is inconclusive where the source states none',
    facts: { expectation: severe, belonging: [faults(heard(900, { severity: null }))] },
    verdict: 'inconclusive',
    code: 'no-severity',
  },
  {
    rule: 'J12',
    claim: 'is inconclusive where the effect was never proven',
    facts: { fault: { ...injected, effect: 'pending' }, belonging: [] },
    verdict: 'inconclusive',
    code: 'effect-unproven',
  },
  {
    rule: 'J12',
    claim: 'is inconclusive for a signal too where the effect is unproven',
    facts: { fault: { ...injected, effect: 'unproven' }, belonging: [faults(heard(900))] },
    verdict: 'inconclusive',
    code: 'effect-unproven',
  },
  {
    rule: 'J14',
    claim: 'is inconclusive where the fault was gone before the SLO of a state detector',
    facts: { detector: state, fault: { ...injected, goneMonoMs: [t0.monoMs + 900, t0.monoMs + 1000] } },
    verdict: 'inconclusive',
    code: 'gone-before-slo',
  },
  {
    rule: 'J14',
    claim: 'says missed where it was gone between SLO and horizon',
    facts: { detector: state, fault: { ...injected, goneMonoMs: [t0.monoMs + 5000, t0.monoMs + 5100] } },
    verdict: 'missed',
    code: 'late-unknown',
  },
  {
    rule: 'J14',
    claim: 'says plainly missed where it was gone only after the horizon, as by our own revert',
    facts: { detector: state, fault: { ...injected, goneMonoMs: [t0.monoMs + 12_500, t0.monoMs + 12_600] } },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J14',
    claim: 'stands by a detection that came before the fault was gone',
    facts: {
      detector: state,
      fault: { ...injected, goneMonoMs: [t0.monoMs + 900, t0.monoMs + 1000] },
      belonging: [faults(heard(800))],
    },
    verdict: 'detected',
    code: 'in-time',
  },
  {
    rule: 'J14',
    claim: 'does not ask it of a detector that sees events',
    facts: { fault: { ...injected, goneMonoMs: [t0.monoMs + 900, t0.monoMs + 1000] } },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J18',
    claim: 'leaves an effect open where the change was refused',
    facts: { fault: refused, belonging: [faults(heard(900))] },
    verdict: 'inconclusive',
    code: 'prevented-first',
  },
  {
    rule: 'J15',
    claim: 'says that the tester lacked the right where no guardrail refused the change',
    facts: { fault: { ...refused, ownRights: 'iam:AttachRolePolicy' }, belonging: [faults(heard(900))] },
    verdict: 'inconclusive',
    code: 'own-rights',
  },
  {
    rule: 'J18',
    claim: 'meets an attempt by a signal in time',
    facts: { fault: refused, expectation: attempt, belonging: [faults(heard(900))] },
    verdict: 'attempt',
    code: 'in-time',
  },
  {
    rule: 'J18',
    claim: 'calls an attempt seen after the SLO late',
    facts: { fault: refused, expectation: attempt, belonging: [faults(heard(5000))] },
    verdict: 'late',
    code: 'after-slo',
  },
  {
    rule: 'J18',
    claim: 'calls an attempt that nobody saw missed',
    facts: { fault: refused, expectation: attempt },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J18',
    claim: 'is inconclusive of an attempt where the change went through',
    facts: { expectation: attempt, belonging: [faults(heard(900))] },
    verdict: 'inconclusive',
    code: 'not-prevented',
  },
  {
    rule: 'J19',
    claim: 'does not count what arrived before its own t0',
    facts: { belonging: [faults(heard(-10))] },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'J20',
    claim: 'is inconclusive where the SLO lies inside the interval',
    facts: { belonging: [faults(heard(4100, {}, { widthMs: 500 }))] },
    verdict: 'inconclusive',
    code: 'poll-too-coarse',
  },
  {
    rule: 'J20',
    claim: 'blames a stall of our own for the greater part of that interval, not the polls',
    facts: { belonging: [faults(heard(4100, {}, { widthMs: 500 }))], stoodStillMs: () => 260 },
    verdict: 'inconclusive',
    code: 'harness-frozen',
  },
  {
    rule: 'J20',
    claim: 'blames the polls where we stood still for less',
    facts: { belonging: [faults(heard(4100, {}, { widthMs: 500 }))], stoodStillMs: () => 250 },
    verdict: 'inconclusive',
    code: 'poll-too-coarse',
  },
  {
    rule: 'J12',
    claim: 'does not know whether somebody else acted of whom nobody told',
    facts: { fault: { ...injected, effect: 'pending', isOnTrust: true } },
    verdict: 'inconclusive',
    code: 'nobody-acted',
  },
  {
    rule: 'J12',
    claim: 'does not say that nothing was injected by what failed in its midst',
    facts: { fault: { status: 'not-injected', t0, effect: 'pending', failure: 'TimedOut', isUnknown: true } },
    verdict: 'inconclusive',
    code: 'effect-unproven',
  },
  {
    rule: 'J20',
    claim: 'says late where the whole interval lies beyond the SLO',
    facts: { belonging: [faults(heard(4600, {}, { widthMs: 500 }))] },
    verdict: 'late',
    code: 'after-slo',
  },
  {
    rule: 'J20',
    claim: 'does not listen beyond the horizon',
    facts: { belonging: [faults(heard(12_500))], nowMonoMs: t0.monoMs + 13_000 },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'overload',
    claim: 'never says missed of a detector whose signals were dropped',
    facts: { overloaded: true },
    verdict: 'inconclusive',
    code: 'overload',
  },
  {
    rule: 'overload',
    claim: 'does not say late where an earlier signal may have been dropped',
    facts: { overloaded: true, belonging: [faults(heard(4600))] },
    verdict: 'inconclusive',
    code: 'overload',
  },
  {
    rule: 'overload',
    claim: 'says detected of what came in time all the same',
    facts: { overloaded: true, belonging: [faults(heard(600))] },
    verdict: 'detected',
    code: 'in-time',
  },
  {
    rule: 'stop',
    claim: 'is inconclusive where the trial was stopped before the horizon',
    facts: { ended: 'stopped', nowMonoMs: t0.monoMs + 500 },
    verdict: 'inconclusive',
    code: 'stopped',
  },
  {
    rule: 'stop',
    claim: 'stands by what was heard out before the stop',
    facts: { ended: 'stopped', endedMonoMs: t0.monoMs + 12_000, nowMonoMs: t0.monoMs + 14_000 },
    verdict: 'missed',
    code: 'no-alert',
  },
  {
    rule: 'stop',
    claim: 'stands by what was detected before the stop',
    facts: { ended: 'stopped', belonging: [faults(heard(400))], nowMonoMs: t0.monoMs + 500 },
    verdict: 'detected',
    code: 'in-time',
  },
];

describe('judgeDetection', () => {
  for (const { rule, claim, facts, verdict, code } of rows) {
    it(`${rule}: ${claim}`, () => {
      const judged = judgeDetection(detectionCase(facts));
      expect(judged.settled).to.equal(true);
      expect([judged.result.verdict, judged.result.reasonCode]).to.deep.equal([verdict, code]);
    });
  }

  it('J15: names the right that the tester lacked', () => {
    const fault = { ...refused, ownRights: 'iam:AttachRolePolicy' };
    expect(judgeDetection(detectionCase({ fault })).result.reason).to.contain('(iam:AttachRolePolicy)');
  });

  it('J2: waits three seconds past the horizon for an answer to a poll that was sent at it', () => {
    const at = (ms: number, more: Partial<DetectionCase> = {}) =>
      judgeDetection(detectionCase({ asked: askedAt(11_999), nowMonoMs: t0.monoMs + ms, ...more }));
    const deadlinesMonoMs = [t0.monoMs + 12_000, t0.monoMs + 15_000];
    expect(at(14_999)).to.deep.include({ settled: false, deadlinesMonoMs });
    expect(at(15_000).settled).to.equal(true);
    expect(at(15_000).result).to.include({ verdict: 'inconclusive', reasonCode: 'channel-unproven' });
    expect(at(15_000).result.reason).to.contain('answered the poll that was sent 12 s after the injection and none');
    expect(at(15_000, { asked: askedAt(11_999, 1000) }).settled, 'its polls wait').to.equal(false);
    expect(at(15_000, { stoodStillMs: () => 1 }).settled, 'we stood still').to.equal(false);
  });

  it('J11: says with which severity it came, and which is expected', () => {
    const { result } = judgeDetection(
      detectionCase({ expectation: severe, belonging: [faults(heard(900, { severity: 3 }))] }),
    );
    expect(result.reason).to.match(/came after 9\d\d ms with severity medium, and at least high is expected\.$/);
    expect(result.rejected?.[0]?.why).to.equal('severity-too-low');
  });

  it('J14: names both ends of the time in which the fault went where only one lies before the SLO', () => {
    const reasonFor = (goneMonoMs: readonly [number, number]) =>
      judgeDetection(detectionCase({ detector: state, fault: { ...injected, goneMonoMs } })).result.reason;
    const seconds = (s: number) => t0.monoMs + s * 1000;
    expect(reasonFor([seconds(3), seconds(3.5)])).to.contain('gone after 3.5 s, before the SLO');
    expect(reasonFor([seconds(3), seconds(5)])).to.contain(
      'between 3 s and 5 s after the injection, so perhaps before',
    );
  });

  it('J20: stays open until its own horizon of 3 × its SLO', () => {
    const before = judgeDetection(detectionCase({ nowMonoMs: t0.monoMs + 11_999 }));
    expect(before.settled).to.equal(false);
    expect(before.deadlinesMonoMs).to.deep.equal([t0.monoMs + 4000, t0.monoMs + 12_000]);
  });

  it('J19: gives the TTD as the interval in which the signal became ours', () => {
    const { result } = judgeDetection(detectionCase({ belonging: [faults(heard(900, {}, { widthMs: 300 }))] }));
    expect(result.ttdIntervalMs).to.deep.equal([600, 900]);
    expect(result.ttdMs).to.equal(900);
  });

  it('counts the earliest of several matching signals', () => {
    const { result } = judgeDetection(
      detectionCase({ belonging: [faults(heard(5000, { id: 'second' })), faults(heard(700, { id: 'first' }))] }),
    );
    expect(result.signal?.id).to.equal('first');
  });

  it('J11: lists a signal of too low a severity among the rejected', () => {
    const { result } = judgeDetection(
      detectionCase({ expectation: severe, belonging: [faults(heard(900, { severity: 2 }))] }),
    );
    expect(result.rejected).to.deep.equal([{ rule: 's3-public-policy', why: 'severity-too-low', id: 'a-1' }]);
  });
});

function unseenFor(fromMs: number, untilMs: number): readonly PollGap[] {
  return [{ fromMonoMs: t0.monoMs + fromMs, untilMonoMs: t0.monoMs + untilMs, failedPolls: 9 }];
}

function askedAt(ms: number, waitsMs = 0): NonNullable<DetectionCase['asked']> {
  return { untilMonoMs: t0.monoMs + ms, waitsMs };
}

/** A signal that correlation gave to somebody by its subject and time alone. */
function of(whose: Belonging['whose'], one: HeardSignal): Belonging {
  return { heard: one, whose, matchedBy: ['subject', 'time'] };
}
