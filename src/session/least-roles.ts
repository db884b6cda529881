import type { Environment } from '../model/environment.ts';
import type { BoundFault, BoundProbe, BoundScenario } from '../model/run.ts';
import { canariesOf, inTarget } from './in-target.ts';

/** A rule of RBAC (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole). */
interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A Role of one namespace, or a ClusterRole, as `kubectl apply` takes it. */
export interface RoleManifest {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'Role' | 'ClusterRole';
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly PolicyRule[];
}

/** One right, as plugins declare it: `create pods`, `get deployments.apps`, `bind clusterroles.rbac.authorization.k8s.io/view`. */
interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name?: string;
  /** Absent for the whole cluster. */
  readonly namespace?: string;
}

/** Resources that stand in no namespace, of those that faults touch. */
const clusterScoped = new Set([
  'namespaces',
  'nodes',
  'clusterroles',
  'clusterrolebindings',
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'customresourcedefinitions',
  'persistentvolumes',
  'storageclasses',
  'priorityclasses',
]);

/**
 * Writes the least roles that an identity needs in the cluster: what the faults declare, in the namespaces that they
 * touch, what tells the cluster, and for the identity that `measures` what the probes read and the lease needs; the other
 * one reads the beacon and does the canaries of detectors and guardrails. Empty where nothing of it is in Kubernetes.
 */
export function rolesFor(
  { environment, scenarios }: { readonly environment: Environment; readonly scenarios: readonly BoundScenario[] },
  identity: {
    readonly name: string;
    readonly measures: boolean;
    readonly actionsOf: (fault: BoundFault) => readonly string[];
  },
): readonly RoleManifest[] {
  const { faults, probes, isUsed } = inTarget('kubernetes', scenarios);
  const rights = [
    ...faults.flatMap((fault) => rightsOf(identity.actionsOf(fault), namespacesOf(fault))),
    ...(identity.measures ? probes.flatMap((probe) => rightsOf(probe.definition.permissions, placeOf(probe))) : []),
    ...(isUsed ? [clusterRight] : []),
    ...(isUsed && !identity.measures ? [...beaconRights(environment), ...canaryRights(environment, scenarios)] : []),
    ...(identity.measures ? leaseRights(environment) : []),
  ];
  const places = [...new Set(rights.map(({ namespace }) => namespace))].toSorted((a, b) =>
    (a ?? '').localeCompare(b ?? ''),
  );
  return places.map((namespace) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: namespace === undefined ? 'ClusterRole' : 'Role',
    metadata: { name: `windshear-${identity.name}`, ...(namespace === undefined ? {} : { namespace }) },
    rules: rulesOf(rights.filter((right) => right.namespace === namespace)),
  }));
}

/** Of what a fault touches, named as `pod/inference/api`. */
function namespacesOf({ definition, params }: BoundFault): readonly string[] {
  const parts = definition.touches(params as never).map((name) => name.split('/'));
  return [...new Set(parts.flatMap(([, namespace, name]) => (name === undefined || !namespace ? [] : [namespace])))];
}

function placeOf({ params }: BoundProbe): readonly string[] {
  const { namespace } = params as { readonly namespace?: string };
  return namespace === undefined ? [] : [namespace];
}

function rightsOf(actions: readonly string[], namespaces: readonly string[]): readonly Right[] {
  return actions.flatMap((action): readonly Right[] => {
    const [, verb = '', resource = '', group = '', name] =
      /^(\S+) ([^./]+)(?:\.([^/]+))?(?:\/(.+))?$/.exec(action) ?? [];
    const right = { verb, group, resource, ...(name === undefined ? {} : { name }) };
    const isEverywhere = clusterScoped.has(resource) || namespaces.length === 0;
    return isEverywhere ? [right] : namespaces.map((namespace) => ({ ...right, namespace }));
  });
}

/** Whoever acts asks first whose cluster it is, by the uid of this namespace. */
const clusterRight: Right = { verb: 'get', group: '', resource: 'namespaces', name: 'kube-system' };

function beaconRights({ targets }: Environment): readonly Right[] {
  const name = targets.kubernetes?.proof.beacon?.namespace;
  return name === undefined ? [] : [{ ...clusterRight, name }];
}

function leaseRights({ lease, journal }: Environment): readonly Right[] {
  if (lease?.type !== 'kubernetes') return [];
  const { namespace } = lease;
  const of = (verb: string, resource: string, group: string) => ({ verb, group, resource, namespace });
  return [
    ...['create', 'get', 'update'].map((verb) => of(verb, 'leases', 'coordination.k8s.io')),
    ...(journal?.mirror === undefined
      ? []
      : ['create', 'delete', 'get', 'list'].map((verb) => of(verb, 'configmaps', ''))),
  ];
}

function canaryRights(environment: Environment, scenarios: readonly BoundScenario[]): readonly Right[] {
  const blind = scenarios.flatMap(({ scenario }) => scenario.expect.blindGuardrails);
  const asked = new Set(blind.map((e) => e.guardrail));
  const acts = [
    ...canariesOf(environment, scenarios).map((act) => ['get', act] as const),
    ...[...asked].map((name) => ['create', environment.guardrails[name]?.['canary']] as const),
  ];
  return acts.flatMap(([verb, act]): readonly Right[] => {
    const { type, resource, group = '', name, namespace } = (act ?? {}) as Readonly<Record<string, string | undefined>>;
    if (resource === undefined || (verb === 'get' && type !== 'kubernetes.get')) return [];
    const named = verb === 'get' && name !== undefined ? { name } : {};
    return [{ verb, group, resource, ...named, ...(namespace === undefined ? {} : { namespace }) }];
  });
}

/** One rule for all verbs on the same resources and names. */
function rulesOf(rights: readonly Right[]): readonly PolicyRule[] {
  const byObject = new Map<
    string,
    { readonly right: Right; readonly verbs: Set<string>; readonly names: Set<string> }
  >();
  for (const right of rights) {
    const isNamed = right.name !== undefined;
    const key = [right.group, right.resource, isNamed ? right.verb : ''].join(' ');
    const known = byObject.get(key) ?? { right, verbs: new Set<string>(), names: new Set<string>() };
    known.verbs.add(right.verb);
    if (right.name !== undefined) known.names.add(right.name);
    byObject.set(key, known);
  }
  return [...byObject]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([, { right, verbs, names }]) => ({
      apiGroups: [right.group],
      resources: [right.resource],
      verbs: [...verbs].toSorted(),
      ...(names.size === 0 ? {} : { resourceNames: [...names].toSorted() }),
    }));
}
