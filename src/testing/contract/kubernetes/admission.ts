import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { JsonObject } from '../../../model/json.ts';
import { createAuthority } from '../../../staging/kubernetes/certificates/issue.ts';
import { objectAt, textsAt } from '../../../staging/kubernetes/objects/json.ts';
import { type ApiUnderTest, configMap, eventually, freshName, patches, plainPod } from './api.ts';
import { suite } from './suite.ts';

const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

/** Claims about Pod Security and validating webhooks. */
export function admissionClaims(api: () => ApiUnderTest): void {
  describe('Pod Security', () => {
    const { call, in: at } = suite(api, {
      'pod-security.kubernetes.io/enforce': 'baseline',
      'pod-security.kubernetes.io/warn': 'restricted',
    });
    const container = (securityContext: JsonObject) => [
      { name: 'main', image: 'registry.internal/app:1', securityContext },
    ];

    for (const [what, more, detail] of [
      [
        'a privileged container',
        { containers: container({ privileged: true }) },
        'privileged (container "main" must not set securityContext.privileged=true)',
      ],
      [
        'a path of the host',
        { volumes: [{ name: 'root', hostPath: { path: '/' } }] },
        'hostPath volumes (volume "root")',
      ],
      ["the host's network", { hostNetwork: true }, 'host namespaces (hostNetwork=true)'],
    ] as const) {
      it(`refuses ${what} where baseline is enforced`, async () => {
        const { status, body } = await call('POST', at('v1', 'pods'), plainPod('bad', more));
        expect(status).to.equal(403);
        expect(body).to.deep.include({
          reason: 'Forbidden',
          message: `pods "bad" is forbidden: violates PodSecurity "baseline:latest": ${detail}`,
          details: { name: 'bad', kind: 'pods' },
          code: 403,
        });
      });
    }

    it('warns of what a stricter level would refuse', async () => {
      const { status, headers } = await call('POST', `${at('v1', 'pods')}?dryRun=All`, plainPod('loose'));
      expect(status).to.equal(201);
      expect(headers['warning']).to.contain(
        '299 - "would violate PodSecurity \\"restricted:latest\\": allowPrivilegeEscalation',
      );
    });

    it('lets a Deployment pass whose pods it will refuse', async () => {
      const labels = { app: 'bad' };
      const template = { metadata: { labels }, spec: { containers: container({ privileged: true }) } };
      const spec = { replicas: 0, selector: { matchLabels: labels }, template };
      expect((await call('POST', at('apps/v1', 'deployments'), { metadata: { name: 'bad' }, spec })).status).to.equal(
        201,
      );
    });
  });

  describe('a validating webhook', () => {
    const { call, in: at, namespace } = suite(api);
    const name = freshName('contract');
    const hook = `${name}.windshear.dev`;
    const authority = createAuthority('contract', Date.now());
    const asked: JsonObject[] = [];
    let answer: (request: JsonObject) => JsonObject | undefined;
    let server: Server;
    before(async () => {
      const { certificate, key } = authority.issue(['127.0.0.1']);
      server = createServer({ cert: certificate, key }, (incoming, outgoing) => {
        let text = '';
        incoming.on('data', (part: Buffer) => {
          text += part.toString();
        });
        incoming.on('end', () => {
          const { request } = JSON.parse(text) as { request: JsonObject };
          asked.push(request);
          const response = answer(request);
          if (response === undefined) return;
          const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
          outgoing.end(JSON.stringify({ ...review, response: { uid: request['uid'], ...response } }));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    beforeEach(() => {
      asked.length = 0;
      answer = () => ({ allowed: true });
    });
    afterEach(() => call('DELETE', `${configurations}/${name}`));
    after(() => {
      server.close();
      server.closeAllConnections();
    });

    /** Real servers take a moment to heed a new configuration. */
    async function register(more: JsonObject = {}, port = (server.address() as AddressInfo).port): Promise<void> {
      const { status, body } = await call('POST', configurations, {
        metadata: { name },
        webhooks: [
          {
            name: hook,
            clientConfig: {
              url: `https://127.0.0.1:${port}/admit`,
              caBundle: Buffer.from(authority.certificate).toString('base64'),
            },
            rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace() } },
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
            ...more,
          },
        ],
      });
      expect(status, JSON.stringify(body)).to.equal(201);
      if (port !== (server.address() as AddressInfo).port) return;
      const usual = answer;
      answer = () => ({ allowed: true });
      await eventually('the webhook is called', async () => {
        await call('POST', `${at('v1', 'configmaps')}?dryRun=All`, configMap('probe', {}, { app: 'probe' }));
        return asked.length > 0 ? true : undefined;
      });
      answer = usual;
      asked.length = 0;
    }

    it('is told what is to be done, by whom, and to what', async () => {
      await register();
      await call('POST', at('v1', 'configmaps'), configMap('told', { a: '1' }));
      await call('PATCH', at('v1', 'configmaps', 'told'), { data: { a: '2' } }, patches.merge);
      await call('DELETE', at('v1', 'configmaps', 'told'));
      const [create, update, remove] = asked;
      expect(create).to.deep.include({
        operation: 'CREATE',
        namespace: namespace(),
        name: 'told',
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        oldObject: null,
        dryRun: false,
      });
      expect(textsAt(create, 'userInfo', 'groups')).to.include('system:masters');
      expect(objectAt(create, 'object', 'data')).to.deep.equal({ a: '1' });
      expect(update?.['operation']).to.equal('UPDATE');
      expect(objectAt(update, 'oldObject', 'data')).to.deep.equal({ a: '1' });
      expect(remove).to.deep.include({ operation: 'DELETE', object: null });
    });

    it('refuses with its own code, reason and message', async () => {
      await register();
      answer = () => ({ allowed: false, status: { code: 403, reason: 'Forbidden', message: 'not here' } });
      const { status, body } = await call('POST', at('v1', 'configmaps'), configMap('no', {}));
      expect(status).to.equal(403);
      expect(body).to.include({
        reason: 'Forbidden',
        message: `admission webhook "${hook}" denied the request: not here`,
      });
    });

    it('refuses with 400 and without explanation when it gives none', async () => {
      await register();
      answer = () => ({ allowed: false });
      const { status, body } = await call('POST', at('v1', 'configmaps'), configMap('no', {}));
      expect([status, body['message']]).to.deep.equal([
        400,
        `admission webhook "${hook}" denied the request without explanation`,
      ]);
    });

    it('is asked about dry runs, and passes on its warnings', async () => {
      await register();
      answer = () => ({ allowed: true, warnings: ['think twice'] });
      const { headers } = await call('POST', `${at('v1', 'configmaps')}?dryRun=All`, configMap('dry', {}));
      expect(asked[0]).to.include({ dryRun: true });
      expect(headers['warning']).to.contain('299 - "think twice"');
    });

    it('is not asked about objects that its selector leaves out', async () => {
      await register({ objectSelector: { matchLabels: { app: 'probe' } } });
      await call('POST', at('v1', 'configmaps'), configMap('unselected', {}));
      expect(asked).to.deep.equal([]);
    });

    it('fails closed when it cannot be reached', async () => {
      await register({ failurePolicy: 'Fail', timeoutSeconds: 1 }, 9);
      const { status, body } = await eventually('a refusal', async () => {
        const refused = await call('POST', at('v1', 'configmaps'), configMap('closed', {}));
        if (refused.status !== 500) await call('DELETE', at('v1', 'configmaps', 'closed'));
        return refused.status === 500 ? refused : undefined;
      });
      expect([status, body['reason']]).to.deep.equal([500, 'InternalError']);
      expect(body['message'])
        .to.contain(`Internal error occurred: failed calling webhook "${hook}": failed to call webhook: Post`)
        .and.contain('connection refused');
    });

    it('fails open when its policy says so', async () => {
      await register({ failurePolicy: 'Ignore', timeoutSeconds: 1 }, 9);
      expect((await call('POST', at('v1', 'configmaps'), configMap('open', {}))).status).to.equal(201);
    });

    it('fails closed when it does not answer in time', async () => {
      await register({ failurePolicy: 'Fail', timeoutSeconds: 1 });
      answer = () => undefined;
      const { status, body } = await call('POST', at('v1', 'configmaps'), configMap('slow', {}));
      expect(status).to.equal(500);
      expect(body['message']).to.contain('context deadline exceeded');
    });

    it('is filled with what its configuration leaves out', async () => {
      await register();
      const { body } = await call('GET', `${configurations}/${name}`);
      expect((body['webhooks'] as JsonObject[])[0]).to.deep.include({
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        timeoutSeconds: 10,
        objectSelector: {},
      });
    });
  });
}
