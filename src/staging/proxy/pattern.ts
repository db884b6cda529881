import { isTree } from './parameters/names.ts';

/**
 * Says whether an event fits an EventBridge pattern: every field of the pattern must be met; a field's array lists
 * alternatives. Known are exact values, `prefix`, `suffix`, `equals-ignore-case`, `wildcard`, `anything-but` (a
 * value, a list, or one of those), `exists`, `numeric` and `$or`. An unknown matcher fits nothing.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function fitsPattern(pattern: unknown, event: unknown): boolean {
  if (!isTree(pattern)) return false;
  return Object.entries(pattern).every(([field, wanted]) => {
    if (field === '$or') return Array.isArray(wanted) && wanted.some((part) => fitsPattern(part, event));
    const value = isTree(event) && Object.hasOwn(event, field) ? event[field] : undefined;
    if (Array.isArray(wanted)) return wanted.some((matcher) => fitsField(matcher, value));
    return Array.isArray(value) ? value.some((item) => fitsPattern(wanted, item)) : fitsPattern(wanted, value ?? {});
  });
}

/** An array in the event fits when one of its items does. */
function fitsField(matcher: unknown, value: unknown): boolean {
  if (isTree(matcher) && 'exists' in matcher) return matcher['exists'] === (value !== undefined);
  if (Array.isArray(value)) return value.some((item) => fitsValue(matcher, item));
  return value !== undefined && fitsValue(matcher, value);
}

function fitsValue(matcher: unknown, value: unknown): boolean {
  if (!isTree(matcher)) return matcher === value;
  const entries = Object.entries(matcher);
  return entries.length > 0 && entries.every(([kind, operand]) => fitsMatcher(kind, operand, value));
}

function fitsMatcher(kind: string, operand: unknown, value: unknown): boolean {
  if (kind === 'anything-but') return !isAnyOf(operand, value);
  if (kind === 'numeric') return typeof value === 'number' && Array.isArray(operand) && fitsNumbers(operand, value);
  if (typeof value !== 'string') return false;
  if (isTree(operand) && 'equals-ignore-case' in operand) {
    return fitsMatcher(kind, String(operand['equals-ignore-case']).toLowerCase(), value.toLowerCase());
  }
  if (typeof operand !== 'string') return false;
  switch (kind) {
    case 'prefix':
      return value.startsWith(operand);
    case 'suffix':
      return value.endsWith(operand);
    case 'equals-ignore-case':
      return value.toLowerCase() === operand.toLowerCase();
    case 'wildcard':
      return wildcard(operand).test(value);
    default:
      return false;
  }
}

function isAnyOf(operand: unknown, value: unknown): boolean {
  if (Array.isArray(operand)) return operand.includes(value);
  if (!isTree(operand)) return operand === value;
  return Object.entries(operand).some(([kind, inner]) =>
    (Array.isArray(inner) ? inner : [inner]).some((one) => fitsMatcher(kind, one, value)),
  );
}

/** `[">", 0, "<=", 5]` */
function fitsNumbers(operand: readonly unknown[], value: number): boolean {
  for (let at = 0; at + 1 < operand.length; at += 2) {
    const [sign, limit] = [operand[at], operand[at + 1]];
    if (typeof limit !== 'number' || !compare(value, sign, limit)) return false;
  }
  return operand.length >= 2;
}

function compare(value: number, sign: unknown, limit: number): boolean {
  if (sign === '=') return value === limit;
  if (sign === '<') return value < limit;
  if (sign === '<=') return value <= limit;
  if (sign === '>') return value > limit;
  return sign === '>=' && value >= limit;
}

function wildcard(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
