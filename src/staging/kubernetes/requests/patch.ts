import type { Json } from '../../../model/json.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { notServed, StatusError } from '../objects/status.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../patch/strategic-merge-patch.ts';
import type { Cluster, ObjectReply, Request } from './call.ts';
import { completeObject, jsonBody, mediaType } from './decode.ts';
import { changeObject } from './update.ts';

/** Patches an object in the way that the content type names. */
export function patchObject(cluster: Cluster, request: Request): Promise<ObjectReply> {
  const apply = patcherOf(request);
  return changeObject(cluster, request, (stored) => {
    const { resourceVersion: _, ...metadata } = stored.metadata;
    const unversioned: KubernetesObject = { ...stored, metadata: { ...metadata, name: stored.metadata.name } };
    const patched = apply(mediaType(request.call.contentType).includes('json-patch') ? stored : unversioned);
    return withoutOwnVersion(completeObject(patched, request), stored);
  });
}

/** Reads the patch; the answer applies it. @throws StatusError 415 for another content type */
export function patcherOf({ call, resource }: Pick<Request, 'call' | 'resource'>): (document: Json) => Json {
  const type = mediaType(call.contentType);
  switch (type) {
    case 'application/json-patch+json': {
      const patch = jsonBody(call);
      return (document) => applyJsonPatch(document, patch);
    }
    case 'application/merge-patch+json': {
      const patch = jsonBody(call);
      return (document) => applyMergePatch(document, patch);
    }
    case 'application/strategic-merge-patch+json': {
      if (resource.custom) break;
      const patch = jsonBody(call);
      return (document) => applyStrategicMergePatch(document, patch);
    }
    case 'application/apply-patch+yaml':
    case 'application/apply-patch+cbor':
      throw notServed('A server-side apply was asked for.');
  }
  const known = ['json-patch', 'merge-patch', ...(resource.custom ? [] : ['strategic-merge-patch'])];
  const accepted = known.map((one) => `application/${one}+json`).join(', ');
  throw new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  );
}

/** A JSON Patch sees the version it was applied to; only another one is a condition. */
function withoutOwnVersion(patched: KubernetesObject, stored: KubernetesObject): KubernetesObject {
  if (patched.metadata.resourceVersion !== stored.metadata.resourceVersion) return patched;
  const { resourceVersion: _, ...metadata } = patched.metadata;
  return { ...patched, metadata: { ...metadata, name: patched.metadata.name } };
}
