import { CallError } from '../../model/call.ts';
import { sameJson } from '../../model/canonical.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { applyJsonPatch } from '../../staging/kubernetes/patch/json-patch.ts';
import { applyMergePatch } from '../../staging/kubernetes/patch/merge-patch.ts';
import type {
  ApiResource,
  KubernetesAnswer,
  KubernetesClients,
  KubernetesRequest,
} from '../../targets/kubernetes/clients.ts';
import { fakeSecret } from './aws-iam.ts';

interface Stored {
  readonly at: Pick<KubernetesRequest, 'of' | 'namespace'>;
  readonly object: JsonObject;
}

/**
 * A cluster in memory at the level of calls, strongly consistent, with uids, resource versions and generations, token
 * secrets that get their token, and the server's refusals as `CallError`. It authorizes and admits everything.
 */
export class FakeKubernetes {
  readonly #objects = new Map<string, Stored>();
  readonly #watching = new Set<{ readonly key: string; readonly onEvent: () => void }>();
  #version = 100;

  clients(): KubernetesClients {
    return {
      clusterUid: 'uid-of-kube-system',
      call: async (request, signal) => {
        signal.throwIfAborted();
        await Promise.resolve();
        const body = structuredClone(this.#answer(structuredClone(request)));
        return { status: 200, body, warnings: [], auditId: `audit-${this.#version}` } satisfies KubernetesAnswer;
      },
      watch: (watch, signal, onEvent) => {
        const watcher = { key: keyOf({ verb: 'get', ...watch }), onEvent };
        this.#watching.add(watcher);
        onEvent();
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            this.#watching.delete(watcher);
            reject(signal.reason);
          });
        });
      },
    };
  }

  /** Every object by `<resource>/<namespace>/<name>`. */
  objects(): ReadonlyMap<string, JsonObject> {
    return new Map([...this.#objects].map(([key, { object }]) => [key, structuredClone(object)]));
  }

  #answer(request: KubernetesRequest): JsonObject {
    const key = request.verb === 'create' ? keyOf({ ...request, name: nameIn(request) }) : keyOf(request);
    const before = this.#objects.get(key);
    const body = this.#act(request);
    if (this.#objects.get(key) !== before)
      for (const watcher of this.#watching) if (watcher.key === key) watcher.onEvent();
    return body;
  }

  #act(request: KubernetesRequest): JsonObject {
    switch (request.verb) {
      case 'list':
        return { kind: 'List', items: this.#list(request) };
      case 'get':
        return shown(request, this.#find(request).object);
      case 'create':
        return this.#create(request);
      case 'update':
      case 'patch':
        return this.#change(request);
      case 'delete':
        return this.#delete(request);
    }
  }

  #list(request: KubernetesRequest): readonly JsonObject[] {
    const wanted = Object.entries(labelsIn(request.labelSelector));
    return [...this.#objects.values()]
      .filter(({ at }) => sameJson({ ...at.of }, { ...request.of }))
      .filter(({ at }) => request.namespace === undefined || at.namespace === request.namespace)
      .filter(({ object }) => wanted.every(([name, value]) => fields(metaOf(object)['labels'])[name] === value))
      .map(({ object }) => shown(request, object));
  }

  #create(request: KubernetesRequest): JsonObject {
    const body = fields(request.body as Json);
    const { name } = metaOf(body);
    if (typeof name !== 'string') throw new CallError('invalid', 'Invalid', 'metadata.name is required');
    const key = keyOf({ ...request, name });
    if (this.#objects.has(key)) throw new CallError('conflict', 'AlreadyExists', `${key} already exists`);
    const uid = `uid-${++this.#version}`;
    const metadata = { ...metaOf(body), uid, resourceVersion: String(this.#version), creationTimestamp: 'now' };
    const object = completed(request.of, {
      ...body,
      metadata: { ...metadata, ...(hasSpec(body) ? { generation: 1 } : {}) },
    });
    if (request.dryRun !== true) this.#objects.set(key, { at: placeOf(request), object });
    return object;
  }

  #change(request: KubernetesRequest): JsonObject {
    const { object } = this.#find(request);
    const next = fields(changed(object, request));
    if (sameJson(next, object)) return object;
    const { generation } = metaOf(object);
    const moved = typeof generation === 'number' && !sameJson(next['spec'] ?? null, object['spec'] ?? null);
    const resourceVersion = String(++this.#version);
    const metadata = { ...metaOf(next), resourceVersion, ...(moved ? { generation: generation + 1 } : {}) };
    const stored = controlled(request.of, { ...next, metadata });
    if (request.dryRun !== true) this.#objects.set(keyOf(request), { at: placeOf(request), object: stored });
    return stored;
  }

  #delete(request: KubernetesRequest): JsonObject {
    const { object } = this.#find(request);
    const wanted = fields(fields(request.body as Json)['preconditions']);
    for (const [name, value] of Object.entries(wanted)) {
      if (metaOf(object)[name] !== value) {
        throw new CallError('conflict', 'Conflict', `Precondition failed: ${name} of ${keyOf(request)}`);
      }
    }
    if (request.dryRun !== true) this.#objects.delete(keyOf(request));
    return { kind: 'Status', status: 'Success', details: { uid: metaOf(object)['uid'] ?? null } };
  }

  #find(request: KubernetesRequest): Stored {
    const stored = this.#objects.get(keyOf(request));
    if (stored === undefined) throw new CallError('not-found', 'NotFound', `${keyOf(request)} not found`);
    return stored;
  }
}

function changed(object: JsonObject, { verb, body, of }: KubernetesRequest): Json {
  if (verb === 'update') return fields(body as Json);
  if (!Array.isArray(body)) return applyMergePatch(object, body as Json);
  try {
    return applyJsonPatch(object, body as Json);
  } catch (error) {
    throw new CallError('conflict', 'Invalid', `The patch of ${of.resource} does not apply.`, { cause: error });
  }
}

/** What a server adds of its own. */
function completed({ resource }: ApiResource, object: JsonObject): JsonObject {
  if (resource === 'secrets' && object['type'] === 'kubernetes.io/service-account-token') {
    return { ...object, data: { token: Buffer.from(fakeSecret).toString('base64'), plain: fakeSecret } };
  }
  if (resource === 'pods')
    return { ...object, spec: { ...fields(object['spec']), schedulerName: 'default-scheduler' } };
  return controlled({ resource }, object);
}

/** What its controller says of a Deployment at once. */
function controlled({ resource }: Pick<ApiResource, 'resource'>, object: JsonObject): JsonObject {
  if (resource !== 'deployments') return object;
  return { ...object, status: { observedGeneration: metaOf(object)['generation'] ?? 1, updatedReplicas: 1 } };
}

function shown({ metadataOnly }: KubernetesRequest, object: JsonObject): JsonObject {
  // A server that does not know metadata-only answers: what comes all the same must be dropped.
  return metadataOnly === true && object['kind'] !== 'Secret' ? { metadata: metaOf(object) } : object;
}

function placeOf({ of, namespace }: KubernetesRequest): Stored['at'] {
  return namespace === undefined ? { of } : { of, namespace };
}

function keyOf({ of, namespace, name }: KubernetesRequest): string {
  return [of.resource, ...(namespace === undefined ? [] : [namespace]), name].join('/');
}

function labelsIn(selector: string | undefined): Readonly<Record<string, string>> {
  if (selector === undefined) return {};
  return Object.fromEntries(selector.split(',').map((one) => one.split('=') as [string, string]));
}

function hasSpec(object: JsonObject): boolean {
  return 'spec' in object;
}

function metaOf(object: JsonObject): JsonObject {
  return fields(object['metadata']);
}

function fields(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function nameIn({ body }: KubernetesRequest): string {
  const { name } = metaOf(fields(body as Json));
  return typeof name === 'string' ? name : '';
}
