import { expect } from 'chai';
import type { JsonObject } from '../../../../model/json.ts';
import { podViolations, policyOf } from './evaluate.ts';

const containers = (...security: JsonObject[]) => ({
  containers: security.map((securityContext, index) => ({ name: `c${index + 1}`, image: 'i', securityContext })),
});
const good = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

describe('podViolations', () => {
  for (const [name, spec, text] of [
    ['an ordinary pod', containers({}), undefined],
    [
      'a privileged container with the host process namespace',
      { ...containers({ privileged: true }), hostPID: true },
      'host namespaces (hostPID=true), privileged (container "c1" must not set securityContext.privileged=true)',
    ],
    [
      'two privileged containers',
      containers({ privileged: true }, { privileged: true }),
      'privileged (containers "c1", "c2" must not set securityContext.privileged=true)',
    ],
    [
      'volumes of the host',
      {
        ...containers({}),
        volumes: [
          { name: 'root', hostPath: { path: '/' } },
          { name: 'tmp', emptyDir: {} },
        ],
      },
      'hostPath volumes (volume "root")',
    ],
    [
      'a port and the network of the host',
      { containers: [{ name: 'a', ports: [{ containerPort: 80, hostPort: 9100 }] }], hostNetwork: true },
      'host namespaces (hostNetwork=true), hostPort (container "a" uses hostPort 9100)',
    ],
    [
      'an unusual capability',
      containers({ capabilities: { add: ['SYS_ADMIN', 'CHOWN'] } }),
      'non-default capabilities (container "c1" must not include "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
  ] as const) {
    it(`finds ${text === undefined ? 'nothing in' : ''} ${name}`.replace('  ', ' '), () => {
      const expected = text === undefined ? undefined : `PodSecurity "baseline:latest": ${text}`;
      expect(podViolations({ level: 'baseline', version: 'latest' }, spec)).to.equal(expected);
    });
  }

  it('demands more at the level restricted, in the order of the real server', () => {
    expect(podViolations({ level: 'restricted', version: 'v1.30' }, containers({}))).to.equal(
      'PodSecurity "restricted:v1.30": ' +
        'allowPrivilegeEscalation != false (container "c1" must set securityContext.allowPrivilegeEscalation=false), ' +
        'unrestricted capabilities (container "c1" must set securityContext.capabilities.drop=["ALL"]), ' +
        'runAsNonRoot != true (pod or container "c1" must set securityContext.runAsNonRoot=true), ' +
        'seccompProfile (pod or container "c1" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
    expect(podViolations({ level: 'restricted', version: 'latest' }, containers(good))).to.equal(undefined);
  });

  it('names a host volume once, as a restricted type', () => {
    const spec = { ...containers(good), volumes: [{ name: 'root', hostPath: { path: '/' } }] };
    expect(podViolations({ level: 'restricted', version: 'latest' }, spec)).to.equal(
      'PodSecurity "restricted:latest": restricted volume types (volume "root" uses restricted volume type "hostPath")',
    );
  });

  it('says that it lacks a check rather than wave the pod through', () => {
    const spec = containers({ procMount: 'Unmasked' });
    expect(() => podViolations({ level: 'baseline', version: 'latest' }, spec)).to.throw('has to check procMount');
  });
});

describe('policyOf', () => {
  it('reads level and version from the labels of the mode', () => {
    const labels = {
      'pod-security.kubernetes.io/enforce': 'baseline',
      'pod-security.kubernetes.io/warn': 'restricted',
      'pod-security.kubernetes.io/warn-version': 'v1.30',
    };
    expect(policyOf(labels, 'enforce')).to.deep.equal({ level: 'baseline', version: 'latest' });
    expect(policyOf(labels, 'warn')).to.deep.equal({ level: 'restricted', version: 'v1.30' });
    expect(policyOf(labels, 'audit').level).to.equal('privileged');
  });
});
