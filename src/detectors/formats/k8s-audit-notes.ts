import type { Json, JsonObject } from '../../model/json.ts';
import { listOf, memberOf, objectOf, stringOf } from '../guards.ts';
import { parseJson } from '../json.ts';

/**
 * Reads what admission control noted beside a request that it let through:
 * https://kubernetes.io/docs/reference/labels-annotations-taints/audit-annotations/. Each note once, in brackets.
 */
export function auditNotes(event: JsonObject): readonly string[] {
  const annotations = objectOf(event['annotations']);
  if (annotations === undefined) return [];
  const notes: string[] = [];
  for (const [key, value] of Object.entries(annotations)) {
    if (/^failed-open\.(?:validating|validation|mutating|mutation)\.webhook\.admission\.k8s\.io\//.test(key))
      notes.push(`[failed-open ${short(value)}]`);
    if (key === 'validation.policy.admission.k8s.io/validation_failure') notes.push(...failedPolicies(value));
    if (key === 'pod-security.kubernetes.io/audit-violations') notes.push('[pod-security-violated]');
  }
  return [...new Set(notes)].slice(0, most);
}

const most = 10;

/** The annotation's value is a list as JSON text, a policy each. */
function failedPolicies(value: Json): readonly string[] {
  const parsed = typeof value === 'string' ? parseJson(value) : { value };
  const failures = 'value' in parsed ? (listOf(parsed.value) ?? []) : [];
  const names = failures.map((failure) => stringOf(memberOf(failure, 'policy')));
  const known = names.filter((name) => name !== undefined);
  return known.length === 0 ? ['[policy-failed]'] : known.map((name) => `[policy-failed ${short(name)}]`);
}

function short(value: Json): string {
  return (stringOf(value) ?? '').slice(0, 100);
}
