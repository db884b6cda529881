import type { ApiResource } from '../../targets/kubernetes/clients.ts';

/**
 * Says whether an act, as `k8s-audit` names it, can have deleted an object of one of these kinds. Evicting a pod
 * deletes it: https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 */
export function mayDelete(action: string, ...kinds: readonly ApiResource[]): boolean {
  const act = actOf(action);
  if (act === undefined) return true;
  const { verb, resource, subresource } = act;
  if (verb === 'delete' && resource === 'namespaces' && subresource === undefined) return true;
  if (!kinds.some((kind) => kind.resource === resource)) return false;
  if (subresource !== undefined) return verb === 'create' && subresource === 'eviction';
  return verb === 'delete' || verb === 'deletecollection';
}

/**
 * Says whether it can have written an object of this kind, or created it again: server-side apply creates by a patch
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#api-implementation).
 */
export function mayWrite(action: string, kind: ApiResource): boolean {
  const act = actOf(action);
  if (act === undefined) return true;
  const { verb, resource, subresource } = act;
  if (resource !== kind.resource || (subresource !== undefined && !writing.has(subresource))) return false;
  return verb === 'update' || verb === 'patch' || (verb === 'create' && subresource === undefined);
}

/** Subresources through which the content of an object itself is written. */
const writing: ReadonlySet<string> = new Set(['scale', 'resize', 'ephemeralcontainers']);

/** Undefined for what other sources tell, such as a tool of its own heal. */
function actOf(action: string) {
  const found = /^(create|update|patch|delete|deletecollection) ([a-z][a-z0-9-]*)(?:\/([a-z]+))?$/.exec(action);
  return found === null ? undefined : { verb: found[1], resource: found[2], subresource: found[3] };
}
