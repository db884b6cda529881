import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { JsonObject } from '../../../model/json.ts';
import { objectAt } from '../../../staging/kubernetes/objects/json.ts';
import { type ApiUnderTest, configMap, eventually, freshName, plainPod } from './api.ts';
import { suite } from './suite.ts';

/** Claims about the audit log, read from its file. */
export function auditClaims(api: () => ApiUnderTest): void {
  const { call, in: at, namespace } = suite(api, { 'pod-security.kubernetes.io/enforce': 'baseline' });
  before(function () {
    if (api().auditFile === undefined) this.skip();
  });

  /** Waits for the last stage of what a user agent did. */
  async function eventsOf(userAgent: string): Promise<readonly JsonObject[]> {
    return eventually(`the audit events of ${userAgent}`, async () => {
      const lines = (await readFile(api().auditFile ?? '', 'utf8')).trim().split('\n');
      const own = lines.filter((line) => line.includes(userAgent)).map((line) => JSON.parse(line) as JsonObject);
      return own.some(({ stage }) => stage === 'ResponseComplete') ? own : undefined;
    });
  }

  it('tells a request and its answer apart by stage, under one id', async () => {
    const userAgent = freshName('agent');
    const { headers } = await call('POST', at('v1', 'configmaps'), configMap('seen', { a: '1' }), { userAgent });
    const [received, complete] = await eventsOf(userAgent);
    expect(received).to.deep.include({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      stage: 'RequestReceived',
      auditID: headers['audit-id'],
      requestURI: at('v1', 'configmaps'),
      verb: 'create',
      sourceIPs: ['127.0.0.1'],
      userAgent,
    });
    expect(complete).to.deep.include({
      level: 'RequestResponse',
      stage: 'ResponseComplete',
      auditID: headers['audit-id'],
      objectRef: { resource: 'configmaps', namespace: namespace(), name: 'seen', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 201 },
    });
    expect(objectAt(complete, 'requestObject', 'data')).to.deep.equal({ a: '1' });
    expect(objectAt(complete, 'responseObject', 'metadata')).to.include.keys('uid');
    expect(complete?.['stageTimestamp']).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(complete?.['annotations']).to.include({ 'authorization.k8s.io/decision': 'allow' });
  });

  it('keeps the content of secrets and tokens to itself', async () => {
    const userAgent = freshName('agent');
    const secret = { metadata: { name: 'quiet' }, stringData: { a: 'do-not-log-this' } };
    await call('POST', at('v1', 'secrets'), secret, { userAgent });
    const events = await eventsOf(userAgent);
    expect(events.at(-1)).to.include({ level: 'Metadata' }).and.not.have.any.keys('requestObject', 'responseObject');
    expect(JSON.stringify(events)).not.to.contain('do-not-log-this');
  });

  it('notes why a request was allowed, or that it was not', async () => {
    const userAgent = freshName('agent');
    const { body } = await call('GET', at('v1', 'secrets'), undefined, { token: api().tokens.user, userAgent });
    const event = (await eventsOf(userAgent)).at(-1);
    expect(event?.['annotations']).to.include({ 'authorization.k8s.io/decision': 'forbid' });
    expect(event?.['responseStatus']).to.deep.include({
      status: 'Failure',
      reason: 'Forbidden',
      message: body['message'],
      code: 403,
    });
    expect(event?.['user']).to.include({ username: api().username });
  });

  it('notes the level that Pod Security enforced', async () => {
    const userAgent = freshName('agent');
    await call('POST', at('v1', 'pods'), plainPod('bad', { hostNetwork: true }), { userAgent });
    const event = (await eventsOf(userAgent)).at(-1);
    expect(event?.['annotations']).to.include({ 'pod-security.kubernetes.io/enforce-policy': 'baseline:latest' });
  });

  it('notes a webhook that failed open', async () => {
    const name = freshName('contract');
    const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    const hook = `${name}.windshear.dev`;
    await call('POST', path, {
      metadata: { name },
      webhooks: [
        {
          name: hook,
          clientConfig: { url: 'https://127.0.0.1:9/admit' },
          rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace() } },
          failurePolicy: 'Ignore',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    });
    try {
      const key = 'failed-open.validating.webhook.admission.k8s.io/round_0_index_0';
      await eventually('the note', async () => {
        const userAgent = freshName('agent');
        await call('POST', `${at('v1', 'configmaps')}?dryRun=All`, configMap('open', {}), { userAgent });
        const annotations = (await eventsOf(userAgent)).at(-1)?.['annotations'] as Record<string, string>;
        return annotations[key] === hook ? true : undefined;
      });
    } finally {
      await call('DELETE', `${path}/${name}`);
    }
  });
}
