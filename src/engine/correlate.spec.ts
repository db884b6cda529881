import { expect } from 'chai';
import type { Marker, Phase } from '../model/marker.ts';
import type { Signal } from '../model/signal.ts';
import { epoch0, heard, t0 } from '../testing/facts.ts';
import { belongingOf, isAbout, type SourceClock, subjectsFrom, type TrialView } from './correlate.ts';

const marker: Marker = 'wsaaaaaaaaaaaa';
const other: Marker = 'wsbbbbbbbbbbbb';
const bucket = 'arn:aws:s3:::models';
const tester = 'arn:aws:iam::111122223333:role/windshear-tester';
const source: SourceClock = {
  marginMs: 1000,
  errorMs: 0,
  namesActor: false,
  carriesMarker: false,
  showsOpen: false,
  isOff: false,
  seesState: false,
};

const view: TrialView = {
  marker,
  t0,
  ourActors: [tester],
  revertsAsOther: true,
  faultSubjects: subjectsFrom([bucket]),
  controlSubjects: subjectsFrom([bucket]),
  control: {
    t0: { monoMs: t0.monoMs - 9000, epochMs: t0.epochMs - 9000 },
    lastAct: { monoMs: t0.monoMs - 2000, epochMs: t0.epochMs - 2000 },
  },
};

const reverting: TrialView = { ...view, revertRequested: { monoMs: t0.monoMs + 5000, epochMs: t0.epochMs + 5000 } };

function marked(...phases: (Phase | undefined)[]) {
  return { sightings: phases.map((phase) => (phase === undefined ? { marker } : { marker, phase })) };
}

function eventAt(ms: number): Partial<Signal> {
  return { eventTime: new Date(t0.epochMs + ms).toISOString(), resource: { arn: bucket } };
}

function whose(one: ReturnType<typeof heard>, seen: TrialView = view, clock: SourceClock = source): string {
  return belongingOf(one, seen, clock).whose;
}

describe('belongingOf', () => {
  it('J6: gives a signal with the letter i to the fault, with c to the control', () => {
    expect(whose(heard(100, {}, marked('inject')))).to.equal('fault');
    expect(whose(heard(100, {}, marked('control')))).to.equal('control');
  });

  for (const phase of ['observe', 'revert', 'canary'] as const) {
    it(`J6: excludes a signal that carries the ${phase} letter`, () => {
      expect(whose(heard(100, eventAt(100), marked(phase)))).to.equal('ours');
    });
  }

  describe('of what a controller made of ours', () => {
    const controller = { name: 'system:serviceaccount:kube-system:replicaset-controller' };
    const strict = { ...source, namesActor: true, carriesMarker: true };
    const made = (more: Partial<Signal> = {}) => ({ ...eventAt(500), actor: controller, ...more });

    it('J5: gives it to the fault where its name holds our marker', () => {
      expect(whose(heard(600, made(), marked(undefined)), view, strict)).to.equal('fault');
    });

    it('J5: leaves it open where only the subject tells, since a controller acts on what anybody wrote', () => {
      expect(whose(heard(600, made()), view, strict)).to.equal('ambiguous');
    });

    it('J5: gives what somebody else did to it to nobody of us', () => {
      const somebody = { actor: { name: 'staging-admin' } };
      expect(whose(heard(600, made(somebody), marked(undefined)), view, strict)).to.equal('other');
    });

    it('J7: leaves what it does while we take it back to us', () => {
      expect(whose(heard(5600, { ...made(), ...eventAt(5500) }, marked(undefined)), reverting, strict)).to.equal(
        'ours',
      );
    });
  });

  it('J5: gives what anybody does to the subject to a fault that somebody else is to do', () => {
    const strict = { ...source, namesActor: true, carriesMarker: true };
    const signal = { ...eventAt(500), actor: { name: 'staging-admin' } };
    expect(whose(heard(600, signal), view, strict)).to.equal('other');
    expect(whose(heard(600, signal), { ...view, isByOthers: true }, strict)).to.equal('fault');
  });

  it('J6: takes no marker evidence from a signal with i and another letter', () => {
    const both = belongingOf(heard(100, eventAt(100), marked('inject', 'revert')), view, source);
    expect([both.whose, both.matchedBy]).to.deep.equal(['fault', ['subject', 'time']]);
    expect(whose(heard(100, {}, marked('inject', 'revert')))).to.equal('ambiguous');
  });

  it("J6: gives a signal that holds the fault's event among others to nobody where its time is another's", () => {
    expect(whose(heard(100, eventAt(-9000), marked('inject', 'control')))).to.equal('ambiguous');
    expect(whose(heard(6000, eventAt(5500), marked('inject', 'revert')), reverting)).to.equal('ambiguous');
  });

  it('J7: gives the control no alert on what happened before it', () => {
    const { t0: _t0, ...before } = view;
    expect(whose(heard(-5000, eventAt(-9500)), before)).to.equal('control');
    expect(whose(heard(-5000, eventAt(-10_500)), before)).to.equal('other');
    expect(whose(heard(-5000, { ...eventAt(-10_500), count: 2 }), before)).to.equal('control');
    expect(whose(heard(100, eventAt(-10_500)))).to.equal('other');
  });

  it('J7: counts a new alert that began in the fault and was last seen after its revert', () => {
    const lastSeen = new Date(t0.epochMs + 7000).toISOString();
    const one = heard(7100, { ...eventAt(2000), lastSeen });
    expect(whose(one, reverting)).to.equal('fault');
    expect(whose(heard(7100, { ...eventAt(-9000), lastSeen }), reverting)).to.equal('ambiguous');
    expect(whose(heard(7100, { ...eventAt(7000), lastSeen }), reverting)).to.equal('ours');
  });

  it('J7: gives an alert to nobody that may have begun before the fault and was last seen after its revert', () => {
    const { control: _control, ...alone } = reverting;
    const lastSeen = new Date(t0.epochMs + 7000).toISOString();
    const unsure = { ...source, errorMs: 200 };
    expect(whose(heard(7100, { ...eventAt(100), lastSeen }), alone, unsure)).to.equal('ambiguous');
    expect(whose(heard(7100, { ...eventAt(200), lastSeen }), alone, unsure)).to.equal('fault');
  });

  it('J7: gives an alert to nobody that was last seen after the revert and does not tell when it began', () => {
    const lastSeen = new Date(t0.epochMs + 7000).toISOString();
    expect(whose(heard(7100, { lastSeen, resource: { arn: bucket } }), reverting)).to.equal('ambiguous');
  });

  it('J7: allows for the clock error of what tells when an alert of several events began', () => {
    const lastSeen = new Date(t0.epochMs + 7000).toISOString();
    const one = heard(7100, { ...eventAt(5500), lastSeen });
    expect(whose(one, reverting, { ...source, errorMs: 600 })).to.equal('ambiguous');
    expect(whose(one, reverting, { ...source, errorMs: 500 })).to.equal('ours');
  });

  it('J7: gives an alert of several events to nobody that tells only of the first, before the fault', () => {
    expect(whose(heard(100, { ...eventAt(-5000), count: 2 }))).to.equal('ambiguous');
    expect(whose(heard(100, { ...eventAt(-5000), count: 1 }))).to.equal('control');
  });

  it('J7: gives a known alert to nobody that was seen before the fault and then only after its revert', () => {
    const at = (ms: number) => new Date(t0.epochMs + ms).toISOString();
    const previous = { firstMonoMs: 10, lastSeen: at(-9000), eventTime: at(-9000) };
    const one = heard(7100, { ...eventAt(-9000), lastSeen: at(7000) }, { previous });
    expect(whose(one, reverting)).to.equal('ambiguous');
  });

  it('J7: gives a signal without a time to nobody where it may be of an earlier trial', () => {
    const { control: _control, ...alone } = view;
    const timeless = heard(100, { resource: { arn: bucket } });
    expect(whose(timeless, alone)).to.equal('fault');
    expect(whose(timeless, { ...alone, earlier: { monoMs: 0, epochMs: epoch0 } })).to.equal('ambiguous');
  });

  it('J7: cannot tell the fault from an act of an earlier trial within the clock error', () => {
    const { control: _control, ...alone } = view;
    const off: SourceClock = { ...source, errorMs: 500 };
    const earlier = { monoMs: t0.monoMs - 100, epochMs: t0.epochMs - 100 };
    expect(whose(heard(100, eventAt(100)), alone, off)).to.equal('fault');
    expect(whose(heard(100, eventAt(100)), { ...alone, earlier }, off)).to.equal('ambiguous');
  });

  it('J10: cannot say whose a signal without marker is, from a detector that carries it', () => {
    expect(whose(heard(100, eventAt(100)), view, { ...source, carriesMarker: true })).to.equal('ambiguous');
    expect(whose(heard(100, eventAt(-9000)), view, { ...source, carriesMarker: true })).to.equal('control');
  });

  it("J5: cannot say whose an alert of a store is that names another actor in the fault's time", () => {
    const naming = { ...source, namesActor: true };
    const byOther = heard(100, { ...eventAt(50), actor: { name: 'arn:aws:iam::111122223333:role/other' } });
    expect(whose(byOther, view, naming)).to.equal('other');
    expect(whose(byOther, view, { ...naming, showsOpen: true })).to.equal('ambiguous');
  });

  it('J6: lets the marker outrank the event time', () => {
    expect(whose(heard(100, eventAt(-60_000), marked('inject')))).to.equal('fault');
  });

  it("J4: leaves another trial's twin to that trial", () => {
    expect(whose(heard(100, eventAt(100), { sightings: [{ marker: other, phase: 'inject' }] }))).to.equal('other');
  });

  it('J5: takes a marker without letter as evidence of the subject', () => {
    const named = belongingOf(
      heard(100, { eventTime: new Date(epoch0 + 1100).toISOString() }, marked(undefined)),
      view,
      source,
    );
    expect([named.whose, named.matchedBy]).to.deep.equal(['fault', ['subject', 'time']]);
  });

  it('J5: takes no workload of another kind for the one of its name', () => {
    const seen = { ...view, faultSubjects: subjectsFrom(['deployment/prod/api']) };
    const about = (id: string) => whose(heard(500, { ...eventAt(0), resource: { id } }), seen);
    expect(about('statefulset/prod/api')).to.equal('other');
    for (const id of ['deployment/prod/api', 'replicaset/prod/api-7d9f8c6b5', 'pod/prod/api-7d9f8c6b5-x2x4z'])
      expect(about(id), id).to.equal('fault');
  });

  it('J5: needs marker or subject', () => {
    expect(whose(heard(100, { eventTime: new Date(epoch0 + 1100).toISOString(), actor: { arn: tester } }))).to.equal(
      'other',
    );
  });

  it('J5: rules out another actor where the source names actors', () => {
    const byOther = heard(100, { ...eventAt(100), actor: { arn: 'arn:aws:iam::111122223333:role/somebody' } });
    expect(whose(byOther, view, { ...source, namesActor: true })).to.equal('other');
    expect(whose(byOther)).to.equal('fault');
  });

  it('J7: gives an event well before t0 to the control', () => {
    expect(whose(heard(100, eventAt(-1500)))).to.equal('control');
  });

  it('J7: is ambiguous within the margin where the control was not waited out', () => {
    const close = {
      ...view,
      control: { t0: view.control?.t0 ?? t0, lastAct: { monoMs: t0.monoMs - 300, epochMs: t0.epochMs - 300 } },
    };
    expect(whose(heard(100, eventAt(-200)), close)).to.equal('ambiguous');
    expect(whose(heard(100, eventAt(-200)))).to.equal('fault');
  });

  it('J7: after the revert request counts only what surely happened before it', () => {
    expect(whose(heard(6000, eventAt(5500)), reverting)).to.equal('ours');
    expect(whose(heard(6000, eventAt(2000)), reverting)).to.equal('fault');
    expect(whose(heard(6000, eventAt(4500)), reverting)).to.equal('ambiguous');
  });

  it('J7: leaves it open whose a state is that was seen while the revert went on', () => {
    const seeing = { ...source, seesState: true };
    const done: TrialView = { ...reverting, reverted: { monoMs: t0.monoMs + 5800, epochMs: t0.epochMs + 5800 } };
    expect(whose(heard(6000, eventAt(5500)), done)).to.equal('ours');
    expect(whose(heard(6000, eventAt(5500)), done, seeing)).to.equal('ambiguous');
    expect(whose(heard(6000, eventAt(5900)), done, seeing)).to.equal('ours');
    expect(whose(heard(6000, eventAt(5900)), done, { ...seeing, errorMs: 200 })).to.equal('ambiguous');
    expect(whose(heard(6000, eventAt(5900)), reverting, seeing)).to.equal('ambiguous');
  });

  it('J7: is ambiguous after the revert request where the clock may be ahead', () => {
    const ahead = { ...source, errorMs: 600 };
    expect(whose(heard(6000, eventAt(5500)), reverting, ahead)).to.equal('ambiguous');
    expect(whose(heard(6000, eventAt(5700)), reverting, ahead)).to.equal('ours');
    expect(whose(heard(6000, { resource: { arn: bucket } }), reverting)).to.equal('ambiguous');
  });

  it('J7: takes a control for possible whose alert the clock may have brought up to t0', () => {
    expect(whose(heard(100, eventAt(-200)), view, { ...source, errorMs: 900 })).to.equal('fault');
    expect(whose(heard(100, eventAt(-200)), view, { ...source, errorMs: 1000 })).to.equal('ambiguous');
  });

  it('J7: lets time tell nothing where the clock is further off than declared', () => {
    expect(whose(heard(100, eventAt(50)), view, { ...source, isOff: true })).to.equal('ambiguous');
    expect(whose(heard(100, eventAt(50), marked('inject')), view, { ...source, isOff: true })).to.equal('fault');
  });

  it('J8: does not take the first event of an alert for the one that updates it', () => {
    const first = eventAt(-60_000);
    const update = { previous: { firstMonoMs: 0, count: 1, eventTime: first.eventTime ?? '' } };
    expect(whose(heard(100, first, update))).to.equal('ambiguous');
    expect(whose(heard(100, eventAt(50), update))).to.equal('fault');
    expect(whose(heard(100, { ...first, lastSeen: eventAt(50).eventTime ?? '' }, update))).to.equal('fault');
  });

  it('J7: trusts the actor after the revert request where reverts have another', () => {
    expect(whose(heard(6000, { ...eventAt(4500), actor: { arn: tester } }), reverting)).to.equal('fault');
  });

  it('J8: never counts a sample', () => {
    expect(whose(heard(100, { sample: true }, marked('inject')))).to.equal('other');
  });

  it('J10: gives a signal on the subject before t0 to the control', () => {
    expect(whose(heard(-3000, eventAt(-3500)))).to.equal('control');
  });
});

describe('isAbout', () => {
  const subjects = subjectsFrom(['arn:aws:iam::111122223333:role/app']);

  for (const [whose, arn, isIt] of [
    ['the very role', 'arn:aws:iam::111122223333:role/app', true],
    ['a session of it', 'arn:aws:sts::111122223333:assumed-role/app/nightly', true],
    ["another account's role of that name", 'arn:aws:iam::444455556666:role/app', false],
    ["a session of another account's", 'arn:aws:sts::444455556666:assumed-role/app/nightly', false],
  ] as const) {
    it(`J5: ${isIt ? 'takes' : 'does not take'} ${whose} for the role`, () => {
      expect(isAbout(heard(0, { resource: { arn } }).signal, subjects)).to.equal(isIt);
      expect(isAbout(heard(0, { resources: [arn] }).signal, subjects)).to.equal(isIt);
    });
  }
});
