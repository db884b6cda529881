import { isTree } from './parameters/names.ts';

const dropped = new Set([
  'secretAccessKey',
  'sessionToken',
  'zipFile',
  'authorizationToken',
  'secretString',
  'secretBinary',
]);
const hidden = /^(?:new|old|user|master|masterUser)?password$/i;

/**
 * Takes out of request and answer what AWS leaves out of its records: keys, tokens, passwords, code, and the values of
 * a function's environment. https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
 */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (dropped.has(key)) return [];
      if (key === 'environment' && isTree(inner) && ('variables' in inner || 'error' in inner)) return [[key, {}]];
      return [[key, hidden.test(key) ? 'HIDDEN_DUE_TO_SECURITY_REASONS' : withoutSecrets(inner)]];
    }),
  );
}
