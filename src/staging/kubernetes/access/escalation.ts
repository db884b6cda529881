import { roleBindings, roles } from '../objects/built-in.ts';
import { textAt } from '../objects/json.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import type { Resource } from '../objects/resources.ts';
import { forbidden, notFound } from '../objects/status.ts';
import type { Authorizer } from './rbac.ts';
import { quoted, type Rule, rulesOf, ruleText, uncovered } from './rules.ts';
import { mastersGroup, type User } from './user.ts';

/**
 * Refuses a role or binding that would grant what its writer does not hold, unless the writer has the verb
 * `escalate` or `bind`: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
export function checkEscalation(
  authorizer: Authorizer,
  user: User,
  { resource, object }: { readonly resource: Resource; readonly object: KubernetesObject },
): void {
  if (resource.group !== roles.group || user.groups.includes(mastersGroup)) return;
  const { name, namespace } = object.metadata;
  const may = (verb: string, plural: string, roleName: string) =>
    authorizer.decide(user, { verb, group: roles.group, resource: plural, subresource: '', namespace, name: roleName })
      .allowed;

  let granted: readonly Rule[];
  if (object.kind.endsWith('Binding')) {
    const roleRef = object['roleRef'];
    const plural = textAt(roleRef, 'kind') === 'Role' ? 'roles' : 'clusterroles';
    const roleName = textAt(roleRef, 'name') ?? '';
    if (may('bind', plural, roleName)) return;
    const role = authorizer.roleOf(roleRef, resource === roleBindings ? namespace : undefined);
    if (role === undefined) throw notFound({ group: roles.group, resource: plural, name: roleName });
    granted = rulesOf(role);
  } else {
    if (may('escalate', resource.plural, name)) return;
    granted = rulesOf(object);
  }

  const lacking = uncovered(authorizer.rulesOf(user, namespace), granted);
  if (lacking.length === 0) return;
  const who = `user ${JSON.stringify(user.username)} (groups=${quoted(user.groups)})`;
  const what = lacking.map(ruleText).join('\n');
  throw forbidden(
    { group: resource.group, resource: resource.plural, name },
    `${who} is attempting to grant RBAC permissions not currently held:\n${what}`,
  );
}
