import { expect } from 'chai';
import type { Signal } from '../model/signal.ts';
import { kubernetesAdmission } from './kubernetes-admission.ts';

const own = 'admission-rego.windshear.dev';
const messages = {
  webhook: `admission webhook "${own}" denied the request: privileged containers are not allowed`,
  gatekeeper: 'admission webhook "validation.gatekeeper.sh" denied the request: [no-privileged] not allowed: c',
  kyverno:
    'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/n/p was blocked due to the following policies \n\nno-host-path:\n  host-path: no',
  vap: `pods "p" is forbidden: ValidatingAdmissionPolicy 'registries' with binding 'all' denied request: no`,
  brokenVap: `pods "p" is forbidden: ValidatingAdmissionPolicy 'registries' with binding 'all' denied request: expression 'x' resulted in error: e`,
  podSecurity: 'pods "p" is forbidden: violates PodSecurity "baseline:latest": privileged',
  rbac: 'pods is forbidden: User "u" cannot create resource "pods" in API group "" in the namespace "n"',
  quota: 'pods "p" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=5, limited: pods=5',
  validation:
    'Pod "p" is invalid: spec.containers[0].securityContext.privileged: Forbidden: disallowed by cluster policy',
  down: `Internal error occurred: failed calling webhook "${own}": connection refused`,
  gatekeeperDown: 'Internal error occurred: failed calling webhook "validation.gatekeeper.sh": connection refused',
  behind: `Error creating: pods "p-" is forbidden: violates PodSecurity "baseline:latest": privileged`,
  strange: 'pods "p" is forbidden: because',
} as const;

function attribution(params: object, message: keyof typeof messages) {
  const denial = { action: 'create pods', code: 'Forbidden', message: messages[message] };
  return kubernetesAdmission.attributeDenial?.(denial, kubernetesAdmission.params.parse(params));
}

const table: readonly (readonly [object, keyof typeof messages, string])[] = [
  [{ kind: 'webhook' }, 'webhook', 'mine'],
  [{ kind: 'webhook', name: own }, 'webhook', 'mine'],
  [{ kind: 'webhook', name: 'another.example.com' }, 'webhook', 'other'],
  [{ kind: 'webhook', name: own }, 'gatekeeper', 'other'],
  [{ kind: 'gatekeeper' }, 'gatekeeper', 'mine'],
  [{ kind: 'gatekeeper', name: 'no-privileged' }, 'gatekeeper', 'mine'],
  [{ kind: 'gatekeeper', name: 'no-root' }, 'gatekeeper', 'other'],
  [{ kind: 'gatekeeper' }, 'webhook', 'other'],
  [{ kind: 'gatekeeper' }, 'kyverno', 'other'],
  [{ kind: 'kyverno', name: 'no-host-path' }, 'kyverno', 'mine'],
  [{ kind: 'kyverno', name: 'no-host-path/host-path' }, 'kyverno', 'mine'],
  [{ kind: 'kyverno', name: 'signed' }, 'kyverno', 'other'],
  [{ kind: 'vap', name: 'registries' }, 'vap', 'mine'],
  [{ kind: 'vap', name: 'others' }, 'vap', 'other'],
  [{ kind: 'vap' }, 'brokenVap', 'down'],
  [{ kind: 'webhook' }, 'vap', 'other'],
  [{ kind: 'pod-security' }, 'podSecurity', 'mine'],
  [{ kind: 'pod-security', name: 'baseline' }, 'podSecurity', 'mine'],
  [{ kind: 'pod-security', name: 'restricted' }, 'podSecurity', 'other'],
  [{ kind: 'pod-security' }, 'behind', 'mine'],
  [{ kind: 'webhook' }, 'podSecurity', 'other'],
  [{ kind: 'webhook' }, 'rbac', 'own-rights'],
  [{ kind: 'pod-security' }, 'quota', 'other'],
  [{ kind: 'pod-security' }, 'validation', 'other'],
  [{ kind: 'webhook', name: own }, 'down', 'down'],
  [{ kind: 'webhook', name: 'another.example.com' }, 'down', 'other'],
  [{ kind: 'gatekeeper', name: 'no-privileged' }, 'gatekeeperDown', 'down'],
  [{ kind: 'pod-security' }, 'down', 'other'],
  [{ kind: 'webhook' }, 'strange', 'unknown'],
];

describe('kubernetes-admission', () => {
  for (const [params, message, expected] of table)
    it(`answers ${expected} for ${JSON.stringify(params)} to the ${message} refusal`, () => {
      expect(attribution(params, message)?.whose).to.equal(expected);
    });

  it('names what refused as evidence, and who was first', () => {
    expect(attribution({ kind: 'gatekeeper' }, 'gatekeeper')).to.include({
      evidence: 'webhook validation.gatekeeper.sh (no-privileged)',
    });
    expect(attribution({ kind: 'webhook', name: own }, 'quota')).to.include({ by: 'ResourceQuota compute' });
  });

  it('cannot tell whose it is where a constraint is wanted and the refusal names none', () => {
    const denial = {
      action: 'a',
      code: 'c',
      message: 'admission webhook "validation.gatekeeper.sh" denied the request: no',
    };
    const answer = kubernetesAdmission.attributeDenial?.(denial, { kind: 'gatekeeper', name: 'no-privileged' });
    expect(answer?.whose).to.equal('unknown');
  });

  it('may fail open where what refuses is asked over the network', async () => {
    const canary = { resource: 'pods', object: {} };
    const of = (kind: string) => kubernetesAdmission.canary?.(kubernetesAdmission.params.parse({ kind, canary }));
    const kinds = ['webhook', 'gatekeeper', 'kyverno', 'vap', 'pod-security'];
    expect(kinds.filter((kind) => of(kind)?.mayFailOpen)).to.deep.equal(['webhook', 'gatekeeper', 'kyverno']);
    const clients = { call: async () => ({ status: 201, body: {}, warnings: [], auditId: 'a-1' }) };
    expect(await of('webhook')?.ask(clients, new AbortController().signal)).to.equal('a-1');
  });

  it('finds in the audit record that its webhook failed open', () => {
    const record: Signal = {
      format: 'k8s-audit',
      id: 'a-1',
      dedupeKey: 'a-1',
      rule: `create pods [failed-open ${own}]`,
      severity: null,
      rawSeverity: '',
      status: 'open',
      sample: false,
      techniques: [],
    };
    const ask = (params: object) =>
      kubernetesAdmission.attributeFailedOpen?.([record], kubernetesAdmission.params.parse(params));
    expect(ask({ kind: 'webhook', name: own })).to.equal(`webhook ${own} failed open (audit a-1)`);
    expect(ask({ kind: 'webhook', name: 'another' })).to.equal(undefined);
    expect(ask({ kind: 'gatekeeper' })).to.equal(undefined);
  });
});
