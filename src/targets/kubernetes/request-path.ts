import type { ApiResource, KubernetesRequest } from './clients.ts';

/** A call or a watch, as it is sent. */
export interface SentRequest extends Omit<KubernetesRequest, 'verb'> {
  readonly verb: KubernetesRequest['verb'] | 'watch';
}

/** Builds the path and query of a call. https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris */
export function pathOf(request: SentRequest): string {
  const { of, namespace, name } = request;
  const parts = [
    ...(of.group === '' ? ['api', of.version] : ['apis', of.group, of.version]),
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    of.resource,
    ...(name === undefined ? [] : [name]),
    ...(of.subresource === undefined ? [] : [of.subresource]),
  ];
  const query = new URLSearchParams();
  if (request.verb === 'watch') query.set('watch', '1');
  if (request.labelSelector !== undefined) query.set('labelSelector', request.labelSelector);
  if (request.fieldSelector !== undefined) query.set('fieldSelector', request.fieldSelector);
  if (request.dryRun === true) query.set('dryRun', 'All');
  // Our writes are told apart in managedFields by this name.
  if (writes(request) && request.verb !== 'delete' && !isReview(of)) query.set('fieldManager', fieldManager);
  const text = query.toString();
  return `/${parts.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

export const fieldManager = 'windshear';

/** Names a call as RBAC and the audit log do: `create pods`, `patch deployments.apps`, `create serviceaccounts/token`. */
export function actionOf({ verb, of }: SentRequest): string {
  return `${verb} ${resourceName(of)}`;
}

/** `pods`, `deployments.apps`, `serviceaccounts/token`. */
export function resourceName({ group, resource, subresource }: ApiResource): string {
  const name = group === '' ? resource : `${resource}.${group}`;
  return subresource === undefined ? name : `${name}/${subresource}`;
}

/** Says whether a call may change the cluster. */
export function changes(request: SentRequest): boolean {
  return writes(request) && request.dryRun !== true && !isReview(request.of);
}

function writes({ verb }: SentRequest): boolean {
  return verb !== 'get' && verb !== 'list' && verb !== 'watch';
}

/** Reviews are asked by POST and stored nowhere. */
function isReview({ group, resource }: ApiResource): boolean {
  return /^(authentication|authorization)\.k8s\.io$/.test(group) && resource.endsWith('reviews');
}
