import { expect } from 'chai';
import { answerError, transportError } from './call-error.ts';
import type { KubernetesRequest } from './clients.ts';

const createPod: KubernetesRequest = {
  verb: 'create',
  of: { group: '', version: 'v1', resource: 'pods' },
  namespace: 'inference',
  body: { metadata: { name: 'rogue' } },
};
const patch: KubernetesRequest = {
  verb: 'patch',
  of: { group: 'apps', version: 'v1', resource: 'deployments' },
  namespace: 'inference',
  name: 'api',
  body: [{ op: 'test', path: '/spec/replicas', value: 1 }],
};
const vap = `pods "rogue" is forbidden: ValidatingAdmissionPolicy 'registries' with binding 'all' denied request: no`;
const hook = 'admission webhook "validation.gatekeeper.sh" denied the request: [no-privileged] no';
const rbac = 'pods is forbidden: User "u" cannot create resource "pods" in API group "" in the namespace "inference"';
const down = 'Internal error occurred: failed calling webhook "v.example.org": connect: connection refused';
const refused = 'the server rejected our request due to an error in our request';

const cases: readonly [
  title: string,
  request: KubernetesRequest,
  status: number,
  reason: string,
  text: string,
  kind: string,
  code: string,
][] = [
  ['RBAC', createPod, 403, 'Forbidden', rbac, 'denied', 'Forbidden'],
  ['a quota', createPod, 403, 'Forbidden', 'pods "rogue" is forbidden: exceeded quota: q', 'denied', 'Forbidden'],
  ['a validating webhook', createPod, 403, 'Forbidden', hook, 'denied', 'Forbidden'],
  ['a webhook under its own status', createPod, 400, '', hook, 'denied', 'HTTP400'],
  ['a webhook that wrote its message into the reason', createPod, 403, '[denied by x] y', hook, 'denied', 'HTTP403'],
  ['a ValidatingAdmissionPolicy', createPod, 422, 'Invalid', vap, 'denied', 'Invalid'],
  ['a ValidatingAdmissionPolicy that answers 401', createPod, 401, 'Unauthorized', vap, 'denied', 'Unauthorized'],
  ['a webhook that is down', createPod, 500, 'InternalError', down, 'denied', 'InternalError'],
  ['a token that nobody knows', createPod, 401, 'Unauthorized', 'Unauthorized', 'failed', 'Unauthorized'],
  ['an object that breaks its schema', createPod, 422, 'Invalid', 'Pod "rogue" is invalid: spec', 'invalid', 'Invalid'],
  ['a name that is taken', createPod, 409, 'AlreadyExists', 'pods "rogue" already exists', 'conflict', 'AlreadyExists'],
  ['a JSON Patch whose test fails', patch, 422, 'Invalid', refused, 'conflict', 'Invalid'],
  ['an object that is not there', patch, 404, 'NotFound', 'deployments.apps "api" not found', 'not-found', 'NotFound'],
  ['a store that gave up', patch, 500, '', 'etcdserver: request timed out', 'unanswered', 'HTTP500'],
  ['a server that timed out', patch, 504, 'Timeout', 'Timeout: request did not complete', 'unanswered', 'Timeout'],
  ['what the server lacks', patch, 501, 'NotImplemented', 'not served', 'failed', 'NotImplemented'],
];

describe('answerError', () => {
  for (const [title, request, status, reason, message, kind, code] of cases) {
    it(`reads the answer of ${title} as ${kind}`, () => {
      const text = JSON.stringify({ kind: 'Status', status: 'Failure', reason, message, code: status });
      const error = answerError(request, { status, headers: { 'audit-id': 'a-1' }, text });
      expect(error).to.include({ kind, code });
      expect(error.message).to.include(message);
      expect(error.denial?.message).to.equal(kind === 'denied' ? message : undefined);
    });
  }

  it('says in a denial what was asked, under which audit id', () => {
    const text = JSON.stringify({ reason: 'Forbidden', message: hook });
    const { denial } = answerError(createPod, { status: 403, headers: { 'audit-id': 'a-1' }, text });
    expect(denial).to.deep.equal({
      action: 'create pods',
      code: 'Forbidden',
      message: hook,
      httpStatus: 403,
      requestId: 'a-1',
      resource: 'pods/inference/rogue',
    });
  });

  it('waits as long as a 429 says, by header or by its details', () => {
    const text = JSON.stringify({ reason: 'TooManyRequests', message: 'slow', details: { retryAfterSeconds: 3 } });
    expect(answerError(patch, { status: 429, headers: { 'retry-after': '2' }, text })).to.include({
      kind: 'throttled',
      retryAfterMs: 2000,
    });
    expect(answerError(patch, { status: 429, headers: {}, text })).to.include({ retryAfterMs: 3000 });
  });

  it('reads a page of a proxy without guessing a reason', () => {
    expect(answerError(patch, { status: 502, headers: {}, text: '<html>Bad Gateway</html>' })).to.include({
      kind: 'unanswered',
      code: 'HTTP502',
    });
  });
});

describe('transportError', () => {
  it('tells a request that cannot have arrived from one that may have', () => {
    const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    expect(transportError(patch, reset, false)).to.include({ kind: 'failed', code: 'ECONNRESET' });
    expect(transportError(patch, reset, true)).to.include({ kind: 'unanswered', code: 'ECONNRESET' });
  });
});
