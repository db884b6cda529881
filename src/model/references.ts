import type { Json } from './json.ts';
import { suggestion } from './nearest.ts';
import type { Path } from './problems.ts';

/** What references may name: `${env.…}` in scenarios, `${staging.…}` in windshear.yaml. */
export interface ReferenceScope {
  readonly name: 'env' | 'staging';
  /** Absent where the staging is not up: references are left as they are. */
  readonly values: Json | undefined;
}

export type Report = (path: Path, message: string) => void;

/**
 * Replaces each `${env.…}` or `${staging.…}` in a value. A text that is one reference becomes what it names, of any
 * type; inside a longer text only texts, numbers and booleans may stand. Unknown names are reported with the nearest
 * known one. Other `${…}`, such as IAM policy variables, stay; names of environment variables are reported.
 */
export function resolveReferences(value: Json, scope: ReferenceScope, report: Report): Json {
  return resolveAt(value, [], { scope, report });
}

/** Says whether a value still holds a reference, since the staging that it leads to is not up. */
export function holdsReference(value: Json): boolean {
  if (typeof value === 'string') return /\$\{(?:env|staging)\./.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsReference);
}

interface Resolution {
  readonly scope: ReferenceScope;
  readonly report: Report;
}

function resolveAt(value: Json, path: Path, how: Resolution): Json {
  if (typeof value === 'string') return value.includes('${') ? resolveText(value, path, how) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((item, index) => resolveAt(item, [...path, index], how));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveAt(item, [...path, key], how)]));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

const reference = /\$\{(env|staging)(?:\.([^${}]*))?\}/g;

function resolveText(text: string, path: Path, how: Resolution): Json {
  const variable = /\$\{([A-Z][A-Z0-9_]*)\}/.exec(text)?.[1];
  if (variable !== undefined) {
    const instead = 'a secret comes by { env: NAME } or { file: PATH } where the plugin takes one';
    how.report(path, `the environment variable '\${${variable}}' is not read here; ${instead}.`);
  }
  if (/\$\{(?:env|staging)\.(?:[^}]*$|[^}]*[${])/.test(text))
    how.report(path, `a reference in '${text}' is not closed by '}'.`);
  const whole = new RegExp(`^${reference.source}$`).exec(text);
  if (whole !== null) return lookUp(whole, path, how) ?? text;
  return text.replaceAll(reference, (...match) => {
    const found = lookUp(match, path, how);
    if (found === undefined) return match[0];
    if (typeof found !== 'object') return String(found);
    const kind = found === null ? 'nothing' : Array.isArray(found) ? 'a list' : 'a map of keys';
    how.report(path, `'${match[0]}' is ${kind} and cannot stand inside a text.`);
    return match[0];
  });
}

/** Answers what a reference names, or undefined where it stays as it is. */
function lookUp(match: readonly string[], path: Path, { scope, report }: Resolution): Json | undefined {
  const [text = '', name, rest = ''] = match;
  if (name !== scope.name) {
    report(path, `'${text}' cannot be read here; only \${${scope.name}.…} can.`);
    return undefined;
  }
  if (scope.values === undefined) return undefined;
  const parts = rest.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  let found: Json = scope.values;
  for (const part of parts) {
    if (typeof found === 'string' && holdsReference(found)) return undefined;
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) {
      report(path, `'${text}' names nothing${suggestion(`${name}.${rest}`, pathsIn(scope))}`);
      return undefined;
    }
    found = (found as { readonly [key: string]: Json })[part] ?? null;
  }
  return found;
}

const mostPaths = 1000;

/** Every path that a reference may name. */
function pathsIn({ name, values }: ReferenceScope): readonly string[] {
  const paths: string[] = [];
  const walk = (value: Json, path: string) => {
    if (typeof value !== 'object' || value === null || paths.length > mostPaths) return;
    for (const [key, inner] of Object.entries(value)) {
      paths.push(`${path}.${key}`);
      walk(inner, `${path}.${key}`);
    }
  };
  walk(values ?? null, name);
  return paths;
}
