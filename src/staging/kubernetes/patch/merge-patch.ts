import type { Json, JsonObject } from '../../../model/json.ts';
import { isObject } from '../objects/json.ts';

/** Applies a JSON Merge Patch (RFC 7386): null removes, objects merge, everything else replaces. */
export function applyMergePatch(document: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = { ...(isObject(document) ? document : {}) };
  for (const [field, change] of Object.entries(patch)) {
    if (change === null) delete merged[field];
    else merged[field] = applyMergePatch(merged[field], change);
  }
  return merged satisfies JsonObject;
}
