import { fileURLToPath } from 'node:url';
import { catalogue } from '../../catalogue.ts';
import type { Json } from '../../model/json.ts';
import { createAuthorizer } from '../../staging/kubernetes/access/rbac.ts';
import { createServiceAccountTokens } from '../../staging/kubernetes/access/service-account-tokens.ts';
import { admissionChain } from '../../staging/kubernetes/admission/admission.ts';
import { namespaceLifecycle } from '../../staging/kubernetes/admission/namespace-lifecycle.ts';
import { podSecurity } from '../../staging/kubernetes/admission/pod-security/admission.ts';
import { validatingAdmission } from '../../staging/kubernetes/admission/webhooks/admission.ts';
import { createAuditLog } from '../../staging/kubernetes/audit/log.ts';
import { createRegistry } from '../../staging/kubernetes/objects/registry.ts';
import { createHandler, type Handler } from '../../staging/kubernetes/requests/handle.ts';
import { createStore } from '../../staging/kubernetes/storage/store.ts';
import { type KubernetesConnection, openConnection } from '../../targets/kubernetes/connection.ts';
import { checkServer, pinServer } from '../../targets/kubernetes/server.ts';
import {
  type KubernetesServer,
  type ServedAnswer,
  type ServedRequest,
  startKubernetesServer,
} from '../fakes/kubernetes-server.ts';
import { unreliableKubernetes } from '../fakes/unreliable-kubernetes.ts';
import { realTime } from '../real-time.ts';
import { describeFaultContract } from './fault-contract.ts';
import { kubernetesCases } from './kubernetes-cases.ts';
import { buildWorld, readWorld } from './kubernetes-world.ts';

describe('the contract of faults, over TLS with what answers the API of the staging', () => {
  const signal = new AbortController().signal;
  let handle: Handler;
  let server: KubernetesServer;
  let connection: KubernetesConnection | undefined;

  before(async () => {
    server = await startKubernetesServer((request) => answer(handle, request));
  });

  after(async () => {
    connection?.close();
    await server.close();
  });

  describeFaultContract({
    faults: [...catalogue.faults.values()].filter(({ target }) => target === 'kubernetes'),
    cases: kubernetesCases,
    extent: 'effects',
    unreliable: unreliableKubernetes,
    sourceFolder: fileURLToPath(new URL('../..', import.meta.url)),
    place: async () => {
      handle = newHandler();
      connection?.close();
      connection = openConnection({
        server: await pinServer(checkServer(server.url, true), server.caFile),
        clusterUid: 'uid-of-kube-system',
        token: async () => 'token',
        userAgent: { version: '0.0.0' },
        phase: 'observe',
        requestTimeoutMs: 5000,
        clock: realTime,
      });
      const { clients } = connection;
      await buildWorld(clients, signal);
      return { clients, clock: realTime, dump: () => readWorld(clients, signal) };
    },
  });
});

/** An API server of its own for each test: store, authorization and admission as the staging has them. */
function newHandler(): Handler {
  const store = createStore();
  const now = () => realTime.epochMs();
  return createHandler({
    cluster: {
      store,
      registry: createRegistry(() => []),
      authorizer: createAuthorizer(store),
      tokens: createServiceAccountTokens({ now, uidOf: () => undefined, secretExists: () => false }),
      admit: admissionChain([namespaceLifecycle(store)], [podSecurity(store), validatingAdmission(store)]),
      now,
      bookmarkMs: 5000,
    },
    audit: createAuditLog([], now),
    onError: (error) => {
      throw error;
    },
  });
}

async function answer(handle: Handler, { method, path, headers, body }: ServedRequest): Promise<ServedAnswer> {
  const { auditId, reply } = await handle({
    method,
    url: new URL(path, 'https://127.0.0.1'),
    user: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
    userAgent: headers['user-agent'] ?? '',
    sourceIp: '127.0.0.1',
    contentType: headers['content-type'],
    accept: headers.accept,
    body: body === null ? '' : JSON.stringify(body),
  });
  if ('start' in reply) throw new Error('No fault watches.');
  const answered: Json = 'text' in reply ? reply.text : reply.body;
  return { status: reply.status, headers: { 'audit-id': auditId }, body: answered };
}
