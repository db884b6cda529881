import { chmod, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { CallError } from '../../model/call.ts';
import type { KubernetesTargetConfig } from '../../model/environment.ts';
import { RefusedError, UnreachableError, UsageError } from '../../model/errors.ts';
import type { Marker } from '../../model/marker.ts';
import type { Target } from '../../model/target.ts';
import {
  type KubernetesServer,
  type ServedFate,
  type ServedRequest,
  startKubernetesServer,
  statusBody,
} from '../../testing/fakes/kubernetes-server.ts';
import { realTime } from '../../testing/real-time.ts';
import type { KubernetesClients, KubernetesRequest } from './clients.ts';
import { kubernetesTarget } from './kubernetes-target.ts';

const marker: Marker = 'wsabcdefghij23';
const signal = new AbortController().signal;
const pods = { group: '', version: 'v1', resource: 'pods' };
const deployments = { group: 'apps', version: 'v1', resource: 'deployments' };
const patchImage: KubernetesRequest = {
  verb: 'patch',
  of: deployments,
  namespace: 'inference',
  name: 'api',
  body: [{ op: 'replace', path: '/spec/x', value: 'y' }],
};

describe('kubernetesTarget', () => {
  let server: KubernetesServer;
  let target: Target | undefined;
  let uid: string;
  let answer: (request: ServedRequest) => ServedFate | undefined;
  let warnings: string[];
  let nowMs: number;

  beforeEach(async () => {
    uid = 'uid-1';
    warnings = [];
    nowMs = 0;
    answer = () => undefined;
    server = await startKubernetesServer((request) => answer(request) ?? usual(request));
  });

  afterEach(async () => {
    await target?.close();
    target = undefined;
    await server.close();
  });

  function usual({ path, headers }: ServedRequest): ServedFate {
    if (path.endsWith('/selfsubjectreviews')) {
      return { status: 201, body: { status: { userInfo: { username: headers.authorization?.slice(7) ?? '' } } } };
    }
    const labels = { 'windshear.dev/staging': 'embedded' };
    if (path === '/api/v1/namespaces/kube-system') return { body: { metadata: { uid, labels } } };
    return { body: { kind: 'Fine' } };
  }

  function open(more: Partial<KubernetesTargetConfig> = {}, variables: Record<string, string> = {}): Target {
    const config: KubernetesTargetConfig = {
      server: server.url,
      caFile: server.caFile,
      identity: { token: { env: 'TESTER' } },
      proof: {
        clusterUids: ['uid-1'],
        beacon: { namespace: 'kube-system', label: { key: 'windshear.dev/staging', value: 'embedded' } },
      },
      requestTimeout: 2000,
      ...more,
    };
    target = kubernetesTarget(config, {
      embedded: true,
      clock: { ...realTime, sleep: realTime.sleep.bind(realTime), monoMs: () => realTime.monoMs() + nowMs },
      variables: { TESTER: 'tester', REVERT: 'revert', ...variables },
      version: '0.0.0',
      warn: (sentence) => warnings.push(sentence),
    });
    return target;
  }

  async function clients(phase: 'inject' | 'revert' = 'inject', from: Target = target ?? open()) {
    const session = await from.session(phase, marker, signal);
    return { clients: session.clients as KubernetesClients, session };
  }

  it('carries marker and phase in the user agent, and records when each call left and how it ended', async () => {
    const { clients: api, session } = await clients();
    const answered = await api.call(patchImage, signal);
    await api.call({ verb: 'get', of: pods, namespace: 'inference', name: 'p' }, signal);
    expect(server.requests.at(-1)?.headers['user-agent']).to.equal(`windshear/0.0.0 ${marker}.i`);
    expect(
      session.calls().map(({ action, mutating, outcome, phase }) => [action, mutating, outcome, phase]),
    ).to.deep.equal([
      ['patch deployments.apps', true, 'acknowledged', 'inject'],
      ['get pods', false, 'acknowledged', 'inject'],
    ]);
    expect(session.calls()[0]?.requestId).to.equal(answered.auditId).and.to.equal('audit-3');
  });

  it('sends a list as JSON Patch, an object as merge patch, and names itself as field manager', async () => {
    const { clients: api } = await clients();
    await api.call(patchImage, signal);
    await api.call({ ...patchImage, body: { spec: null }, dryRun: true }, signal);
    await api.call({ verb: 'list', of: pods, namespace: 'inference', labelSelector: 'a=b' }, signal);
    const [first, second, third] = server.requests.slice(2);
    expect(first).to.include({
      method: 'PATCH',
      path: '/apis/apps/v1/namespaces/inference/deployments/api?fieldManager=windshear',
    });
    expect(first?.headers['content-type']).to.equal('application/json-patch+json');
    expect(second?.headers['content-type']).to.equal('application/merge-patch+json');
    expect(second?.path).to.include('dryRun=All');
    expect(third).to.include({ method: 'GET', path: '/api/v1/namespaces/inference/pods?labelSelector=a%3Db' });
  });

  it('asks for metadata alone where it is told to', async () => {
    const { clients: api } = await clients();
    await api.call({ verb: 'list', of: pods, metadataOnly: true }, signal);
    await api.call({ verb: 'get', of: pods, name: 'x' }, signal);
    const accepted = server.requests.slice(2).map(({ headers }) => headers.accept);
    expect(accepted[0]).to.match(/^application\/json;as=PartialObjectMetadataList;g=meta\.k8s\.io;v=v1,/);
    expect(accepted[1]).to.equal('application/json');
  });

  it('takes reviews and dry runs for reads, and an act for a change', async () => {
    const { clients: api, session } = await clients();
    const review = { group: 'authorization.k8s.io', version: 'v1', resource: 'selfsubjectaccessreviews' };
    await api.call({ verb: 'create', of: review, body: {} }, signal);
    await api.call({ ...patchImage, dryRun: true }, signal);
    await api.call({ verb: 'list', of: pods, isAct: true }, signal);
    expect(session.calls().map(({ mutating }) => mutating)).to.deep.equal([false, false, true]);
  });

  it('hands on the warnings of an answer', async () => {
    const warning = '299 - "would violate PodSecurity \\"baseline:latest\\"", 299 - "second"';
    answer = ({ method }) => (method === 'PATCH' ? { headers: { warning }, body: {} } : undefined);
    const { warnings: said } = await (await clients()).clients.call(patchImage, signal);
    expect(said).to.deep.equal(['would violate PodSecurity "baseline:latest"', 'second']);
  });

  it('opens a session without a call once its identity is pinned', async () => {
    const kubernetes = open();
    await kubernetes.session('inject', marker, signal);
    const before = server.requests.length;
    await kubernetes.session('control', marker, signal);
    await kubernetes.session('canary', 'wszzzzzzzzzz23', signal);
    expect(server.requests).to.have.length(before);
  });

  it('reverts and observes under the other identity', async () => {
    const kubernetes = open({ revertAs: { token: { env: 'REVERT' } } });
    expect((await kubernetes.session('inject', marker, signal)).identity).to.deep.equal({
      arn: 'tester',
      account: 'uid-1',
    });
    expect((await kubernetes.session('observe', marker, signal)).identity.arn).to.equal('revert');
  });

  for (const [title, fate, kind] of [
    ['a refusal', statusBody(403, 'Forbidden', 'pods is forbidden: User "u" cannot'), 'denied'],
    ['a dropped connection', 'drop', 'unanswered'],
    ['an answer that never comes', 'hang', 'unanswered'],
    ['an answer that is no JSON', { body: 'oops' }, 'unanswered'],
  ] as const) {
    it(`turns ${title} into '${kind}'`, async () => {
      answer = ({ method }) => (method === 'PATCH' ? fate : undefined);
      const { clients: api, session } = await clients('inject', open({ requestTimeout: fate === 'hang' ? 40 : 2000 }));
      const error = await failure(api.call(patchImage, signal));
      expect(error).to.be.instanceOf(CallError).and.include({ kind });
      expect(session.calls()[0]).to.include({ outcome: kind });
      if (kind === 'denied') expect(session.calls()[0]?.requestId).to.equal('audit-3');
    });
  }

  it('knows that a request over a connection in use has left at once', async () => {
    const { clients: api } = await clients();
    await api.call({ verb: 'list', of: pods }, signal);
    answer = () => 'drop';
    expect(await failure(api.call(patchImage, signal))).to.include({ kind: 'unanswered' });
  });

  it('sends nothing once aborted, and says of a call given up that it may have taken effect', async () => {
    const { clients: api } = await clients();
    const abort = new AbortController();
    answer = () => {
      abort.abort(new Error('stopped'));
      return 'hang';
    };
    expect(await failure(api.call(patchImage, abort.signal))).to.include({ kind: 'unanswered', code: 'Aborted' });
    const sent = server.requests.length;
    expect(await failure(api.call(patchImage, abort.signal))).to.equal(abort.signal.reason);
    expect(server.requests).to.have.length(sent);
  });

  it('proves cluster and beacon for both identities', async () => {
    const results = await open({ revertAs: { token: { env: 'REVERT' } } }).prove(signal);
    expect(results.map(({ kind, holds }) => [kind, holds])).to.deep.equal([
      ['identity', true],
      ['identity', true],
      ['beacon', true],
    ]);
    expect(new Set(server.requests.map(({ headers }) => headers.authorization))).to.have.length(2);
  });

  it('does not hold for another cluster, another label, a refused read or a missing beacon', async () => {
    uid = 'uid-2';
    expect((await open().prove(signal))[0]).to.include({ holds: false, got: 'uid-2' });
    const beacon = { namespace: 'kube-system', label: { key: 'other', value: 'x' } };
    expect((await open({ proof: { clusterUids: ['uid-2'], beacon } }).prove(signal))[1]).to.include({
      holds: false,
      got: 'no label other',
    });
    expect((await open({ proof: { clusterUids: ['uid-2'] } }).prove(signal))[1]).to.include({ got: 'none listed' });
    answer = ({ path }) => (path.includes('namespaces') ? statusBody(403, 'Forbidden', 'no') : undefined);
    expect((await open().prove(signal))[0]).to.include({ holds: false, got: 'Forbidden' });
  });

  it('refuses a session on another cluster before anything is changed', async () => {
    uid = 'uid-2';
    const error = await failure(open().session('inject', marker, signal));
    expect(error).to.be.instanceOf(RefusedError).and.include({ code: 'wrong-cluster' });
  });

  it('refuses a rotated token of another user or cluster before the next change', async () => {
    const file = join(dirname(server.caFile), 'token');
    await writeFile(file, 'tester\n', { mode: 0o600 });
    const { clients: api } = await clients('inject', open({ identity: { token: { file } } }));
    await writeFile(file, 'somebody');
    await api.call(patchImage, signal);
    nowMs = 61_000;
    expect(await failure(api.call(patchImage, signal)))
      .to.be.instanceOf(RefusedError)
      .and.include({ code: 'wrong-user' });
    await writeFile(file, 'tester-2');
    answer = ({ headers, path }) =>
      headers.authorization === 'Bearer tester-2' && path.endsWith('/selfsubjectreviews')
        ? { status: 201, body: { status: { userInfo: { username: 'tester' } } } }
        : undefined;
    uid = 'uid-2';
    expect(await failure(api.call(patchImage, signal))).to.include({ code: 'wrong-cluster' });
    uid = 'uid-1';
    await api.call(patchImage, signal);
    expect(server.requests.filter(({ method }) => method === 'PATCH')).to.have.length(2);
  });

  it('trusts the named authority only, and is unreachable where nobody listens', async () => {
    const other = await startKubernetesServer(usual);
    const wrong = await failure(open({ caFile: other.caFile }).prove(signal));
    expect(wrong).to.be.instanceOf(UnreachableError);
    const { url } = other;
    await other.close();
    expect(await failure(open({ server: url }).prove(signal))).to.be.instanceOf(UnreachableError);
  });

  it('refuses plain http, and any host but loopback for an embedded staging', () => {
    expect(() => open({ server: 'http://127.0.0.1:1' })).to.throw(RefusedError, 'https');
    expect(() => open({ server: 'https://cluster.example.org' })).to.throw(RefusedError, 'loopback');
  });

  it('warns once of a token that others may read, and never quotes one', async () => {
    const file = join(dirname(server.caFile), 'token');
    await writeFile(file, 'hush hush');
    await chmod(file, 0o644);
    const kubernetes = open({ identity: { token: { file } } });
    const error = await failure(kubernetes.session('inject', marker, signal));
    expect(error).to.be.instanceOf(UsageError).with.property('message').not.include('hush');
    await failure(kubernetes.session('inject', marker, signal));
    expect(warnings).to.have.length(1);
    expect(await failure(open({ identity: { token: { env: 'NONE' } } }).session('inject', marker, signal)))
      .to.be.instanceOf(UsageError)
      .with.property('message')
      .include('NONE');
  });

  it('asks for the rights of the identity that is meant', async () => {
    answer = ({ path, headers }) =>
      path.endsWith('/selfsubjectaccessreviews')
        ? { status: 201, body: { status: { allowed: headers.authorization === 'Bearer revert' } } }
        : undefined;
    const kubernetes = open({ revertAs: { token: { env: 'REVERT' } } });
    const request = { actions: ['get pods'], resources: ['pod/inference/x'] } as const;
    const [tester] = await kubernetes.checkRights({ as: 'tester', ...request }, signal);
    const [revert] = await kubernetes.checkRights({ as: 'revert', ...request }, signal);
    expect([tester?.answer, revert?.answer]).to.deep.equal(['denied', 'allowed']);
  });
});

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
