import { at } from '../objects/json.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { badRequest } from '../objects/status.ts';

export interface FieldSelector {
  readonly matches: (object: KubernetesObject) => boolean;
  /** The one name that can match, which RBAC's `resourceNames` are compared with. */
  readonly name?: string;
}

interface Term {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/**
 * Reads a field selector as it stands in a URL: `metadata.name=a,status.phase!=Running`.
 * @throws StatusError 400 when it cannot be read, or names a field that the resource cannot be selected by
 */
export function parseFieldSelector(text: string | undefined, selectable: readonly string[]): FieldSelector {
  const terms = (text ?? '')
    .split(',')
    .filter((part) => part !== '')
    .map(parseTerm);
  for (const { field } of terms) {
    if (!selectable.includes(field)) throw badRequest(`field label not supported: ${field}`);
  }
  const name = terms.find(({ field, equal }) => field === 'metadata.name' && equal)?.value;
  return {
    matches: (object) => terms.every(({ field, equal, value }) => (fieldText(object, field) === value) === equal),
    ...(name !== undefined && { name }),
  };
}

function parseTerm(text: string): Term {
  const match = /^([A-Za-z0-9_.[\]]+)(==|=|!=)(.*)$/.exec(text);
  if (match === null) throw badRequest(`invalid field selector: ${JSON.stringify(text)}; can't understand it`);
  const [, field = '', operator, value = ''] = match;
  return { field, equal: operator !== '!=', value };
}

function fieldText(object: KubernetesObject, field: string): string {
  const found = at(object, ...field.split('.'));
  if (found === undefined || found === null) return '';
  return typeof found === 'string' ? found : JSON.stringify(found);
}
