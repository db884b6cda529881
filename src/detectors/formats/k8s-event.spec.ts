import { expect } from 'chai';
import { readFormat, signalsOf } from '../../testing/read-format.ts';
import { k8sEvent } from './k8s-event.ts';

const event = {
  kind: 'Event',
  apiVersion: 'v1',
  metadata: { name: 'api-6d.17f', namespace: 'inference', uid: 'e-1' },
  involvedObject: { kind: 'ReplicaSet', namespace: 'inference', name: 'api-6d9f8c7b5' },
  reason: 'FailedCreate',
  message:
    'Error creating: pods "api-6d9f8c7b5-" is forbidden: violates PodSecurity "baseline:latest": host namespaces',
  type: 'Warning',
  count: 3,
  firstTimestamp: '2026-11-22T20:00:16Z',
  lastTimestamp: '2026-11-22T20:00:19Z',
  eventTime: null,
};

describe('k8s-event', () => {
  it('reads a v1 Event with its count and last time', () => {
    expect(signalsOf(readFormat(k8sEvent, event))).to.deep.equal([
      {
        format: 'k8s-event',
        id: 'e-1',
        dedupeKey: 'e-1',
        rule: 'FailedCreate',
        severity: 3,
        rawSeverity: 'Warning',
        eventTime: '2026-11-22T20:00:16Z',
        lastSeen: '2026-11-22T20:00:19Z',
        resource: {
          kind: 'ReplicaSet',
          id: 'ReplicaSet/inference/api-6d9f8c7b5',
          namespace: 'inference',
          name: 'api-6d9f8c7b5',
        },
        status: 'open',
        count: 3,
        sample: false,
        techniques: [],
      },
    ]);
  });

  it('reads an events.k8s.io Event, alone and in series', () => {
    const { involvedObject, message, count, firstTimestamp, lastTimestamp, ...rest } = event;
    const newer = {
      ...rest,
      regarding: involvedObject,
      related: { kind: 'Pod', namespace: 'inference', name: 'p' },
      note: message,
      eventTime: '2026-11-22T20:00:16.464550Z',
      deprecatedCount: 0,
    };
    const [alone] = signalsOf(readFormat(k8sEvent, newer));
    expect(alone).to.deep.include({ count: 1, eventTime: '2026-11-22T20:00:16.464550Z' });
    expect(alone?.resources).to.deep.equal(['Pod/inference/p']);
    const series = { count: 4, lastObservedTime: '2026-11-22T20:05:00.000001Z' };
    const [again] = signalsOf(readFormat(k8sEvent, { ...newer, series }));
    expect(again).to.deep.include({ count: 4, lastSeen: '2026-11-22T20:05:00.000001Z' });
    expect([count, firstTimestamp, lastTimestamp]).to.have.length(3);
  });

  it('declares that a risen count is a recurrence', () => {
    expect(k8sEvent.recurrence).to.equal('count');
  });

  it('reads watch events and typed lists, and ignores expiry and bookmarks', () => {
    expect(signalsOf(readFormat(k8sEvent, { type: 'MODIFIED', object: event }))[0]?.id).to.equal('e-1');
    const { kind, apiVersion, ...bare } = event;
    expect(signalsOf(readFormat(k8sEvent, { kind: `${kind}List`, apiVersion, items: [bare] }))).to.have.length(1);
    expect(readFormat(k8sEvent, { type: 'DELETED', object: event })[0]?.kind).to.equal('ignored');
    expect(readFormat(k8sEvent, { type: 'BOOKMARK', object: { metadata: {} } })[0]?.kind).to.equal('ignored');
  });

  it('names the object that offended a policy of Gatekeeper or Kyverno', () => {
    const annotations = {
      constraint_name: 'no-privileged',
      resource_kind: 'Pod',
      resource_namespace: 'inference',
      resource_name: 'rogue',
      request_username: 'windshear-tester',
    };
    const gatekeeper = { ...event, reason: 'FailedAdmission', metadata: { ...event.metadata, annotations } };
    const [denied] = signalsOf(readFormat(k8sEvent, gatekeeper));
    expect(denied).to.deep.include({ rule: 'FailedAdmission', ruleId: 'no-privileged' });
    expect(denied?.resources).to.deep.equal(['Pod/inference/rogue']);
    expect(denied?.actor?.name).to.equal('windshear-tester');
    const kyverno = {
      ...event,
      reason: 'PolicyViolation',
      involvedObject: { kind: 'ClusterPolicy', name: 'no-host-path' },
      message: 'Pod inference/rogue: [host-path] fail (blocked); validation error',
    };
    expect(signalsOf(readFormat(k8sEvent, kyverno))[0]?.resources).to.deep.equal(['Pod/inference/rogue']);
  });

  it('tells Events without uid by their place', () => {
    const [signal] = signalsOf(readFormat(k8sEvent, { ...event, metadata: { name: 'n', namespace: 's' } }));
    expect(signal?.id).to.equal('Event/s/n');
  });

  for (const value of [null, 7, {}, { reason: 'r' }, { involvedObject: {} }, { type: 'ADDED', object: {} }])
    it(`calls ${JSON.stringify(value)} malformed`, () => {
      expect(readFormat(k8sEvent, value)[0]?.kind).to.equal('malformed');
    });
});
