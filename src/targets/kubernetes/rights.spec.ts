import { expect } from 'chai';
import { CallError } from '../../model/call.ts';
import type { JsonObject } from '../../model/json.ts';
import type { KubernetesClients } from './clients.ts';
import { reviewRights } from './rights.ts';

const signal = new AbortController().signal;

/** Answers access reviews; `decide` says what is allowed. */
function reviewer(decide: (asked: JsonObject) => boolean | 'denied' | CallError) {
  const asked: JsonObject[] = [];
  const clients: KubernetesClients = {
    clusterUid: '',
    watch: () => Promise.reject(new Error('Nothing is watched here.')),
    call: async ({ body }) => {
      const { resourceAttributes } = (body as unknown as { spec: { resourceAttributes: JsonObject } }).spec;
      asked.push(resourceAttributes);
      const decision = decide(resourceAttributes);
      if (decision instanceof CallError) throw decision;
      const allowed = decision === true;
      const reason = allowed ? 'RBAC: allowed by x' : '';
      const status = { allowed, reason, ...(decision === 'denied' ? { denied: true } : {}) };
      return { status: 201, body: { status }, warnings: [] };
    },
  };
  return { clients, asked };
}

describe('reviewRights', () => {
  it('asks on the touched objects of the kind of each action, and by name where a role can name it', async () => {
    const { clients, asked } = reviewer(({ verb }) => verb !== 'delete');
    const actions = [
      'get deployments.apps',
      'create pods',
      'delete pods',
      'bind clusterroles.rbac.authorization.k8s.io/admin',
      'create serviceaccounts/token',
    ];
    const resources = ['deployment/inference/api', 'pod/kube-system/rogue-*', 'serviceaccount/inference/worker'];
    const checks = await reviewRights({ as: 'revert', actions, resources, clients }, signal);
    expect(checks.map(({ answer }) => answer)).to.deep.equal(['allowed', 'allowed', 'denied', 'allowed', 'allowed']);
    expect(checks[0]?.why).to.equal('RBAC: allowed by x');
    expect(asked).to.deep.equal([
      { verb: 'get', group: 'apps', resource: 'deployments', namespace: 'inference', name: 'api' },
      { verb: 'create', group: '', resource: 'pods', namespace: 'kube-system' },
      { verb: 'delete', group: '', resource: 'pods', namespace: 'kube-system' },
      { verb: 'bind', group: 'rbac.authorization.k8s.io', resource: 'clusterroles', name: 'admin' },
      { verb: 'create', group: '', resource: 'serviceaccounts', subresource: 'token', namespace: 'inference' },
    ]);
  });

  it('leaves a right unproven where no touched resource tells the namespace, or nobody may ask', async () => {
    const unable = new CallError('denied', 'Forbidden', 'no');
    for (const [decision, action] of [
      [false, 'delete pods'],
      [false, 'no action'],
      [unable, 'get pods'],
    ] as const) {
      const { clients } = reviewer(() => decision);
      const request = { as: 'tester', actions: [action], resources: ['clusterrole/x'], clients } as const;
      expect((await reviewRights(request, signal)).map(({ answer }) => answer)).to.deep.equal(['unproven']);
    }
  });

  it('takes what an authorizer denies for no lack of the tester: it may be the guardrail under test', async () => {
    const { clients } = reviewer(({ verb }) => (verb === 'create' ? 'denied' : false));
    const actions = ['create pods', 'delete pods'];
    const ask = (as: 'tester' | 'revert') =>
      reviewRights({ as, actions, resources: ['pod/inference/x'], clients }, signal);
    const [tester, revert] = [await ask('tester'), await ask('revert')];
    expect(tester.map(({ answer }) => answer)).to.deep.equal(['unproven', 'denied']);
    expect(revert.map(({ answer }) => answer)).to.deep.equal(['denied', 'denied']);
  });

  it('does not take a server that is silent for one that denies', async () => {
    const { clients } = reviewer(() => new CallError('unanswered', 'TimedOut', 'lost'));
    const request = { as: 'tester', actions: ['get pods'], resources: [], clients } as const;
    const error = await reviewRights(request, signal).catch((reason: unknown) => reason);
    expect(error).to.include({ kind: 'unanswered' });
  });
});
