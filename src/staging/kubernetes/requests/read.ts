import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../../model/json.ts';
import { without } from '../objects/json.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { apiVersionOf, keyOf, selectableFields } from '../objects/resources.ts';
import { badRequest, expired, notFound, StatusError } from '../objects/status.ts';
import { parseFieldSelector } from '../selectors/fields.ts';
import { parseLabelSelector } from '../selectors/labels.ts';
import { type Cluster, named, type ObjectReply, type Request } from './call.ts';

export function getObject({ store }: Cluster, request: Request): ObjectReply {
  return { status: 200, body: existing(store, request) };
}

/** @throws StatusError 404 when there is no such object */
export function existing(store: Cluster['store'], request: Request): KubernetesObject {
  const { resource, target } = request;
  const found = store.get(keyOf(resource), namespaceOf(request), target.name ?? '');
  if (found === undefined) throw notFound(named({ resource, target }));
  return found;
}

/** The namespace that an object lies in; a namespace lies in none. */
export function namespaceOf({ resource, target }: Pick<Request, 'resource' | 'target'>): string | undefined {
  return resource.namespaced ? target.namespace : undefined;
}

/** Answers whether an object is among those that a list or watch is about. */
export function selectionOf({ call, resource }: Request): (object: KubernetesObject) => boolean {
  const query = call.url.searchParams;
  const byLabels = parseLabelSelector(query.get('labelSelector') ?? undefined);
  const byFields = parseFieldSelector(query.get('fieldSelector') ?? undefined, selectableFields(resource));
  return (object) => byLabels(object.metadata.labels) && byFields.matches(object);
}

/** Answers lists, in pages when asked to: later pages show what the first one found. */
export function createLister(): (cluster: Cluster, request: Request) => ObjectReply {
  const pages = new Map<string, Page>();
  return ({ store }, request) => {
    const query = request.call.url.searchParams;
    const limit = Number(query.get('limit') ?? 0);
    if (!Number.isInteger(limit) || limit < 0) throw badRequest('limit must be a whole number');
    const token = query.get('continue');
    const page = token === null || token === '' ? firstPage(store, request) : pages.get(token);
    if (page === undefined) throw expired(tooOld);
    const shown = limit === 0 ? page.items : page.items.slice(0, limit);
    const rest = page.items.slice(shown.length);
    return { status: 200, body: listBody(request, { ...page, items: shown }, remember(rest, page)) };
  };

  function remember(rest: Page['items'], { revision, selective }: Page): JsonObject {
    if (rest.length === 0) return {};
    const token = randomUUID();
    pages.set(token, { items: rest, revision, selective });
    const [oldest] = pages.keys();
    if (pages.size > pageLimit && oldest !== undefined) pages.delete(oldest);
    return { continue: token, ...(!selective && { remainingItemCount: rest.length }) };
  }
}

interface Page {
  readonly items: readonly KubernetesObject[];
  readonly revision: number;
  readonly selective: boolean;
}

const pageLimit = 50;
const tooOld =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.';

function firstPage(store: Cluster['store'], request: Request): Page {
  const query = request.call.url.searchParams;
  const revision = store.revision();
  const wanted = Number(query.get('resourceVersion') ?? 0);
  if (!Number.isInteger(wanted)) throw badRequest('resourceVersion must be a whole number');
  if (wanted > revision) {
    const message = `Timeout: Too large resource version: ${wanted}, current: ${revision}`;
    throw new StatusError(504, 'Timeout', message, { retryAfterSeconds: 1 });
  }
  const items = store.list(keyOf(request.resource), namespaceOf(request)).filter(selectionOf(request));
  return { items, revision, selective: query.has('labelSelector') || query.has('fieldSelector') };
}

/** Items of built-in kinds go without kind and apiVersion, custom ones with them, as on a real server. */
function listBody({ resource }: Request, { items, revision }: Page, paging: JsonObject): Json {
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion: String(revision), ...paging },
    items: resource.custom ? items : items.map((item) => without(item, 'kind', 'apiVersion')),
  };
}
