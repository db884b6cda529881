/** Is what a request asks for, as RBAC and the audit log see it. */
export interface RequestInfo {
  readonly verb: Verb | string;
  readonly path: string;
  /** Absent for a request that names no resource, such as `/version`. */
  readonly target?: Target;
}

export interface Target {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/**
 * Reads method and URL as the real server does:
 * https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/request/requestinfo.go
 */
export function requestInfoOf(method: string, url: URL): RequestInfo {
  const path = url.pathname;
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const prefix = parts[0] === 'api' ? 2 : 3;
  if ((parts[0] !== 'api' && parts[0] !== 'apis') || parts.length <= prefix) {
    return { verb: method.toLowerCase(), path };
  }
  const [group = '', version = ''] = parts[0] === 'api' ? ['', parts[1]] : [parts[1], parts[2]];
  const { namespace, resource, name, subresource } = placeOf(parts.slice(prefix));
  const verb = verbOf(method, name !== undefined, url.searchParams);
  const selected = verb === 'list' || verb === 'watch' || verb === 'deletecollection' ? selectedName(url) : undefined;
  return { verb, path, target: { group, version, resource, subresource, namespace, name: name ?? selected } };
}

type Place = Pick<Target, 'namespace' | 'resource' | 'name' | 'subresource'>;

/** Below `/namespaces/<name>` lie its own subresources and the resources inside it. */
function placeOf(parts: readonly string[]): Place {
  const [first = '', name, resource, inner, ...rest] = parts;
  if (first !== 'namespaces') {
    return {
      namespace: undefined,
      resource: first,
      name,
      subresource: [resource, inner, ...rest].filter(Boolean).join('/'),
    };
  }
  if (resource === undefined || resource === 'status' || resource === 'finalize') {
    return { namespace: name, resource: 'namespaces', name, subresource: resource ?? '' };
  }
  return { namespace: name, resource, name: inner, subresource: rest.join('/') };
}

function verbOf(method: string, named: boolean, query: URLSearchParams): Verb | string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    case 'GET':
    case 'HEAD':
      if (isTrue(query.get('watch'))) return 'watch';
      return named ? 'get' : 'list';
    default:
      return method.toLowerCase();
  }
}

export function isTrue(value: string | null): boolean {
  return value === '1' || value === 'true' || value === '';
}

function selectedName(url: URL): string | undefined {
  return /(?:^|,)metadata\.name==?([^,]+)/.exec(url.searchParams.get('fieldSelector') ?? '')?.[1];
}
