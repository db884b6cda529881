import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKubernetes } from '../../staging/kubernetes/start.ts';
import { type ApiUnderTest, kubernetesApiContract } from './kubernetes-api.ts';

describe('the small Kubernetes API server', () => {
  const ending = new AbortController();
  let folder: string;
  let api: ApiUnderTest;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windshear-kubernetes-'));
    const tokens = { admin: 'contract-admin-token', user: 'contract-user-token' };
    const auditFile = join(folder, 'audit.jsonl');
    const { port, caCertificate } = await startKubernetes(
      {
        tokens: [
          { token: tokens.admin, username: 'contract-admin', groups: ['system:masters'] },
          { token: tokens.user, username: 'contract-user', groups: [] },
        ],
        manifests: [],
        audit: { file: auditFile, webhooks: [], windowMs: 10 },
        port: 0,
      },
      { log: () => undefined, signal: ending.signal },
    );
    const caFile = join(folder, 'ca.crt');
    await writeFile(caFile, caCertificate);
    api = {
      server: `https://127.0.0.1:${port}`,
      caFile,
      tokens,
      username: 'contract-user',
      auditFile,
      hasControllers: true,
      watchSeconds: 1,
    };
  });
  after(async () => {
    ending.abort();
    await rm(folder, { recursive: true });
  });

  kubernetesApiContract('it', () => api);
});
