import { z } from 'zod';
import { labelField } from '../../model/kubernetes-names.ts';
import type { ApiResource } from '../../targets/kubernetes/clients.ts';

export const kindField = z
  .string()
  .max(63)
  .regex(/^[A-Z][A-Za-z0-9]*$/, { error: 'must be a kind (ConfigMap)' });

/** The plural in the API's path, for custom resources whose kind does not tell it. */
export const resourceField = labelField.optional();

export interface KindName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource?: string | undefined;
}

/** Finds the API path of a kind: its lower-case plural, as every built-in kind and most custom ones have it. */
export function resourceOf({ apiVersion, kind, resource }: KindName): ApiResource {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return { group: group ?? '', version: version ?? '', resource: resource ?? plural(kind.toLowerCase()) };
}

/** Says whether a kind is one of these resources, by its own name, however it is spelt, or by the resource beside it. */
export function isAmong(name: KindName, resources: readonly string[]): boolean {
  const { apiVersion, kind } = name;
  return [resourceOf(name), resourceOf({ apiVersion, kind })].some(({ resource }) => resources.includes(resource));
}

function plural(kind: string): string {
  if (kind === 'endpoints') return kind;
  if (/[^aeiou]y$/.test(kind)) return `${kind.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/.test(kind) ? `${kind}es` : `${kind}s`;
}

/** Names an object as blast radius and signals do: `pod/inference/api`, `clusterrolebinding/x`. */
export function subjectOf(kind: string, namespace: string | undefined, name: string): string {
  const parts = [kind.toLowerCase(), ...(namespace === undefined ? [] : [namespace]), name];
  return parts.join('/');
}

/** Names a right as RBAC does: `create pods`, `patch deployments.apps`. */
export function rightTo(verb: string, { group, resource }: ApiResource): string {
  return `${verb} ${group === '' ? resource : `${resource}.${group}`}`;
}

export const podResource: ApiResource = { group: '', version: 'v1', resource: 'pods' };
export const secretResource: ApiResource = { group: '', version: 'v1', resource: 'secrets' };
export const serviceAccountResource: ApiResource = { group: '', version: 'v1', resource: 'serviceaccounts' };
export const deploymentResource: ApiResource = { group: 'apps', version: 'v1', resource: 'deployments' };
export const networkPolicyResource: ApiResource = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'networkpolicies',
};
export const clusterRoleBindingResource: ApiResource = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  resource: 'clusterrolebindings',
};
