import { expect } from 'chai';
import { CallError } from '../../model/call.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { KubernetesClients } from '../../targets/kubernetes/clients.ts';
import { FakeKubernetes } from '../../testing/fakes/kubernetes.ts';
import { faultContext } from '../../testing/fakes/kubernetes-context.ts';
import { deploymentResource } from './kinds.ts';
import { kubernetesPatch } from './patch.ts';

const place = { of: deploymentResource, namespace: 'inference', name: 'api' } as const;
const signal = new AbortController().signal;
const base = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'inference', name: 'api' };
const parse = (patch: readonly object[]) => kubernetesPatch.params.parse({ ...base, patch });

async function cluster(): Promise<FakeKubernetes> {
  const made = new FakeKubernetes();
  const body = { metadata: { name: 'api' }, spec: { replicas: 2, paused: false, args: ['a', 'b'], limit: '500m' } };
  await made.clients().call({ verb: 'create', of: deploymentResource, namespace: 'inference', body }, signal);
  return made;
}

describe('fields changed by a JSON Patch', () => {
  it('holds the object to the version just read, and says which generation it advanced', async () => {
    const fake = await cluster();
    const sent: Json[] = [];
    const ctx = faultContext(watched(fake.clients(), async ({ body }) => void sent.push(body as Json)));
    const p = parse([{ op: 'replace', path: '/spec/replicas', value: 5 }]);
    const acknowledged = await kubernetesPatch.inject(ctx, p, await kubernetesPatch.capture(ctx, p));
    expect(acknowledged.advanced).to.deep.equal({ what: 'generation of deployment/inference/api', from: '1', to: '2' });
    expect(sent).to.deep.equal([
      [
        { op: 'test', path: '/metadata/resourceVersion', value: '101' },
        { op: 'test', path: '/spec/replicas', value: 2 },
        { op: 'replace', path: '/spec/replicas', value: 5 },
      ],
    ]);
  });

  it('tries again where the object moved on beside its fields, and gives up where one of them did', async () => {
    const p = parse([{ op: 'replace', path: '/spec/replicas', value: 5 }]);
    for (const [field, value, kind] of [
      ['paused', true, undefined],
      ['replicas', 3, 'conflict'],
    ] as const) {
      const fake = await cluster();
      let meddled = false;
      const ctx = faultContext(
        watched(fake.clients(), async () => {
          if (meddled) return;
          meddled = true;
          await fake.clients().call({ verb: 'patch', ...place, body: { spec: { [field]: value } } }, signal);
        }),
      );
      const error = await failure(kubernetesPatch.inject(ctx, p, await kubernetesPatch.capture(ctx, p)));
      expect((error as CallError | undefined)?.kind, field).to.equal(kind);
    }
  });

  it('says who owns what was put back', async () => {
    const fake = await cluster();
    const ctx = faultContext(fake.clients());
    const p = parse([{ op: 'replace', path: '/spec/replicas', value: 5 }]);
    const before = await kubernetesPatch.capture(ctx, p);
    const managedFields = [
      { manager: 'healer', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
      { manager: 'noter', operation: 'Update', fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:n': {} } } } },
    ];
    await fake.clients().call({ verb: 'patch', ...place, body: { metadata: { managedFields } } }, signal);
    expect((await kubernetesPatch.observe(ctx, p, before)).managers).to.deep.equal([
      { manager: 'healer', operation: 'Apply', ownsChange: true },
      { manager: 'noter', operation: 'Update', ownsChange: false },
    ]);
  });

  it('takes a value that the server wrote in another form for ours', async () => {
    const fake = await cluster();
    const normalising: KubernetesClients = {
      ...fake.clients(),
      call: async (request, ends) => {
        const answer = await fake.clients().call(request, ends);
        if (request.verb !== 'patch') return answer;
        return fake.clients().call({ verb: 'patch', ...place, body: { spec: { limit: '1' } } }, ends);
      },
    };
    const ctx = faultContext(normalising);
    const p = parse([{ op: 'replace', path: '/spec/limit', value: '1000m' }]);
    const before = await kubernetesPatch.capture(ctx, p);
    const acknowledged = await kubernetesPatch.inject(ctx, p, before);
    expect((await kubernetesPatch.observe(ctx, p, before, { acknowledged })).status).to.equal('ours');
    expect((await kubernetesPatch.observe(ctx, p, before, {})).status).to.equal('other');
  });

  for (const [title, operation, code] of [
    ['an entry into a list', { op: 'add', path: '/spec/args/2', value: 'c' }, 'ListEntry'],
    ['an entry out of a list', { op: 'remove', path: '/spec/args/0' }, 'ListEntry'],
    ['a field of nothing', { op: 'add', path: '/spec/none/x', value: 1 }, 'NoParent'],
  ] as const) {
    it(`refuses to take ${title} before anything is sent`, async () => {
      const ctx = faultContext((await cluster()).clients());
      const p = parse([operation]);
      const error = await failure(kubernetesPatch.inject(ctx, p, await kubernetesPatch.capture(ctx, p)));
      expect(error).to.be.instanceOf(CallError).and.include({ kind: 'invalid', code });
    });
  }

  it('refuses what is not there to be changed', async () => {
    const ctx = faultContext(new FakeKubernetes().clients());
    const error = await failure(kubernetesPatch.capture(ctx, parse([{ op: 'remove', path: '/spec/paused' }])));
    expect(error).to.include({ kind: 'not-found' });
  });
});

describe('kubernetes.patch', () => {
  const accepts = (more: JsonObject) => kubernetesPatch.params.safeParse({ ...base, ...more }).success;

  it('refuses Secrets, what the server writes, and pointers that overlap', () => {
    const to = (path: string) => ({ op: 'replace', path, value: 1 });
    expect(accepts({ patch: [to('/spec/a'), to('/metadata/labels/a')] })).to.equal(true);
    for (const secret of [{ kind: 'Secret' }, { kind: 'SECRET' }, { kind: 'Foo', resource: 'secrets' }]) {
      expect(accepts({ patch: [to('/data/a')], ...secret }), JSON.stringify(secret)).to.equal(false);
    }
    for (const path of ['/metadata/uid', '/status/x', '/kind', 'spec', '', '/spec/~2', '/metadata']) {
      expect(accepts({ patch: [to(path)] }), path).to.equal(false);
    }
    expect(accepts({ patch: [to('/spec/a'), to('/spec/a/b')] })).to.equal(false);
    expect(accepts({ patch: [{ op: 'move', path: '/spec/a', from: '/spec/b' }] })).to.equal(false);
  });

  it('is not as before where somebody deleted the whole object', async () => {
    const fake = await cluster();
    const ctx = faultContext(fake.clients());
    const p = parse([{ op: 'replace', path: '/spec/replicas', value: 5 }]);
    const before = await kubernetesPatch.capture(ctx, p);
    const acknowledged = await kubernetesPatch.inject(ctx, p, before);
    await fake.clients().call({ verb: 'delete', ...place }, ctx.signal);
    expect((await kubernetesPatch.observe(ctx, p, before, { acknowledged })).status).to.equal('other');
    const { outcome, note } = await kubernetesPatch.revert(ctx, p, before, { acknowledged });
    expect([outcome, note]).to.deep.equal(['left', 'deployment/inference/api, or what we changed in it, is gone.']);
  });
});

/** Sees each patch before it acts. */
function watched(
  clients: KubernetesClients,
  see: (patch: { readonly body?: unknown }) => Promise<void>,
): KubernetesClients {
  return {
    ...clients,
    call: async (request, ends) => {
      if (request.verb === 'patch') await see(request);
      return clients.call(request, ends);
    },
  };
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
