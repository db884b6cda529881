import { CallError, type Denial } from './call.ts';
import type { Json } from './json.ts';

/** Names of fields whose values are secrets, and are not those of what only points to one. */
export const secretField =
  /secret(?!.*(arn|name|id)$)|sessiontoken|password(?!last|policy)|privatekey|keymaterial|plaintext/i;

/** Stands in the place of a secret. */
export const shownSecret = '<secret>';
/** A shorter one would be found in words of any sentence. */
const shortest = 6;

/**
 * Replaces secrets in a text of somebody else's by `<secret>`, as they are, in base64, in a URL, in JSON and in XML: who
 * refuses a request may quote it.
 */
export function conceal(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter((secret) => secret.length >= shortest).flatMap(formsOf);
  return [...new Set(forms)]
    .toSorted((a, b) => b.length - a.length)
    .reduce((left, form) => left.replaceAll(form, shownSecret), text);
}

/** Conceals secrets in what an error says; its cause goes where that held one. */
export function concealError(error: CallError, secrets: readonly string[]): CallError {
  const message = conceal(error.message, secrets);
  const said = error.denial === undefined ? undefined : conceal(error.denial.message, secrets);
  if (message === error.message && said === error.denial?.message) return error;
  const { kind, code, denial, retryAfterMs } = error;
  const kept: Denial | undefined = denial === undefined ? undefined : { ...denial, message: said ?? '' };
  return new CallError(kind, code, message, {
    ...(kept === undefined ? {} : { denial: kept }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/**
 * Lists the secrets that a request carries: what stands under the name of one, the values of a Kubernetes Secret, and
 * the variables of a Lambda function, which its pre-image may have held.
 */
export function secretsIn(body: unknown): readonly string[] {
  if (Array.isArray(body)) return body.flatMap(secretsIn);
  if (typeof body !== 'object' || body === null) return [];
  const isSecret = 'kind' in body && body.kind === 'Secret';
  return Object.entries(body as Readonly<Record<string, Json>>).flatMap(([name, value]) => {
    const holdsValues = name === 'Variables' || (isSecret && (name === 'data' || name === 'stringData'));
    if (holdsValues && typeof value === 'object' && value !== null) return Object.values(value).flatMap(formsOfValue);
    return secretField.test(name) && typeof value === 'string' ? formsOfValue(value) : secretsIn(value);
  });
}

/** A value of a Secret is base64 of what is secret. */
function formsOfValue(value: unknown): readonly string[] {
  if (typeof value !== 'string') return [];
  const bytes = Buffer.from(value, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === value ? [value, bytes.toString('utf8')] : [value];
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [
    secret,
    bytes.toString('base64'),
    bytes.toString('base64url'),
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    secret.replace(/[&<>"']/g, (c) => entities[c] ?? c),
  ];
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
