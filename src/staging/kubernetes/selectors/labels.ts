import type { JsonObject } from '../../../model/json.ts';
import { listAt, textAt, textMapAt, textsAt } from '../objects/json.ts';
import { badRequest } from '../objects/status.ts';

type Labels = Readonly<Record<string, string>>;

export type LabelSelector = (labels: Labels | undefined) => boolean;

/**
 * Reads a label selector as it stands in a URL: `a=b,c!=d,e in (f,g),!h,i`.
 * @throws StatusError 400 when it cannot be read
 */
export function parseLabelSelector(text: string | undefined): LabelSelector {
  const requirements = (text ?? '').match(/[^,(]*(?:\([^)]*\))?[^,]*(?:,|$)/g) ?? [];
  const parsed = requirements
    .map((part) => part.replace(/,$/, '').trim())
    .filter((part) => part !== '')
    .map(parseRequirement);
  return (labels = {}) => parsed.every((holds) => holds(labels));
}

/** Reads a `LabelSelector` object with `matchLabels` and `matchExpressions`; an empty one matches everything. */
export function labelSelectorOf(selector: JsonObject): LabelSelector {
  const wanted = Object.entries(textMapAt(selector, 'matchLabels'));
  const expressions = listAt(selector, 'matchExpressions').map((expression) =>
    requirement(textAt(expression, 'key') ?? '', textAt(expression, 'operator') ?? '', textsAt(expression, 'values')),
  );
  return (labels = {}) =>
    wanted.every(([key, value]) => labels[key] === value) && expressions.every((holds) => holds(labels));
}

const name = '[A-Za-z0-9](?:[A-Za-z0-9_.\\-/]*[A-Za-z0-9])?';
const forms: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`^!\\s*(${name})$`), 'DoesNotExist'],
  [new RegExp(`^(${name})$`), 'Exists'],
  [new RegExp(`^(${name})\\s*={1,2}\\s*(${name}|)$`), 'In'],
  [new RegExp(`^(${name})\\s*!=\\s*(${name}|)$`), 'NotIn'],
  [new RegExp(`^(${name})\\s+in\\s*\\(([^)]*)\\)$`), 'In'],
  [new RegExp(`^(${name})\\s+notin\\s*\\(([^)]*)\\)$`), 'NotIn'],
];

function parseRequirement(text: string): LabelSelector {
  for (const [form, operator] of forms) {
    const match = form.exec(text);
    if (match === null) continue;
    const [, key = '', values = ''] = match;
    return requirement(
      key,
      operator,
      values.split(',').map((value) => value.trim()),
    );
  }
  throw badRequest(`unable to parse requirement: found '${text}', expected: a label selector`);
}

function requirement(key: string, operator: string, values: readonly string[]): LabelSelector {
  switch (operator) {
    case 'Exists':
      return (labels = {}) => Object.hasOwn(labels, key);
    case 'DoesNotExist':
      return (labels = {}) => !Object.hasOwn(labels, key);
    case 'In':
      return (labels = {}) => values.includes(labels[key] ?? '') && Object.hasOwn(labels, key);
    case 'NotIn':
      return (labels = {}) => !Object.hasOwn(labels, key) || !values.includes(labels[key] ?? '');
    default:
      throw badRequest(`${JSON.stringify(operator)} is not a valid label selector operator`);
  }
}
