import type { Json, JsonObject } from '../../../model/json.ts';
import { defaultAudience } from '../access/service-account-tokens.ts';
import { pods } from '../objects/built-in.ts';
import { isObject, numberAt, objectAt, textAt, textMapAt, textsAt } from '../objects/json.ts';
import { metaTime } from '../objects/kubernetes-object.ts';
import { badRequest, invalid, invalidValue, notServed } from '../objects/status.ts';
import type { Cluster, ObjectReply, Request } from './call.ts';
import { jsonBody } from './decode.ts';
import { deleteOne, deleteOptionsOf } from './delete.ts';
import { patcherOf } from './patch.ts';
import { existing } from './read.ts';
import { changeObject } from './update.ts';

/** Reads or sets the number of replicas in the form `autoscaling/v1 Scale`. */
export async function scaleObject(cluster: Cluster, request: Request, verb: string): Promise<ObjectReply> {
  if (verb === 'get') return { status: 200, body: scaleOf(existing(cluster.store, request)) };
  const apply = verb === 'patch' ? patcherOf(request) : () => jsonBody(request.call);
  const reply = await changeObject(cluster, request, (stored) => {
    const scale = apply(scaleOf(stored));
    const version = textAt(scale, 'metadata', 'resourceVersion');
    const replicas = numberAt(scale, 'spec', 'replicas') ?? 0;
    if (!Number.isInteger(replicas) || replicas < 0) {
      const problem = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0');
      throw invalid({ group: 'autoscaling', kind: 'Scale', name: stored.metadata.name }, [problem]);
    }
    const { resourceVersion: _, ...metadata } = stored.metadata;
    return {
      ...stored,
      metadata: {
        ...metadata,
        name: stored.metadata.name,
        ...(version !== undefined && version !== stored.metadata.resourceVersion && { resourceVersion: version }),
      },
      spec: { ...objectAt(stored, 'spec'), replicas },
    };
  });
  return { status: 200, body: scaleOf(reply.body) };
}

function scaleOf(object: Json): JsonObject {
  const meta = objectAt(object, 'metadata');
  const kept = ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp'];
  const labels = Object.entries(textMapAt(object, 'spec', 'selector', 'matchLabels'));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: Object.fromEntries(Object.entries(meta).filter(([field]) => kept.includes(field))),
    spec: { replicas: numberAt(object, 'spec', 'replicas') ?? 0 },
    status: {
      replicas: numberAt(object, 'status', 'replicas') ?? 0,
      selector: labels.map(([key, value]) => `${key}=${value}`).join(','),
    },
  };
}

const minTokenSeconds = 600;
const maxTokenSeconds = 2 ** 32;

/** Issues a token for a service account (`TokenRequest`). */
export function createToken({ store, tokens }: Cluster, request: Request): ObjectReply {
  const body = request.call.body === '' ? {} : jsonBody(request.call);
  if (!isObject(body)) throw badRequest('the body of the request must be an object');
  if (objectAt(body, 'spec')['boundObjectRef'] !== undefined) throw notServed('A token is to be bound to an object.');
  const account = existing(store, request);
  const { name, namespace = '', uid = '' } = account.metadata;
  const seconds = numberAt(body, 'spec', 'expirationSeconds') ?? 3600;
  if (seconds < minTokenSeconds || seconds > maxTokenSeconds) {
    const rule = seconds < minTokenSeconds ? 'may not specify a duration less than 10 minutes' : 'is too long';
    throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest', name }, [
      invalidValue('spec.expirationSeconds', seconds, rule),
    ]);
  }
  const asked = textsAt(body, 'spec', 'audiences');
  const audiences = asked.length > 0 ? asked : [defaultAudience];
  const { token, expiresMs } = tokens.issue({ namespace, name, uid }, { seconds, audiences });
  return {
    status: 201,
    body: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, creationTimestamp: null },
      spec: { audiences, expirationSeconds: seconds, boundObjectRef: null },
      status: { token, expirationTimestamp: metaTime(expiresMs) },
    },
  };
}

/** Deletes a pod on behalf of an `Eviction`; there are no disruption budgets here to forbid it. */
export async function evictPod(cluster: Cluster, request: Request): Promise<ObjectReply> {
  const eviction = jsonBody(request.call);
  const options = objectAt(eviction, 'deleteOptions');
  const call = { ...request.call, body: Object.keys(options).length === 0 ? '' : JSON.stringify(options) };
  const target = { ...request.target, subresource: '' };
  const asDelete = { ...request, target, resource: pods, call: { ...call, contentType: 'application/json' } };
  await deleteOne(cluster, asDelete, deleteOptionsOf(asDelete));
  return { status: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
}
