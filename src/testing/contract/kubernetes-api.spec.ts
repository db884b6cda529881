import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { z } from 'zod';
import { startKubernetes } from '../../staging/kubernetes/start.ts';
import { type AuditReceiver, openAuditReceiver } from './kubernetes/audit-receiver.ts';
import { type ApiUnderTest, kubernetesApiContract } from './kubernetes-api.ts';

describe('the small Kubernetes API server', () => {
  const ending = new AbortController();
  let folder: string;
  let auditReceiver: AuditReceiver;
  let api: ApiUnderTest;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windshear-kubernetes-'));
    const tokens = { admin: 'contract-admin-token', user: 'contract-user-token' };
    const auditFile = join(folder, 'audit.jsonl');
    auditReceiver = await openAuditReceiver();
    const { port, caCertificate } = await startKubernetes(
      {
        tokens: [
          { token: tokens.admin, username: 'contract-admin', groups: ['system:masters'] },
          { token: tokens.user, username: 'contract-user', groups: [] },
        ],
        manifests: [],
        audit: { file: auditFile, webhooks: [auditReceiver.url], windowMs: 50 },
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
      auditReceiver,
      hasControllers: true,
      watchSeconds: 1,
    };
  });
  after(async () => {
    ending.abort();
    auditReceiver.close();
    await rm(folder, { recursive: true });
  });

  kubernetesApiContract('it', () => api);

  /** What this server alone does: it never answers something wrong for what it leaves out. */
  async function asked(method: string, path: string, type = 'application/json') {
    const ca = await readFile(api.caFile);
    const headers = { authorization: `Bearer ${api.tokens.admin}`, 'content-type': type };
    const outgoing = request(`${api.server}${path}`, { method, ca, headers });
    outgoing.end(method === 'POST' ? '{}' : undefined);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { status: incoming.statusCode, body: await text(incoming) };
  }

  for (const path of [
    '/apis/batch/v1',
    '/apis/policy/v1',
    '/openapi/v3',
    '/metrics',
    '/apis/batch/v1/namespaces/a/jobs',
  ])
    it(`answers 501 with a sentence for ${path}, which a real server has`, async () => {
      const { status, body } = await asked('GET', path);
      expect(status).to.equal(501);
      expect(JSON.parse(body)).to.have.property('message').that.contains('was asked for');
    });

  it('answers 404 for what no server has, and 415 for a body of another type', async () => {
    expect((await asked('GET', '/apis/example.com/v1')).status).to.equal(404);
    expect((await asked('POST', '/api/v1/namespaces/default/configmaps', 'text/plain')).status).to.equal(415);
  });
});

const given = z.strictObject({
  server: z.url({ protocol: /^https$/, hostname: /^(127\.0\.0\.1|localhost)$/ }),
  caFile: z.string().startsWith('/'),
  tokens: z.strictObject({ admin: z.string(), user: z.string() }),
  username: z.string(),
  auditFile: z.string().startsWith('/').optional(),
  hasControllers: z.boolean(),
  watchSeconds: z.number().positive(),
});
const file = process.env['WINDSHEAR_KUBERNETES_API'];

describe('the API server that WINDSHEAR_KUBERNETES_API describes', () => {
  let api: ApiUnderTest;
  before('unless it names no file', async function () {
    if (file === undefined) this.skip();
    const { auditFile, ...rest } = given.parse(JSON.parse(await readFile(file, 'utf8')));
    api = { ...rest, ...(auditFile === undefined ? {} : { auditFile }) };
  });
  if (file === undefined) it('is held to the same contract');
  else kubernetesApiContract('it', () => api);
});
