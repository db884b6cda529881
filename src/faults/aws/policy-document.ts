import { CallError } from '../../model/call.ts';
import { canonicalText } from '../../model/canonical.ts';
import type { Json, JsonObject } from '../../model/json.ts';

/** Reads a policy document; IAM's answers are URL-encoded, S3's are not. Throws `CallError` for what is no policy. */
export function parsePolicy(text: string): JsonObject {
  const json = text.trimStart().startsWith('{') ? text : decodeURIComponent(text);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new CallError('failed', 'UnreadablePolicy', 'A policy document was answered that is not JSON.', {
      cause: error,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CallError('failed', 'UnreadablePolicy', 'A policy document was answered that is not a JSON object.');
  }
  return value as JsonObject;
}

/** Lists the statements; a document may hold a single one without a list. */
export function statementsOf(document: JsonObject | null): readonly JsonObject[] {
  const statement = document?.['Statement'] ?? [];
  return (Array.isArray(statement) ? statement : [statement]) as readonly JsonObject[];
}

export function withStatement(document: JsonObject | null, statement: JsonObject): JsonObject {
  return document === null
    ? { Version: '2012-10-17', Statement: [statement] }
    : { ...document, Statement: [...statementsOf(document), statement] };
}

export function withoutSid(document: JsonObject, sid: string): JsonObject {
  return { ...document, Statement: statementsOf(document).filter((statement) => statement['Sid'] !== sid) };
}

/**
 * Brings a document into one form, so that spellings which AWS treats alike compare equal: one value and a list of one,
 * order, an account id and its root, `"*"` and `{"AWS": "*"}`, letter case of actions.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function canonicalPolicy(document: JsonObject): JsonObject {
  const statements = statementsOf(document).map(canonicalStatement);
  return { ...document, Statement: statements.sort((a, b) => (canonicalText(a) < canonicalText(b) ? -1 : 1)) };
}

export function canonicalStatement(statement: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(statement).map(([name, value]) => {
      if (name === 'Principal' || name === 'NotPrincipal') return [name, canonicalPrincipal(value)];
      if (name === 'Action' || name === 'NotAction') return [name, list(value).map((action) => action.toLowerCase())];
      if (name === 'Resource' || name === 'NotResource') return [name, list(value)];
      if (name === 'Condition') return [name, canonicalCondition(value)];
      return [name, value];
    }),
  );
}

function canonicalPrincipal(value: Json): Json {
  const byKind = value === '*' ? { AWS: '*' } : value;
  if (byKind === null || typeof byKind !== 'object' || Array.isArray(byKind)) return byKind;
  return Object.fromEntries(
    Object.entries(byKind).map(([kind, who]) => [
      kind,
      list(who)
        .map(kind === 'AWS' ? rootOfAccount : String)
        .sort(),
    ]),
  );
}

/** Writes an account id as the ARN of its root, as IAM answers it. */
export function rootOfAccount(principal: string): string {
  return /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal;
}

function canonicalCondition(value: Json): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([operator, keys]) => [
      operator,
      keys === null || typeof keys !== 'object' || Array.isArray(keys)
        ? keys
        : Object.fromEntries(Object.entries(keys).map(([key, values]) => [key.toLowerCase(), list(values)])),
    ]),
  );
}

function list(value: Json): string[] {
  return (Array.isArray(value) ? value : [value]).map(String).sort();
}
