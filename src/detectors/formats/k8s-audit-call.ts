import type { JsonObject } from '../../model/json.ts';
import { listOf, memberOf, numberOf, objectOf, stringOf } from '../guards.ts';

/** Says what was asked for: `create pods`, `update deployments/status`, `get /healthz`. */
export function auditAction(event: JsonObject): string | undefined {
  const verb = stringOf(event['verb']);
  const ref = objectOf(event['objectRef']);
  const resource = stringOf(ref?.['resource']);
  const subresource = stringOf(ref?.['subresource']);
  const place =
    resource === undefined
      ? stringOf(event['requestURI'])?.split('?')[0]
      : [resource, subresource].filter((part) => part !== undefined).join('/');
  return verb === undefined || place === undefined ? undefined : `${verb} ${place}`;
}

/** True where the request cannot have changed anything: it reads, asks what is allowed, or is a dry run. */
export function changesNothing(event: JsonObject): boolean {
  const verb = stringOf(event['verb'])?.toLowerCase() ?? '';
  const subresource = stringOf(memberOf(event['objectRef'], 'subresource')) ?? '';
  if (connecting.has(subresource)) return false;
  if (reading.has(verb)) return true;
  const group = stringOf(memberOf(event['objectRef'], 'apiGroup'));
  if (subresource === '' && (group === 'authorization.k8s.io' || group === 'authentication.k8s.io')) return true;
  return /[?&]dryRun=/.test(stringOf(event['requestURI']) ?? '') || asksForDryRun(event, verb, subresource);
}

/**
 * A deletion may ask for a dry run in its body alone, as every client-go does; the record has that from the level
 * Request on: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/
 */
function asksForDryRun(event: JsonObject, verb: string, subresource: string): boolean {
  const isDeletion = verb === 'delete' || verb === 'deletecollection';
  if (!isDeletion && subresource !== 'eviction') return false;
  const options = isDeletion ? event['requestObject'] : memberOf(event['requestObject'], 'deleteOptions');
  return (listOf(memberOf(options, 'dryRun')) ?? []).length > 0;
}

/** The reason of a refused or failed request, else its status code; older Gatekeepers give their message as reason. */
export function refusalOf(event: JsonObject): string | undefined {
  const status = objectOf(event['responseStatus']);
  const code = numberOf(status?.['code']);
  const failed = code === undefined ? status?.['status'] === 'Failure' : code >= 400;
  if (!failed) return event['stage'] === 'Panic' ? 'Panic' : undefined;
  const reason = stringOf(status?.['reason']);
  return reason !== undefined && /^[A-Za-z]+$/.test(reason) ? reason : String(code ?? 'Failure');
}

/** Verbs of resources, and the methods of paths that are none. */
const reading: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'head', 'options']);

/** They lead into a container whatever the verb; a get of them opens a WebSocket. */
const connecting: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward', 'proxy']);
