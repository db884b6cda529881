import type { JsonObject } from '../../../model/json.ts';
import { namespaces, pods } from '../objects/built-in.ts';
import { isObject, numberAt, textAt, textsAt } from '../objects/json.ts';
import { type KubernetesObject, metaTime, withMeta } from '../objects/kubernetes-object.ts';
import { keyOf } from '../objects/resources.ts';
import { badRequest, conflict, notServed } from '../objects/status.ts';
import { type Cluster, named, type ObjectReply, type Request } from './call.ts';
import { jsonBody } from './decode.ts';
import { existing, namespaceOf, selectionOf } from './read.ts';

interface DeleteOptions {
  readonly graceSeconds?: number | undefined;
  readonly policy?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly dryRun: boolean;
}

/** Removes an object, or marks it where a grace period, a finalizer or its content has to end first. */
export async function deleteObject(cluster: Cluster, request: Request): Promise<ObjectReply> {
  return deleteOne(cluster, request, deleteOptionsOf(request));
}

export async function deleteCollection(cluster: Cluster, request: Request): Promise<ObjectReply> {
  const { resource } = request;
  const options = deleteOptionsOf(request);
  const found = cluster.store.list(keyOf(resource), namespaceOf(request)).filter(selectionOf(request));
  for (const { metadata } of found) {
    const { name, namespace } = metadata;
    await deleteOne(cluster, { ...request, target: { ...request.target, name, namespace } }, options);
  }
  const version = String(cluster.store.revision());
  const body = { kind: `${resource.kind}List`, apiVersion: 'v1', metadata: { resourceVersion: version }, items: found };
  return {
    status: 200,
    body: { ...body, apiVersion: resource.group ? `${resource.group}/${resource.version}` : 'v1' },
  };
}

/** Reads options from the body, or else from the URL. */
export function deleteOptionsOf({ call, dryRun }: Request): DeleteOptions {
  const body = call.body === '' ? {} : jsonBody(call);
  if (!isObject(body)) throw badRequest('DeleteOptions must be an object');
  if (body['orphanDependents'] !== undefined) throw notServed('The option orphanDependents was sent.');
  const query = call.url.searchParams;
  const grace = query.get('gracePeriodSeconds');
  return {
    graceSeconds: numberAt(body, 'gracePeriodSeconds') ?? (grace === null ? undefined : Number(grace)),
    policy: textAt(body, 'propagationPolicy') ?? query.get('propagationPolicy') ?? undefined,
    uid: textAt(body, 'preconditions', 'uid'),
    resourceVersion: textAt(body, 'preconditions', 'resourceVersion'),
    dryRun: dryRun || textsAt(body, 'dryRun').includes('All'),
  };
}

export async function deleteOne(cluster: Cluster, request: Request, options: DeleteOptions): Promise<ObjectReply> {
  const { store, admit, now } = cluster;
  const { resource, call, notes } = request;
  const stored = existing(store, request);
  checkPreconditions(stored, request, options);
  const { namespace, name } = stored.metadata;
  await admit({
    operation: 'DELETE',
    resource,
    subresource: '',
    namespace,
    name,
    previous: stored,
    dryRun: options.dryRun,
    user: call.user,
    notes,
  });
  const current = existing(store, request);
  checkPreconditions(current, request, options);

  const marked = markDeleted(current, { ...options, isPod: resource === pods }, now());
  const key = keyOf(resource);
  if (marked === current) return { status: 200, body: current };
  if (marked !== undefined) return { status: 200, body: options.dryRun ? marked : store.put(key, marked) };
  if (!options.dryRun) store.remove(key, current);
  return { status: 200, body: resource.answersDeleted ? current : success(request, current) };
}

function checkPreconditions({ metadata }: KubernetesObject, request: Request, options: DeleteOptions): void {
  for (const [what, wanted, found] of [
    ['UID', options.uid, metadata.uid],
    ['ResourceVersion', options.resourceVersion, metadata.resourceVersion],
  ]) {
    if (wanted === undefined || wanted === found) continue;
    const why = `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`;
    throw conflict(named(request), why);
  }
}

/** Answers the object as it waits for its end, the same one when it waits already, undefined when it goes at once. */
function markDeleted(
  object: KubernetesObject,
  { graceSeconds, policy, isPod }: DeleteOptions & { readonly isPod: boolean },
  nowMs: number,
): KubernetesObject | undefined {
  const { metadata } = object;
  const grace = isPod ? podGrace(object, graceSeconds) : 0;
  const finalizers = [...(metadata.finalizers ?? []), ...waitFor(policy)].filter(
    (one, index, all) => all.indexOf(one) === index,
  );
  const waits = grace > 0 || finalizers.length > 0 || isFullNamespace(object);
  if (!waits) return undefined;
  if (metadata.deletionTimestamp !== undefined && (metadata.deletionGracePeriodSeconds ?? 0) <= grace) return object;
  const marked = withMeta(object, {
    deletionTimestamp: metaTime(nowMs + grace * 1000),
    deletionGracePeriodSeconds: grace,
    ...(finalizers.length > 0 && { finalizers }),
    ...(metadata.generation !== undefined && { generation: metadata.generation + 1 }),
  });
  return object.kind === namespaces.kind ? { ...marked, status: { phase: 'Terminating' } } : marked;
}

function podGrace(pod: KubernetesObject, asked: number | undefined): number {
  const phase = textAt(pod, 'status', 'phase');
  if (textAt(pod, 'spec', 'nodeName') === undefined || phase === 'Succeeded' || phase === 'Failed') return 0;
  return asked ?? numberAt(pod, 'spec', 'terminationGracePeriodSeconds') ?? 30;
}

function waitFor(policy: string | undefined): readonly string[] {
  if (policy === 'Foreground') return ['foregroundDeletion'];
  return policy === 'Orphan' ? ['orphan'] : [];
}

function isFullNamespace(object: KubernetesObject): boolean {
  return object.kind === namespaces.kind && textsAt(object, 'spec', 'finalizers').length > 0;
}

function success({ resource }: Request, { metadata }: KubernetesObject): JsonObject {
  const details = {
    name: metadata.name,
    ...(resource.group !== '' && { group: resource.group }),
    kind: resource.plural,
    ...(metadata.uid !== undefined && { uid: metadata.uid }),
  };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
