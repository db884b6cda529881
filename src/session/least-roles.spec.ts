import { expect } from 'chai';
import { permissionsOf } from '../engine/budgets.ts';
import { clusterAdminBinding } from '../faults/kubernetes/cluster-admin-binding.ts';
import { roguePod } from '../faults/kubernetes/rogue-pod.ts';
import type { AnyFault } from '../model/fault.ts';
import type { BoundFault } from '../model/run.ts';
import { boundScenario, environmentOf } from '../testing/fakes/bound-scenario.ts';
import { type RoleManifest, rolesFor } from './least-roles.ts';

const environment = environmentOf({
  targets: {
    kubernetes: {
      server: 'https://cluster.example',
      caFile: 'ca.pem',
      identity: { token: { file: 'token' } },
      proof: { clusterUids: ['uid'], beacon: { namespace: 'beacon', label: { key: 'staging', value: 'yes' } } },
    },
  },
});

const bound = (definition: AnyFault): BoundFault => ({
  use: { type: definition.type, with: {} },
  definition,
  params: definition.example,
});
const scenarios = [
  boundScenario({ faults: [roguePod, clusterAdminBinding].map((one) => bound(one as unknown as AnyFault)) }),
];
const tester = rolesFor(
  { environment, scenarios },
  { name: 'tester', measures: false, actionsOf: (fault) => permissionsOf(fault).inject },
);
const revert = rolesFor(
  { environment, scenarios },
  { name: 'revert', measures: true, actionsOf: (fault) => permissionsOf(fault).revert },
);

function namesOf(roles: readonly RoleManifest[], verb: string, resource: string) {
  const rules = roles.flatMap((role) => role.rules);
  return rules
    .filter(({ verbs, resources }) => verbs.includes(verb) && resources.includes(resource))
    .map(({ resourceNames }) => resourceNames);
}

describe('rolesFor', () => {
  it('lets both identities tell the cluster, and the tester alone read the beacon', () => {
    expect(namesOf(tester, 'get', 'namespaces')).to.deep.equal([['beacon', 'kube-system']]);
    expect(namesOf(revert, 'get', 'namespaces')).to.deep.equal([['kube-system']]);
  });

  it('names the cluster role that may be bound', () => {
    expect(namesOf(tester, 'bind', 'clusterroles')).to.deep.equal([['cluster-admin']]);
  });

  it('keeps what is in a namespace to a role of that namespace, and what is in none to a cluster role', () => {
    const pods = tester.find(({ rules }) => rules.some(({ resources }) => resources.includes('pods')));
    expect(pods).to.include({ kind: 'Role' });
    expect(pods?.metadata.namespace).to.equal(roguePod.example.namespace);
    const bindings = revert.find(({ rules }) =>
      rules.some(({ resources }) => resources.includes('clusterrolebindings')),
    );
    expect(bindings).to.include({ kind: 'ClusterRole' });
  });
});
