import { expect } from 'chai';
import { readFormat, signalsOf } from '../../testing/read-format.ts';
import { argocdApplication } from './argocd-application.ts';

const metadata = { name: 'inference', namespace: 'argocd', uid: 'a-1' };
const synced = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata,
  spec: { destination: { namespace: 'inference' } },
  status: {
    sync: { status: 'Synced', revision: 'r1' },
    reconciledAt: '2026-11-22T20:00:16Z',
    resources: [
      { kind: 'Deployment', namespace: 'shop', name: 'api', status: 'Synced' },
      { kind: 'Service', namespace: 'inference', name: 'api', status: 'Synced' },
    ],
  },
};
const drifted = {
  ...synced,
  status: {
    ...synced.status,
    sync: { status: 'OutOfSync', revision: 'r1' },
    resources: [{ ...synced.status.resources[0], status: 'OutOfSync' }, synced.status.resources[1]],
  },
};
const operationState = {
  operation: {
    initiatedBy: { automated: true },
    sync: { autoHealAttemptsCount: 1, revision: 'r1', resources: [{ group: 'apps', kind: 'Deployment', name: 'api' }] },
  },
  phase: 'Running',
  startedAt: '2026-11-22T20:00:17Z',
};
const healing = (more: object = {}) => ({
  ...synced,
  status: { ...synced.status, operationState: { ...operationState, ...more } },
});

function signalsIn(value: unknown) {
  return readFormat(argocdApplication, value).flatMap((one) => (one.kind === 'signal' ? [one.signal] : []));
}

describe('argocd-application', () => {
  it('gives a signal for each object that drifted', () => {
    expect(signalsOf(readFormat(argocdApplication, drifted))).to.deep.equal([
      {
        format: 'argocd-application',
        id: 'a-1/OutOfSync/Deployment/shop/api',
        dedupeKey: 'a-1/OutOfSync/Deployment/shop/api',
        rule: 'OutOfSync',
        severity: null,
        rawSeverity: '',
        updatedAt: '2026-11-22T20:00:16Z',
        resource: { kind: 'Deployment', id: 'Deployment/shop/api', namespace: 'shop', name: 'api' },
        resources: ['Application/argocd/inference'],
        readOnly: true,
        status: 'open',
        sample: false,
        techniques: [],
      },
    ]);
  });

  it('names the Application itself where no object is listed', () => {
    const [signal] = signalsIn({ ...drifted, status: { sync: { status: 'OutOfSync' } } });
    expect(signal?.resource?.id).to.equal('Application/argocd/inference');
  });

  it('ignores an Application that is Synced or could not be compared', () => {
    expect(readFormat(argocdApplication, synced)[0]?.kind).to.equal('ignored');
    const unknown = { ...synced, status: { sync: { status: 'Unknown' } } };
    expect(readFormat(argocdApplication, unknown)[0]?.kind).to.equal('ignored');
  });

  it('resolves drift once a watch shows it Synced', () => {
    const [signal] = signalsIn({ type: 'MODIFIED', object: synced, previous: drifted });
    expect(signal).to.deep.include({ dedupeKey: 'a-1/OutOfSync/Deployment/shop/api', status: 'resolved' });
  });

  it('gives a self-heal with what it put back, looking its namespace up', () => {
    const [signal] = signalsIn(healing({ phase: 'Succeeded' }));
    expect(signal).to.deep.include({
      id: 'a-1/SelfHeal/2026-11-22T20:00:17Z/1',
      rule: 'SelfHeal',
      action: 'self-heal',
      eventTime: '2026-11-22T20:00:17Z',
      actor: { type: 'controller', name: 'argocd-application-controller' },
    });
    expect(signal?.resource?.id).to.equal('Deployment/shop/api');
    expect(signal).not.to.have.property('readOnly');
  });

  it('tells of a change only once a heal has succeeded, and gives a failed one its phase', () => {
    const [running] = signalsIn(healing());
    expect(running?.readOnly).to.equal(true);
    const [done] = signalsIn(healing({ phase: 'Succeeded', finishedAt: '2026-11-22T20:00:19Z' }));
    expect(done).to.include({ eventTime: '2026-11-22T20:00:17Z', lastSeen: '2026-11-22T20:00:19Z' });
    expect(done).to.not.have.property('readOnly');
    expect(done?.dedupeKey).to.not.equal(running?.dedupeKey);
    const [failed] = signalsIn(healing({ phase: 'Failed' }));
    expect(failed).to.deep.include({ rule: 'SelfHealFailed', errorCode: 'Failed' });
  });

  it('takes no sync for a heal that a person asked for, or that follows a new commit', () => {
    const asked = { ...operationState.operation, initiatedBy: { username: 'ada' } };
    expect(signalsIn(healing({ operation: asked }))).to.deep.equal([]);
    const commit = { ...operationState.operation, sync: { revision: 'r2' } };
    expect(signalsIn(healing({ operation: commit }))).to.deep.equal([]);
  });

  it("reads Argo CD's own stream", () => {
    const [signal] = signalsIn({ result: { type: 'MODIFIED', application: drifted } });
    expect(signal?.rule).to.equal('OutOfSync');
  });

  for (const value of [null, 7, {}, { kind: 'Pod' }])
    it(`calls ${JSON.stringify(value)} malformed`, () => {
      expect(readFormat(argocdApplication, value)[0]?.kind).to.equal('malformed');
    });
});
