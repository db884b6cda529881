import type { Json, JsonObject } from '../../model/json.ts';
import { anchoredField } from './entry-anchor.ts';
import type { FieldChange } from './field-delta.ts';
import { valueAt } from './json-pointer.ts';
import { asList, asObject } from './objects.ts';

/** Changes a field of the entry that bears a name, wherever in its list it stands: a container, a webhook. */
export function fieldOfEntry(
  list: string,
  entry: { readonly name: string; readonly field: string },
  ours: Json,
): FieldChange {
  const find = (object: JsonObject) => {
    const index = asList(valueAt(object, list)).findIndex((one) => asObject(one)['name'] === entry.name);
    return index < 0 ? undefined : `${list}/${index}/${entry.field}`;
  };
  return anchoredField(find, ours);
}
