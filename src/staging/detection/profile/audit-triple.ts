import type { AuditEvent } from '../audit-rules/audit-event.ts';
import type { Triple } from './triple.ts';

/**
 * Reduces an audit event to its habit. Reads are one habit, whatever is read. A pod is told apart by its image, never
 * by its name; of other objects what the harness adds to a name to tell its trials apart is left out.
 */
export function auditTripleOf(event: AuditEvent): Triple {
  const { user, verb, objectRef } = event;
  if (['get', 'list', 'watch'].includes(verb))
    return { actor: user.username, action: 'kubernetes:read', resource: '*' };
  const { resource = '', subresource, namespace } = objectRef ?? {};
  const kind = subresource === undefined || subresource === '' ? resource : `${resource}/${subresource}`;
  const what = resource === 'pods' && verb === 'create' ? imageOf(event) : plainName(objectRef?.name ?? '*');
  return {
    actor: user.username,
    action: `kubernetes:${verb} ${kind}`,
    resource: [namespace, what].filter((part) => part !== undefined).join('/'),
  };
}

/** Names that end in random letters or in a trial's marker are all alike. */
function plainName(name: string): string {
  return name.replace(/-ws[a-z2-7]{12}.*$/, '-*');
}

function imageOf(event: AuditEvent): string {
  const image = textAt(event, ['requestObject', 'spec', 'containers', '0', 'image']) ?? '*';
  return image.replace(/[:@][^/]*$/, '');
}

function textAt(value: unknown, path: readonly string[]): string | undefined {
  let at = value;
  for (const key of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
  return typeof at === 'string' ? at : undefined;
}
