import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../../staging/calls.fixture.ts';
import { askClusterAdmin } from '../../staging/cluster-admin.ts';
import { stagingDown } from '../../staging/down.ts';
import { dumpStaging } from '../../staging/dump.ts';
import type { StagingState } from '../../staging/state.ts';
import { stagingUp } from '../../staging/up.ts';
import type { KubernetesClients } from '../../targets/kubernetes/clients.ts';
import { type KubernetesConnection, openConnection } from '../../targets/kubernetes/connection.ts';
import { checkServer, pinServer } from '../../targets/kubernetes/server.ts';
import { realTime } from '../real-time.ts';

const signal = new AbortController().signal;
const policies = { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' };
const core = (resource: string) => ({ group: '', version: 'v1', resource });

interface AuditEvent {
  readonly user: { readonly username: string };
  readonly userAgent: string;
  readonly verb: string;
  readonly objectRef: { readonly resource: string; readonly name: string };
}

describe('the cluster and the application of the embedded staging', function () {
  this.timeout(180_000);
  let parent: string;
  let state: StagingState;
  const opened: KubernetesConnection[] = [];

  before(async () => {
    parent = await mkdtemp(join(tmpdir(), 'staging-'));
    state = await stagingUp({ folder: join(parent, 'staging'), idleTimeoutMs: 120_000 });
  });

  after(async () => {
    for (const connection of opened) connection.close();
    await stagingDown(join(parent, 'staging'));
    await rm(parent, { recursive: true, force: true });
  });

  async function clientsOf(who: 'tester' | 'revert' | 'admin'): Promise<KubernetesClients> {
    const { server, caFile, clusterUid, tokens } = state.kubernetes;
    const connection = openConnection({
      server: await pinServer(checkServer(server, true), caFile),
      clusterUid,
      token: async () => (await readFile(tokens[who], 'utf8')).trim(),
      userAgent: { version: '0.0.0', marker: 'wsabc234def567.i' },
      phase: 'inject',
      requestTimeoutMs: 5000,
      clock: realTime,
    });
    opened.push(connection);
    return connection.clients;
  }

  it('run the workloads that were released, under accounts of their own', async () => {
    const { cluster } = await dumpStaging(state);
    const pods = Object.values((cluster as Record<string, Record<string, unknown>>)['/pods'] ?? {}) as {
      spec: { serviceAccountName: string };
      status: { phase: string };
    }[];
    const running = pods.map(({ spec, status }) => `${spec.serviceAccountName} ${status.phase}`).toSorted();
    expect(running).to.deep.equal([
      'inference-api Running',
      'inference-api Running',
      'inference-preview Running',
      'inference-worker Running',
    ]);
  });

  it('record who asked what with which user agent, and nothing of their own making', async () => {
    const tester = await clientsOf('tester');
    const ref = { of: policies, namespace: state.kubernetes.namespace, name: state.kubernetes.networkPolicy };
    await tester.call({ verb: 'get', ...ref }, signal);
    // The reconciler asks too, and may do so after us.
    const { events, last } = await eventually(async () => {
      const text = await readFile(state.kubernetes.audit.file, 'utf8');
      const lines = text.split('\n').filter(Boolean);
      const all = lines.map((line) => JSON.parse(line) as AuditEvent);
      const ours = all.findLast(({ userAgent }) => userAgent.includes('wsabc234def567.i'));
      return ours === undefined ? undefined : { events: all, last: ours };
    });
    expect([last.user.username, last.verb, last.objectRef.resource, last.objectRef.name]).to.deep.equal([
      'windshear-tester',
      'get',
      'networkpolicies',
      'default-deny',
    ]);
    expect(events.filter(({ user }) => user.username.startsWith('system:'))).to.deep.equal([]);
  });

  it('let tester and revert identity do what they are for, and no more', async () => {
    const namespace = state.kubernetes.namespace;
    const [tester, revert] = await Promise.all([clientsOf('tester'), clientsOf('revert')]);
    const refusal = (clients: KubernetesClients, verb: 'delete' | 'list', of: object, where: object) =>
      clients.call({ verb, of, ...where } as never, signal).then(
        () => 'allowed',
        (error: { kind?: string }) => error.kind,
      );
    const secrets = core('secrets');
    expect(await refusal(tester, 'list', secrets, { namespace })).to.equal('allowed');
    expect(await refusal(tester, 'list', secrets, { namespace: 'kube-system' })).to.equal('denied');
    expect(await refusal(tester, 'delete', core('pods'), { namespace, name: 'x' })).to.equal('denied');
    expect(await refusal(revert, 'delete', policies, { namespace, name: 'default-deny' })).to.equal('denied');
  });

  it('are dumped unequal after a change, equal once it is taken back, and leave no trace of the dump', async () => {
    const { namespace, networkPolicy: name, audit } = state.kubernetes;
    const admin = await clientsOf('admin');
    const { url, path } = { url: state.application.admin, path: `/regions/${state.application.regions[0]?.name}` };
    const set = (mode: string) => fetch(`${url}${path}`, { method: 'PUT', body: JSON.stringify({ mode }) });
    const before = await dumpStaging(state);
    const { body } = await admin.call({ verb: 'get', of: policies, namespace, name }, signal);
    await admin.call({ verb: 'delete', of: policies, namespace, name }, signal);
    const between = await dumpStaging(state);
    expect(between['cluster']).not.to.deep.equal(before['cluster']);
    const { metadata: _metadata, ...rest } = body;
    await admin.call(
      { verb: 'create', of: policies, namespace, body: { ...rest, metadata: { name, namespace } } },
      signal,
    );
    await set('error');
    expect((await dumpStaging(state))['application']).not.to.deep.equal(before['application']);
    await set('serve');
    expect(await dumpStaging(state)).to.deep.equal(before);
    expect(await readFile(audit.file, 'utf8')).not.to.contain('/windshear/dump');
  });

  it('tell nobody but the administrator what is in them', async () => {
    const tester = { ...state.kubernetes, tokens: { admin: state.kubernetes.tokens.tester } };
    const error = await askClusterAdmin(tester, { method: 'GET', path: '/windshear/dump' }).catch(String);
    expect(error).to.contain('answered 403');
  });

  it('serve users through the router, with the token only', async () => {
    const { endpoint, token } = state.application;
    const ask = (headers: Record<string, string>) =>
      fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ prompt: 'a bird' }) });
    const authorization = `Bearer ${(await readFile(token, 'utf8')).trim()}`;
    expect((await ask({ authorization })).status).to.equal(200);
    expect((await ask({})).status).to.equal(401);
  });

  it('have an uptime monitor that takes subscribers', async () => {
    const { test } = state.detectors.uptime;
    const answer = await fetch(test, { method: 'POST', body: JSON.stringify({ marker: 'wsabc234def567.k' }) });
    expect(answer.status).to.equal(202);
  });
});
