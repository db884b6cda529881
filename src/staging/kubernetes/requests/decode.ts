import type { Json, JsonObject } from '../../../model/json.ts';
import { isObject, textAt } from '../objects/json.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { apiVersionOf } from '../objects/resources.ts';
import { badRequest, notServed, StatusError } from '../objects/status.ts';
import type { Call, Request } from './call.ts';

/** Reads the body as JSON. @throws StatusError 400 or 415 when it is none */
export function jsonBody({ body, contentType }: Call): Json {
  const type = mediaType(contentType);
  if (type === 'application/yaml' || type === 'application/vnd.kubernetes.protobuf') {
    throw notServed(`A body came as ${type} rather than as JSON.`);
  }
  try {
    return JSON.parse(body);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : error}`);
  }
}

export function mediaType(contentType: string | undefined): string {
  return contentType?.split(';')[0]?.trim().toLowerCase() ?? 'application/json';
}

const bodyTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** Reads the object that a request brings; what it leaves out of kind, namespace and name comes from the URL. */
export function objectBody({ call, target, resource }: Request): KubernetesObject {
  const type = mediaType(call.contentType);
  if (!bodyTypes.includes(type)) {
    const message = `the body of the request was in an unknown format - accepted media types include: ${bodyTypes.join(', ')}`;
    throw new StatusError(415, 'UnsupportedMediaType', message);
  }
  return completeObject(jsonBody(call), { target, resource });
}

/** @throws StatusError 400 when the object is not the one that the URL names */
export function completeObject(
  body: Json,
  { target, resource }: Pick<Request, 'target' | 'resource'>,
): KubernetesObject {
  if (!isObject(body)) throw badRequest('the body of the request must be an object');
  const expected = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  for (const field of ['apiVersion', 'kind'] as const) {
    const got = textAt(body, field);
    if (got !== undefined && got !== expected[field]) {
      const what = field === 'apiVersion' ? 'API version' : 'kind';
      throw badRequest(`the ${what} in the data (${got}) does not match the expected ${what} (${expected[field]})`);
    }
  }
  const metadata = isObject(body['metadata']) ? body['metadata'] : {};
  const [name, namespace] = [textAt(metadata, 'name'), textAt(metadata, 'namespace')];
  if (name && target.name !== undefined && name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`);
  }
  if (resource.namespaced && namespace && namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return {
    ...body,
    ...expected,
    metadata: {
      ...(metadata satisfies JsonObject),
      name: name ?? target.name ?? '',
      ...(resource.namespaced && target.namespace !== undefined && { namespace: target.namespace }),
    },
  };
}

/** Reads whether a request only wants to know. @throws StatusError for values that are not `All` */
export function isDryRun(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun');
  if (values.some((value) => value !== 'All')) {
    throw new StatusError(422, 'Invalid', `dryRun: Unsupported value: "${values.join()}": supported values: "All"`);
  }
  return values.length > 0;
}

const knownQuery = [
  'allowWatchBookmarks',
  'continue',
  'dryRun',
  'fieldManager',
  'fieldSelector',
  'fieldValidation',
  'gracePeriodSeconds',
  'labelSelector',
  'limit',
  'pretty',
  'propagationPolicy',
  'resourceVersion',
  'resourceVersionMatch',
  'timeout',
  'timeoutSeconds',
  'watch',
];

/** Refuses options that would change the answer and are not known here. */
export function checkQuery(query: URLSearchParams): void {
  for (const name of query.keys()) {
    if (!knownQuery.includes(name)) throw notServed(`The option '${name}' was sent.`);
  }
  if (query.get('fieldValidation') === 'Strict') throw notServed('Unknown fields are to be refused (fieldValidation).');
  const match = query.get('resourceVersionMatch');
  if (match === 'Exact') throw notServed('A list of an exact past version was asked for.');
}
