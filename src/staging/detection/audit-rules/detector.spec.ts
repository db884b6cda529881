import { expect } from 'chai';
import { VirtualClock } from '../../../testing/fakes/virtual-clock.ts';
import type { CloudEvent } from '../cloud-event.ts';
import type { DetectorSwitches } from '../options.ts';
import { type AuditEvent, finishedRequests } from './audit-event.ts';
import { auditRules } from './detector.ts';
import { type AuditRules, loadAuditRules } from './rules.ts';

const userAgent = 'windshear/0.1.0 wsabc234def567.i';
const context = { released: ['registry.internal/'], canaryNamespace: 'windshear-canary' };

function event(resource: string, name: string, more: Readonly<Record<string, unknown>> = {}): AuditEvent {
  return {
    auditID: `id-${name}`,
    stage: 'ResponseComplete',
    verb: 'create',
    requestURI: `/api/v1/namespaces/inference/${resource}`,
    requestReceivedTimestamp: '2026-05-01T12:00:00.000000Z',
    userAgent,
    user: { username: 'windshear-tester' },
    objectRef: { resource, namespace: 'inference', name },
    responseStatus: { code: 201 },
    ...more,
  };
}

const pod = (container: object) => ({ requestObject: { spec: { containers: [container] } } });
const privileged = pod({ name: 'main', image: 'registry.internal/x', securityContext: { privileged: true } });
const refused = { responseStatus: { code: 403, reason: 'Forbidden' } };

describe('auditRules', () => {
  let rules: AuditRules;
  before(async () => {
    rules = await loadAuditRules(context);
  });

  function start(switches: Partial<DetectorSwitches> = {}) {
    const clock = new VirtualClock();
    const told: CloudEvent[] = [];
    const detector = auditRules({
      rules,
      deliver: (one) => told.push(one),
      switches: { rules: true, delivery: true, delayMs: 0, ...switches },
      clock,
      signal: new AbortController().signal,
      newId: () => 'new',
    });
    return { clock, told, detector, names: () => told.map(({ data }) => data['rule']) };
  }

  it('tells an attempt that was refused, with whom, what and the marker', () => {
    const { detector, told } = start();
    detector.handle(event('pods', 'rogue-1', { ...privileged, ...refused }));
    expect(told.map(({ data }) => data)).to.deep.equal([
      {
        rule: 'rogue-pod-attempt',
        severity: 'high',
        resource: { kind: 'pod', id: 'pod/inference/rogue-1', namespace: 'inference', name: 'rogue-1' },
        actor: { type: 'kubernetes-user', name: 'windshear-tester', userAgent },
        alertTime: '2026-01-01T00:00:00.000Z',
        event: {
          name: 'create pods',
          errorCode: 'Forbidden',
          requestId: 'id-rogue-1',
          time: '2026-05-01T12:00:00.000000Z',
        },
      },
    ]);
  });

  it('tells an unreleased image, an administrator and the canary, and no released pod', () => {
    const { detector, names } = start();
    detector.handle(event('pods', 'a', pod({ name: 'main', image: 'registry.internal/inference-api:1' })));
    detector.handle(event('pods', 'b', pod({ name: 'main', image: 'registry.example.invalid/x' })));
    const objectRef = { resource: 'clusterrolebindings', name: 'c' };
    const binding = { roleRef: { name: 'cluster-admin' } };
    detector.handle(event('clusterrolebindings', 'c', { objectRef, responseObject: binding }));
    const canary = { resource: 'namespaces', name: 'windshear-canary' };
    detector.handle(event('namespaces', 'd', { verb: 'get', objectRef: canary }));
    expect(names()).to.deep.equal(['unknown-image', 'cluster-admin-binding', 'windshear-canary']);
  });

  it('tells sprawl on its schedule, once, five seconds after the third account', async () => {
    const { detector, clock, names, told } = start();
    for (const name of ['a', 'b', 'c', 'd']) detector.handle(event('serviceaccounts', name));
    detector.query();
    await clock.advance(4900);
    detector.query();
    expect(names()).to.deep.equal([]);
    await clock.advance(100);
    detector.query();
    detector.query();
    expect(names()).to.deep.equal(['service-account-sprawl']);
    expect(told[0]?.data).to.deep.include({ count: 4 });
    expect(told[0]?.data['resource']).to.deep.include({ id: 'namespace/inference' });
  });

  it('lets two accounts pass', async () => {
    const { detector, clock, names } = start();
    for (const name of ['a', 'b']) detector.handle(event('serviceaccounts', name));
    await clock.advance(10_000);
    detector.query();
    expect(names()).to.deep.equal([]);
  });

  it('is silent without its rules, while its test still leaves', () => {
    const { detector, names } = start({ rules: false });
    detector.handle(event('pods', 'a', privileged));
    detector.chatter('pod/inference/x');
    detector.test('wsabc234def567.k');
    expect(names()).to.deep.equal(['windshear-test']);
  });

  it('lets nothing out without delivery', () => {
    const { detector, names } = start({ delivery: false });
    detector.handle(event('pods', 'a', privileged));
    detector.test('wsabc234def567.k');
    expect(names()).to.deep.equal([]);
  });
});

describe('finishedRequests', () => {
  it('takes each request once, when it is finished', () => {
    const received = { ...event('pods', 'a'), stage: 'RequestReceived' };
    const list = { kind: 'EventList', items: [received, event('pods', 'a')] };
    expect(finishedRequests(list)).to.have.length(1);
  });

  it('refuses what is no list of events', () => {
    expect(() => finishedRequests({ items: [{ kind: 'Event' }] })).to.throw();
  });
});
