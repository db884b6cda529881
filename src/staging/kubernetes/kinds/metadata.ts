import { textMapAt } from '../objects/json.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import type { Resource } from '../objects/resources.ts';
import { type FieldProblem, invalidValue, required } from '../objects/status.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const labelValue = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?';
const labelName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

/** Lists what is wrong with name and labels, in the words of apimachinery's validation. */
export function metadataProblems(
  { metadata }: KubernetesObject,
  { plural, group }: Resource,
  freeNames: boolean,
): readonly FieldProblem[] {
  const { name } = metadata;
  const isNamespace = plural === 'namespaces' && group === '';
  const labels = Object.entries(textMapAt(metadata, 'labels'));
  return [
    ...(name === '' ? [required('metadata.name', 'name or generateName is required')] : []),
    ...(name !== '' && !freeNames ? nameProblems(name, isNamespace) : []),
    ...(freeNames && /[/%]|^\.{1,2}$/.test(name)
      ? [invalidValue('metadata.name', name, "may not contain '/' or '%', nor be '.' or '..'")]
      : []),
    ...labels.flatMap(([key, value]) => labelProblems(key, value)),
  ];
}

function nameProblems(name: string, isNamespace: boolean): readonly FieldProblem[] {
  const [pattern, limit] = isNamespace ? [label, 63] : [subdomain, 253];
  if (name.length > limit) return [invalidValue('metadata.name', name, `must be no more than ${limit} characters`)];
  if (new RegExp(`^${pattern}$`).test(name)) return [];
  const what = isNamespace
    ? "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc'"
    : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com'";
  return [invalidValue('metadata.name', name, `${what}, regex used for validation is '${pattern}')`)];
}

function labelProblems(key: string, value: string): readonly FieldProblem[] {
  const [name = '', prefix] = key.split('/').reverse();
  const goodKey =
    name.length <= 63 &&
    new RegExp(`^${labelName}$`).test(name) &&
    (prefix === undefined || new RegExp(`^${subdomain}$`).test(prefix));
  const problems: FieldProblem[] = [];
  if (!goodKey) problems.push(invalidValue('metadata.labels', key, 'name part must be a qualified name'));
  if (value.length > 63) problems.push(invalidValue('metadata.labels', value, 'must be no more than 63 characters'));
  if (!new RegExp(`^${labelValue}$`).test(value)) {
    const rule =
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is";
    problems.push(invalidValue('metadata.labels', value, `${rule} '${labelValue}')`));
  }
  return problems;
}
