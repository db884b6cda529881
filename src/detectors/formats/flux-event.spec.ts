import { expect } from 'chai';
import { readFormat, signalsOf } from '../../testing/read-format.ts';
import { fluxEvent } from './flux-event.ts';

const event = {
  involvedObject: { kind: 'Kustomization', namespace: 'flux-system', name: 'inference', uid: 'k-1' },
  severity: 'info',
  timestamp: '2026-11-22T20:00:16Z',
  message: 'Namespace/inference unchanged\nDeployment/inference/api configured\nClusterRole/reader created',
  reason: 'Progressing',
  metadata: { revision: 'main@sha1:9b2e' },
  reportingController: 'kustomize-controller',
  reportingInstance: 'kustomize-controller-0',
};

describe('flux-event', () => {
  it('names what was put back before the Kustomization, and who did it', () => {
    const [signal] = signalsOf(readFormat(fluxEvent, event));
    expect(signal?.id).to.match(/^k-1\/Progressing\/2026-11-22T20:00:16Z\/[0-9a-f]{16}$/);
    expect(signal).to.deep.include({
      dedupeKey: signal?.id,
      rule: 'Progressing',
      severity: 1,
      rawSeverity: 'info',
      eventTime: '2026-11-22T20:00:16Z',
      resources: ['ClusterRole/reader', 'Kustomization/flux-system/inference'],
      actor: { type: 'controller', name: 'kustomize-controller' },
      action: 'configured',
      readOnly: false,
    });
    expect(signal?.resource?.id).to.equal('Deployment/inference/api');
  });

  it('takes an event that changed nothing as read-only and about the Kustomization', () => {
    const [signal] = signalsOf(
      readFormat(fluxEvent, { ...event, reason: 'ReconciliationFailed', severity: 'error', message: 'no' }),
    );
    expect(signal).to.deep.include({ readOnly: true, severity: 4, rule: 'ReconciliationFailed' });
    expect(signal?.resource?.id).to.equal('Kustomization/flux-system/inference');
    expect(signal).not.to.have.any.keys('actor', 'action', 'resources');
  });

  it('reads the fractional seconds of older controllers', () => {
    const [signal] = signalsOf(readFormat(fluxEvent, { ...event, timestamp: 1795377616.25 }));
    expect(signal?.eventTime).to.equal('2026-11-22T20:00:16.250Z');
  });

  it('tells unlike messages of one second apart, and like ones not', () => {
    const key = (message: string) => signalsOf(readFormat(fluxEvent, { ...event, message }))[0]?.dedupeKey;
    expect(key('a')).to.equal(key('a'));
    expect(key('a')).not.to.equal(key('b'));
  });

  for (const value of [null, 7, {}, { reason: 'r' }, { involvedObject: {} }])
    it(`calls ${JSON.stringify(value)} malformed`, () => {
      expect(readFormat(fluxEvent, value)[0]?.kind).to.equal('malformed');
    });
});
