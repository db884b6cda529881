import type { Json } from '../../../model/json.ts';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../objects/built-in.ts';
import { listAt, textAt } from '../objects/json.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { keyOf } from '../objects/resources.ts';
import type { Store } from '../storage/store.ts';
import { type Attributes, type Rule, ruleAllows, rulesOf } from './rules.ts';
import { mastersGroup, type User } from './user.ts';

export interface Decision {
  readonly allowed: boolean;
  /** What granted it, or which role a binding missed; empty when no rule speaks of it. */
  readonly reason: string;
}

/** Decides by the roles and bindings that are stored at the moment. */
export interface Authorizer {
  readonly decide: (user: User, attributes: Attributes) => Decision;
  /** Lists every rule that a user holds, in a namespace or, without one, cluster-wide. */
  readonly rulesOf: (user: User, namespace: string | undefined) => readonly Rule[];
  /** Reads the role that a binding names. */
  readonly roleOf: (roleRef: Json | undefined, namespace: string | undefined) => KubernetesObject | undefined;
}

/** Follows https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/auth/authorizer/rbac/rbac.go */
export function createAuthorizer(store: Store): Authorizer {
  function roleOf(roleRef: Json | undefined, namespace: string | undefined): KubernetesObject | undefined {
    const name = textAt(roleRef, 'name') ?? '';
    return textAt(roleRef, 'kind') === 'Role'
      ? store.get(keyOf(roles), namespace, name)
      : store.get(keyOf(clusterRoles), undefined, name);
  }

  function* grantsOf(user: User, namespace: string | undefined): Iterable<Grant> {
    const bindings = [
      ...store.list(keyOf(clusterRoleBindings)),
      ...(namespace === undefined ? [] : store.list(keyOf(roleBindings), namespace)),
    ];
    for (const binding of bindings) {
      const subject = listAt(binding, 'subjects').find((one) => isSubject(one, user, binding.metadata.namespace));
      if (subject === undefined) continue;
      const role = roleOf(binding['roleRef'], binding.metadata.namespace);
      yield { binding, subject, rules: role === undefined ? undefined : rulesOf(role) };
    }
  }

  return {
    roleOf,
    decide(user, attributes) {
      if (user.groups.includes(mastersGroup)) return { allowed: true, reason: '' };
      const missing: string[] = [];
      for (const grant of grantsOf(user, 'path' in attributes ? undefined : attributes.namespace)) {
        if (grant.rules === undefined) missing.push(missingRole(grant));
        else if (grant.rules.some((rule) => ruleAllows(rule, attributes))) {
          return { allowed: true, reason: `RBAC: allowed by ${grantText(grant)}` };
        }
      }
      const all = missing.length > 1 ? `[${missing.join(', ')}]` : missing.join('');
      return { allowed: false, reason: missing.length === 0 ? '' : `RBAC: ${all}` };
    },
    rulesOf: (user, namespace) => [...grantsOf(user, namespace)].flatMap(({ rules }) => rules ?? []),
  };
}

interface Grant {
  readonly binding: KubernetesObject;
  readonly subject: Json;
  readonly rules: readonly Rule[] | undefined;
}

function isSubject(subject: Json, { username, groups }: User, bindingNamespace: string | undefined): boolean {
  const name = textAt(subject, 'name') ?? '';
  switch (textAt(subject, 'kind')) {
    case 'User':
      return name === username;
    case 'Group':
      return groups.includes(name);
    case 'ServiceAccount':
      return username === `system:serviceaccount:${textAt(subject, 'namespace') ?? bindingNamespace}:${name}`;
    default:
      return false;
  }
}

/** Writes who granted what to whom; a binding in a namespace and an account are written `name/namespace`. */
function grantText({ binding, subject }: Grant): string {
  const { name, namespace } = binding.metadata;
  const roleRef = `${textAt(binding, 'roleRef', 'kind')} "${textAt(binding, 'roleRef', 'name')}"`;
  const accountNamespace =
    textAt(subject, 'kind') === 'ServiceAccount' ? `/${textAt(subject, 'namespace') ?? namespace}` : '';
  const whom = `${textAt(subject, 'kind')} "${textAt(subject, 'name')}${accountNamespace}"`;
  return `${binding.kind} "${name}${namespace === undefined ? '' : `/${namespace}`}" of ${roleRef} to ${whom}`;
}

function missingRole({ binding }: Grant): string {
  const kind = (textAt(binding, 'roleRef', 'kind') ?? '').toLowerCase();
  return `${kind}.rbac.authorization.k8s.io "${textAt(binding, 'roleRef', 'name')}" not found`;
}
