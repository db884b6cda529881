import { expect } from 'chai';
import type { Attribution } from '../model/guardrail.ts';
import type { Signal } from '../model/signal.ts';
import { subjectsFrom } from './correlate.ts';
import type { HeardSignal } from './heard.ts';
import type { StateRead } from './state-reads.ts';
import { type RevertWitness, whoReverted } from './who-reverted.ts';

const role = 'arn:aws:iam::111122223333:role/inference-api';
const t0 = { monoMs: 50_000, epochMs: Date.parse('2026-05-01T12:00:00.000Z') };
const remediator = 'arn:aws:sts::111122223333:assumed-role/identity-remediator/run-7';
const person = 'arn:aws:iam::111122223333:user/ada';

/** A successful write to the role, so many milliseconds after t0. */
function write(arn: string, afterMs: number, more: Partial<Signal> = {}): HeardSignal {
  const signal: Signal = {
    ...{ format: 'cloudtrail', id: `event-${afterMs}`, dedupeKey: `event-${afterMs}`, rule: 'DetachRolePolicy' },
    ...{ severity: null, rawSeverity: '', status: 'open', sample: false, techniques: [] },
    actor: { arn },
    action: 'iam:DetachRolePolicy',
    resource: { kind: 'role', id: role, arn: role },
    eventTime: new Date(t0.epochMs + afterMs).toISOString(),
    ...more,
  };
  const arrivedMonoMs = [t0.monoMs + afterMs, t0.monoMs + afterMs + 20] as const;
  return { detector: 'trail', signal, arrivedMonoMs, sightings: [], bytes: new Uint8Array() } as unknown as HeardSignal;
}

function byRole(audit: readonly Signal[]): Attribution {
  const last = audit.at(-1)?.actor?.arn;
  if (last === undefined) return { whose: 'unknown', why: 'nobody wrote' };
  return last === remediator ? { whose: 'mine', evidence: last } : { whose: 'other', by: last };
}

function read(afterMs: number, present: boolean): StateRead {
  return { sentMonoMs: t0.monoMs + afterMs, receivedMonoMs: t0.monoMs + afterMs, present };
}

function whose(audit: readonly HeardSignal[], more: Partial<RevertWitness> = {}) {
  return whoReverted({
    ...{ audit, marker: 'wsaaaaaaaaaaaa', subjects: subjectsFrom([role]), t0, marginMs: () => 0, settleMs: 0 },
    canUndo: () => true,
    goneMonoMs: [t0.monoMs + 2000, t0.monoMs + 2300],
    reads: [read(2000, true), read(2300, false)],
    attribute: byRole,
    ...more,
  });
}

describe('whoReverted', () => {
  it('J16: credits whoever wrote to it in the time in which it went', () => {
    expect(whose([write(remediator, 2100)])?.whose).to.equal('mine');
    expect(whose([write(person, 2100)])).to.deep.equal({ whose: 'other', by: person });
  });

  it('J16: credits no guardrail that wrote to it at another time while somebody else took it back', () => {
    expect(whose([write(remediator, 500), write(person, 2100)])).to.deep.equal({ whose: 'other', by: person });
    expect(whose([write(person, 2100), write(remediator, 4000)])).to.deep.equal({ whose: 'other', by: person });
    expect(whose([write(remediator, 500)])?.whose).to.equal('unknown');
  });

  it('J16: credits nobody where two wrote to it in that time', () => {
    const audit = [write(remediator, 2100), write(person, 2200)];
    expect(whose(audit)).to.deep.equal({ whose: 'unknown', why: `${person} wrote to it in the same time` });
    expect(whose(audit.toReversed())?.whose).to.equal('unknown');
  });

  describe('where the object names its field managers', () => {
    const managedAt = (afterMs: number): Partial<RevertWitness> => {
      const time = new Date(t0.epochMs + afterMs).toISOString();
      const managers = [{ manager: 'healer', operation: 'Update', time, ownsChange: true }];
      return {
        reads: [read(2000, true), { ...read(2300, false), managers }],
        attribute: (audit, owners = []) => {
          if (owners.length > 0) return { whose: 'mine', evidence: 'field manager healer' };
          return audit.length > 0 ? byRole(audit) : { whose: 'unknown', why: 'nobody wrote' };
        },
      };
    };

    it('J16: credits one that wrote in the time in which it went', () => {
      expect(whose([], managedAt(2100))?.whose).to.equal('mine');
      expect(whose([], managedAt(9000))?.whose).to.equal('unknown');
    });

    it('J16: credits nobody where an audit record names another', () => {
      expect(whose([write(person, 2100)], managedAt(2100))?.whose).to.equal('unknown');
    });
  });

  describe('where a drift comes again after a heal', () => {
    // Out, in again, and out for good; the margin is wider than what lies between.
    const reads = [read(500, true), read(1000, false), read(1900, true), read(2300, false)];
    const fight = { reads, goneMonoMs: [t0.monoMs + 1900, t0.monoMs + 2300] as const, marginMs: () => 500 };
    const again = [write(person, 1850), write(remediator, 2200)];

    it('J16: credits the last of as many writes as the state took turns', () => {
      expect(whose(again, fight)?.whose).to.equal('mine');
      expect(whose([write(remediator, 900), ...again], fight)?.whose).to.equal('mine');
      expect(whose(again.toReversed(), fight)?.whose).to.equal('mine');
    });

    it('J16: credits nobody where another write may have been the last turn, or the order is not known', () => {
      for (const audit of [
        [...again, write(person, 2210)],
        [write(person, 2200), write(remediator, 2200)],
        [write(person, 1850), { ...write(remediator, 2200, { detector: 'another' }) }],
      ])
        expect(whose(audit, fight)?.whose).to.equal('unknown');
    });
  });

  describe('where only a deletion takes it back', () => {
    const deployment = { kind: 'deployments', id: 'deployments/prod/api', namespace: 'prod', name: 'api' };
    const all = { resource: { kind: 'deployments', namespace: 'prod' }, resources: ['deployments/prod/*'] };
    const created: Partial<RevertWitness> = {
      subjects: subjectsFrom(['deployment/prod/api']),
      canUndo: ({ action = '' }) => action.startsWith('delete'),
    };
    const note = write(remediator, 2100, { resource: deployment, action: 'patch deployments' });
    const sweep = (who: string, more: Partial<Signal> = all) =>
      write(who, 2200, { ...more, action: 'deletecollection deployments' });

    it('J16: credits no patch', () => {
      expect(whose([note], created)?.whose).to.equal('unknown');
    });

    it('J16: credits the deletion of its collection', () => {
      expect(whose([note, sweep(person)], created)).to.deep.equal({ whose: 'other', by: person });
      expect(whose([sweep(remediator)], created)?.whose).to.equal('mine');
    });

    it('J16: credits nobody where two deletions fit, and none of another collection', () => {
      const own = write(remediator, 2100, { resource: deployment, action: 'delete deployments' });
      expect(whose([own, sweep(person)], created)?.whose).to.equal('unknown');
      for (const name of ['deployments/shop/*', 'statefulsets/prod/*', 'pods/prod/*'])
        expect(whose([sweep(person, { ...all, resources: [name] })], created)?.whose, name).to.equal('unknown');
    });
  });

  describe('where an act lasted', () => {
    const lasting = (fromMs: number, untilMs: number, more: Partial<Signal> = {}) =>
      write(remediator, fromMs, { lastSeen: new Date(t0.epochMs + untilMs).toISOString(), ...more });

    it('J16: credits it where the state went between its start and its end', () => {
      expect(whose([lasting(100, 3000)])?.whose).to.equal('mine');
      expect(whose([lasting(100, 1900)])?.whose).to.equal('unknown');
      expect(whose([lasting(2400, 5000)])?.whose).to.equal('unknown');
    });

    it('J16: credits none that began before the injection, and no sum of several acts', () => {
      expect(whose([lasting(-100, 3000)])?.whose).to.equal('unknown');
      expect(whose([lasting(100, 3000, { count: 2 })])?.whose).to.equal('unknown');
    });

    it('J16: credits nobody where another wrote in that time', () => {
      expect(whose([lasting(100, 3000), write(person, 2100)])?.whose).to.equal('unknown');
    });
  });

  it("allows for the audit source's clock, and for reads that lag behind a write", () => {
    const early = [write(remediator, 1500)];
    expect(whose(early)?.whose).to.equal('unknown');
    expect(whose(early, { marginMs: () => 1000 })?.whose).to.equal('mine');
    expect(whose(early, { settleMs: 15_000 })?.whose).to.equal('mine');
  });

  it('takes no refused write, no read, none of another resource and none without a time for a revert', () => {
    const other = 'arn:aws:iam::111122223333:role/inference-worker';
    const no: readonly Partial<Signal>[] = [
      { errorCode: 'AccessDenied' },
      { readOnly: true },
      { resource: { kind: 'role', id: other, arn: other } },
      { eventTime: undefined } as unknown as Partial<Signal>,
    ];
    for (const more of no)
      expect(whose([write(remediator, 2100, more)])?.whose, JSON.stringify(more)).to.equal('unknown');
  });

  it('takes none of our own acts for a revert by others', () => {
    const ours = { ...write(remediator, 2100), sightings: [{ marker: 'wsaaaaaaaaaaaa', phase: 'revert' }] };
    expect(whose([ours as unknown as HeardSignal])?.whose).to.equal('unknown');
  });
});
