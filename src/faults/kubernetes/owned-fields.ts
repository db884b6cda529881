import { sameJson } from '../../model/canonical.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { memberAt, stepsOf } from './json-pointer.ts';

/**
 * Says whether the `fieldsV1` of an entry of `managedFields` holds all of a field of the object. Who takes a field
 * away owns nothing of it, so that nobody is told by a field that is not there:
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function ownsField(fields: Json, object: JsonObject, path: string): boolean {
  let owned: Json | undefined = fields;
  let here: Json | undefined = object;
  for (const step of stepsOf(path)) {
    const value = memberAt(here, step);
    if (value === undefined) return false;
    // A list or map that is one value has no members of its own.
    owned = owned !== fields && isWhole(owned) ? owned : ownedMember(owned, here, step);
    here = value;
  }
  return here !== undefined && holdsAll(owned, here);
}

/** Says whether it holds anything but metadata and status. */
export function ownsContent(fields: Json): boolean {
  return keysOf(fields).some((key) => key.startsWith('f:') && key !== 'f:metadata' && key !== 'f:status');
}

function holdsAll(owned: Json | undefined, value: Json): boolean {
  if (owned === undefined) return false;
  if (isWhole(owned) || value === null || typeof value !== 'object') return true;
  return Object.keys(value).every((step) => holdsAll(ownedMember(owned, value, step), memberAt(value, step) ?? null));
}

/** What is owned of a member: `f:` and the name of a field; of an entry of a list `k:` and its keys, or `v:` and its value. */
function ownedMember(owned: Json | undefined, holder: Json | undefined, step: string): Json | undefined {
  if (!Array.isArray(holder)) return memberAt(owned, `f:${step}`);
  const entry = memberAt(holder, step) ?? null;
  const key = keysOf(owned).find((one) => isKeyOf(one, entry));
  return key === undefined ? undefined : memberAt(owned, key);
}

function isKeyOf(key: string, entry: Json): boolean {
  if (key.startsWith('v:')) return sameJson(parsed(key.slice(2)), entry);
  if (!key.startsWith('k:')) return false;
  const wanted = parsed(key.slice(2));
  const names = keysOf(wanted);
  return (
    names.length > 0 && names.every((name) => sameJson(memberAt(wanted, name) ?? null, memberAt(entry, name) ?? null))
  );
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function isWhole(owned: Json | undefined): boolean {
  return owned !== undefined && keysOf(owned).length === 0;
}

function keysOf(value: Json | undefined): readonly string[] {
  return value === null || typeof value !== 'object' ? [] : Object.keys(value);
}
