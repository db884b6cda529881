import type { Json, JsonObject } from '../../../model/json.ts';
import { isList, isObject, sameJson } from '../objects/json.ts';
import { badRequest, notServed } from '../objects/status.ts';

/**
 * Names the field by which the entries of a list are told apart, for each list of the served kinds that merges;
 * every other list is replaced as a whole. From `patchMergeKey` in
 * https://github.com/kubernetes/api/blob/master/core/v1/types.go and its neighbours.
 */
const mergeKeys: Readonly<Record<string, string>> = {
  conditions: 'type',
  containers: 'name',
  env: 'name',
  ephemeralContainers: 'name',
  hostAliases: 'ip',
  imagePullSecrets: 'name',
  initContainers: 'name',
  ownerReferences: 'uid',
  ports: 'containerPort',
  readinessGates: 'conditionType',
  secrets: 'name',
  topologySpreadConstraints: 'topologyKey',
  volumeDevices: 'devicePath',
  volumeMounts: 'mountPath',
  volumes: 'name',
  webhooks: 'name',
};

/** Lists of plain values that merge as sets. */
const sets: readonly string[] = ['finalizers'];

/**
 * Applies a strategic merge patch with the directives `$patch: delete`, `$patch: replace` and
 * `$deleteFromPrimitiveList`; lists merge by their key.
 * @throws StatusError 501 for another directive, 400 for an entry without the key of its list
 */
export function applyStrategicMergePatch(document: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const directive = patch['$patch'];
  if (directive === 'replace') return plain(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge')
    throw badRequest(`unknown patch type ${JSON.stringify(directive)}`);

  const merged: Record<string, Json> = { ...(isObject(document) ? document : {}) };
  for (const [field, change] of Object.entries(patch)) {
    if (field.startsWith('$deleteFromPrimitiveList/')) {
      const list = field.slice('$deleteFromPrimitiveList/'.length);
      const kept = merged[list];
      if (isList(kept) && isList(change)) merged[list] = kept.filter((entry) => !change.includes(entry));
    } else if (field.startsWith('$') && field !== '$patch') {
      throw notServed(`The strategic merge directive '${field}' was sent.`);
    }
  }
  for (const [field, change] of Object.entries(patch)) {
    if (field.startsWith('$')) continue;
    if (change === null) delete merged[field];
    else if (isList(change)) merged[field] = mergeList(field, merged[field], change);
    else if (isObject(change) && isObject(merged[field]))
      merged[field] = applyStrategicMergePatch(merged[field], change);
    else merged[field] = plain(change);
  }
  return merged satisfies JsonObject;
}

function mergeList(field: string, before: Json | undefined, patch: readonly Json[]): readonly Json[] {
  const list = isList(before) ? before : [];
  if (sets.includes(field)) return [...list, ...patch.filter((entry) => !list.includes(entry))];
  const key = mergeKeys[field];
  const merges = key !== undefined && patch.every(isObject);
  if (!merges) return patch.map(plain);
  if (patch.some((entry) => isObject(entry) && entry['$patch'] === 'replace')) {
    return patch.filter((entry) => !(isObject(entry) && entry['$patch'] === 'replace')).map(plain);
  }
  return patch.reduce<readonly Json[]>((merged, change) => mergeEntry(merged, change, key), list);
}

function mergeEntry(list: readonly Json[], change: Json, key: string): readonly Json[] {
  const id = isObject(change) ? change[key] : undefined;
  if (id === undefined) throw badRequest(`map: ${JSON.stringify(change)} does not contain declared merge key: ${key}`);
  const index = list.findIndex((entry) => isObject(entry) && sameJson(entry[key], id));
  if (isObject(change) && change['$patch'] === 'delete') return index < 0 ? list : list.toSpliced(index, 1);
  if (index < 0) return [...list, plain(change)];
  return list.with(index, applyStrategicMergePatch(list[index], change));
}

/** Takes directives and nulls out of what is new. */
function plain(value: Json): Json {
  if (isList(value)) return value.map(plain);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([field, entry]) => !field.startsWith('$') && entry !== null);
  return Object.fromEntries(kept.map(([field, entry]) => [field, plain(entry)]));
}
