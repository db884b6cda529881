import { expect } from 'chai';
import type { JsonObject } from '../../../model/json.ts';
import { type ApiUnderTest, eventually, patches, plainPod } from './api.ts';
import { names } from './objects.ts';
import { suite } from './suite.ts';

/** Claims about what a cluster does by itself: they need controllers and a node. */
export function workloadClaims(api: () => ApiUnderTest): void {
  const { call, in: at } = suite(api, { 'pod-security.kubernetes.io/enforce': 'baseline' });
  before(function () {
    if (!api().hasControllers) this.skip();
  });

  function deployment(name: string, more: JsonObject = {}, replicas = 2): JsonObject {
    const labels = { app: name };
    const containers = [{ name: 'main', image: 'registry.internal/app:1', ...more }];
    return {
      metadata: { name },
      spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    };
  }
  const list = async (apiVersion: string, plural: string, app: string) =>
    (await call('GET', `${at(apiVersion, plural)}?labelSelector=app%3D${app}`)).body['items'] as JsonObject[];
  const ready = (name: string, image: string, count = 2) =>
    eventually(`${count} ready pods of ${name} with ${image}`, async () => {
      const pods = await list('v1', 'pods', name);
      const done = pods.filter((pod) => JSON.stringify(pod['spec']).includes(image) && phaseOf(pod) === 'Running');
      const { body } = await call('GET', at('apps/v1', 'deployments', name));
      const { availableReplicas, replicas } = body['status'] as JsonObject;
      return done.length === count && pods.length === count && availableReplicas === count && replicas === count
        ? pods
        : undefined;
    });

  it('runs a pod after a moment and lets it end after one', async () => {
    await call('POST', at('v1', 'pods'), plainPod('bare'));
    const path = at('v1', 'pods', 'bare');
    await eventually('the pod runs', async () =>
      phaseOf((await call('GET', path)).body) === 'Running' ? true : undefined,
    );
    const { body } = await call('DELETE', path);
    expect(body).to.include({ kind: 'Pod' });
    expect(body['metadata']).to.include.keys('deletionTimestamp', 'deletionGracePeriodSeconds');
    await eventually('the pod is gone', async () => ((await call('GET', path)).status === 404 ? true : undefined));
  });

  it('deletes a pod at once when told to', async () => {
    await call('POST', at('v1', 'pods'), plainPod('forced'));
    await call('DELETE', at('v1', 'pods', 'forced'), { gracePeriodSeconds: 0 });
    expect((await call('GET', at('v1', 'pods', 'forced'))).status).to.equal(404);
  });

  it('rolls a Deployment out through ReplicaSets, and back', async () => {
    await call('POST', at('apps/v1', 'deployments'), deployment('roll'));
    const [pod] = await ready('roll', 'app:1');
    expect(pod?.['metadata']).to.have.nested.property('ownerReferences[0].kind', 'ReplicaSet');
    const image = (value: string) => [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value }];
    const path = at('apps/v1', 'deployments', 'roll');
    await call('PATCH', path, image('registry.internal/app:2'), patches.json);
    await ready('roll', 'app:2');
    await call('PATCH', path, image('registry.internal/app:1'), patches.json);
    await ready('roll', 'app:1');
    const sets = await list('apps/v1', 'replicasets', 'roll');
    expect(
      sets.map(({ spec }) => (spec as JsonObject)['replicas']).toSorted((a, b) => Number(a) - Number(b)),
    ).to.deep.equal([0, 2]);
  });

  it('scales by the scale subresource', async () => {
    await call('POST', at('apps/v1', 'deployments'), deployment('scaled', {}, 1));
    await ready('scaled', 'app:1', 1);
    const path = `${at('apps/v1', 'deployments', 'scaled')}/scale`;
    const { body } = await call('GET', path);
    expect(body).to.deep.include({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 1 } });
    expect((await call('PATCH', path, { spec: { replicas: 3 } }, patches.merge)).body['spec']).to.deep.equal({
      replicas: 3,
    });
    await ready('scaled', 'app:1', 3);
  });

  it('replaces a pod that was deleted or evicted', async () => {
    await call('POST', at('apps/v1', 'deployments'), deployment('heal'));
    const before = names(await ready('heal', 'app:1'));
    const [first = '', second = ''] = before;
    const { status } = await call('POST', `${at('v1', 'pods', first)}/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: first },
    });
    expect(status).to.equal(201);
    await call('DELETE', at('v1', 'pods', second));
    await eventually('two other pods', async () => {
      const now = names(await ready('heal', 'app:1'));
      return now.some((name) => before.includes(name)) ? undefined : true;
    });
  });

  it('tells by an event and a condition that a pod of a ReplicaSet was refused', async () => {
    await call('POST', at('apps/v1', 'deployments'), deployment('denied', { securityContext: { privileged: true } }));
    const event = await eventually('a FailedCreate event', async () => {
      const { body } = await call('GET', `${at('v1', 'events')}?fieldSelector=reason%3DFailedCreate`);
      return (body['items'] as JsonObject[])[0];
    });
    expect(event).to.deep.include({ type: 'Warning', source: { component: 'replicaset-controller' } });
    expect(event['involvedObject']).to.include({ kind: 'ReplicaSet', apiVersion: 'apps/v1' });
    expect(event['message']).to.match(
      /^Error creating: pods "denied-[a-z0-9]+-[a-z0-9]{5}" is forbidden: violates PodSecurity "baseline:latest": privileged/,
    );
    await eventually('the condition of the Deployment', async () => {
      const { body } = await call('GET', at('apps/v1', 'deployments', 'denied'));
      return JSON.stringify(body['status']).includes('"ReplicaFailure"') ? true : undefined;
    });
  });

  it('takes away what a deleted owner leaves, unless it is to be orphaned', async () => {
    for (const [name, propagationPolicy, left] of [
      ['gone', 'Background', 0],
      ['waits', 'Foreground', 0],
      ['orphans', 'Orphan', 1],
    ] as const) {
      await call('POST', at('apps/v1', 'deployments'), deployment(name, {}, 1));
      await ready(name, 'app:1', 1);
      await call('DELETE', at('apps/v1', 'deployments', name), { propagationPolicy });
      await eventually(`the end of ${name}`, async () => {
        const sets = await list('apps/v1', 'replicasets', name);
        const { status } = await call('GET', at('apps/v1', 'deployments', name));
        return status === 404 && sets.length === left ? true : undefined;
      });
    }
  });

  it('puts a token into a Secret that asks for one, and takes it away with its account', async () => {
    await call('POST', at('v1', 'serviceaccounts'), { metadata: { name: 'robot' } });
    await call('POST', at('v1', 'secrets'), {
      metadata: { name: 'robot-token', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
      type: 'kubernetes.io/service-account-token',
    });
    const path = at('v1', 'secrets', 'robot-token');
    const data = await eventually('the token', async () => {
      const found = (await call('GET', path)).body['data'] as Record<string, string> | undefined;
      return found?.['token'] === undefined ? undefined : found;
    });
    const token = Buffer.from(data['token'] ?? '', 'base64').toString('utf8');
    const { body } = await call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { token });
    expect(JSON.stringify(body['status'])).to.contain(':robot"');
    await call('DELETE', at('v1', 'serviceaccounts', 'robot'));
    await eventually('the Secret is gone', async () => ((await call('GET', path)).status === 404 ? true : undefined));
  });

  it('gives a namespace its default account, and empties one that is deleted', async () => {
    const root = '/api/v1/namespaces/contract-short';
    await call('POST', '/api/v1/namespaces', { metadata: { name: 'contract-short' } });
    await eventually('the default account', async () =>
      (await call('GET', `${root}/serviceaccounts/default`)).status === 200 ? true : undefined,
    );
    await call('POST', `${root}/pods`, plainPod('inside'));
    const { body } = await call('DELETE', root);
    expect(body['status']).to.deep.include({ phase: 'Terminating' });
    const late = await call('POST', `${root}/pods`, plainPod('late'));
    if (late.status !== 404) {
      expect(late.body['message']).to.contain(
        'unable to create new content in namespace contract-short because it is being terminated',
      );
    }
    await eventually('its end', async () => ((await call('GET', root)).status === 404 ? true : undefined));
  });

  it('does not let the namespaces go that every cluster has', async () => {
    const { status, body } = await call('DELETE', '/api/v1/namespaces/kube-system');
    expect([status, body['message']]).to.deep.equal([
      403,
      'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    ]);
  });
}

function phaseOf(pod: JsonObject): string | undefined {
  return (pod['status'] as { phase?: string } | undefined)?.phase;
}
