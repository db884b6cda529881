import { secretField } from '../../model/conceal.ts';
import type { Json } from '../../model/json.ts';

const longestBody = 256 * 1024;

/** Turns an SDK's answer into JSON: dates as ISO strings, bytes as base64, streams as text, policy documents decoded; secrets and `$metadata` are left out. */
export async function plainJson(value: unknown): Promise<Json> {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return Promise.all(value.map(plainJson));
  if (typeof value !== 'object') return null;
  if (isBody(value)) return (await value.transformToString()).slice(0, longestBody);
  const entries = Object.entries(value).filter(
    ([name, field]) => name !== '$metadata' && field !== undefined && !secretField.test(name),
  );
  return Object.fromEntries(
    await Promise.all(entries.map(async ([name, field]) => [name, await plainJson(decoded(name, field))] as const)),
  );
}

/** IAM answers policy documents URL-encoded: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
function decoded(name: string, field: unknown): unknown {
  const encoded = typeof field === 'string' && /Document$/.test(name) && /^%7B/i.test(field);
  return encoded ? decodeURIComponent(field) : field;
}

function isBody(value: object): value is { transformToString(): Promise<string> } {
  return 'transformToString' in value && typeof value.transformToString === 'function';
}
