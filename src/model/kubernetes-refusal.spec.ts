import { expect } from 'chai';
import { controllerDenial, type KubernetesRefusal, readRefusal } from './kubernetes-refusal.ts';

const webhook = 'admission-rego.windshear.dev';
const kyverno = `admission webhook "validate.kyverno.svc-fail" denied the request: 

resource Pod/inference/rogue was blocked due to the following policies 

no-host-path:
  host-path: 'validation error: no host path.
    rule host-path failed at path /spec/volumes/0/hostPath/'
no-host-network:
  host-network: 'no'`;

const table: readonly (readonly [string, KubernetesRefusal])[] = [
  [
    `admission webhook "${webhook}" denied the request: privileged containers are not allowed`,
    { by: 'webhook', webhook, product: undefined, policies: [] },
  ],
  [
    `pods "rogue" is forbidden: admission webhook "${webhook}" denied the request without explanation`,
    { by: 'webhook', webhook, product: undefined, policies: [] },
  ],
  [
    `admission webhook "${webhook}" denied the request: ResourceQuota says exceeded quota: x, User "u" cannot create resource`,
    { by: 'webhook', webhook, product: undefined, policies: [] },
  ],
  [
    'admission webhook "validation.gatekeeper.sh" denied the request: [no-privileged] Privileged container is not allowed: c\n[no-root] c runs as root',
    {
      by: 'webhook',
      webhook: 'validation.gatekeeper.sh',
      product: 'gatekeeper',
      policies: ['no-privileged', 'no-root'],
    },
  ],
  [
    'admission webhook "validation.gatekeeper.sh" denied the request: [denied by no-privileged] no',
    { by: 'webhook', webhook: 'validation.gatekeeper.sh', product: 'gatekeeper', policies: ['no-privileged'] },
  ],
  [
    kyverno,
    {
      by: 'webhook',
      webhook: 'validate.kyverno.svc-fail',
      product: 'kyverno',
      policies: ['no-host-path', 'no-host-path/host-path', 'no-host-network', 'no-host-network/host-network'],
    },
  ],
  [
    'admission webhook "vpol.validate.kyverno.svc-fail" denied the request: Policy signed-images failed: not signed',
    {
      by: 'webhook',
      webhook: 'vpol.validate.kyverno.svc-fail',
      product: 'kyverno',
      policies: ['signed-images'],
    },
  ],
  [
    `Internal error occurred: failed calling webhook "${webhook}": failed to call webhook: Post "https://127.0.0.1:1/": connection refused`,
    { by: 'webhook-down', webhook, product: undefined },
  ],
  [
    `pods "rogue" is forbidden: ValidatingAdmissionPolicy 'registries' with binding 'all' denied request: image from elsewhere`,
    { by: 'vap', policy: 'registries', binding: 'all', broken: false },
  ],
  [
    `pods "rogue" is forbidden: ValidatingAdmissionPolicy 'registries' with binding 'all' denied request: expression 'object.x.y' resulted in error: no such key: x`,
    { by: 'vap', policy: 'registries', binding: 'all', broken: true },
  ],
  [
    'pods "rogue" is forbidden: violates PodSecurity "baseline:latest": hostPath volumes (volume "v")',
    { by: 'pod-security', level: 'baseline', version: 'latest' },
  ],
  [
    'clusterrolebindings.rbac.authorization.k8s.io is forbidden: User "u" cannot create resource "clusterrolebindings" in API group "rbac.authorization.k8s.io" at the cluster scope',
    { by: 'rbac' },
  ],
  ['forbidden: User "u" cannot get path "/metrics"', { by: 'rbac' }],
  [
    'roles "r" is forbidden: user "u" (groups=["g"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:["*"]}',
    { by: 'rbac' },
  ],
  [
    'pods "rogue" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=5, limited: pods=5',
    { by: 'quota', what: 'ResourceQuota compute' },
  ],
  [
    'pods "rogue" is forbidden: failed quota: compute: must specify limits.cpu',
    { by: 'quota', what: 'ResourceQuota compute' },
  ],
  [
    'pods "rogue" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
    { by: 'quota', what: 'a LimitRange' },
  ],
  [
    'Pod "rogue" is invalid: spec.containers[0].securityContext.privileged: Forbidden: disallowed by cluster policy',
    { by: 'validation' },
  ],
  [
    'pods "rogue" is forbidden: unable to create new content in namespace n because it is being terminated',
    { by: 'unknown' },
  ],
  ['', { by: 'unknown' }],
];

describe('readRefusal', () => {
  for (const [message, refusal] of table)
    it(`reads ${refusal.by} from '${message.slice(0, 90).replaceAll('\n', ' ')}'`, () => {
      expect(readRefusal(message)).to.deep.equal(refusal);
    });
});

describe('controllerDenial', () => {
  const about = 'ReplicaSet/inference/api-6d9f8c7b5';

  for (const [how, refused] of [
    [
      'a ReplicaSet',
      'Error creating: pods "api-6d9f8c7b5-" is forbidden: violates PodSecurity "baseline:latest": hostPath',
    ],
    [
      'a StatefulSet',
      'create Pod api-0 in StatefulSet api failed error: pods "api-0" is forbidden: violates PodSecurity "baseline:latest": hostPath',
    ],
  ] as const)
    it(`finds the refusal that ${how} met`, () => {
      expect(controllerDenial({ reason: 'FailedCreate', message: refused, about })).to.deep.equal({
        behind: about,
        action: 'create pods',
        code: 'Forbidden',
        message: refused,
        resource: about,
      });
    });

  it('finds none where no guard refused, or something else happened', () => {
    expect(controllerDenial({ reason: 'FailedCreate', message: 'Error creating: etcd is full', about })).to.equal(
      undefined,
    );
    const message = 'violates PodSecurity "baseline:latest": hostPath';
    expect(controllerDenial({ reason: 'SuccessfulCreate', message, about })).to.equal(undefined);
  });
});
