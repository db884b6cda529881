import { forbidden, type StatusError } from '../objects/status.ts';
import type { Attributes } from './rules.ts';
import type { User } from './user.ts';

/** Writes RBAC's refusal in the words of the real server. */
export function denial(user: User, attributes: Attributes, reason: string): StatusError {
  const text = `User ${JSON.stringify(user.username)} cannot ${deed(attributes)}`;
  const why = reason === '' ? text : `${text}: ${reason}`;
  return 'path' in attributes ? forbidden({ group: '', resource: '' }, why) : forbidden(attributes, why);
}

function deed(attributes: Attributes): string {
  if ('path' in attributes) return `${attributes.verb} path ${JSON.stringify(attributes.path)}`;
  const { verb, group, resource, subresource, namespace } = attributes;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  return `${verb} resource "${what}" in API group "${group}" ${where}`;
}
