import type { Notes } from '../admission/admission.ts';
import { realGroups } from '../objects/built-in.ts';
import type { Resource } from '../objects/resources.ts';
import { notServed, StatusError } from '../objects/status.ts';
import type { Call, Cluster, ObjectReply, Reply, Request } from './call.ts';
import { createObject } from './create.ts';
import { checkQuery, isDryRun } from './decode.ts';
import { deleteCollection, deleteObject } from './delete.ts';
import { discover } from './discovery.ts';
import { patchObject } from './patch.ts';
import { createLister, getObject } from './read.ts';
import type { RequestInfo, Target } from './request-info.ts';
import { answerReview } from './reviews.ts';
import { createToken, evictPod, scaleObject } from './subresources.ts';
import { replaceObject } from './update.ts';
import { watchObjects } from './watch.ts';

/** Says that there is nothing at a path; the real server answers it as plain text. */
export class NoSuchPath extends Error {}

export type Router = (call: Call, info: RequestInfo, notes: Notes) => Promise<Reply>;

/** Leads an allowed call to what answers it. */
export function createRouter(cluster: Cluster): Router {
  const listObjects = createLister();

  return async (call, info, notes) => {
    if (info.target === undefined) return answerPath(cluster, info);
    const request = readRequest(cluster, call, info.target, notes);
    const { subresource } = info.target;
    if (request.resource.review) {
      if (info.verb !== 'create') throw wrongMethod();
      return answerReview(cluster, request);
    }
    if (subresource !== '' && subresource !== 'status') return onSubresource(request, subresource, info.verb);
    switch (info.verb) {
      case 'get':
        return getObject(cluster, request);
      case 'list':
        return listObjects(cluster, request);
      case 'watch':
        return watchObjects(cluster, request);
      case 'update':
        return replaceObject(cluster, request);
      case 'patch':
        return patchObject(cluster, request);
      case 'create':
        if (subresource !== '' || request.target.name !== undefined) throw wrongMethod();
        return createObject(cluster, request);
      case 'delete':
        if (subresource !== '') throw wrongMethod();
        return deleteObject(cluster, request);
      case 'deletecollection':
        return deleteCollection(cluster, request);
      default:
        throw wrongMethod();
    }
  };

  function onSubresource(request: Request, subresource: string, verb: string): Promise<ObjectReply> | ObjectReply {
    if (subresource === 'scale' && ['get', 'update', 'patch'].includes(verb)) {
      return scaleObject(cluster, request, verb);
    }
    if (verb === 'create' && subresource === 'token') return createToken(cluster, request);
    if (verb === 'create' && subresource === 'eviction') return evictPod(cluster, request);
    throw wrongMethod();
  }
}

function answerPath({ registry }: Cluster, { path, verb }: RequestInfo): Reply {
  if (verb !== 'get') throw wrongMethod();
  if (['/healthz', '/livez', '/readyz'].includes(path)) return { status: 200, body: 'ok' };
  const found = discover(registry, path);
  if (found !== undefined) return found;
  // What a real server has and this one does not is told from what no server has.
  const group = /^\/apis\/([^/]+)/.exec(path)?.[1];
  if (group === undefined ? /^\/(openapi|metrics|logs|debug)\b/.test(path) : realGroups.includes(group))
    throw notServed(`The path '${path}' was asked for.`);
  throw new NoSuchPath();
}

function readRequest({ registry }: Cluster, call: Call, target: Target, notes: Notes): Request {
  const resource = registry.find(target.group, target.version, target.resource);
  if (resource === undefined) {
    if (!realGroups.includes(target.group)) throw new NoSuchPath();
    const group = target.group === '' ? 'v1' : `${target.group}/${target.version}`;
    throw notServed(`The resource '${target.resource}' of ${group} was asked for.`);
  }
  checkPlace(resource, target);
  checkQuery(call.url.searchParams);
  return { call, target, resource, notes, dryRun: isDryRun(call.url.searchParams) };
}

function checkPlace(resource: Resource, { subresource, namespace, name, resource: plural }: Target): void {
  const known: readonly string[] = resource.subresources;
  if (subresource !== '' && !known.includes(subresource)) {
    throw notServed(`The subresource '${plural}/${subresource}' was asked for.`);
  }
  if (!resource.namespaced && namespace !== undefined && plural !== 'namespaces') throw new NoSuchPath();
  if (resource.namespaced && namespace === undefined && name !== undefined) throw new NoSuchPath();
}

function wrongMethod(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError(405, 'MethodNotAllowed', message, {});
}
