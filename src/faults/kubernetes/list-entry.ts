import type { JsonObject } from '../../model/json.ts';
import type { Located } from './field-delta.ts';
import { valueAt } from './json-pointer.ts';
import { asList, asObject } from './objects.ts';

/** Finds a field of the entry that bears a name, wherever in its list it stands: a container, a webhook. */
export function inEntry(object: JsonObject, list: string, entry: { readonly name: string; readonly field: string }) {
  const index = asList(valueAt(object, list)).findIndex((one) => asObject(one)['name'] === entry.name);
  if (index < 0) return undefined;
  const located: Located = {
    path: `${list}/${index}/${entry.field}`,
    tests: [{ op: 'test', path: `${list}/${index}/name`, value: entry.name }],
  };
  return located;
}
