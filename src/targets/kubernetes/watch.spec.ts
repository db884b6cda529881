import { expect } from 'chai';
import { CallError } from '../../model/call.ts';
import {
  type KubernetesServer,
  type ServedFate,
  startKubernetesServer,
  statusBody,
} from '../../testing/fakes/kubernetes-server.ts';
import { realTime } from '../../testing/real-time.ts';
import { type KubernetesConnection, openConnection } from './connection.ts';
import { checkServer, pinServer } from './server.ts';

describe('KubernetesClients.watch', () => {
  const watched = { of: { group: 'apps', version: 'v1', resource: 'deployments' }, namespace: 'shop', name: 'api' };
  const event = `${JSON.stringify({ type: 'ADDED', object: {} })}\n`;
  let server: KubernetesServer;
  let connection: KubernetesConnection;
  let fate: ServedFate = 'hang';

  before(async () => {
    server = await startKubernetesServer(() => fate);
    connection = openConnection({
      server: await pinServer(checkServer(server.url, true), server.caFile),
      clusterUid: 'uid-of-kube-system',
      token: async () => 'token',
      userAgent: { version: '0.0.0' },
      phase: 'observe',
      requestTimeoutMs: 300,
      clock: realTime,
    });
  });

  after(async () => {
    connection.close();
    await server.close();
  });

  async function watch(
    signal = new AbortController().signal,
  ): Promise<{ readonly told: number; readonly error: unknown }> {
    let told = 0;
    const error = await connection.clients
      .watch(watched, signal, () => told++)
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    return { told, error };
  }

  it('watches one object by its name, and resolves when the server ends it', async () => {
    fate = { body: event };
    expect(await watch()).to.deep.equal({ told: 1, error: undefined });
    expect(server.requests.at(-1)?.path).to.equal(
      '/apis/apps/v1/namespaces/shop/deployments?watch=1&fieldSelector=metadata.name%3Dapi',
    );
    expect(connection.calls().at(-1)).to.include({ action: 'watch deployments.apps', mutating: false });
  });

  it('throws what the server refuses', async () => {
    fate = statusBody(403, 'Forbidden', 'deployments.apps "api" is forbidden: no');
    const { told, error } = await watch();
    expect(told).to.equal(0);
    expect(error).to.be.instanceOf(CallError).and.include({ kind: 'denied' });
  });

  it('waits for its beginning no longer than for an answer', async () => {
    fate = 'hang';
    expect((await watch()).error)
      .to.be.instanceOf(CallError)
      .and.include({ code: 'TimedOut' });
  });

  it("throws its signal's reason", async () => {
    fate = 'hang';
    const over = new AbortController();
    const watching = watch(over.signal);
    over.abort(new Error('over'));
    expect((await watching).error).to.equal(over.signal.reason);
  });
});
