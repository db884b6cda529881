import type { Json } from '../../../model/json.ts';
import { isObject, listAt } from '../objects/json.ts';
import { StatusError } from '../objects/status.ts';

/**
 * Reads what form of an answer the caller prefers; tables are not made here, so a caller must read plain JSON too.
 * @throws StatusError 406 when the caller reads nothing that is made here
 */
export function preferredForm(accept: string | undefined): 'whole' | 'partial' {
  const ranges = (accept || '*/*').split(',').map((range) => range.trim().toLowerCase().replaceAll(' ', ''));
  for (const range of ranges) {
    if (!/^(?:application\/json|application\/\*|\*\/\*)(?:;|$)/.test(range)) continue;
    if (!range.includes(';as=')) return 'whole';
    if (/;as=partialobjectmetadata(?:list)?(?:;|$)/.test(range)) return 'partial';
  }
  throw new StatusError(406, 'NotAcceptable', 'only the following media types are accepted: application/json');
}

/** Leaves nothing but the metadata of an object or of each in a list; a Status stays as it is. */
export function partialOf(body: Json): Json {
  if (!isObject(body) || body['kind'] === 'Status' || !isObject(body['metadata'])) return body;
  if (!Array.isArray(body['items'])) return metadataOnly(body);
  const items = listAt(body, 'items').map(metadataOnly);
  return { kind: 'PartialObjectMetadataList', apiVersion, metadata: body['metadata'], items };
}

const apiVersion = 'meta.k8s.io/v1';

function metadataOnly(object: Json): Json {
  const metadata = isObject(object) ? (object['metadata'] ?? {}) : {};
  return { kind: 'PartialObjectMetadata', apiVersion, metadata };
}
