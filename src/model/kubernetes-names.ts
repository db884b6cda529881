import { z } from 'zod';

/** A label of DNS, and names of labels: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export const dnsLabel = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const dnsName = `${dnsLabel}(?:\\.${dnsLabel})*`;

/** A namespace, a container, the plural of a resource. */
export const labelField = z
  .string()
  .max(63)
  .regex(new RegExp(`^${dnsLabel}$`), { error: 'must be a DNS label of at most 63 characters' });

export const namespaceField = labelField.describe('A namespace.');

/** Name of most objects. */
export const nameField = z
  .string()
  .max(253)
  .regex(new RegExp(`^${dnsName}$`), { error: 'must be a DNS name of at most 253 characters' });

const segmentRule = "must be a name without '/', '%', '*' and spaces, and neither '.' nor '..'";

/** What can stand in a path, as the name of a role or binding, which may hold colons: `system:node`. */
export const segmentField = z
  .string()
  .max(253)
  .regex(/^(?!\.{1,2}$)[^/%\s*]+$/, { error: segmentRule });

/** An API group; the core group is ''. */
export const groupField = z
  .string()
  .max(253)
  .regex(new RegExp(`^(?:${dnsName})?$`), { error: "must be an API group ('', apps, kyverno.io)" });

const version = 'v\\d+(?:(?:alpha|beta)\\d+)?';

export const versionField = z.string().regex(new RegExp(`^${version}$`), { error: 'must be a version (v1, v1beta1)' });

/** `v1`, `apps/v1`, `kyverno.io/v1`. */
export const apiVersionField = z
  .string()
  .max(300)
  .regex(new RegExp(`^(?:${dnsName}/)?${version}$`), { error: 'must be an API version (v1, apps/v1)' });

/** A kind, by where its objects are in the API. */
interface Kind {
  readonly group: string;
  readonly resource: string;
}

/** Says what a name of a kind must be; undefined where the kind can bear it. */
export function nameProblem(of: Kind, name: string): string | undefined {
  const { field, rule } = ruleOf(of);
  return field.safeParse(name).success ? undefined : rule;
}

/** Says so of a name that is a `segmentField`, which tells by itself what cannot stand in a path. */
export function segmentProblem(of: Kind, segment: string): string | undefined {
  return segmentField.safeParse(segment).success ? nameProblem(of, segment) : undefined;
}

/**
 * Most names are those of DNS; roles and bindings take whatever can stand in a path, as do kinds of servers of their own
 * such as OpenShift's (`app:latest`, `kube:admin`): https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-creation-or-update
 */
function ruleOf({ group, resource }: Kind) {
  if (group === 'rbac.authorization.k8s.io' || group.endsWith('.openshift.io'))
    return { field: segmentField, rule: segmentRule };
  if (group === '' && (resource === 'namespaces' || resource === 'services'))
    return { field: labelField, rule: 'must be a DNS label of at most 63 characters' };
  return { field: nameField, rule: 'must be a DNS name of at most 253 characters' };
}
