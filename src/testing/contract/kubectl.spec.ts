import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { kubeconfigOf } from '../../staging/cluster-start-ups.ts';
import { startKubernetes } from '../../staging/kubernetes/start.ts';
import { clusterManifests } from '../../staging/seed/cluster/manifests.ts';

const reads: readonly (readonly [args: string, said: RegExp])[] = [
  ['get pods --all-namespaces', /^NAMESPACE +NAME +AGE\ninference +inference-api-/],
  ['get deployments,serviceaccounts -n inference', /deployment\.apps\/inference-worker[\s\S]*serviceaccount\/default/],
  ['get clusterrolebindings', /^cluster-admin /m],
  ['get validatingwebhookconfigurations', /^No resources found/],
  ['get networkpolicies -n inference -o name', /^networkpolicy\.networking\.k8s\.io\/default-deny$/],
  ['get configmap inference-settings -n inference -o yaml', /^kind: ConfigMap$/m],
  ['get pods -n inference -l app=inference-worker -o jsonpath={.items[*].status.phase}', /^Running$/],
  ['get events -n inference', /inference-api/],
  ['get pods -n inference --watch --request-timeout=1s', /inference-preview-/],
  ['describe pods -n inference', /^Service Account: +inference-api$/m],
  ['api-resources', /^networkpolicies +netpol +networking\.k8s\.io\/v1 +true +NetworkPolicy$/m],
  ['version', /^Server Version: v1\..*windshear$/m],
];

const refusals: readonly (readonly [args: string, said: RegExp])[] = [
  ['get pod nothing -n inference', /\(NotFound\): pods "nothing" not found/],
  ['get cronjobs', /the server doesn't have a resource type "cronjobs"/],
  ['auth can-i create pods', /\(NotImplemented\): .* This small API server does not serve that\./],
];

describe('kubectl on the small Kubernetes API server', function () {
  this.timeout(30_000);
  const ending = new AbortController();
  let folder: string;
  let kubeconfig: string;

  before('where kubectl is installed', async function () {
    const found = await execa('kubectl', ['version', '--client'], { reject: false });
    if (found.exitCode !== 0) this.skip();
    folder = await mkdtemp(join(tmpdir(), 'windshear-kubectl-'));
    const token = 'kubectl-admin-token';
    const { port, caCertificate } = await startKubernetes(
      {
        tokens: [{ token, username: 'kubectl-admin', groups: ['system:masters'] }],
        manifests: [...clusterManifests()] as never,
        audit: { file: join(folder, 'audit.jsonl'), webhooks: [], windowMs: 10 },
        port: 0,
      },
      { log: () => undefined, signal: ending.signal },
    );
    const [caFile, tokenFile] = [join(folder, 'ca.crt'), join(folder, 'token')];
    kubeconfig = join(folder, 'kubeconfig.json');
    await writeFile(caFile, caCertificate);
    await writeFile(tokenFile, token, { mode: 0o600 });
    await writeFile(kubeconfig, kubeconfigOf({ server: `https://127.0.0.1:${port}`, caFile, tokenFile }));
    const ready = ['wait', 'deployments', '--all', '-n', 'inference', '--for=condition=Available', '--timeout=20s'];
    const { stderr, exitCode } = await kubectl(ready);
    expect(exitCode, stderr).to.equal(0);
  });

  after(async () => {
    ending.abort();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  /** With a home of its own, in which it caches what the server serves. */
  function kubectl(args: readonly string[]) {
    const variables = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: kubeconfig };
    return execa('kubectl', args, { reject: false, extendEnv: false, env: variables });
  }

  for (const [args, said] of reads) {
    it(`reads by kubectl ${args}`, async () => {
      const { stdout, stderr } = await kubectl(args.split(' '));
      expect(`${stdout}${stderr.startsWith('No resources') ? stderr : ''}`, stderr).to.match(said);
    });
  }

  for (const [args, said] of refusals) {
    it(`is told clearly what there is not, by kubectl ${args}`, async () => {
      const { stderr, exitCode } = await kubectl(args.split(' '));
      expect(stderr).to.match(said);
      expect(exitCode).to.equal(1);
    });
  }
});
